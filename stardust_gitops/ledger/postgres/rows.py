"""Reading and writing rows. Every function runs in its caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from psycopg import Cursor
from psycopg.rows import TupleRow

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
from stardust_gitops.ledger.store import Operation, Snapshot
from stardust_gitops.ledger.upcast import Upcaster, read_event
from stardust_gitops.ledger.writing import decode_state, fit, load_states, unpack

PAGE = 1000
"""Rows fetched at a time: memory stays bounded however large the ledger is."""

Rows = Cursor[TupleRow]


def _stream(cursor: Rows, query: bytes, parameters: Sequence[object] = ()) -> Iterator[TupleRow]:
    """Rows page by page, from a cursor on the server."""
    with cursor.connection.cursor(name="page") as page:
        page.itersize = PAGE
        page.execute(query, parameters)
        yield from page


def last_position(cursor: Rows) -> int:
    """The position of the last event, 0 where there is none."""
    cursor.execute("SELECT position FROM ledger")
    return int(_row(cursor)[0])


def _row(cursor: Rows) -> TupleRow:
    row = cursor.fetchone()
    if row is None:
        raise AssertionError("a query that always has a row had none")
    return row


def snapshot(cursor: Rows, environment: str, since: str) -> Snapshot:
    """See `LedgerStore.snapshot`."""
    states = _stream(
        cursor,
        b"SELECT target, subject, state FROM streams WHERE environment = %s AND planned"
        b" ORDER BY target, subject",
        (environment,),
    )
    releases, batches = load_states(((row[0], row[1], row[2]) for row in states), environment)
    cursor.execute(
        "SELECT time, target, operation, subject FROM events"
        " WHERE environment = %s AND time > %s AND operation IS NOT NULL"
        " ORDER BY time, target, operation, subject",
        (environment, since),
    )
    recent = tuple(
        Operation(time=time, target=target, operation=operation, release=subject)
        for time, target, operation, subject in cursor
    )
    position = last_position(cursor)
    return Snapshot(position=position, releases=releases, batches=batches, recent=recent)


def load(cursor: Rows, streams: Iterable[StreamId]) -> dict[StreamId, State]:
    """The present states of streams, fresh ones where they do not exist."""
    wanted = list(dict.fromkeys(streams))
    states = {stream: fresh_state(stream) for stream in wanted}
    cursor.execute(
        "SELECT environment, target, subject, state FROM streams"
        " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted (environment, target, subject)"
        " USING (environment, target, subject)",
        [[stream[part] for stream in wanted] for part in range(3)],
    )
    for environment, target, subject, state in cursor:
        stream = StreamId(environment, target, subject)
        states[stream] = decode_state(stream, state)
    return states


def save(cursor: Rows, states: Mapping[StreamId, State]) -> None:
    """Write states into the derived table."""
    cursor.executemany(
        "INSERT INTO streams (environment, target, subject, planned, state)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (environment, target, subject)"
        " DO UPDATE SET planned = excluded.planned, state = excluded.state",
        (
            (*stream, planned, state.decode())
            for stream, (planned, state) in (
                (stream, derive(stream, state)) for stream, state in states.items()
            )
        ),
    )


def append(cursor: Rows, events: Sequence[Event]) -> int:
    """Write events and what they make of their streams; nobody else may be writing. Errors as in
    `LedgerStore.append`."""
    known = load(cursor, (event.stream for event in events))
    stored, states = fit(events, known.__getitem__)
    first = last_position(cursor) + 1
    cursor.executemany(
        "INSERT INTO events (position, environment, target, subject, version, time, operation,"
        " digest, body) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [(position, *row[:-1], row.body.decode()) for position, row in enumerate(stored, first)],
    )
    save(cursor, states)
    last = first + len(stored) - 1
    cursor.execute("UPDATE ledger SET position = %s", (last,))
    return last


def position_of(cursor: Rows, event: Event) -> int | None:
    """Where exactly this event stands; ``None`` where it does not."""
    cursor.execute(
        "SELECT position FROM events WHERE environment = %s AND target = %s AND subject = %s"
        " AND version = %s AND digest = %s",
        (*event.stream, event.version, event.digest()),
    )
    row = cursor.fetchone()
    return None if row is None else int(row[0])


def page(cursor: Rows, after: int, stream: StreamId | None) -> list[tuple[int, bytes]]:
    """Some events behind a position, of one stream or all: (position, body). Empty at the end."""
    if stream is None:
        cursor.execute(
            "SELECT position, body FROM events WHERE position > %s ORDER BY position LIMIT %s",
            (after, PAGE),
        )
    else:
        cursor.execute(
            "SELECT position, body FROM events WHERE position > %s AND environment = %s"
            " AND target = %s AND subject = %s ORDER BY version LIMIT %s",
            (after, *stream, PAGE),
        )
    return [(position, body) for position, body in cursor]


def bodies(cursor: Rows, streams: Collection[StreamId]) -> list[bytes]:
    """All events of some streams, those of each in order."""
    places: dict[tuple[str, str], list[str]] = {}
    for environment, target, subject in streams:
        places.setdefault((environment, target), []).append(subject)
    found: list[bytes] = []
    for place, subjects in places.items():
        cursor.execute(
            "SELECT body FROM events WHERE environment = %s AND target = %s AND subject = ANY(%s)"
            " ORDER BY subject, version",
            (*place, subjects),
        )
        found += (body for (body,) in cursor)
    return found


def stored_events(cursor: Rows) -> Iterator[StoredEvent]:
    """All events as they are stored, in order of position."""
    query = (
        b"SELECT position, environment, target, subject, version, time, operation, digest, body"
        b" FROM events ORDER BY position"
    )
    return (StoredEvent(*row) for row in _stream(cursor, query))


def checkpoints(cursor: Rows) -> list[tuple[int, str]]:
    """All checkpoints: (position, digest), in order."""
    cursor.execute("SELECT position, digest FROM checkpoints ORDER BY position")
    return [(position, digest) for position, digest in cursor]


def derived(cursor: Rows) -> dict[StreamId, Derived]:
    """The whole derived table."""
    query = b"SELECT environment, target, subject, planned, state FROM streams"
    return {StreamId(*row[:3]): Derived(row[3], row[4]) for row in _stream(cursor, query)}


def rebuild(cursor: Rows, upcasters: Mapping[int, Upcaster]) -> None:
    """Make the derived table anew."""
    states: dict[StreamId, State] = {}
    for stored in stored_events(cursor):
        stream = stored.stream
        state = states.get(stream) or fresh_state(stream)
        states[stream] = fold(state, read_event(stored.body, upcasters), stored.digest)
    cursor.execute("DELETE FROM streams")
    save(cursor, states)


def checkpoint(cursor: Rows) -> None:
    """Chain the heads of the streams that moved since the last checkpoint, if any did."""
    cursor.execute("SELECT position, digest FROM checkpoints ORDER BY position DESC LIMIT 1")
    begin, chain = cursor.fetchone() or (0, GENESIS)
    position = last_position(cursor)
    if position == begin:
        return
    query = (
        b"SELECT DISTINCT ON (environment, target, subject) environment, target, subject, version,"
        b" digest FROM events WHERE position > %s"
        b" ORDER BY environment, target, subject, version DESC"
    )
    moved = _stream(cursor, query, (begin,))
    digest = checkpoint_digest(
        chain, position, (Head(StreamId(*row[:3]), row[3], row[4]) for row in moved)
    )
    cursor.execute("INSERT INTO checkpoints (position, digest) VALUES (%s, %s)", (position, digest))


def put_blob(cursor: Rows, digest: str, size: int, packed: bytes) -> None:
    """Keep compressed bytes, unless they are there already."""
    cursor.execute(
        "INSERT INTO blobs (digest, size, data) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (digest, size, packed),
    )


def has_blob(cursor: Rows, digest: str) -> bool:
    """Whether there are bytes under a digest, sound or not."""
    cursor.execute("SELECT 1 FROM blobs WHERE digest = %s", (digest,))
    return cursor.fetchone() is not None


def get_blob(cursor: Rows, digest: str) -> bytes | None:
    """The bytes under a digest; ``None`` where there are none that have this digest."""
    cursor.execute("SELECT size, data FROM blobs WHERE digest = %s", (digest,), binary=True)
    row = cursor.fetchone()
    return None if row is None else unpack(digest, *row)


def erase_blobs(cursor: Rows, digests: Sequence[str]) -> None:
    """Delete bytes, those that are there."""
    cursor.execute("DELETE FROM blobs WHERE digest = ANY(%s)", (digests,))


def blob_digests(cursor: Rows) -> list[str]:
    """The digests of all bytes that are kept."""
    cursor.execute("SELECT digest FROM blobs ORDER BY digest")
    return [digest for (digest,) in cursor]


def triggers(cursor: Rows, schema: str) -> set[str]:
    """The triggers that stand guard over the events, and are switched on."""
    cursor.execute(
        "SELECT tgname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid"
        " JOIN pg_namespace ON relnamespace = pg_namespace.oid"
        " WHERE nspname = %s AND tgenabled IN ('O', 'A')",
        (schema,),
    )
    return {name for (name,) in cursor}
