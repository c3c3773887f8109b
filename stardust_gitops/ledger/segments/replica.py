"""The SQLite tables that are derived from a log of segments, on this machine. Functions run in
their caller's transaction.

They are fed from what is new in the log and can be made anew from it at any time. The table `blobs`
holds what is stored and not yet in the log.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.audit import State, fold, operation_of
from stardust_gitops.ledger.events import Event, StreamId
from stardust_gitops.ledger.segments.segment import Segment, damaged, decode
from stardust_gitops.ledger.sqlite import rows, schema
from stardust_gitops.ledger.sqlite.connection import create_file, open_file
from stardust_gitops.ledger.store import LedgerError
from stardust_gitops.ledger.upcast import Upcaster, read_event

_TABLES = """
CREATE TABLE IF NOT EXISTS mark (one INTEGER PRIMARY KEY, head TEXT, segment INTEGER, listed TEXT);
CREATE TABLE IF NOT EXISTS places (digest TEXT PRIMARY KEY, place TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS base (one INTEGER PRIMARY KEY, position INTEGER, covers TEXT);
CREATE TABLE IF NOT EXISTS operations_before
    (environment TEXT, time TEXT, target TEXT, operation TEXT, subject TEXT);
"""
_CHUNK = 5000
_NEAR = 2000
_CACHE_KIB = 65_536


class Mark(NamedTuple):
    """How far the tables have come: the head of the log, the number of its last segment, and the
    head at which the places of bytes were listed."""

    head: str | None = None
    segment: int = 0
    listed: str | None = None


class Base(NamedTuple):
    """Where the tables began, if that was a snapshot: of the events up to `position` they hold
    some only. What was begun after `covers` (instant text) is known all the same."""

    position: int = 0
    covers: str = ""


def open_replica(path: Path, catalogue_id: str) -> None:
    """Make the file ready. One that is no such file, or damaged, is made anew: it is a copy."""
    try:
        _prepare(path, catalogue_id)
    except (LedgerError, SafetyError):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        with suppress(SafetyError):  # another process was faster
            create_file(path, catalogue_id)
        _prepare(path, catalogue_id)


def _prepare(path: Path, catalogue_id: str) -> None:
    with closing(open_file(path, catalogue_id)) as connection:
        # What stands in the log is durable there.
        connection.executescript(_TABLES)


def tune(connection: sqlite3.Connection) -> None:
    """Settings for tables that are a copy: what a power cut takes from them stands in the log, and
    they are still whole (SQLite's documentation of ``synchronous`` in WAL mode). A new machine
    fills hundreds of megabytes in one transaction, which should not travel to the disk and back."""
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def mark(connection: sqlite3.Connection) -> Mark:
    """How far the tables have come."""
    row = connection.execute("SELECT head, segment, listed FROM mark").fetchone()
    return Mark(*row) if row else Mark()


def head_of(mark: Mark) -> str:
    """The head that the tables stand at."""
    if mark.head is None:
        raise AssertionError("a ledger follows its log as soon as it is opened")
    return mark.head


def set_mark(connection: sqlite3.Connection, value: Mark) -> None:
    """Note how far the tables have come."""
    connection.execute("REPLACE INTO mark (one, head, segment, listed) VALUES (1, ?, ?, ?)", value)


def base(connection: sqlite3.Connection) -> Base:
    """Where the tables began."""
    row = connection.execute("SELECT position, covers FROM base").fetchone()
    return Base(*row) if row else Base()


def set_base(connection: sqlite3.Connection, value: Base) -> None:
    """Note where the tables began."""
    connection.execute("REPLACE INTO base (one, position, covers) VALUES (1, ?, ?)", value)


def is_whole(connection: sqlite3.Connection, stream: StreamId) -> bool:
    """Whether all events of a stream are in the tables."""
    (count,) = connection.execute(
        "SELECT count(*) FROM events WHERE environment = ? AND target = ? AND subject = ?", stream
    ).fetchone()
    return bool(count == rows.load(connection, stream).version)


def fill(
    connection: sqlite3.Connection,
    files: Iterable[tuple[str, bytes]],
    upcasters: Mapping[int, Upcaster],
) -> None:
    """Add the events before the base, whose effect is in the states already."""
    until = base(connection).position
    for name, data in files:
        for segment in decode(name, data):
            if segment.first > until:
                continue
            _insert(connection, [_row_of(p, b, upcasters) for p, b in _numbered(segment)])
            if segment.checkpoint:
                _checkpoint(connection, segment.last, segment.checkpoint)
    (count,) = connection.execute(
        "SELECT count(*) FROM events WHERE position <= ?", (until,)
    ).fetchone()
    if count != until:
        raise damaged("segments", f"{until - count} events before position {until} are missing")
    connection.execute("DELETE FROM operations_before")
    set_base(connection, Base())


def _numbered(segment: Segment) -> Iterable[tuple[int, bytes]]:
    return enumerate(segment.events, segment.first)


def insert_event(
    connection: sqlite3.Connection, position: int, body: bytes, upcasters: Mapping[int, Upcaster]
) -> None:
    """Put an event whose effect is in the states already into its place."""
    _insert(connection, [_row_of(position, body, upcasters)])


def _row_of(position: int, body: bytes, upcasters: Mapping[int, Upcaster]) -> tuple[object, ...]:
    event, digest = read_event(body, upcasters), hashlib.sha256(body).hexdigest()
    operation = operation_of(event)
    return (position, *event.stream, event.version, event.time, operation, digest, body)


def feed(
    connection: sqlite3.Connection,
    files: Iterable[tuple[str, bytes]],
    known: int,
    upcasters: Mapping[int, Upcaster],
) -> int:
    """Add what the files hold behind segment `known`; the number of the last segment.

    `LedgerError` where a segment is missing, is not the one that was there before, or holds an
    event that does not follow the one before it in its stream.
    """
    states: dict[StreamId, State] = {}
    events: list[tuple[object, ...]] = []
    number, position = known, rows.last_position(connection)
    for name, data in files:
        for segment in decode(name, data):
            if segment.number <= number:
                _must_be_known(connection, name, segment)
                continue
            if (segment.number, segment.first) != (number + 1, position + 1):
                raise damaged(name, f"segment {number + 1} should come next")
            for body in segment.events:
                position += 1
                events.append(_row(connection, states, name, position, body, upcasters))
            number = segment.number
            if len(events) >= _CHUNK or segment.checkpoint:
                _insert(connection, events)
            if segment.checkpoint:
                _checkpoint(connection, position, segment.checkpoint)
    _insert(connection, events)
    rows.save(connection, states)
    return number


def _row(
    connection: sqlite3.Connection,
    states: dict[StreamId, State],
    name: str,
    position: int,
    body: bytes,
    upcasters: Mapping[int, Upcaster],
) -> tuple[object, ...]:
    event = read_event(body, upcasters)
    stream = event.stream
    state = states.get(stream) or rows.load(connection, stream)
    if (event.version, event.previous) != (state.version + 1, state.head):
        raise damaged(
            name,
            f"event {event.version} of {'/'.join(stream)} (position {position}) does not follow the"
            " one before it",
        )
    digest = hashlib.sha256(body).hexdigest()
    states[stream] = fold(state, event, digest)
    return (position, *stream, event.version, event.time, operation_of(event), digest, body)


def _insert(connection: sqlite3.Connection, events: list[tuple[object, ...]]) -> None:
    connection.executemany(
        "INSERT INTO events (position, environment, target, subject, version, time, operation,"
        " digest, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (position) DO NOTHING",
        events,
    )
    events.clear()


def _checkpoint(connection: sqlite3.Connection, position: int, digest: str) -> None:
    connection.execute(
        "INSERT INTO checkpoints (position, digest) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (position, digest),
    )


def _must_be_known(connection: sqlite3.Connection, name: str, segment: Segment) -> None:
    if segment.first <= base(connection).position:
        return
    known = connection.execute(
        "SELECT body FROM events WHERE position BETWEEN ? AND ? ORDER BY position",
        (segment.first, segment.last),
    ).fetchall()
    if [body for (body,) in known] != list(segment.events):
        raise damaged(name, f"segment {segment.number} is not the one that was there before")


def clear(connection: sqlite3.Connection) -> None:
    """Empty the tables of all that comes from the log."""
    (catalogue,) = connection.execute("SELECT catalogue FROM ledger").fetchone()
    kept = connection.execute("SELECT digest, size, data FROM blobs").fetchall()
    # Events are never deleted from a table: the tables go.
    for table in ("checkpoints", "events", "streams", "blobs", "leases", "ledger"):
        connection.execute(f"DROP TABLE {table}")
    for step in schema.MIGRATIONS:
        step(connection)
    connection.execute("INSERT INTO ledger (catalogue) VALUES (?)", (catalogue,))
    connection.executemany("INSERT INTO blobs (digest, size, data) VALUES (?, ?, ?)", kept)
    for table in ("places", "base", "operations_before"):
        connection.execute(f"DELETE FROM {table}")
    set_mark(connection, Mark())


def position_of(connection: sqlite3.Connection, event: Event) -> int | None:
    """Where exactly this event stands; ``None`` where it does not."""
    row = connection.execute(
        "SELECT position FROM events WHERE environment = ? AND target = ? AND subject = ?"
        " AND version = ? AND digest = ?",
        (*event.stream, event.version, event.digest()),
    ).fetchone()
    return None if row is None else int(row[0])


def last_checkpoint(connection: sqlite3.Connection) -> tuple[int, str]:
    """Position and digest of the last checkpoint; 0 where there is none."""
    row = connection.execute(
        "SELECT position, digest FROM checkpoints ORDER BY position DESC LIMIT 1"
    ).fetchone()
    return row or (0, "")


def waiting(connection: sqlite3.Connection, digests: Iterable[str]) -> dict[str, bytes]:
    """Of these digests, those whose bytes are not in the log yet, with them."""
    found = {}
    for digest in digests:
        data = rows.get_blob(connection, digest)
        if data is not None:
            found[digest] = data
    return found


def list_places(connection: sqlite3.Connection, changes: Iterable[tuple[str, str | None]]) -> None:
    """Note where bytes are, and which are no more."""
    for digest, place in changes:
        if place is None:
            connection.execute("DELETE FROM places WHERE digest = ?", (digest,))
        else:
            connection.execute("REPLACE INTO places (digest, place) VALUES (?, ?)", (digest, place))


def place_of(connection: sqlite3.Connection, digest: str) -> str | None:
    """Where bytes are in the log."""
    row = connection.execute("SELECT place FROM places WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else str(row[0])


def places_near(connection: sqlite3.Connection, digest: str) -> list[str]:
    """Where bytes are that came into the log at about the same time, the nearest first."""
    found = connection.execute(
        "WITH here AS (SELECT rowid AS at FROM places WHERE digest = ?)"
        " SELECT place FROM places, here WHERE places.rowid BETWEEN at - ? AND at + ?"
        " AND places.rowid != at ORDER BY abs(places.rowid - at)",
        (digest, _NEAR, _NEAR),
    )
    return [place for (place,) in found]


def forget_places(connection: sqlite3.Connection) -> None:
    """Forget where bytes are."""
    connection.execute("DELETE FROM places")


def all_places(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """All digests with their places."""
    return connection.execute("SELECT digest, place FROM places ORDER BY digest").fetchall()
