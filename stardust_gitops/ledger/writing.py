"""What events and states become in tables: the same for every backend that has some. Pure."""

from __future__ import annotations

import gc
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from stardust_gitops.ledger.audit import State, fold, operation_of
from stardust_gitops.ledger.codec import load_batch, load_release
from stardust_gitops.ledger.events import Event, StreamId, format_of
from stardust_gitops.ledger.state import BatchState, StreamState
from stardust_gitops.ledger.store import ConflictError, LedgerError


class Row(NamedTuple):
    """An event as it stands in a table: what it is searched by, its digest and its body."""

    environment: str
    target: str
    subject: str
    version: int
    time: str
    operation: str | None
    digest: str
    body: bytes


def fit(
    events: Sequence[Event], load: Callable[[StreamId], State]
) -> tuple[list[Row], dict[StreamId, State]]:
    """The rows of events, and what they make of their streams, whose present states `load` knows.
    `ConflictError` where one is not the next of its stream; else as in `LedgerStore.append`."""
    states: dict[StreamId, State] = {}
    rows = []
    for event in events:
        stream = event.stream
        state = states.get(stream) or load(stream)
        if (event.version, event.previous) != (state.version + 1, state.head):
            raise conflict(stream)
        body = _body(event)
        digest = hashlib.sha256(body).hexdigest()
        states[stream] = fold(state, event, digest)
        rows.append(Row(*stream, event.version, event.time, operation_of(event), digest, body))
    return rows, states


def conflict(stream: StreamId) -> ConflictError:
    """What to say where somebody else has appended to a stream."""
    return ConflictError(
        f"{stream.subject} at {stream.target}: another writer was faster",
        hint="nothing was recorded twice; run `stardust-gitops plan` and apply again",
    )


def _body(event: Event) -> bytes:
    if event.format != format_of(event.kind):
        raise LedgerError(f"events {event.kind} of format {event.format} are not written")
    try:
        return event.body()
    except TypeError as error:
        raise LedgerError(
            f"an event of {event.stream.subject} at {event.stream.target} holds what JSON cannot:"
            f" {error}",
            hint="this is a bug, or text that is not Unicode in an answer of the recipient",
        ) from error


def load_states(
    rows: Iterable[tuple[str, str, bytes]], environment: str
) -> tuple[dict[StreamId, StreamState], dict[StreamId, BatchState]]:
    """The states in rows of (target, subject, state): those of releases, those of batches."""
    releases: dict[StreamId, StreamState] = {}
    batches: dict[StreamId, BatchState] = {}
    with _without_collection():
        for target, subject, data in rows:
            stream = StreamId(environment, target, subject)
            state = decode_state(stream, data)
            if isinstance(state, BatchState):
                batches[stream] = state
            else:
                releases[stream] = state
    return releases, batches


@contextmanager
def _without_collection() -> Iterator[None]:
    """Without the cyclic garbage collector: it would search a hundred thousand states, all of
    which stay, again and again (half the time of a snapshot)."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def decode_state(stream: StreamId, data: bytes) -> State:
    """A state from its JSON in the derived table. `LedgerError` where it is none."""
    try:
        return load_batch(data) if stream.is_batch else load_release(data)
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerError(
            f"the state of stream {'/'.join(stream)} in the ledger is damaged: {error}",
            hint="run `stardust-gitops ledger verify`, then `stardust-gitops ledger rebuild`",
        ) from error


def unpack(digest: str, size: int, packed: bytes) -> bytes | None:
    """Stored bytes; ``None`` where what is stored has not this digest."""
    try:
        # Never more than was stored: damaged bytes could grow without end.
        data = zlib.decompressobj().decompress(packed, size + 1)
    except (TypeError, ValueError, zlib.error):
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None
