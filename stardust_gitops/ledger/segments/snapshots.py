"""Snapshots: the derived states at one moment, so that a new machine need not read all events.

A snapshot holds the state of every stream, the events that a run may need to carry on (those of
open intentions and shipments, what was read of receipts, and the last one), and what was begun in
the last days, for the guards. The other events are read only when somebody asks for them
(`history`, `verify`, `rebuild`).
"""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.events import RECEIPTS_SUBJECT
from stardust_gitops.ledger.segments import replica
from stardust_gitops.ledger.segments.segment import damaged
from stardust_gitops.ledger.sqlite import rows
from stardust_gitops.ledger.store import Operation
from stardust_gitops.ledger.upcast import Upcaster

FORMAT = 1
EVERY = 20_000
"""So many events come between two snapshots, and half as many as there are streams: so that the
snapshots never weigh much more than the events."""

_RECENT = timedelta(hours=48)
_ERRORS = (EOFError, KeyError, OSError, TypeError, ValueError, zlib.error)


class Snapshot(NamedTuple):
    """The states behind the event at `position`, the last one of `segment`; `data` is the file."""

    segment: int
    position: int
    data: bytes


def is_due(connection: sqlite3.Connection, last: int) -> bool:
    """Whether the tables stand at a checkpoint, with enough behind the position of the `last`
    snapshot for another one."""
    position = rows.last_position(connection)
    (streams,) = connection.execute("SELECT count(*) FROM streams").fetchone()
    enough = position - last >= max(EVERY, streams // 2)
    return enough and position == replica.last_checkpoint(connection)[0]


def take(connection: sqlite3.Connection) -> Snapshot:
    """The snapshot of the tables as they stand, at a checkpoint."""
    mark, position = replica.mark(connection), rows.last_position(connection)
    _, checkpoint = replica.last_checkpoint(connection)
    states = connection.execute(
        "SELECT environment, target, subject, planned, CAST(state AS TEXT) FROM streams"
    ).fetchall()
    events = connection.execute(
        "SELECT position, CAST(body AS TEXT) FROM events JOIN streams USING"
        " (environment, target, subject) WHERE position = ? OR instr(state, '\"open\":')"
        " OR (planned AND subject LIKE 'batch:%') OR subject = ? ORDER BY position",
        (position, RECEIPTS_SUBJECT),
    ).fetchall()
    covers, operations = _operations(connection, {row[0] for row in events})
    lines = b"".join(orjson.dumps(row) + b"\n" for row in (*states, *events, *operations))
    about = {
        "format": FORMAT,
        "segment": mark.segment,
        "position": position,
        "checkpoint": checkpoint,
        "covers": covers,
        "states": len(states),
        "events": len(events),
        "sha256": hashlib.sha256(lines).hexdigest(),
    }
    data = gzip.compress(orjson.dumps(about) + b"\n" + lines, mtime=0)
    return Snapshot(mark.segment, position, data)


def _operations(
    connection: sqlite3.Connection, kept: set[int]
) -> tuple[str, list[tuple[str, ...]]]:
    """What was begun in the last days, the `kept` events left out; and the time from which on
    that is all."""
    begun = connection.execute(
        "SELECT position, environment, time, target, operation, subject FROM events"
        " WHERE operation IS NOT NULL"
        " UNION ALL SELECT 0, environment, time, target, operation, subject FROM operations_before"
    ).fetchall()
    if not begun:
        return "", []
    newest = max(row[2] for row in begun)
    covers = instant_text(datetime.fromisoformat(newest) - _RECENT)
    known = replica.base(connection).covers
    covers = max(covers, known)
    return covers, [row[1:] for row in begun if row[2] > covers and row[0] not in kept]


def load(
    connection: sqlite3.Connection, name: str, data: bytes, upcasters: Mapping[int, Upcaster]
) -> int | None:
    """Fill the empty tables from a snapshot; the number of its last segment. ``None`` where a
    newer program wrote it: it is only a shortcut. `LedgerError` where it is damaged."""
    try:
        head, _, lines = gzip.decompress(data).partition(b"\n")
        about: dict[str, Any] = orjson.loads(head)
        if about["format"] > FORMAT:
            return None
        if hashlib.sha256(lines).hexdigest() != about["sha256"]:
            raise ValueError("its bytes were changed")
        parsed = map(orjson.loads, lines.splitlines())
        _fill(connection, about, parsed, upcasters)
        return int(about["segment"])
    except _ERRORS as error:
        raise damaged(name, str(error)) from error


def _fill(
    connection: sqlite3.Connection,
    about: Mapping[str, Any],
    lines: Iterator[list[Any]],
    upcasters: Mapping[int, Upcaster],
) -> None:
    connection.executemany(
        "INSERT INTO streams (environment, target, subject, planned, state) VALUES (?, ?, ?, ?, ?)",
        ((*row[:4], row[4].encode()) for row in _some(lines, about["states"])),
    )
    for position, body in _some(lines, about["events"]):
        replica.insert_event(connection, position, body.encode(), upcasters)
    connection.executemany(
        "INSERT INTO operations_before (environment, time, target, operation, subject)"
        " VALUES (?, ?, ?, ?, ?)",
        lines,
    )
    replica.set_base(connection, replica.Base(about["position"], about["covers"]))
    connection.execute(
        "INSERT INTO checkpoints (position, digest) VALUES (?, ?)",
        (about["position"], about["checkpoint"]),
    )


def _some(lines: Iterator[list[Any]], count: int) -> Iterator[list[Any]]:
    for _ in range(count):
        yield next(lines)


def operations_before(
    connection: sqlite3.Connection, environment: str, since: str
) -> list[Operation]:
    """What was begun after an instant, of that whose events are not in the tables."""
    found = connection.execute(
        "SELECT time, target, operation, subject FROM operations_before"
        " WHERE environment = ? AND time > ? ORDER BY time",
        (environment, since),
    )
    return [
        Operation(time=time, target=target, operation=operation, release=subject)
        for time, target, operation, subject in found
    ]
