"""What each kind of event does to a state."""

from __future__ import annotations

from typing import Any

import pytest

from stardust_gitops.ledger.codec import (
    dump_state,
    load_batch,
    load_release,
    moved_state,
)
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.fold import apply_batch, apply_release
from stardust_gitops.ledger.state import BatchState, Phase, StreamState
from stardust_gitops.ledger.store import LedgerError
from tests.ledger_samples import BATCH, event, intention, shipment

Step = tuple[Kind, dict[str, Any]]


def intended(name: str = "a", operation: str = "insert", **more: Any) -> Step:
    return Kind.INTENDED, intention(name, operation, **more)


def after(*steps: Step | Kind, state: StreamState | None = None) -> StreamState:
    """The state after these events; a bare kind has no data."""
    state = state or StreamState()
    for step in steps:
        kind, data = (step, {}) if isinstance(step, Kind) else step
        one = event(kind, data, version=state.version + 1, previous=state.head)
        state = apply_release(state, one)
        assert (state.version, state.head) == (one.version, one.digest())
    return state


def sent(name: str = "a", operation: str = "insert", **more: Any) -> tuple[Step | Kind, ...]:
    return intended(name, operation, **more), Kind.COMPLETING, Kind.COMPLETED


UNKNOWN: Step = (Kind.FAILED, {"text": "swept", "outcome": "unknown"})


def rejected(name: str) -> Step:
    return Kind.REJECTED, {"message_id": f"M-{name}", "action": "Resend", "text": "bad cover"}


def acknowledged(name: str) -> Step:
    return Kind.ACKNOWLEDGED, {"message_id": f"M-{name}", "status": "FileOK", "text": ""}


def test_intended_opens_and_nothing_is_live_yet() -> None:
    state = after(intended())
    assert state.open is not None
    assert (state.open.message_id, state.open.version) == ("M-a", 1)
    assert (state.phase, state.baseline, state.marker_begun) == (Phase.NEVER, None, False)
    assert state.open.recipient == "PADPIDA2011072101T"
    assert (state.thread_id, state.last_created) == ("T-1", "2026-11-22T12:00:00.000000Z")


def test_last_created_never_goes_back() -> None:
    state = after(intended(), Kind.SUPERSEDED, intended("b", created="2026-11-21T00:00:00Z"))
    assert state.last_created == "2026-11-22T12:00:00.000000Z"


def test_completing_begins_the_marker_only_of_an_intention() -> None:
    assert after(intended(), Kind.COMPLETING).marker_begun
    assert not after(Kind.COMPLETING).marker_begun


@pytest.mark.parametrize(
    ("operation", "phase"),
    [
        ("insert", Phase.LIVE),
        ("update", Phase.LIVE),
        ("resend", Phase.LIVE),
        ("takedown", Phase.TAKEN_DOWN),
        ("purge", Phase.PURGED),
    ],
)
def test_completed_makes_the_intention_the_baseline(operation: str, phase: Phase) -> None:
    first = after(*sent(), UNKNOWN)
    state = after(*sent("b", operation, protected=True), state=first)
    assert state.baseline is not None
    assert state.baseline.message_id == "M-b"
    assert (state.phase, state.open, state.marker_begun) == (phase, None, False)
    assert (state.previous, state.previous_phase) == (first.baseline, Phase.LIVE)
    assert (state.protected, state.last_body) == (True, state.baseline.body)


def test_completed_without_an_intention_only_counts() -> None:
    state = after(Kind.COMPLETED)
    assert state == StreamState(version=1, head=state.head)


def test_failed_keeps_the_intention_and_says_why() -> None:
    state = after(intended(), (Kind.FAILED, {"text": "disk full", "code": "SG6004"}))
    assert state.open is not None
    assert (state.failure, state.unknown, state.marker_begun) == ("disk full", False, False)


def test_failed_with_unknown_outcome_counts_as_begun_until_tried_again() -> None:
    state = after(intended(), UNKNOWN)
    assert (state.unknown, state.marker_begun, state.failure) == (True, True, "swept")
    again = after(Kind.COMPLETING, state=state)
    assert (again.unknown, again.marker_begun, again.failure) == (False, True, None)


def test_superseded_drops_the_intention() -> None:
    state = after(*sent(), intended("b", "update"), Kind.SUPERSEDED)
    assert state.open is None
    assert state.baseline is not None
    assert state.baseline.message_id == "M-a"


