"""Guards: what stops a plan before it does too much at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.store import Operation, Snapshot
from stardust_gitops.planning.model import Desired, Plan
from stardust_gitops.planning.selection import Selection
from stardust_gitops.planning.settings import Limit, Permissions, Safety
from tests.planning_samples import NOW, SPOTIFY, gtin, live, plan_of, snapshot, wish

LOOSE = Safety(
    takedowns=Limit(), updates=Limit(), inserts=Limit(), resends=Limit(), missing=Limit()
)


def ledger(size: int, recent: list[Operation] | None = None) -> Snapshot:
    states = {("spotify", gtin(i)): live(gtin(i)) for i in range(size)}
    return snapshot(states, recent=recent or [])


def catalogue(size: int, changed: int, **more: Any) -> list[Desired]:
    return [wish(gtin(i), **(more if i < changed else {})) for i in range(size)]


def codes(plan: Plan) -> list[str]:
    return [reason.code for reason in plan.stops]


def past(release: int, operation: str, hours: float) -> Operation:
    moment = instant_text(NOW - timedelta(hours=hours))
    return Operation(time=moment, target="spotify", operation=operation, release=gtin(release))


@pytest.mark.parametrize(("number", "stops"), [(5, False), (6, True)])
def test_takedowns_stop_by_count(number: int, stops: bool) -> None:
    safety = replace(LOOSE, takedowns=Limit(count=5))
    plan = plan_of(catalogue(100, number, status="takedown"), ledger(100), safety=safety)
    assert codes(plan) == ["guard_takedowns"] * stops
    if stops:
        assert "6 takedowns" in plan.stops[0].text
        assert f"--allow-plan {plan.plan_hash}" in plan.stops[0].text


@pytest.mark.parametrize(("number", "stops"), [(10, False), (11, True)])
@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("takedowns", {"status": "takedown"}),
        ("updates", {"message": "corrected"}),
    ],
)
def test_operations_stop_by_percent(
    kind: str, change: dict[str, str], number: int, stops: bool
) -> None:
    limits: dict[str, Any] = {kind: Limit(percent=10)}
    safety = replace(LOOSE, **limits)
    plan = plan_of(catalogue(100, number, **change), ledger(100), safety=safety)
    assert codes(plan) == [f"guard_{kind}"] * stops


def test_purges_count_as_takedowns() -> None:
    safety = replace(LOOSE, takedowns=Limit(count=1))
    target = replace(SPOTIFY, takedown="purge")
    plan = plan_of(catalogue(20, 2, status="takedown"), ledger(20), safety=safety, targets=[target])
    assert codes(plan) == ["guard_takedowns"]


def test_resends_and_inserts_have_limits_of_their_own() -> None:
    safety = replace(LOOSE, resends=Limit(percent=50), inserts=Limit(count=3))
    plan = plan_of(catalogue(20, 0), ledger(20), safety=safety, resend=True)
    assert codes(plan) == ["guard_resends"]
    plan = plan_of(catalogue(24, 0), ledger(20), safety=safety)
    assert codes(plan) == ["guard_inserts"]


def test_whichever_trips_first() -> None:
    safety = replace(LOOSE, takedowns=Limit(count=50, percent=10))
    plan = plan_of(catalogue(100, 11, status="takedown"), ledger(100), safety=safety)
    assert codes(plan) == ["guard_takedowns"]
    safety = replace(LOOSE, takedowns=Limit(count=5, percent=90))
    plan = plan_of(catalogue(100, 11, status="takedown"), ledger(100), safety=safety)
    assert codes(plan) == ["guard_takedowns"]


def test_counts_add_up_over_24_hours() -> None:
    safety = replace(LOOSE, takedowns=Limit(count=5))
    wishes = catalogue(100, 3, status="takedown")
    recent = [past(i, "takedown", 23.9) for i in range(90, 93)]
    plan = plan_of(wishes, ledger(100, recent), safety=safety)
    assert codes(plan) == ["guard_takedowns"]
    assert "3 of them intended before" in plan.stops[0].text
    old = [past(i, "takedown", 24) for i in range(90, 93)]
    assert codes(plan_of(wishes, ledger(100, old), safety=safety)) == []
    other = [past(i, "update", 1) for i in range(90, 93)]
    assert codes(plan_of(wishes, ledger(100, other), safety=safety)) == []


def test_one_release_counts_once_however_often_it_was_tried() -> None:
    safety = replace(LOOSE, updates=Limit(count=1))
    recent = [past(0, "update", hours) for hours in (1, 2, 3)]
    plan = plan_of(catalogue(20, 1, message="corrected"), ledger(20, recent), safety=safety)
    assert codes(plan) == []


def test_what_was_done_today_does_not_stop_a_plan_that_does_nothing_of_the_kind() -> None:
    safety = replace(LOOSE, takedowns=Limit(count=1))
    recent = [past(i, "takedown", 1) for i in range(90, 99)]
    plan = plan_of(catalogue(20, 1, message="corrected"), ledger(20, recent), safety=safety)
    assert codes(plan) == []


def test_the_population_is_what_is_live_whatever_the_selection() -> None:
    safety = replace(LOOSE, updates=Limit(percent=10))
    wishes = catalogue(100, 100, message="corrected")
    some = Selection(releases=("*0",))
    assert codes(plan_of(wishes, ledger(100), safety=safety, selection=some)) == []
    more = Selection(releases=("*0", "*1"))
    assert codes(plan_of(wishes, ledger(100), safety=safety, selection=more)) == ["guard_updates"]


def test_below_the_minimum_population_percent_does_not_trip_but_count_does() -> None:
    wishes = catalogue(9, 9, status="takedown")
    percent = replace(LOOSE, takedowns=Limit(percent=10))
    assert codes(plan_of(wishes, ledger(9), safety=percent)) == []
    count = replace(LOOSE, takedowns=Limit(count=8))
    assert codes(plan_of(wishes, ledger(9), safety=count)) == ["guard_takedowns"]


def test_a_declared_back_catalogue_load_is_exempt_but_not_for_takedowns() -> None:
    safety = replace(
        LOOSE, inserts=Limit(count=1), updates=Limit(count=1), takedowns=Limit(count=1)
    )
    target = replace(SPOTIFY, back_catalogue_load=True)
    for wishes in (catalogue(30, 0), catalogue(20, 9, message="corrected")):
        assert codes(plan_of(wishes, ledger(20), safety=safety, targets=[target])) == []
        assert len(codes(plan_of(wishes, ledger(20), safety=safety))) == 1
    wishes = catalogue(20, 9, status="takedown")
    plan = plan_of(wishes, ledger(20), safety=safety, targets=[target])
    assert codes(plan) == ["guard_takedowns"]


def test_an_allowed_takedown_leaves_the_count_and_nothing_else_does() -> None:
    safety = replace(LOOSE, takedowns=Limit(count=1))
    wishes = catalogue(20, 2, status="takedown")
    one = Permissions(takedowns=frozenset({gtin(1)}))
    assert codes(plan_of(wishes, ledger(20), safety=safety, permissions=one)) == []
    other = Permissions(takedowns=frozenset({gtin(9)}))
    plan = plan_of(wishes, ledger(20), safety=safety, permissions=other)
    assert codes(plan) == ["guard_takedowns"]


def test_allow_plan_lifts_the_guards_for_exactly_that_plan() -> None:
    safety = replace(LOOSE, takedowns=Limit(count=1))
    wishes = catalogue(20, 2, status="takedown")
    stopped = plan_of(wishes, ledger(20), safety=safety)
    allowed = Permissions(plan_hash=stopped.plan_hash)
    assert codes(plan_of(wishes, ledger(20), safety=safety, permissions=allowed)) == []
    more = catalogue(20, 3, status="takedown")
    plan = plan_of(more, ledger(20), safety=safety, permissions=allowed)
    assert codes(plan) == ["guard_takedowns"]


@pytest.mark.parametrize(("left", "stops"), [(80, False), (79, True)])
def test_a_shrunken_catalogue_stops(left: int, stops: bool) -> None:
    safety = replace(LOOSE, missing=Limit(percent=20))
    plan = plan_of(catalogue(left, 0), ledger(100), safety=safety)
    assert codes(plan) == ["guard_missing"] * stops
    one = Selection(releases=(gtin(1),))
    assert codes(plan_of(catalogue(left, 0), ledger(100), safety=safety, selection=one)) == (
        ["guard_missing"] * stops
    )


def test_a_release_file_with_errors_is_not_missing() -> None:
    safety = replace(LOOSE, missing=Limit(count=0))
    plan = plan_of([], ledger(1), safety=safety, blocked_releases={gtin(0): ()})
    assert codes(plan) == []
    assert codes(plan_of([], ledger(1), safety=safety)) == ["guard_missing"]
