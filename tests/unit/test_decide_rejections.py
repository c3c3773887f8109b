"""What was rejected: the recipient's proposal, and what is sent when the user asks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stardust_gitops.ledger.state import StreamState
from stardust_gitops.planning.model import Action
from tests.planning_samples import live, wish
from tests.unit.deciding import NOTHING, codes, decided, rejected

AGAIN = "ResendXmlAndResources"


def refused(operation: str, action: str | None) -> StreamState:
    """The present content was rejected: as an insert, or as an update of an earlier one."""
    before = NOTHING if operation == "insert" else live(message="before")
    return replace(before, rejected=rejected(operation, action=action, text="bad cover"))


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (None, "bad cover; it is sent again when its content has changed"),
        ("ResendXmlOnly", "it wants the message again, without files (ResendXmlOnly)"),
        (AGAIN, "it wants the message again, with its files (ResendXmlAndResources)"),
        ("DoNotResendAffectedResource", "it does not want the file concerned again"),
        ("CallUs", "it proposes another step (CallUs)"),
    ],
)
def test_it_is_blocked_with_what_the_recipient_proposes_and_what_sends_it(
    action: str | None, words: str
) -> None:
    item = decided(wish(), refused("insert", action))
    assert (item.action, item.operation, codes(item)) == (
        *(Action.BLOCKED, Action.INSERT),
        ["rejected"],
    )
    text = item.reasons[0].text
    assert text.startswith("the recipient rejected it: bad cover; ")
    assert words in text
    assert text.endswith("`apply --resend --target spotify --release 4006381333931`")


@pytest.mark.parametrize(
    ("operation", "action", "sends", "files"),
    [
        ("insert", None, Action.INSERT, True),
        ("insert", AGAIN, Action.INSERT, True),
        ("insert", "ResendXmlOnly", Action.INSERT, False),
        ("update", None, Action.RESEND, True),
        ("update", AGAIN, Action.RESEND, True),
        ("update", "ResendXmlOnly", Action.UPDATE, False),
    ],
)
def test_asked_for_it_is_sent_as_the_recipient_proposes(
    operation: str, action: str | None, sends: Action, files: bool
) -> None:
    item = decided(wish(), refused(operation, action), resend=True)
    assert (item.action, item.with_files, item.upload_bytes > 0) == (sends, files, files)
    assert codes(item)[0] == "resend_asked"


@pytest.mark.parametrize("operation", ["insert", "update"])
def test_what_the_recipient_wants_no_more_is_not_sent_again_even_if_asked(operation: str) -> None:
    state = refused(operation, "DoNotResendRelease")
    for resend in (False, True):
        item = decided(wish(), state, resend=resend)
        assert item.action is Action.BLOCKED
        text = item.reasons[0].text
        assert "it does not want it again (DoNotResendRelease)" in text
        assert "--resend" not in text
    assert decided(wish(message="corrected"), state).action.sends


def test_other_content_goes_with_its_files_whatever_was_proposed() -> None:
    state = refused("insert", "ResendXmlOnly")
    for resend in (False, True):
        item = decided(wish(message="corrected"), state, resend=resend)
        assert (item.action, item.with_files) == (Action.INSERT, True)


def test_a_rejected_takedown_is_sent_again_when_it_is_asked_for() -> None:
    state = replace(live(), rejected=rejected("takedown"))
    gone = wish(status="takedown")
    assert decided(gone, state).action is Action.BLOCKED
    assert decided(gone, state, resend=True).action is Action.TAKEDOWN
