"""Fetching answers without the command line."""

from __future__ import annotations

from collections.abc import Callable

from stardust_gitops.catalog.models.acknowledgements import Acknowledgements
from stardust_gitops.clock import Clock
from stardust_gitops.delivery.retry import Line
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.messages.receipts.reading import Reader
from stardust_gitops.reconciler.receipts.pulling import Pulled, pull_into
from stardust_gitops.reconciler.receipts.recording import Recorder
from tests.ledger_samples import PROVENANCE


def pull(
    ledger: LedgerStore,
    clock: Clock,
    connect: Callable[[], Transport],
    entry: Acknowledgements,
    *,
    target: str,
    again: bool = False,
) -> Pulled:
    """One pull at a target in production."""
    line = Line(connect, attempts=3, clock=clock, halted=lambda: False, on_retry=lambda *_: None)
    recorder = Recorder(
        ledger=ledger,
        environment="production",
        target=target,
        clock=clock,
        provenance=PROVENANCE,
    )
    result = Pulled(target)
    try:
        pull_into(result, line, Reader(entry=entry), recorder, again=again)
    finally:
        line.close()
    return result


def new(pulled: Pulled) -> list[tuple[str, str]]:
    """The new answers: message id and status."""
    return [(m.message_id, r.status) for each in pulled.recorded for m, r in each.new]
