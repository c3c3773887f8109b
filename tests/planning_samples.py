"""Small values for the tests of planning and its reports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.state import Phase, Sent, StreamState
from stardust_gitops.ledger.store import Operation, Snapshot
from stardust_gitops.planning.build import build_plan
from stardust_gitops.planning.model import Desired, Plan
from stardust_gitops.planning.selection import Selection
from stardust_gitops.planning.settings import Permissions, Safety, TargetSettings

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RELEASE = "04006381333931"
SPOTIFY = TargetSettings(id="spotify", description="ERN 4.3 over SFTP", recipient_dpid="PADPIDA1")


def digest(text: str) -> str:
    """A SHA-256 that stands for a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def gtin(number: int) -> str:
    """A made-up GTIN-14; check digits do not matter to planning."""
    return f"{number:014}"


def wish(
    release: str = RELEASE,
    *,
    target: str = "spotify",
    status: str = "active",
    message: str | None = "told",
    assets: str | None = "files",
    recordings: str | None = None,
    **more: Any,
) -> Desired:
    """What the catalogue wants; `message` and `assets` stand for content."""
    fields: dict[str, Any] = {
        "icpn": release[1:],
        "title": "Breakwater",
        "artist": "Kestrel & Sons",
        "file": f"releases/{release[1:]}.yaml",
        "tracks": 3,
        "files": 4,
        "upload_bytes": 96_400_000,
        "street_date": "2026-12-04",
        **more,
    }
    return Desired(
        release=release,
        target=target,
        status=status,
        message_fingerprint=None if message is None else digest(message),
        assets_fingerprint=None if assets is None else digest(assets),
        recordings=digest(recordings or f"isrcs of {release}"),
        **fields,
    )


def sent(
    operation: str = "insert",
    *,
    release: str = RELEASE,
    status: str = "active",
    message: str = "told",
    assets: str = "files",
    recordings: str | None = None,
) -> Sent:
    """A delivery with that content."""
    return Sent(
        operation=operation,
        status=status,
        message_fingerprint=digest(message),
        assets_fingerprint=digest(assets),
        scheme=1,
        recordings=digest(recordings or f"isrcs of {release}"),
        content=digest("content"),
        version=1,
        time="2026-11-01T00:00:00.000000Z",
    )


def live(release: str = RELEASE, **more: Any) -> StreamState:
    """Delivered and live with content ``told`` and ``files`` unless said otherwise."""
    content = {name: more.pop(name) for name in ("message", "assets", "recordings") if name in more}
    return StreamState(
        **{
            "version": 3,
            "phase": Phase.LIVE,
            "baseline": sent(release=release, **content),
            **more,
        }
    )


def taken_down(**more: Any) -> StreamState:
    """Taken down after a delivery."""
    baseline = sent("takedown", status="takedown")
    return StreamState(**{"version": 6, "phase": Phase.TAKEN_DOWN, "baseline": baseline, **more})


def error(message: str = "cover is 1500 × 1500, spotify wants 3000", **more: Any) -> Finding:
    """An error in a release."""
    fields: dict[str, Any] = {
        "code": "SG2104",
        "severity": Severity.ERROR,
        "remedy": "Use a larger cover.",
        "file": "releases/a.yaml",
        **more,
    }
    return Finding(message=message, **fields)


def snapshot(
    states: Mapping[tuple[str, str], StreamState],
    *,
    recent: Iterable[Operation] = (),
    environment: str = "production",
) -> Snapshot:
    """A ledger with states by (target, release)."""
    return Snapshot(
        position=len(states),
        releases={StreamId(environment, *key): state for key, state in states.items()},
        batches={},
        recent=tuple(recent),
    )


def plan_of(
    desired: Iterable[Desired],
    ledger: Snapshot | None = None,
    *,
    targets: Iterable[TargetSettings] = (SPOTIFY,),
    **more: Any,
) -> Plan:
    """A plan with unremarkable settings; the files are those of `desired` unless given."""
    wishes = list(desired)
    arguments: dict[str, Any] = {
        "environment": "production",
        "catalogue": "alpha-tide",
        "commit": "1c9e2ab",
        "safety": Safety(),
        "permissions": Permissions(),
        "now": NOW,
        "selection": Selection(),
        "unreadable": False,
        "releases": {one.release: one.file for one in wishes},
        **more,
    }
    return build_plan(
        wishes,
        ledger or snapshot({}),
        targets={target.id: target for target in targets},
        **arguments,
    )
