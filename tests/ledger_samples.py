"""Values, clocks and writers for the tests of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.events import GENESIS, Event, Kind, Provenance, StreamId, format_of
from stardust_gitops.ledger.store import LedgerStore

CATALOGUE = "alpha-tide"
STREAM = StreamId("production", "spotify", "04006381333931")
OTHER = StreamId("production", "deezer", "04006381333931")
BATCH = StreamId("production", "spotify", "batch:20261122120000000")
PROVENANCE = Provenance(actor="ada", run="run-1", program="0.1.0", commit="1c9e2ab")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class HandClock:
    """A clock that moves only by hand: wall and monotonic time apart. Sleeping moves both."""

    def __init__(self) -> None:
        self.wall = NOON
        self.ticks = 1000.0

    def now(self) -> datetime:
        """The wall time that was set."""
        return self.wall

    def monotonic(self) -> float:
        """The monotonic time that was set."""
        return self.ticks

    def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.ticks += seconds
        self.wall += timedelta(seconds=seconds)


def digest(text: str) -> str:
    """A SHA-256 that stands for a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def intention(name: str = "a", operation: str = "insert", **more: Any) -> dict[str, Any]:
    """Data of an ``intended`` event; `name` stands for the content and its message."""
    return {
        "operation": operation,
        "status": "takedown" if operation == "takedown" else "active",
        "message_fingerprint": digest(f"told {name}"),
        "assets_fingerprint": digest("files"),
        "scheme": 1,
        "recordings": digest("isrcs"),
        "content": digest(f"content {name}"),
        "message_id": f"M-{name}",
        "thread_id": "T-1",
        "created": "2026-11-22T12:00:00.000000Z",
        "message": digest(f"message {name}"),
        "body": digest(f"body {name}"),
        "batch": "20261122120000000",
        "recipient": "PADPIDA2011072101T",
        "protected": False,
        **more,
    }


def shipment(**more: Any) -> dict[str, Any]:
    """Data of the ``intended`` event of a batch."""
    return {
        "folder": "20261122120000000",
        "layout": "batch",
        "members": ["04006381333931"],
        "created": "2026-11-22T12:00:00.000000Z",
        "marker_path": "20261122120000000/BatchComplete_20261122120000000.xml",
        **more,
    }


def event(
    kind: Kind,
    data: Mapping[str, Any] | None = None,
    *,
    stream: StreamId = STREAM,
    version: int = 1,
    previous: str = GENESIS,
    time: datetime = NOON,
) -> Event:
    """One event."""
    return Event(
        stream=stream,
        version=version,
        kind=kind,
        time=instant_text(time),
        provenance=PROVENANCE,
        data=data or {},
        format=format_of(kind),
        previous=previous,
    )


def write(
    ledger: LedgerStore,
    kind: Kind,
    data: Mapping[str, Any] | None = None,
    *,
    stream: StreamId = STREAM,
    time: datetime = NOON,
) -> int:
    """Append the next event of a stream."""
    state = ledger.batch(stream) if stream.is_batch else ledger.state(stream)
    return ledger.append(
        [
            event(
                kind,
                data,
                stream=stream,
                version=state.version + 1,
                previous=state.head,
                time=time,
            )
        ]
    )


def deliver(
    ledger: LedgerStore, name: str = "a", *, stream: StreamId = STREAM, **more: Any
) -> None:
    """Write a whole delivery with its bytes."""
    ledger.store(f"content {name}".encode())
    ledger.store(f"message {name}".encode())
    write(ledger, Kind.INTENDED, intention(name, **more), stream=stream)
    write(ledger, Kind.COMPLETING, stream=stream)
    write(ledger, Kind.COMPLETED, stream=stream)
