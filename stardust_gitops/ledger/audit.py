"""Looking for damage and tampering in what a backend has stored. Pure: rows in, sentences out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson

from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.codec import dump_state
from stardust_gitops.ledger.events import GENESIS, Event, Kind, StreamId, erased, references
from stardust_gitops.ledger.fold import apply_batch, apply_release
from stardust_gitops.ledger.state import BatchState, StreamState
from stardust_gitops.ledger.upcast import UPCASTERS, Upcaster, read_event

State = StreamState | BatchState


REBUILD = "(`ledger rebuild`)"
"""Ends a problem that is gone when the derived tables are made anew."""

_BYTES = "the bytes "


def repairable(problems: Iterable[str]) -> list[str]:
    """Those that making the derived tables anew puts right. None where something else is wrong with
    the events: then the tables may be all that still tells what was lost."""
    events = [problem for problem in problems if not problem.startswith(_BYTES)]
    derived = [problem for problem in events if problem.endswith(REBUILD)]
    return derived if len(derived) == len(events) else []


class StoredEvent(NamedTuple):
    """One event as a backend keeps it: the body, and what was copied out of it to search by."""

    position: int
    environment: str
    target: str
    subject: str
    version: int
    time: str
    operation: str | None
    digest: str
    body: bytes

    @property
    def stream(self) -> StreamId:
        """The stream that the row stands in."""
        return StreamId(self.environment, self.target, self.subject)


class Head(NamedTuple):
    """Where a stream stands: part of a checkpoint."""

    stream: StreamId
    version: int
    digest: str


class Derived(NamedTuple):
    """One row of the derived table: whether a plan reads it, and the state's JSON."""

    planned: bool
    state: bytes


def fresh_state(stream: StreamId) -> State:
    """The state of a stream without events."""
    return BatchState() if stream.is_batch else StreamState()


def fold(state: State, event: Event, digest: str) -> State:
    """The state after one more event, whatever kind of stream it is."""
    if isinstance(state, BatchState):
        return apply_batch(state, event, digest=digest)
    return apply_release(state, event, digest=digest)


def derive(stream: StreamId, state: State) -> Derived:
    """What the derived table holds of a stream. A plan reads releases and open batches."""
    planned = not state.ended if isinstance(state, BatchState) else stream.is_release
    return Derived(planned, dump_state(state))


def operation_of(event: Event) -> str | None:
    """The operation that a release's intention begins, for the guards."""
    if event.kind is not Kind.INTENDED or not event.stream.is_release:
        return None
    return str(event.data["operation"])


def checkpoint_digest(previous: str, position: int, heads: Iterable[Head]) -> str:
    """Chain the heads of the streams that moved since the checkpoint before.

    The streams that did not move are covered by the earlier checkpoints of the chain.
    """
    rows = sorted([*head.stream, head.version, head.digest] for head in heads)
    return hashlib.sha256(orjson.dumps([previous, position, rows])).hexdigest()


class Auditor:
    """Reads all events once, in order of position, and adds what is wrong to `problems`."""

    def __init__(self, problems: list[str], upcasters: Mapping[int, Upcaster] = UPCASTERS) -> None:
        self.problems = problems
        self.references: dict[str, str] = {}
        """Digests of bytes that have to be there, each with the event that first refers to it. What
        was erased need not, until an event refers to it again."""
        self._upcasters = upcasters
        self._states: dict[StreamId, State] = {}
        self._broken: set[StreamId] = set()

    def read(
        self, events: Iterable[StoredEvent], checkpoints: Iterable[tuple[int, str]], last: int
    ) -> None:
        """Check positions (1 to `last`, without a gap), chains, copies, and checkpoints."""
        marks = iter(checkpoints)
        mark = next(marks, None)
        previous, moved, position = GENESIS, set[StreamId](), 0
        for stored in events:
            if stored.position != position + 1:
                self.problems.append(_gap(position + 1, stored.position - 1))
            position = stored.position
            self._event(stored)
            moved.add(stored.stream)
            while mark is not None and mark[0] <= position:
                heads = (self._head(stream) for stream in moved)
                if checkpoint_digest(previous, mark[0], heads) != mark[1]:
                    self.problems.append(
                        f"checkpoint at position {mark[0]} does not match the events before it"
                    )
                previous, moved, mark = mark[1], set(), next(marks, None)
        if position < last:
            self.problems.append(_gap(position + 1, last))
        if mark is not None:
            self.problems.append(f"checkpoint at position {mark[0]} stands behind all events")

    def _head(self, stream: StreamId) -> Head:
        state = self._states[stream]
        return Head(stream, state.version, state.head)

    def _event(self, stored: StoredEvent) -> None:
        stream = stored.stream
        state = self._states.setdefault(stream, fresh_state(stream))
        name = f"event {stored.version} of {'/'.join(stream)}"
        try:
            event = read_event(stored.body, self._upcasters)
            problems = list(_disagreements(stored, event, state))
            self._states[stream] = fold(state, event, stored.digest)
            self._refer(event, name)
        except GitOpsError as error:
            problems = [error.message]
        if problems:
            self._broken.add(stream)
            self.problems += [f"{name} (position {stored.position}): {text}" for text in problems]

    def _refer(self, event: Event, name: str) -> None:
        for _, digest in references(event):
            self.references.setdefault(digest, name)
        for digest in erased(event):
            self.references.pop(digest, None)

    def compare(self, stored: Mapping[StreamId, Derived]) -> None:
        """Check the derived table. Streams whose events are broken were reported already."""
        for stream in sorted((stored.keys() | self._states.keys()) - self._broken):
            name = "/".join(stream)
            if stream not in self._states:
                self.problems.append(f"stream {name} has a state but no events: they were deleted")
            elif stream not in stored:
                self.problems.append(f"stream {name} has events but no state {REBUILD}")
            elif derive(stream, self._states[stream]) != stored[stream]:
                self.problems.append(self._difference(name, self._states[stream], stored[stream]))

    def _difference(self, name: str, state: State, stored: Derived) -> str:
        try:
            counted = int(orjson.loads(stored.state)["version"])
        except (KeyError, TypeError, ValueError):
            counted = 0
        if counted > state.version:
            return (
                f"the state of stream {name} counts {counted} events, and there are"
                f" {state.version}: the last ones were deleted"
            )
        return f"the state of stream {name} is not what its events say {REBUILD}"

    def compare_bytes(self, kept: Iterable[tuple[str, bytes | None]]) -> None:
        """Check the content store: each digest that is kept, in one place or in several, with its
        bytes, or ``None`` where they do not have that digest any more."""
        there = set()
        for digest, data in kept:
            there.add(digest)
            if data is None:
                by = self.references.get(digest, "nothing needs them")
                self.problems.append(f"{_BYTES}{digest} are damaged ({by})")
        for digest, by in self.references.items():
            if digest not in there:
                self.problems.append(f"{_BYTES}{digest} are missing ({by})")


def _gap(first: int, last: int) -> str:
    return f"events are missing: positions {first} to {last}"


def _disagreements(stored: StoredEvent, event: Event, state: State) -> Iterator[str]:
    if hashlib.sha256(stored.body).hexdigest() != stored.digest:
        yield "its bytes were changed"
    copied = (stored.stream, stored.version, stored.time, stored.operation)
    if copied != (event.stream, event.version, event.time, operation_of(event)):
        yield "it stands in another place than it was written for"
    if event.version != state.version + 1:
        yield f"version {state.version + 1} should stand here"
    if event.previous != state.head:
        yield "it does not follow the event before it"
