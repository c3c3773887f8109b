"""One release at one target, decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stardust_gitops.ledger.state import Phase, Rejection, StreamState
from stardust_gitops.planning.decide import decide
from stardust_gitops.planning.model import Desired, Item
from stardust_gitops.planning.settings import TargetSettings
from tests.planning_samples import NOW, SPOTIFY, digest, sent

NOTHING = StreamState()
PURGED = StreamState(
    version=9, phase=Phase.PURGED, baseline=sent("purge", status="takedown"), thread_id="T"
)
LATER = NOW + timedelta(days=7)


def decided(
    desired: Desired, state: StreamState, target: TargetSettings = SPOTIFY, **more: Any
) -> Item:
    item = decide(desired, state, target, NOW, **more)
    assert item is not None
    return item


def codes(item: Item) -> list[str]:
    return [reason.code for reason in item.reasons]


def rejected(operation: str = "insert", **more: Any) -> Rejection:
    return Rejection(
        fingerprint=digest("told"),
        assets_fingerprint=digest("files"),
        operation=operation,
        **more,
    )
