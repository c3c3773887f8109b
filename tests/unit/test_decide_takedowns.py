"""The table of the design's section 7: takedowns and purges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.ledger.state import StreamState
from stardust_gitops.planning.model import Action, Desired
from tests.planning_samples import SPOTIFY, digest, error, live, sent, taken_down, wish
from tests.unit.deciding import LATER, NOTHING, PURGED, codes, decided, rejected


@pytest.mark.parametrize(
    ("method", "operation"),
    [
        ("no_deals", Action.TAKEDOWN),
        ("end_date", Action.TAKEDOWN),
        ("takedown_flag", Action.TAKEDOWN),
        ("purge", Action.TAKEDOWN),  # a purge needs more than a target that takes one
    ],
)
def test_live_and_takedown_for_this_target_is_a_takedown(method: Any, operation: Action) -> None:
    item = decided(wish(status="takedown"), live(), replace(SPOTIFY, takedown=method))
    assert (item.action, codes(item), item.with_files) == (operation, ["takedown"], False)


def purge(reason: str = "sent to them by mistake") -> Desired:
    return wish(status="takedown", purge=reason)


PURGES = replace(SPOTIFY, takedown="purge")


@pytest.mark.parametrize("state", [live(), taken_down()], ids=["live", "taken_down"])
def test_a_purge_asked_for_with_a_reason_is_a_purge(state: StreamState) -> None:
    item = decided(purge(), state, PURGES)
    assert (item.action, codes(item), item.with_files) == (
        Action.PURGE,
        ["takedown", "purge_asked"],
        False,
    )
    assert "sent to them by mistake" in item.reasons[1].text


def test_a_purge_at_a_target_that_takes_none_is_a_takedown_and_says_so() -> None:
    item = decided(purge(), live())
    assert item.action is Action.TAKEDOWN
    assert codes(item) == ["takedown", "purge_asked", "purge_not_taken"]
    assert decided(purge(), taken_down()).action is Action.UNCHANGED


@pytest.mark.parametrize("state", [NOTHING, PURGED])
def test_what_is_not_there_is_not_purged(state: StreamState) -> None:
    assert decided(purge(), state, PURGES).action is Action.UNCHANGED


def test_a_purge_is_protected_as_a_takedown_is() -> None:
    kept = wish(status="takedown", purge="x", prevent_takedown=True)
    item = decided(kept, live(), PURGES)
    assert (item.action, item.operation, codes(item)) == (
        Action.BLOCKED,
        Action.PURGE,
        ["protected"],
    )
    assert decided(kept, live(), PURGES, permitted=True).action is Action.PURGE


def test_a_rejected_purge_leaves_the_takedown_open_and_the_other_way_round() -> None:
    refused = live(rejected=rejected("purge"))
    assert decided(purge(), refused, PURGES).action is Action.BLOCKED
    assert decided(wish(status="takedown"), refused, PURGES).action is Action.TAKEDOWN
    assert decided(purge(), live(rejected=rejected("takedown")), PURGES).action is Action.PURGE


def test_an_open_takedown_and_a_purge_asked_for_since_is_superseded() -> None:
    state = live(open=sent("takedown", status="takedown"))
    item = decided(purge(), state, PURGES)
    assert (item.action, item.resumes) == (Action.PURGE, False)
    assert codes(item) == ["superseded", "takedown", "purge_asked"]
    again = decided(purge(), live(open=sent("purge", status="takedown")), PURGES)
    assert (again.action, again.resumes) == (Action.PURGE, True)


def test_a_takedown_waits_for_the_release_that_replaces_it_unless_it_is_allowed() -> None:
    item = decided(wish(status="takedown"), live(), awaits="4006381333948")
    assert (item.action, item.operation, codes(item)) == (
        Action.HELD,
        Action.TAKEDOWN,
        ["replaced", "takedown"],
    )
    assert "4006381333948" in item.reasons[0].text
    assert f"--allow takedown:{item.icpn}" in item.reasons[0].text
    allowed = decided(wish(status="takedown"), live(), awaits="4006381333948", permitted=True)
    assert allowed.action is Action.TAKEDOWN


def test_rejected_takedown_is_blocked_but_stays_live_when_active_again() -> None:
    state = live(rejected=rejected("takedown"))
    assert codes(decided(wish(status="takedown"), state)) == ["rejected"]
    assert decided(wish(), state).action is Action.UNCHANGED
    assert codes(decided(wish(message="corrected"), state)) == ["metadata_changed"]


def test_an_open_takedown_is_resumed() -> None:
    item = decided(wish(status="takedown"), live(open=sent("takedown", status="takedown")))
    assert (item.action, codes(item), item.resumes) == (Action.TAKEDOWN, ["resumed"], True)


def test_a_takedown_in_the_future_is_held_or_sent_ahead_as_an_end_date() -> None:
    ending = wish(status="takedown", not_before=LATER)
    item = decided(ending, live())
    assert (item.action, item.operation) == (Action.HELD, Action.TAKEDOWN)
    assert item.reasons[0].code == "takedown_from"
    ahead = replace(SPOTIFY, takedown="end_date", takedown_ahead=True)
    assert decided(ending, live(), ahead).action is Action.TAKEDOWN
    assert decided(ending, live(), replace(ahead, takedown="no_deals")).action is Action.HELD


@pytest.mark.parametrize("message", ["present", None])
def test_a_takedown_is_never_blocked_by_errors_but_made_from_the_last_content(
    message: str | None,
) -> None:
    item = decided(wish(status="takedown", message=message, errors=(error(),)), live())
    assert (item.action, codes(item)) == (Action.TAKEDOWN, ["takedown", "from_last_content"])
    assert item.message_fingerprint == digest("told")
    assert item.findings == (error(),)


def test_an_open_takedown_is_resumed_even_when_the_catalogue_has_errors_now() -> None:
    state = live(open=sent("takedown", status="takedown", message="present"))
    item = decided(wish(status="takedown", message=None, errors=(error(),)), state)
    assert (item.action, codes(item), item.resumes) == (Action.TAKEDOWN, ["resumed"], True)


def test_a_protected_release_is_taken_down_with_permission_only() -> None:
    for desired, state in (
        (wish(status="takedown"), live(protected=True)),
        (wish(status="takedown", prevent_takedown=True), live()),
    ):
        item = decided(desired, state)
        assert (item.action, codes(item), item.operation) == (
            Action.BLOCKED,
            ["protected"],
            Action.TAKEDOWN,
        )
        assert "--allow takedown:4006381333931" in item.reasons[0].text
        assert decided(desired, state, permitted=True).action is Action.TAKEDOWN
