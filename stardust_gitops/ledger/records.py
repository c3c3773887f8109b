"""What can be read of deliveries: all that a plan needs, whoever keeps it."""

from __future__ import annotations

from typing import Protocol

from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.ledger.store import STORED, Snapshot


class Records(Protocol):
    """What recipients have. Every `LedgerStore` is one, and so is another commit of a catalogue,
    taken for delivered."""

    def snapshot(self, environment: str, *, since: str) -> Snapshot:
        """As `LedgerStore.snapshot`."""
        ...

    def state(self, stream: StreamId) -> StreamState:
        """As `LedgerStore.state`."""
        ...

    def fetch(self, digest: str, what: str = STORED) -> bytes:
        """As `LedgerStore.fetch`."""
        ...
