"""Durable events and snapshots of the SQLite ledger, beside what the disk and SQLite can do.

Floor of an append: `fdatasync` after each write of as many bytes as one event has. Floor of a
snapshot: fetching the rows and draining their JSON.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from hashlib import sha256
from pathlib import Path

import orjson

from benchmarks.rows import Row
from stardust_gitops.ledger.events import GENESIS, Event, Kind, Provenance, StreamId
from stardust_gitops.ledger.sqlite import SqliteLedger, create

STREAMS = 50_000
SINGLE_TARGET = 0.35  # of the disk's own rate
_NOW = "2026-11-22T12:00:00.000000Z"
_DIGESTS = (
    "message_fingerprint",
    "assets_fingerprint",
    "recordings",
    "content",
    "message",
    "body",
)
_ROUNDS = 5
_SINGLE = 200


def run() -> list[Row]:
    """Measure all; rounds of ours and of the floor take turns, medians count."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with closing(create(path, "benchmark")) as ledger:
            return [*_appends(ledger, Path(folder) / "floor"), _snapshot(ledger, path)]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def delivery(number: int) -> list[Event]:
    """The events of one delivery of one release."""
    stream = StreamId("production", f"target-{number % 5}", f"{number // 5:014}")
    provenance = Provenance(actor="benchmark", run="run", program="0", commit="0" * 40)
    intended = {
        "operation": "insert",
        "status": "active",
        **{name: _digest(f"{name} {number}") for name in _DIGESTS},
        "scheme": 1,
        "message_id": f"message-{number}",
        "thread_id": f"thread-{number}",
        "created": _NOW,
    }
    events: list[Event] = []
    for kind in (Kind.INTENDED, Kind.COMPLETING, Kind.COMPLETED):
        events.append(
            Event(
                stream=stream,
                version=len(events) + 1,
                kind=kind,
                time=_NOW,
                provenance=provenance,
                data=intended if kind is Kind.INTENDED else {},
                previous=events[-1].digest() if events else GENESIS,
            )
        )
    return events


def _rate(count: int, work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)


def _append(ledger: SqliteLedger, events: Sequence[Event], size: int) -> None:
    for start in range(0, len(events), size):
        ledger.append(events[start : start + size])


def _sync(path: Path, size: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        for _ in range(_SINGLE):
            os.write(file, b"x" * size)
            os.fdatasync(file)
    finally:
        os.close(file)


def _appends(ledger: SqliteLedger, scratch: Path) -> list[Row]:
    deliveries = [delivery(number) for number in range(STREAMS)]
    bytes_each = len(deliveries[0][0].body())
    taken = 0

    def some(count: int) -> list[Event]:
        nonlocal taken
        chosen = deliveries[taken : taken + -(-count // 3)]
        taken += len(chosen)
        return [event for events in chosen for event in events]

    single, batch, floor = [], [], []
    for _ in range(_ROUNDS):
        one, many = some(_SINGLE), some(5000)
        single.append(_rate(len(one), partial(_append, ledger, one, 1)))
        batch.append(_rate(len(many), partial(_append, ledger, many, 100)))
        floor.append(_rate(_SINGLE, partial(_sync, scratch, bytes_each)))
    _append(ledger, some(3 * STREAMS), 3000)
    synced = statistics.median(floor)
    return [
        Row(
            name="ledger, events appended one by one",
            unit="per second",
            ours=statistics.median(single),
            floor=synced,
            target=SINGLE_TARGET,
            more_is_better=True,
        ),
        Row(
            name="ledger, events appended by hundreds",
            unit="per second",
            ours=statistics.median(batch),
            floor=synced,
            more_is_better=True,
        ),
    ]


def _snapshot(ledger: SqliteLedger, path: Path) -> Row:
    ours, floor = [], []
    with closing(sqlite3.connect(path)) as plain:
        for _ in range(_ROUNDS):
            begun = time.perf_counter()
            rows = plain.execute("SELECT target, subject, state FROM streams").fetchall()
            drained = [orjson.loads(state) for _, _, state in rows]
            middle = time.perf_counter()
            snapshot = ledger.snapshot("production", since="9")
            ours.append(1000 * (time.perf_counter() - middle))
            floor.append(1000 * (middle - begun))
            assert len(snapshot.releases) == len(drained) == STREAMS
    return Row(
        name=f"ledger, snapshot of {STREAMS:,} streams",
        unit="ms",
        ours=statistics.median(ours),
        floor=statistics.median(floor),
    )