def test_acknowledged_settles_an_unknown_outcome() -> None:
    state = after(intended(), UNKNOWN, acknowledged("a"))
    assert (state.phase, state.open, state.unknown) == (Phase.LIVE, None, False)


def test_acknowledged_settles_a_marker_that_was_begun() -> None:
    assert after(intended(), Kind.COMPLETING, acknowledged("a")).phase is Phase.LIVE


def test_acknowledgement_of_another_message_or_before_the_marker_is_only_recorded() -> None:
    assert after(intended(), UNKNOWN, acknowledged("z")).unknown
    assert after(intended(), acknowledged("a")).open is not None
    live = after(*sent())
    assert after(acknowledged("a"), state=live).baseline == live.baseline


def test_a_rejected_first_insert_was_never_delivered() -> None:
    state = after(*sent(protected=True), rejected("a"))
    assert (state.phase, state.baseline, state.last_body) == (Phase.NEVER, None, None)
    assert state.rejected is not None
    assert (state.rejected.operation, state.rejected.action) == ("insert", "Resend")
    assert state.rejected.fingerprint == intention()["message_fingerprint"]
    assert state.protected


def test_a_rejected_update_falls_back_to_what_counted_before() -> None:
    first = after(*sent())
    state = after(*sent("b", "update"), rejected("b"), state=first)
    assert (state.baseline, state.phase) == (first.baseline, Phase.LIVE)
    assert state.last_body == first.last_body


def test_a_rejected_takedown_leaves_it_live_and_a_new_delivery_clears_it() -> None:
    state = after(*sent(), *sent("b", "takedown"), rejected("b"))
    assert state.phase is Phase.LIVE
    assert state.rejected is not None
    again = after(*sent("c", "takedown"), state=state)
    assert (again.phase, again.rejected) == (Phase.TAKEN_DOWN, None)


def test_rejecting_an_older_message_has_no_effect() -> None:
    state = after(*sent(), *sent("b", "update"))
    assert after(rejected("a"), state=state).baseline == state.baseline
    assert after(rejected("a"), state=state).rejected is None


def test_two_rejections_in_a_row_never_make_a_live_release_look_undelivered() -> None:
    state = after(*sent(), *sent("b", "update"), *sent("c", "update"), rejected("c"), rejected("b"))
    assert state.phase is Phase.LIVE
    assert state.baseline is not None
    assert state.rejected is not None
    assert after(rejected("b"), state=state).rejected == state.rejected


def test_a_rejection_ends_an_unknown_intention() -> None:
    first = after(*sent())
    state = after(intended("b", "update"), UNKNOWN, rejected("b"), state=first)
    assert (state.open, state.unknown, state.baseline) == (None, False, first.baseline)
    assert state.rejected is not None


def test_imported_is_a_baseline_without_a_message() -> None:
    data = intention("a", message_id=None, message=None, created=None, thread_id=None, batch=None)
    state = after((Kind.IMPORTED, data))
    assert (state.phase, state.open) == (Phase.LIVE, None)
    assert state.baseline is not None
    assert state.baseline.message_id is None
    assert after((Kind.IMPORTED, {**data, "phase": "taken_down"})).phase is Phase.TAKEN_DOWN


def test_imported_with_an_equal_message_stays_rejectable() -> None:
    first = after(*sent())
    told = intention("b", "update", message_id=None, message=None, created=None)
    same = {**told, "body": intention("a")["body"]}
    state = after((Kind.IMPORTED, same), state=first)
    assert state.baseline is not None
    assert state.baseline.message_fingerprint == told["message_fingerprint"]
    assert (state.baseline.message_id, state.baseline.operation) == ("M-a", "insert")
    gone = after(rejected("a"), state=state)
    assert (gone.phase, gone.baseline) == (Phase.NEVER, None)


def test_imported_drops_an_intention_and_a_rejection() -> None:
    state = after(*sent(), rejected("a"), intended("b"), (Kind.IMPORTED, intention("c")))
    assert (state.open, state.rejected, state.phase) == (None, None, Phase.LIVE)


def test_forgotten_keeps_only_times_and_thread() -> None:
    state = after(*sent(protected=True), Kind.FORGOTTEN)
    assert state == StreamState(
        version=4,
        head=state.head,
        last_created="2026-11-22T12:00:00.000000Z",
        thread_id="T-1",
    )


