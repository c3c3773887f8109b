"""What the ledger knows of MEAD messages; ledgers that know of none are read as ever."""

from __future__ import annotations

from typing import Any

import orjson

from stardust_gitops.ledger.codec import dump_state, load_release, moved_state
from stardust_gitops.ledger.events import REFERENCES, Kind
from stardust_gitops.ledger.fold import apply_release
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.ledger.upcast import read_event
from tests.ledger_samples import digest, event, intention

MEAD = {"mead": digest("mead a"), "mead_body": digest("mead body a"), "mead_id": "M-a-MEAD"}
DONE: tuple[tuple[Kind, dict[str, Any]], ...] = ((Kind.COMPLETING, {}), (Kind.COMPLETED, {}))


def after(*steps: tuple[Kind, dict[str, Any]]) -> StreamState:
    """The state after these events, each as it comes back from its stored bytes."""
    state = StreamState()
    for kind, data in steps:
        one = event(kind, data, version=state.version + 1, previous=state.head)
        state = apply_release(state, read_event(one.body()))
    return state


def test_a_delivery_knows_its_mead_message() -> None:
    state = after((Kind.INTENDED, intention(**MEAD)), *DONE)
    assert state.baseline is not None
    assert (state.baseline.mead, state.baseline.mead_body) == (MEAD["mead"], MEAD["mead_body"])
    assert load_release(dump_state(state)) == state
    assert "mead" in REFERENCES  # so that `ledger verify` misses its bytes


def test_old_events_and_states_have_none() -> None:
    state = after((Kind.INTENDED, intention()), *DONE)
    assert state.baseline is not None
    assert (state.baseline.mead, state.baseline.mead_body) == (None, None)
    stored = dump_state(state)
    assert b"mead" not in stored
    assert load_release(stored) == state


def test_content_that_no_message_had_to_tell_leaves_it_as_it_is() -> None:
    again = {key: value for key, value in intention().items() if key not in ("message_id", "batch")}
    again |= {"content": digest("content b"), "reason": "message_equal"}
    state = after((Kind.INTENDED, intention(**MEAD)), *DONE, (Kind.IMPORTED, again))
    assert state.baseline is not None
    assert state.baseline.content == digest("content b")
    assert (state.baseline.mead, state.baseline.mead_body) == (MEAD["mead"], MEAD["mead_body"])


def test_a_rejection_brings_back_that_of_the_delivery_before() -> None:
    later = intention("b", "update", mead=digest("mead b"), mead_body=digest("mead body b"))
    rejected = (Kind.REJECTED, {"message_id": "M-b", "action": "Resend", "text": "no"})
    state = after(
        (Kind.INTENDED, intention(**MEAD)), *DONE, (Kind.INTENDED, later), *DONE, rejected
    )
    assert state.baseline is not None
    assert state.baseline.mead == MEAD["mead"]


def test_it_moves_with_its_stream() -> None:
    state = after((Kind.INTENDED, intention(**MEAD)), *DONE)
    moved = {"from": "old", "state": orjson.loads(orjson.dumps(moved_state(state)))}
    there = after((Kind.MOVED, moved))
    assert there.baseline is not None
    assert there.baseline.mead == MEAD["mead"]
