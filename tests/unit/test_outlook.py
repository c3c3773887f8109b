"""What failed, by what the ledger remembers of a stream."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from stardust_gitops.catalog.windows import Recurring, Windows
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.planning.outlook import Outlook, Watch, missed_runs
from stardust_gitops.planning.settings import TargetSettings
from stardust_gitops.planning.strays import Key
from tests.planning_samples import NOW, RELEASE, SPOTIFY, live, plan_of, sent, snapshot, wish

KEY = ("spotify", RELEASE)
LOADING = TargetSettings(id="spotify", back_catalogue_load=True)


def outlook(
    state: StreamState | None = None, target: TargetSettings = SPOTIFY, **more: object
) -> Outlook:
    one = wish(**more)  # type: ignore[arg-type]
    ledger = snapshot({} if state is None else {KEY: state})
    plan = plan_of([one], ledger, targets=(target,))
    watch = Watch(
        wishes={Key(*KEY): one},
        targets={target.id: target},
        states={} if state is None else {Key(*KEY): state},
        now=NOW,
        every=timedelta(hours=1),
    )
    return watch.outlook(plan, ledger)


def test_a_delivery_that_failed_is_told_until_it_is_through() -> None:
    failed = live(open=sent("update", message="new"), failure="the disk is full")
    found = outlook(failed, message="new")
    assert [notice.reasons[0].text for notice in found.failed] == ["the disk is full"]
    assert [notice.item.action for notice in found.due] == ["update"]
    assert not found.is_well
    assert outlook(live()).is_well


def test_a_failure_that_no_longer_matters_is_not_told() -> None:
    reverted = live(open=sent("update", message="new"), failure="the disk is full")
    assert outlook(reverted).failed == (), "the catalogue says what is live"


def test_what_nobody_knows_the_outcome_of_is_blocked() -> None:
    unknown = live(open=sent("update", message="new"), marker_begun=True, unknown=True)
    (notice,) = outlook(unknown, message="new").failed
    assert notice.reasons[0].code == "unknown"


def test_a_declared_load_of_back_catalogue_is_never_late() -> None:
    today = NOW.date().isoformat()
    assert outlook(street_date=today).late[0].reasons[0].code == "street_date"
    assert outlook(target=LOADING, street_date=today).late == ()


def test_what_is_due_for_less_than_twice_the_interval_is_not_late() -> None:
    def late(minutes: int) -> bool:
        due = NOW - timedelta(minutes=minutes)
        return bool(outlook(not_before=due, street_date=None).late)

    assert not late(120)
    assert late(121)


def test_what_a_window_or_a_cap_kept_back_was_not_missed() -> None:
    def late(target: TargetSettings) -> bool:
        return bool(
            outlook(target=target, not_before=NOW - timedelta(hours=9), street_date=None).late
        )

    def from_on(hour: int) -> Windows:
        window = Recurring(name="w", zone="UTC", cron=f"0 {hour} * * *", length=timedelta(hours=8))
        return Windows(allow=(window,))

    assert late(SPOTIFY)
    assert late(replace(SPOTIFY, windows=from_on(9)))  # NOW is 12:00
    assert not late(replace(SPOTIFY, windows=from_on(11)))
    assert not late(replace(SPOTIFY, per_day=100))


def test_what_a_window_holds_is_due_when_it_opens() -> None:
    window = Recurring(name="w", zone="UTC", cron="0 15 * * *", length=timedelta(hours=8))
    shut = replace(SPOTIFY, windows=Windows(allow=(window,)))
    (notice,) = outlook(target=shut, street_date="2026-12-24").due
    assert notice.when == NOW + timedelta(hours=3)
    (late,) = outlook(target=shut, street_date=NOW.date().isoformat()).late
    assert late.reasons[0].code == "street_date"


@pytest.mark.parametrize(
    ("minutes", "every", "said"),
    [
        (120, timedelta(hours=1), None),
        (121, timedelta(hours=1), "2 h ago, expected every 1 h"),
        (9 * 60 + 59, timedelta(hours=1), "9 h ago, expected every 1 h"),
        (61, timedelta(minutes=30), "61 min ago, expected every 30 min"),
        (4 * 1440, timedelta(days=1), "4 days ago, expected every 1 day"),
    ],
)
def test_runs_that_were_missed_are_told_in_words(
    minutes: int, every: timedelta, said: str | None
) -> None:
    found = missed_runs(NOW - timedelta(minutes=minutes), NOW, every)
    text = None if said is None else f"the last scheduled run was {said}"
    assert (None if found is None else found.text) == text


def test_a_schedule_that_never_ran_is_told() -> None:
    found = missed_runs(None, NOW, timedelta(minutes=90))
    assert found is not None
    assert found.text == "no scheduled run is known, expected every 90 min"
