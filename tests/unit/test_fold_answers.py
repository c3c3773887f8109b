"""What a recipient's answers do to the state of a release."""

from __future__ import annotations

from typing import Any

import pytest

from stardust_gitops.ledger.codec import dump_state, load_release, moved_state
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.state import Answer, Phase
from tests.ledger_samples import intention
from tests.unit.test_fold import UNKNOWN, Step, after, intended, sent

ONE, TWO, THREE = (f"2026-11-22T1{hour}:00:00.000000Z" for hour in (3, 4, 5))
RECORDED = "2026-11-22T12:00:00.000000Z"


def says(name: str, status: str, time: str | None = ONE, **more: Any) -> Step:
    kind = Kind.REJECTED if status == "rejected" else Kind.ACKNOWLEDGED
    data = {"message_id": f"M-{name}", "status": status, **more}
    return kind, data if time is None else {**data, "time": time}


@pytest.mark.parametrize("status", ["received", "processing", "accepted", "live", "unknown"])
def test_the_last_word_about_the_last_message_is_kept(status: str) -> None:
    state = after(*sent(), says("a", status, text="so it is"))
    assert state.answer == Answer(message_id="M-a", status=status, time=ONE, text="so it is")
    assert state.phase is Phase.LIVE
    assert after(*sent(), says("a", status, None)).answer == Answer(
        message_id="M-a", status=status, time=RECORDED
    )


def test_a_new_delivery_has_no_answer_yet() -> None:
    state = after(*sent(), says("a", "live"))
    assert after(intended("b", "update"), state=state).answer == state.answer, "not yet delivered"
    assert after(*sent("b", "update"), state=state).answer is None
    assert after(*sent("b", "update"), says("a", "live"), state=state).answer is None


@pytest.mark.parametrize("status", ["received", "unknown", "live"])
def test_any_answer_proves_that_it_arrived(status: str) -> None:
    state = after(intended(), UNKNOWN, says("a", status))
    assert (state.phase, state.open, state.unknown) == (Phase.LIVE, None, False)
    assert state.answer is not None
    assert state.answer.status == status
    done = after(Kind.COMPLETED, state=state)
    assert done.answer == state.answer


def test_a_no_follows_a_yes_and_a_yes_a_no() -> None:
    first = after(*sent())
    yes = after(*sent("b", "update"), says("b", "accepted", ONE), state=first)
    no = after(says("b", "rejected", TWO, text="bad", action="ResendXmlOnly"), state=yes)
    assert (no.baseline, no.phase) == (first.baseline, Phase.LIVE)
    assert no.rejected is not None
    assert (no.rejected.text, no.rejected.sent) == ("bad", yes.baseline)
    assert no.answer == Answer(message_id="M-b", status="rejected", time=TWO, text="bad")
    again = after(says("b", "live", THREE), state=no)
    assert (again.baseline, again.phase, again.rejected) == (yes.baseline, Phase.LIVE, None)
    assert (again.previous, again.last_body) == (first.baseline, yes.last_body)


def test_an_insert_that_is_accepted_after_all_is_live_so_a_takedown_reaches_it() -> None:
    no = after(*sent(), says("a", "rejected", ONE))
    assert no.phase is Phase.NEVER
    assert after(says("a", "accepted", TWO), state=no).phase is Phase.LIVE


@pytest.mark.parametrize("status", ["received", "processing", "unknown"])
def test_what_accepts_nothing_takes_no_rejection_back(status: str) -> None:
    no = after(*sent(), says("a", "rejected", ONE))
    state = after(says("a", status, TWO), state=no)
    assert (state.rejected, state.answer, state.phase) == (no.rejected, no.answer, Phase.NEVER)


def test_a_rejection_that_is_said_again_says_its_last_words() -> None:
    state = after(*sent(), says("a", "rejected", ONE), says("a", "rejected", TWO, text="the art"))
    assert state.rejected is not None
    assert (state.rejected.text, state.baseline) == ("the art", None)


def test_the_recipients_own_time_decides_not_the_order_of_reading() -> None:
    yes = after(*sent(), says("a", "accepted", TWO))
    late = after(says("a", "rejected", ONE), state=yes)
    assert (late.rejected, late.answer, late.version) == (None, yes.answer, yes.version + 1)
    no = after(*sent(), says("a", "rejected", TWO))
    assert after(says("a", "accepted", ONE), state=no).rejected == no.rejected


def test_who_tells_no_time_is_as_late_as_we_hear_it() -> None:
    yes = after(*sent(), says("a", "accepted", THREE))
    assert after(says("a", "rejected", None), state=yes).rejected is not None


def test_answers_to_earlier_messages_are_records() -> None:
    state = after(*sent(), *sent("b", "update"), says("b", "accepted"))
    for status in ("live", "rejected"):
        later = after(says("a", status, THREE), state=state)
        assert (later.baseline, later.answer) == (state.baseline, state.answer)
    no = after(says("b", "rejected", TWO), state=state)
    assert after(says("a", "live", THREE), state=no).answer == no.answer


def test_answers_about_a_mead_message_are_records() -> None:
    state = after(*sent())
    said = after((Kind.REJECTED, {"message_id": "M-a-MEAD", "status": "rejected"}), state=state)
    assert (said.baseline, said.rejected, said.answer) == (state.baseline, None, None)


def test_what_is_adopted_or_forgotten_has_no_answer() -> None:
    yes = after(*sent(), says("a", "accepted"))
    own = intention("b", message_id=None, message=None, created=None)
    assert after((Kind.IMPORTED, own), state=yes).answer is None
    assert after(Kind.FORGOTTEN, state=yes).answer is None
    equal = {**own, "body": intention("a")["body"]}
    assert after((Kind.IMPORTED, equal), state=yes).answer == yes.answer
    no = after(says("b", "rejected", TWO), state=after(*sent("b", "update"), state=yes))
    assert after((Kind.IMPORTED, equal), state=no).answer is None


def test_answers_move_and_survive_json() -> None:
    for status in ("live", "rejected"):
        state = after(*sent(), *sent("b", "update"), says("b", status, text="x"))
        assert load_release(dump_state(state)) == state
        moved = after((Kind.MOVED, {"from": ["p", "x", "y"], "state": moved_state(state)}))
        assert (moved.answer, moved.rejected) == (state.answer, state.rejected)
