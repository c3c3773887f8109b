"""What holds for every course of events."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.ledger import retention
from stardust_gitops.ledger.codec import dump_state, load_release
from stardust_gitops.ledger.events import Event, Kind, StreamId
from stardust_gitops.ledger.fold import apply_release
from stardust_gitops.ledger.sqlite import SqliteLedger, create, schema
from stardust_gitops.ledger.state import Phase, StreamState
from stardust_gitops.ledger.store import ConflictError
from tests.ledger_samples import (
    BATCH,
    CATALOGUE,
    NOON,
    OTHER,
    PROVENANCE,
    STREAM,
    HandClock,
    digest,
    event,
    intention,
    shipment,
    write,
)
from tests.scale import examples

Step = tuple[StreamId, Kind, dict[str, Any]]

names = st.sampled_from("abc")
operations = st.sampled_from(["insert", "update", "takedown", "purge", "resend"])


def _release_data(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    if kind in (Kind.INTENDED, Kind.IMPORTED):
        return st.builds(intention, names, operations, protected=st.booleans())
    if kind is Kind.FAILED:
        return st.sampled_from([{"text": "x"}, {"text": "x", "outcome": "unknown"}])
    if kind in (Kind.ACKNOWLEDGED, Kind.REJECTED):
        return st.builds(lambda name: {"message_id": f"M-{name}"}, names)
    if kind is Kind.RESOLVED:
        return st.sampled_from([{"outcome": "delivered"}, {"outcome": "resend"}])
    if kind is Kind.MOVED:
        return st.just({"to": ["production", "x", "x"]})
    if kind is Kind.ERASED:
        return st.builds(lambda name: {"digests": [digest(f"message {name}")]}, names)
    return st.just({})


def _batch_data(kind: Kind) -> dict[str, Any]:
    if kind is Kind.ERASED:
        return {"digests": [digest("message a")]}
    return shipment() if kind is Kind.INTENDED else {"text": "x", "outcome": "unknown"}


release_steps = st.sampled_from(Kind).flatmap(
    lambda kind: st.tuples(st.sampled_from([STREAM, OTHER]), st.just(kind), _release_data(kind))
)
batch_steps = st.sampled_from(Kind).map(lambda kind: (BATCH, kind, _batch_data(kind)))
courses = st.lists(st.one_of(release_steps, batch_steps), max_size=25)


@contextmanager
def _ledger() -> Iterator[tuple[SqliteLedger, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with closing(create(path, CATALOGUE)) as ledger:
            for name in "abc":
                ledger.store(f"content {name}".encode())
                ledger.store(f"message {name}".encode())
            yield ledger, path


def _write(ledger: SqliteLedger, course: list[Step]) -> None:
    for stream, kind, data in course:
        write(ledger, kind, data, stream=stream)


def _derived(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as shell:
        return shell.execute("SELECT * FROM streams ORDER BY 1, 2, 3").fetchall()


@examples(600)
@given(courses)
def test_derived_tables_are_what_the_events_say(course: list[Step]) -> None:
    with _ledger() as (ledger, path):
        _write(ledger, course)
        before = _derived(path)
        ledger.rebuild()
        assert _derived(path) == before
        ledger.checkpoint()
        assert ledger.verify() == []
        folded = StreamState()
        for _, one in ledger.events(stream=STREAM):
            folded = apply_release(folded, one)
        assert ledger.state(STREAM) == folded


@examples(300)
@given(courses)
def test_what_counts_is_never_erased_whatever_happened(course: list[Step]) -> None:
    with _ledger() as (ledger, _):
        _write(ledger, course)
        clock, oldest = HandClock(), NOON + timedelta(days=1)
        found = retention.find(ledger, oldest)
        retention.prune(ledger, found, keep_for="1 day", clock=clock, provenance=PROVENANCE)
        for stream in (STREAM, OTHER):
            state = ledger.state(stream)
            for sent in filter(None, (state.open, state.baseline, state.previous)):
                assert ledger.fetch(sent.content)
            for sent in filter(None, (state.open, state.baseline)):
                if sent is state.open or state.phase in (Phase.LIVE, Phase.TAKEN_DOWN):
                    assert sent.message is None or ledger.fetch(sent.message)
        assert ledger.verify() == []
        assert retention.find(ledger, oldest).stored == {}


@examples(1000)
@given(st.lists(release_steps, max_size=25))
def test_states_make_sense_whatever_happens(course: list[Step]) -> None:
    state = StreamState()
    created = ""
    for _, kind, data in course:
        following = event(kind, data, version=state.version + 1, previous=state.head)
        state = apply_release(state, following)
        assert load_release(dump_state(state)) == state
        assert (state.phase is Phase.NEVER) == (state.baseline is None)
        assert state.open is not None or not (state.unknown or state.marker_begun)
        assert state.marker_begun or not state.unknown
        assert (state.last_created or "") >= created
        created = state.last_created or ""


@examples(600)
@given(st.lists(release_steps, min_size=1, max_size=8), st.data())
def test_any_changed_byte_of_an_event_is_found(course: list[Step], data: st.DataObject) -> None:
    with _ledger() as (ledger, path):
        _write(ledger, course)
        position = data.draw(st.integers(1, len(course)))
        with closing(sqlite3.connect(path, isolation_level=None)) as shell:
            for trigger in schema.TRIGGERS:
                shell.execute(f"DROP TRIGGER {trigger}")
            (body,) = shell.execute(
                "SELECT body FROM events WHERE position = ?", (position,)
            ).fetchone()
            changed = bytearray(body)
            changed[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
            shell.execute(
                "UPDATE events SET body = ? WHERE position = ?", (bytes(changed), position)
            )
        assert [text for text in ledger.verify() if f"(position {position})" in text]


@examples(400)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_two_writers_never_write_one_version_twice(moves: list[tuple[bool, bool]]) -> None:
    """Each move: who writes, and whether it looks at the ledger before."""
    with _ledger() as (one, path), closing(SqliteLedger(path, CATALOGUE)) as two:
        known = {True: StreamState(), False: StreamState()}
        written: list[Event] = []
        for first, looks in moves:
            ledger = one if first else two
            if looks:
                known[first] = ledger.state(STREAM)
            mine = known[first]
            following = event(Kind.FILE_UPLOADED, version=mine.version + 1, previous=mine.head)
            try:
                ledger.append([following])
            except ConflictError:
                assert mine.version < len(written)
            else:
                assert mine.version == len(written)
                written.append(following)
                known[first] = apply_release(mine, following)
        assert [event for _, event in one.events()] == written
        assert [event.version for event in written] == list(range(1, len(written) + 1))
        assert one.verify() == []
