"""Joining the catalogue with the ledger: orphans, renames, order, selection, hash."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.state import Rejection, StreamState
from stardust_gitops.planning.hashing import plan_hash
from stardust_gitops.planning.model import Action, Item, Plan
from stardust_gitops.planning.selection import Scope, Selection
from stardust_gitops.planning.settings import Permissions, TargetSettings
from tests.planning_samples import (
    NOW,
    RELEASE,
    SPOTIFY,
    digest,
    error,
    gtin,
    live,
    plan_of,
    sent,
    snapshot,
    taken_down,
    wish,
)

NOTHING: frozenset[str] = frozenset()
DEEZER = TargetSettings(id="deezer", description="ERN 4.3 over SFTP", recipient_dpid="PADPIDA2")


def only(plan: Plan) -> Item:
    (item,) = plan.items
    return item


def outcomes(plan: Plan) -> list[tuple[str, Action, str]]:
    return [(item.target, item.action, item.reasons[0].code) for item in plan.items]


def test_a_live_release_whose_file_is_gone_is_orphaned() -> None:
    plan = plan_of([], snapshot({("spotify", RELEASE): live()}))
    assert outcomes(plan) == [("spotify", Action.ORPHANED, "file_gone")]
    assert (only(plan).icpn, only(plan).operation) == ("4006381333931", None)


def test_a_live_release_that_no_longer_lists_the_target_is_orphaned_there() -> None:
    ledger = snapshot({("spotify", RELEASE): live(), ("deezer", RELEASE): live()})
    plan = plan_of([wish()], ledger, targets=[SPOTIFY, DEEZER])
    assert outcomes(plan) == [
        ("deezer", Action.ORPHANED, "target_unlisted"),
        ("spotify", Action.UNCHANGED, "unchanged"),
    ]


def test_a_live_release_at_a_target_whose_file_is_gone_is_orphaned() -> None:
    ledger = snapshot({("spotify", RELEASE): live(), ("tidal", RELEASE): live(message="x")})
    plan = plan_of([wish()], ledger)
    assert outcomes(plan)[1] == ("tidal", Action.ORPHANED, "target_gone")


def test_a_disabled_target_has_no_items_orphaned_or_not() -> None:
    ledger = snapshot({("spotify", RELEASE): live(), ("spotify", gtin(2)): live(gtin(2))})
    assert (
        plan_of([wish(message="new")], ledger, targets=[replace(SPOTIFY, enabled=False)]).items
        == ()
    )


def test_what_is_not_live_is_never_orphaned() -> None:
    ledger = snapshot(
        {("spotify", gtin(1)): taken_down(), ("spotify", gtin(2)): StreamState(version=2)}
    )
    assert plan_of([], ledger).items == ()


def test_nothing_new_is_reported_orphaned_while_a_file_is_unreadable() -> None:
    ledger = snapshot({("spotify", RELEASE): live(), ("tidal", RELEASE): live()})
    assert plan_of([], ledger, unreadable=True).items == ()


def test_a_release_that_could_not_be_resolved_is_blocked_and_not_orphaned() -> None:
    plan = plan_of(
        [],
        snapshot({("spotify", RELEASE): live()}),
        blocked_releases={RELEASE: (error(),)},
        releases={RELEASE: "releases/a.yaml"},
    )
    assert outcomes(plan) == [("spotify", Action.BLOCKED, "invalid")]
    assert only(plan).findings == (error(),)


def test_streams_of_another_environment_do_not_count() -> None:
    ledger = snapshot({("spotify", RELEASE): live()}, environment="staging")
    assert outcomes(plan_of([wish()], ledger)) == [("spotify", Action.INSERT, "new_release")]


def test_an_interrupted_delivery_is_settled_though_its_file_is_gone() -> None:
    begun = StreamState(version=3, open=sent(), marker_begun=True)
    ledger = snapshot({("spotify", RELEASE): begun})
    item = only(plan_of([], ledger))
    assert (item.action, item.resumes, item.reasons[0].code) == (Action.INSERT, True, "settle")
    ledger = snapshot({("spotify", RELEASE): replace(begun, unknown=True)})
    assert outcomes(plan_of([], ledger)) == [("spotify", Action.BLOCKED, "unknown")]


def test_an_undeclared_new_icpn_blocks_both_sides() -> None:
    old, new = gtin(1), gtin(2)
    ledger = snapshot({("spotify", old): live(old, recordings="same")})
    plan = plan_of([wish(new, recordings="same")], ledger)
    assert outcomes(plan) == [
        ("spotify", Action.BLOCKED, "renamed"),
        ("spotify", Action.BLOCKED, "renamed"),
    ]
    assert all("replaces:" in item.reasons[0].text for item in plan.items)
    assert [item.operation for item in plan.items] == [None, Action.INSERT]


def replaced(new_state: StreamState | None, **more: Any) -> Plan:
    """A plan where 2 replaces 1, whose file has gone; 1 is live."""
    old, new = gtin(1), gtin(2)
    states = {("spotify", old): live(old, recordings="same")}
    if new_state is not None:
        states["spotify", new] = new_state
    return plan_of([wish(new, recordings="same", replaces=old)], snapshot(states), **more)


def test_a_declared_new_icpn_is_an_insert_and_the_old_one_waits_until_it_has_arrived() -> None:
    plan = replaced(None)
    assert outcomes(plan) == [
        ("spotify", Action.INSERT, "new_release"),
        ("spotify", Action.HELD, "replaced"),
    ]
    assert plan.items[1].operation is Action.TAKEDOWN
    there = live(gtin(2), recordings="same")
    plan = replaced(there)
    assert outcomes(plan) == [
        ("spotify", Action.TAKEDOWN, "replaced"),
        ("spotify", Action.UNCHANGED, "unchanged"),
    ]
    assert plan.items[0].message_fingerprint == digest("told")


def test_the_user_may_take_down_what_is_replaced_before_its_successor_has_arrived() -> None:
    plan = replaced(None, permissions=Permissions(takedowns=frozenset({gtin(1)})))
    assert outcomes(plan) == [
        ("spotify", Action.TAKEDOWN, "replaced"),
        ("spotify", Action.INSERT, "new_release"),
    ]


def test_a_successor_in_doubt_or_rejected_has_not_arrived() -> None:
    opened = StreamState(version=2, open=sent(release=gtin(2)), marker_begun=True, unknown=True)
    assert Action.TAKEDOWN not in {item.action for item in replaced(opened).items}
    refused = StreamState(
        version=3,
        rejected=Rejection(
            fingerprint=digest("told"), assets_fingerprint=digest("files"), operation="insert"
        ),
    )
    assert Action.TAKEDOWN not in {item.action for item in replaced(refused).items}


def test_a_replaced_release_that_is_protected_or_cannot_be_read_stays() -> None:
    old, new = gtin(1), gtin(2)
    states = {
        ("spotify", old): live(old, recordings="same", protected=True),
        ("spotify", new): live(new, recordings="same"),
    }
    wishes = [wish(new, recordings="same", replaces=old)]
    assert outcomes(plan_of(wishes, snapshot(states)))[0][1:] == (Action.BLOCKED, "protected")
    states["spotify", old] = live(old, recordings="same")
    unreadable = plan_of(wishes, snapshot(states), unreadable=True)
    assert [item.action for item in unreadable.items] == [Action.UNCHANGED]
    listed = plan_of(wishes, snapshot(states), releases={old: "old.yaml", new: "new.yaml"})
    assert ("spotify", Action.ORPHANED, "target_unlisted") in outcomes(listed)


def test_a_takedown_of_a_replaced_release_by_its_own_file_waits_too() -> None:
    old, new = gtin(1), gtin(2)
    wishes = [wish(old, status="takedown"), wish(new, replaces=old)]
    ledger = {("spotify", old): live(old)}
    assert outcomes(plan_of(wishes, snapshot(ledger))) == [
        ("spotify", Action.INSERT, "new_release"),
        ("spotify", Action.HELD, "replaced"),
    ]
    ledger["spotify", new] = live(new)
    assert outcomes(plan_of(wishes, snapshot(ledger)))[0] == (
        "spotify",
        Action.TAKEDOWN,
        "takedown",
    )
    wishes[0] = wish(old)  # still wanted: nothing is taken down
    assert {item.action for item in plan_of(wishes, snapshot(ledger)).items} == {Action.UNCHANGED}


def test_the_same_recordings_on_a_second_release_are_no_rename() -> None:
    old, new = gtin(1), gtin(2)
    ledger = snapshot({("spotify", old): live(old, recordings="same")})
    plan = plan_of([wish(old, recordings="same"), wish(new, recordings="same")], ledger)
    assert [item.action for item in plan.items] == [Action.INSERT, Action.UNCHANGED]


def test_a_rename_is_not_sent_while_a_file_is_unreadable_either() -> None:
    old, new = gtin(1), gtin(2)
    ledger = snapshot({("spotify", old): live(old, recordings="same")})
    plan = plan_of([wish(new, recordings="same")], ledger, unreadable=True)
    assert outcomes(plan) == [("spotify", Action.BLOCKED, "renamed")]


def test_an_undeclared_rename_shows_though_only_the_new_release_is_selected() -> None:
    old, new = gtin(1), gtin(2)
    ledger = snapshot({("spotify", old): live(old, recordings="same")})
    plan = plan_of([wish(new, recordings="same")], ledger, selection=Selection(releases=(new[2:],)))
    assert outcomes(plan) == [("spotify", Action.BLOCKED, "renamed")]


@pytest.mark.parametrize("recipients", [{"old": "PADPIDA1"}, {}])
def test_an_undeclared_rename_of_a_target_blocks_all_of_it(recipients: dict[str, str]) -> None:
    ledger = snapshot({("old", gtin(1)): live(gtin(1))})
    plan = plan_of([wish(gtin(1)), wish(gtin(2))], ledger, recipients=recipients)
    assert outcomes(plan) == [
        ("old", Action.BLOCKED, "target_renamed"),
        ("spotify", Action.BLOCKED, "target_renamed"),
        ("spotify", Action.BLOCKED, "target_renamed"),
    ]
    assert "moved_from: old" in plan.items[0].reasons[0].text
    assert "ledger move old spotify" in plan.items[0].reasons[0].text


def test_another_recipient_beside_a_target_that_has_gone_is_no_rename() -> None:
    ledger = snapshot({("old", RELEASE): live()})
    plan = plan_of([wish()], ledger, recipients={"old": "PADPIDA9"})
    assert outcomes(plan) == [
        ("old", Action.ORPHANED, "target_gone"),
        ("spotify", Action.INSERT, "new_release"),
    ]
    own = snapshot({("old", RELEASE): live(), ("spotify", gtin(5)): taken_down()})
    assert ("spotify", Action.INSERT, "new_release") in outcomes(plan_of([wish()], own))


def test_a_declared_move_compares_with_the_old_target_and_sends_after_the_ledger_moved() -> None:
    moved = replace(SPOTIFY, moved_from="old")
    ledger = snapshot({("old", gtin(1)): live(gtin(1)), ("old", gtin(2)): live(gtin(2))})
    plan = plan_of([wish(gtin(1)), wish(gtin(2), message="new")], ledger, targets=[moved])
    assert outcomes(plan) == [
        ("spotify", Action.BLOCKED, "target_moved"),
        ("spotify", Action.UNCHANGED, "unchanged"),
    ]


def test_order_is_takedowns_nearest_street_date_updates_back_catalogue_then_the_rest() -> None:
    def number(index: int, date: str | None, **more: Any) -> Any:
        return wish(gtin(index), street_date=date, **more)

    desired = [
        number(1, "2009-01-01"),
        number(2, None),
        number(3, "2027-01-01"),
        number(4, "2026-11-20"),
        number(5, "2026-12-04", message="corrected"),
        number(6, "2026-12-04", status="takedown"),
        number(7, "2026-12-04", not_before=NOW + timedelta(days=1)),
        number(8, "2026-12-04", errors=(error(),)),
        number(9, "2026-12-04"),
    ]
    ledger = snapshot({("spotify", gtin(i)): live(gtin(i)) for i in (5, 6, 9, 10)})
    plan = plan_of(desired, ledger)
    assert [int(item.release) for item in plan.items] == [6, 4, 3, 2, 5, 1, 7, 8, 10, 9]


def test_the_hash_covers_what_is_sent_and_nothing_else() -> None:
    plan = plan_of([wish(gtin(1)), wish(gtin(2), errors=(error(),))])
    same = plan_of(
        [wish(gtin(1), title="Other words", upload_bytes=1), wish(gtin(3), status="takedown")],
        commit="another",
        now=NOW + timedelta(days=1),
    )
    assert plan.plan_hash == same.plan_hash
    others = [
        plan_of([wish(gtin(1), message="new")]),
        plan_of([wish(gtin(1), assets="new")]),
        plan_of([wish(gtin(1)), wish(gtin(2))]),
        plan_of([wish(gtin(1))], environment="staging"),
        plan_of([wish(gtin(1))], snapshot({("spotify", gtin(1)): StreamState(version=2)})),
        plan_of([wish(gtin(1))], snapshot({("spotify", gtin(1)): live(gtin(1), message="x")})),
        plan_of([wish(gtin(1), target="deezer")], targets=[DEEZER]),
    ]
    assert len({plan.plan_hash, *(other.plan_hash for other in others)}) == len(others) + 1


def test_the_hash_of_a_plan_is_frozen() -> None:
    (item,) = plan_of([wish()]).items
    assert (
        plan_hash("production", [item])
        == "ccff0a87b0e9bf0c753171c33f0f80c1ff75028278399efa69e1d56d16f3cabe"
    )


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), [1, 2, 3]),
        (Selection(releases=("000000000001",)), [1]),
        (Selection(releases=("00000000000001", "*2")), [1, 2]),
        (Selection(labels=("Alpha*",)), [1]),
        (Selection(exclude=("*1",)), [2, 3]),
        (Selection(exclude=("*1@deezer", "*3@spotify")), [1, 2]),
        (Selection(targets=("spot*",), releases=("0000000000003",)), [3]),
        (Selection(scope=Scope(releases=frozenset({gtin(3)}), targets=NOTHING)), [3]),
        (Selection(scope=Scope(releases=NOTHING, targets=frozenset({"spotify"}))), [1, 2, 3]),
        (Selection(labels=("Beta",), scope=Scope(releases=NOTHING, targets=NOTHING)), []),
    ],
)
def test_a_selection_narrows_by_glob_and_icpn_in_any_form(
    selection: Selection, chosen: list[int]
) -> None:
    desired = [
        wish(gtin(1), label="Alpha Tide"),
        wish(gtin(2), label="Beta"),
        wish(gtin(1), target="deezer", status="draft"),
    ]
    ledger = snapshot({("spotify", gtin(3)): live(gtin(3))})
    plan = plan_of(desired, ledger, targets=[SPOTIFY, DEEZER], selection=selection)
    assert sorted(int(item.release) for item in plan.items) == chosen


@pytest.mark.parametrize(
    "selection",
    [
        Selection(releases=("4006381333948",)),
        Selection(targets=("tidal",)),
        Selection(labels=("Nobody",)),
        Selection(exclude=("9*",)),
        Selection(exclude=("*",)),
        Selection(releases=("*31", "nope")),
    ],
)
def test_a_selection_that_matches_nothing_is_an_error(selection: Selection) -> None:
    with pytest.raises(UsageError, match="matches nothing") as caught:
        plan_of([wish(label="Alpha Tide")], selection=selection)
    assert caught.value.hint


def test_upc_of_twelve_digits_and_its_longer_forms_select_the_same_release() -> None:
    release = "00036000291452"
    for form in ("036000291452", "0036000291452", release, "036000*"):
        plan = plan_of([wish(release, icpn="036000291452")], selection=Selection(releases=(form,)))
        assert len(plan.items) == 1


def test_fingerprints_and_version_stand_in_the_item() -> None:
    item = only(plan_of([wish(message="new")], snapshot({("spotify", RELEASE): live()})))
    assert (item.message_fingerprint, item.stream_version) == (digest("new"), 3)