def test_moved_ends_one_stream_and_begins_the_other_live() -> None:
    old = after(*sent(protected=True), *sent("b", "update"))
    ended = after((Kind.MOVED, {"to": ["production", "tidal", "x"]}), state=old)
    assert (ended.phase, ended.baseline) == (Phase.NEVER, None)
    new = after((Kind.MOVED, {"from": ["production", "x", "x"], "state": moved_state(old)}))
    assert (new.baseline, new.phase, new.previous) == (old.baseline, Phase.LIVE, old.previous)
    assert (new.version, new.last_body, new.thread_id) == (1, old.last_body, "T-1")


def test_moved_leaves_an_open_intention_behind() -> None:
    old = after(*sent(), intended("b", "update"), UNKNOWN)
    new = after((Kind.MOVED, {"from": ["a", "b", "c"], "state": moved_state(old)}))
    assert (new.open, new.unknown, new.baseline) == (None, False, old.baseline)


def test_resolved_delivered_is_completed() -> None:
    state = after(intended(), UNKNOWN, (Kind.RESOLVED, {"outcome": "delivered"}))
    assert (state.phase, state.open, state.unknown) == (Phase.LIVE, None, False)


def test_resolved_resend_plans_anew_and_nothing_counts_as_equal() -> None:
    first = after(*sent())
    state = after(
        intended("b", "update"), UNKNOWN, (Kind.RESOLVED, {"outcome": "resend"}), state=first
    )
    assert (state.open, state.baseline, state.last_body) == (None, first.baseline, None)


@pytest.mark.parametrize("kind", [Kind.FILE_UPLOADED, Kind.LEASE_TAKEN_OVER])
def test_records_change_nothing(kind: Kind) -> None:
    before = after(intended())
    state = after(kind, state=before)
    assert (state.open, state.phase) == (before.open, before.phase)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Kind.INTENDED, {}),
        (Kind.INTENDED, intention(operation="destroy")),
        (Kind.INTENDED, intention(content=7)),
        (Kind.IMPORTED, intention(phase="gone")),
        (Kind.REJECTED, {"message_id": None}),
        (Kind.FAILED, {}),
        (Kind.MOVED, {"from": [], "state": {"baseline": {"x": 1}}}),
        (Kind.MOVED, {"from": [], "state": None}),
        (Kind.RESOLVED, {}),
    ],
)
def test_malformed_data_is_an_error_in_words(kind: Kind, data: dict[str, Any]) -> None:
    with pytest.raises(LedgerError, match="malformed") as caught:
        after((kind, data))
    assert caught.value.hint


def batch_after(*steps: Step | Kind) -> BatchState:
    state = BatchState()
    for step in steps:
        kind, data = (step, {}) if isinstance(step, Kind) else step
        one = event(kind, data, stream=BATCH, version=state.version + 1, previous=state.head)
        state = apply_batch(state, one)
    return state


def test_batch_runs_to_its_end() -> None:
    begun = batch_after((Kind.INTENDED, shipment()))
    assert (begun.members, begun.layout) == (("04006381333931",), "batch")
    assert not begun.completing
    completing = (Kind.COMPLETING, {"members": [], "marker": "m"})
    state = batch_after((Kind.INTENDED, shipment()), completing)
    assert (state.completing, state.members, state.marker) == (True, (), "m")
    for end in (Kind.COMPLETED, Kind.SUPERSEDED, (Kind.RESOLVED, {"outcome": "resend"})):
        assert batch_after((Kind.INTENDED, shipment()), completing, end).ended


def test_batch_with_unknown_outcome() -> None:
    state = batch_after((Kind.INTENDED, shipment()), UNKNOWN)
    assert (state.unknown, state.ended) == (True, False)
    assert not batch_after((Kind.INTENDED, shipment()), (Kind.FAILED, {"text": "x"})).unknown
    with pytest.raises(LedgerError, match="malformed"):
        batch_after((Kind.INTENDED, {}))


def test_states_survive_json() -> None:
    state = after(*sent(), *sent("b", "update"), rejected("b"), intended("c"), UNKNOWN)
    assert load_release(dump_state(state)) == state
    batch = batch_after((Kind.INTENDED, shipment()), (Kind.COMPLETING, {"marker": "m"}))
    assert load_batch(dump_state(batch)) == batch
    assert dump_state(StreamState()) == b"{}"
