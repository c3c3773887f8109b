"""Caps on messages within a day, the order of work, and back catalogue in a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from stardust_gitops.catalog.windows import Recurring, Windows
from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.ledger.store import Operation
from stardust_gitops.planning.model import Action, Item, Plan
from stardust_gitops.planning.settings import TargetSettings
from stardust_gitops.reports.plan_words import details
from tests.planning_samples import NOW, gtin, live, plan_of, sent, snapshot, wish

OLD = "2019-05-17"


def target(**more: object) -> TargetSettings:
    return TargetSettings(id="spotify", **more)  # type: ignore[arg-type]


def begun(number: int, hours: float, operation: str = "update") -> Operation:
    """An operation so many hours ago."""
    when = instant_text(NOW - timedelta(hours=hours))
    return Operation(time=when, target="spotify", operation=operation, release=gtin(number))


def by_release(plan: Plan) -> dict[str, Item]:
    return {item.release: item for item in plan.items}


def test_what_exceeds_the_cap_waits_until_the_oldest_are_a_day_old() -> None:
    wishes = [wish(gtin(n), street_date=f"2026-12-0{n}") for n in range(1, 6)]
    ledger = snapshot({}, recent=[begun(20, 23), begun(21, 5), begun(22, 24)])
    plan = plan_of(wishes, ledger, targets=[target(per_day=3)])
    items = by_release(plan)
    assert items[gtin(1)].action is Action.INSERT
    held = [items[gtin(number)] for number in range(2, 6)]
    assert {item.action for item in held} == {Action.HELD}
    waits = [1, 19, 24, 25]
    assert [item.not_before for item in held] == [NOW + timedelta(hours=n) for n in waits]
    assert held[0].reasons[0].code == "cap"
    assert held[0].reasons[0].text == "until 2026-11-22 13:00 UTC (per_day: 3)"
    assert held[0].operation is Action.INSERT


def test_removals_pass_and_count() -> None:
    wishes = [wish(gtin(n), status="takedown") for n in (1, 2)] + [wish(gtin(3))]
    states = {("spotify", gtin(n)): live(gtin(n)) for n in (1, 2)}
    items = by_release(plan_of(wishes, snapshot(states), targets=[target(per_day=1)]))
    assert [items[gtin(n)].action for n in (1, 2)] == [Action.TAKEDOWN] * 2
    assert (items[gtin(3)].action, items[gtin(3)].not_before) == (
        Action.HELD,
        NOW + timedelta(hours=24),
    )


def test_another_target_has_its_own_count() -> None:
    wishes = [wish(gtin(n), target=name) for n in (1, 2) for name in ("spotify", "deezer")]
    other = TargetSettings(id="deezer")
    plan = plan_of(wishes, targets=[target(per_day=1), other])
    sending = [(item.target, item.release) for item in plan.items if item.action.sends]
    assert sending == [("deezer", gtin(1)), ("deezer", gtin(2)), ("spotify", gtin(1))]


def test_what_is_carried_on_has_been_counted() -> None:
    opened = sent(release=gtin(1))
    for hours, action in ((2, Action.INSERT), (25, Action.HELD)):
        recent = [begun(1, hours, "insert"), begun(8, 3), begun(9, 3)]
        states = {("spotify", gtin(1)): StreamState(open=replace(opened, time=recent[0].time))}
        ledger = snapshot(states, recent=recent)
        (item,) = plan_of([wish(gtin(1))], ledger, targets=[target(per_day=2)]).items
        assert (item.action, item.resumes) == (action, True)


def test_a_message_that_failed_again_and_again_counts_once() -> None:
    tries = [begun(1, hours, "insert") for hours in (4, 3, 2)]
    earlier = [begun(2, hours) for hours in (9, 8, 7, 6)]
    opened = replace(sent(release=gtin(1)), time=tries[-1].time)
    updated = live(
        gtin(2),
        baseline=replace(sent("update", release=gtin(2)), time=earlier[3].time),
        previous=replace(sent("update", release=gtin(2)), time=earlier[1].time),
    )
    states = {
        ("spotify", gtin(1)): StreamState(version=4, open=opened),
        ("spotify", gtin(2)): updated,  # the third was a try of the fourth; of the first who knows
    }
    wishes = [wish(gtin(n)) for n in (1, 2, 3)]
    for cap, action in ((4, Action.HELD), (5, Action.INSERT)):
        ledger = snapshot(states, recent=[*earlier, *tries])
        items = by_release(plan_of(wishes, ledger, targets=[target(per_day=cap)]))
        assert (items[gtin(1)].action, items[gtin(1)].resumes) == (Action.INSERT, True)
        assert items[gtin(3)].action is action


def test_a_cap_meets_a_window() -> None:
    hours = Recurring(
        name="business hours", zone="UTC", cron="0 9 * * *", length=timedelta(hours=8)
    )
    settings = target(per_day=1, windows=Windows(allow=(hours,)))
    ledger = snapshot({}, recent=[begun(9, 18)])
    (item,) = plan_of([wish(gtin(1))], ledger, targets=[settings]).items
    assert item.not_before == NOW + timedelta(hours=21)
    assert item.reasons[0].text == (
        "until 2026-11-23 09:00 UTC (per_day: 1, window: business hours)"
    )


def test_a_cap_that_makes_it_miss_its_street_date_warns() -> None:
    wishes = [wish(gtin(n), street_date="2026-11-22") for n in (1, 2)]
    items = by_release(plan_of(wishes, targets=[target(per_day=1)]))
    assert [f.message for f in items[gtin(2)].findings] == [
        "will miss 2026-11-22: it goes on 2026-11-23"
    ]
    assert items[gtin(1)].findings == ()


def test_back_catalogue_is_told_comes_last_and_is_throttled_apart() -> None:
    wishes = [
        wish(gtin(1), street_date=OLD),
        wish(gtin(2), street_date="2026-10-24"),  # 29 days
        wish(gtin(3), street_date="2026-10-25"),  # 28 days
        wish(gtin(4), message="new words", street_date=OLD),
        wish(gtin(8), street_date=OLD),
    ]
    states = {("spotify", gtin(4)): live(gtin(4))}
    recent = [begun(8, 1, "insert"), begun(3, 1, "insert"), begun(4, 1, "update")]
    plan = plan_of(
        wishes, snapshot(states, recent=recent), targets=[target(back_catalogue_per_day=2)]
    )
    shown = [(item.release, str(item.action), item.back_catalogue) for item in plan.items]
    assert shown == [
        (gtin(3), "insert", False),
        (gtin(4), "update", False),
        (gtin(2), "insert", True),
        (gtin(1), "held", True),
        (gtin(8), "held", True),
    ]
    assert plan.items[3].reasons[0].text == (
        "until 2026-11-23 11:00 UTC (back_catalogue_per_day: 2)"
    )
    assert details(plan.items[2]) == ["3 tracks, 96.4 MB · back catalogue"]


def test_purges_come_after_takedowns() -> None:
    wishes = [
        wish(gtin(1), status="takedown", purge="mistake", street_date="2026-11-22"),
        wish(gtin(2), status="takedown", street_date=OLD),
    ]
    states = {("spotify", gtin(n)): live(gtin(n)) for n in (1, 2)}
    plan = plan_of(wishes, snapshot(states), targets=[target(takedown="purge")])
    assert [item.action for item in plan.items] == [Action.TAKEDOWN, Action.PURGE]


def test_what_a_cap_holds_is_no_part_of_what_is_approved() -> None:
    wishes = [wish(gtin(n)) for n in (1, 2)]
    capped = plan_of(wishes, targets=[target(per_day=1)])
    assert capped.plan_hash == plan_of(wishes[:1], targets=[target()]).plan_hash
