"""Reading and writing rows. Every function runs in its caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

from stardust_gitops.ledger.audit import (
    Derived,
    Head,
    State,
    StoredEvent,
    checkpoint_digest,
    derive,
    fold,
    fresh_state,
)
from stardust_gitops.ledger.events import GENESIS, Event, StreamId
from stardust_gitops.ledger.upcast import Upcaster, read_event
from stardust_gitops.ledger.writing import conflict, decode_state, fit, unpack
from stardust_gitops.ledger.writing import load_states as load_states

_EVENT = "position, environment, target, subject, version, time, operation, digest, body"
_PAGE = 1000


def last_position(connection: sqlite3.Connection) -> int:
    """The position of the last event, 0 where there is none."""
    row: tuple[int | None] = connection.execute("SELECT max(position) FROM events").fetchone()
    return row[0] or 0


def ever_written(connection: sqlite3.Connection) -> int:
    """The highest position that SQLite ever gave: it shows a tail that was deleted."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    return int(row[0]) if row else 0


def stored_events(connection: sqlite3.Connection) -> Iterator[StoredEvent]:
    """All events as they are stored, in order of position."""
    # SQLite keeps any type in any column, so that tampering could put numbers where texts were.
    names = (f"CAST({name} AS TEXT)" for name in ("environment", "target", "subject"))
    rows = connection.execute(
        f"SELECT position, {', '.join(names)}, version, time, operation, CAST(digest AS TEXT),"
        " CAST(body AS BLOB) FROM events ORDER BY position"
    )
    for row in rows:
        yield StoredEvent(*row)


def checkpoints(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """All checkpoints: (position, digest), in order."""
    return connection.execute("SELECT position, digest FROM checkpoints ORDER BY 1").fetchall()


def derived(connection: sqlite3.Connection) -> dict[StreamId, Derived]:
    """The whole derived table."""
    rows = connection.execute(
        "SELECT CAST(environment AS TEXT), CAST(target AS TEXT), CAST(subject AS TEXT), planned,"
        " CAST(state AS BLOB) FROM streams"
    )
    return {StreamId(*row[:3]): Derived(bool(row[3]), row[4]) for row in rows}


def load(connection: sqlite3.Connection, stream: StreamId) -> State:
    """The present state of a stream, a fresh one where it does not exist."""
    row = connection.execute(
        "SELECT state FROM streams WHERE environment = ? AND target = ? AND subject = ?", stream
    ).fetchone()
    return fresh_state(stream) if row is None else decode_state(stream, row[0])


def save(connection: sqlite3.Connection, states: Mapping[StreamId, State]) -> None:
    """Write states into the derived table."""
    connection.executemany(
        "REPLACE INTO streams (environment, target, subject, planned, state)"
        " VALUES (?, ?, ?, ?, ?)",
        ((*stream, *derive(stream, state)) for stream, state in states.items()),
    )


def append(connection: sqlite3.Connection, events: Sequence[Event]) -> int:
    """Write events and what they make of their streams; errors as in `LedgerStore.append`."""
    stored, states = fit(events, lambda stream: load(connection, stream))
    try:
        connection.executemany(
            f"INSERT INTO events ({_EVENT}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", stored
        )
    except sqlite3.IntegrityError as error:
        raise conflict(events[0].stream) from error
    save(connection, states)
    return last_position(connection)


def page(
    connection: sqlite3.Connection, after: int, stream: StreamId | None
) -> list[tuple[int, bytes]]:
    """Some events behind a position, of one stream or all: (position, body). Empty at the end."""
    if stream is None:
        where, order = "", "position"
    else:
        where, order = " AND environment = ? AND target = ? AND subject = ?", "version"
    return connection.execute(
        f"SELECT position, body FROM events WHERE position > ?{where}"
        f" ORDER BY {order} LIMIT {_PAGE}",
        (after, *(stream or ())),
    ).fetchall()


def bodies(connection: sqlite3.Connection, stream: StreamId) -> list[bytes]:
    """All events of a stream, in order."""
    found = connection.execute(
        "SELECT body FROM events WHERE environment = ? AND target = ? AND subject = ?"
        " ORDER BY version",
        stream,
    )
    return [body for (body,) in found]


def rebuild(connection: sqlite3.Connection, upcasters: Mapping[int, Upcaster]) -> None:
    """Make the derived table anew."""
    states: dict[StreamId, State] = {}
    for stored in stored_events(connection):
        stream = stored.stream
        state = states.get(stream) or fresh_state(stream)
        states[stream] = fold(state, read_event(stored.body, upcasters), stored.digest)
    connection.execute("DELETE FROM streams")
    save(connection, states)


def checkpoint(connection: sqlite3.Connection) -> None:
    """Chain the heads of the streams that moved since the last checkpoint, if any did."""
    previous = connection.execute(
        "SELECT position, digest FROM checkpoints ORDER BY position DESC LIMIT 1"
    ).fetchone()
    begin, chain = previous or (0, GENESIS)
    position = last_position(connection)
    if position == begin:
        return
    # SQLite takes the bare column `digest` from the row that has the maximum.
    rows = connection.execute(
        "SELECT environment, target, subject, max(version), digest FROM events NOT INDEXED"
        " WHERE position > ? GROUP BY environment, target, subject",
        (begin,),
    )
    heads = (Head(StreamId(*row[:3]), row[3], row[4]) for row in rows)
    connection.execute(
        "INSERT INTO checkpoints (position, digest) VALUES (?, ?)",
        (position, checkpoint_digest(chain, position, heads)),
    )


def put_blob(connection: sqlite3.Connection, digest: str, size: int, packed: bytes) -> None:
    """Keep compressed bytes, unless they are there already."""
    connection.execute(
        "INSERT INTO blobs (digest, size, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (digest, size, packed),
    )


def has_blob(connection: sqlite3.Connection, digest: str) -> bool:
    """Whether there are bytes under a digest, sound or not."""
    found = connection.execute("SELECT 1 FROM blobs WHERE digest = ?", (digest,)).fetchone()
    return found is not None


def get_blob(connection: sqlite3.Connection, digest: str) -> bytes | None:
    """The bytes under a digest; ``None`` where there are none that have this digest."""
    row = connection.execute("SELECT size, data FROM blobs WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        return None
    size, packed = row
    return unpack(digest, size, packed)


def erase_blobs(connection: sqlite3.Connection, digests: Iterable[str]) -> None:
    """Delete bytes, those that are there."""
    connection.executemany("DELETE FROM blobs WHERE digest = ?", ((one,) for one in digests))


def blob_digests(connection: sqlite3.Connection) -> list[str]:
    """The digests of all bytes that are kept."""
    return [digest for (digest,) in connection.execute("SELECT digest FROM blobs ORDER BY 1")]


def triggers(connection: sqlite3.Connection) -> set[str]:
    """The triggers that stand guard over the events."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return {name for (name,) in rows}


def damage(connection: sqlite3.Connection) -> list[str]:
    """What SQLite itself finds wrong with the file."""
    try:
        rows = [text for (text,) in connection.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if rows == ["ok"] else rows
