"""Delivery windows: in the file of a target, through the changes of clocks, and in a plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.catalog.models.windows import WindowEntry
from stardust_gitops.catalog.windows import Recurring, Span, Windows, opening, windows_of
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.planning.model import Action
from stardust_gitops.planning.settings import TargetSettings
from tests.planning_samples import NOW, live, wish
from tests.release_lab import Case, judge
from tests.scale import examples
from tests.unit.deciding import LATER, NOTHING, codes, decided

LONDON = "Europe/London"
HOURS = WindowEntry.model_validate(
    {"allow": "0 9 * * 1-5", "for": "8h", "timezone": LONDON, "reason": "business hours"}
)
HOLIDAYS = WindowEntry.model_validate(
    {"deny": {"from": "2026-12-24", "to": "2027-01-03"}, "reason": "holidays"}
)


def windows(*entries: WindowEntry, zone: str = LONDON) -> Windows:
    found = windows_of(entries, zone)
    assert found is not None
    return found


def daily(cron: str, hours: int, zone: str = LONDON) -> Recurring:
    return Recurring(name=cron, zone=zone, cron=cron, length=timedelta(hours=hours))


def opens(windows: Windows, at: str) -> str | None:
    found = opening(windows, datetime.fromisoformat(at))
    return None if found is None else f"{found.when:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("at", "opened"),
    [
        ("2026-11-23T08:59:59.5+00:00", "2026-11-23T09:00"),
        ("2026-11-23T09:00+00:00", "2026-11-23T09:00"),
        ("2026-11-23T16:59+00:00", "2026-11-23T16:59"),
        ("2026-11-23T17:00+00:00", "2026-11-24T09:00"),
        ("2026-11-27T18:00-05:00", "2026-11-30T09:00"),
        # Friday evening; the next Monday that is no holiday. Not in winter time: an hour earlier.
        ("2026-12-23T17:00+00:00", "2027-01-04T09:00"),
        ("2026-03-27T17:00+00:00", "2026-03-30T08:00"),
    ],
)
def test_business_hours_with_holidays(at: str, opened: str) -> None:
    assert opens(windows(HOURS, HOLIDAYS), at) == opened


def test_denied_hours_alone_hold_until_they_end_and_join_where_they_overlap() -> None:
    night = windows(
        WindowEntry.model_validate({"deny": "0 22 * * *", "for": "4h"}),
        WindowEntry.model_validate({"deny": "0 1 * * *", "for": "5h"}),
        zone="UTC",
    )
    assert opens(night, "2026-11-22T21:59Z") == "2026-11-22T21:59"
    assert opens(night, "2026-11-22T22:00Z") == "2026-11-23T06:00"


@pytest.mark.parametrize(
    ("cron", "at", "opened"),
    [
        # 01:30 does not exist on 29 March: it begins when the clock has gone to 02:00.
        ("30 1 * * *", "2026-03-28T23:00Z", "2026-03-29T01:00"),
        # 01:30 comes twice on 25 October: it begins the first time, and not again.
        ("30 1 * * *", "2026-10-24T23:00Z", "2026-10-25T00:30"),
        ("30 1 * * *", "2026-10-25T01:40Z", "2026-10-26T01:30"),
        # Its hour is real time: it still lasts when the clock shows 01:10 again.
        ("30 1 * * *", "2026-10-25T01:10Z", "2026-10-25T01:10"),
    ],
)
def test_clocks_that_change(cron: str, at: str, opened: str) -> None:
    assert opens(Windows(allow=(daily(cron, 1),)), at) == opened


@examples(600)
@given(
    minutes=st.integers(0, 366 * 1440),
    zone=st.sampled_from([LONDON, "America/New_York", "America/Santiago", "Asia/Kolkata"]),
    cron=st.sampled_from(["0 9 * * 1-5", "30 1 * * *", "*/30 2 * * *", "15 */6 * * 0"]),
    shut=st.sampled_from(["0 0 * * *", "0 12 * * 3", "45 1 29 * *"]),
    hours=st.integers(1, 30),
)
def test_an_opening_is_open_and_nothing_before_it_is(
    minutes: int, zone: str, cron: str, shut: str, hours: int
) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    some = Windows(allow=(daily(cron, hours, zone),), deny=(daily(shut, 2, zone),))
    found = opening(some, moment)
    assert found is not None
    assert found.when >= moment
    assert some.allow[0].end_around(found.when)
    assert not some.deny[0].end_around(found.when)
    assert (found.window is None) is (found.when == moment)
    assert opening(some, found.when) == (found.when, None)
    for part in range(8):
        before = moment + (found.when - moment) * part / 8
        if before < found.when:
            again = opening(some, before)
            assert again is not None
            assert again.when == found.when


def test_never() -> None:
    saturdays, weekends = daily("0 9 * * 6", 8), daily("0 0 * * 6", 48)
    assert opening(Windows(allow=(saturdays,), deny=(weekends,)), NOW) is None
    forever = Span(name="closed", zone="UTC", begin=NOW, end=datetime(2199, 1, 1, tzinfo=UTC))
    assert opening(Windows(deny=(forever,)), NOW) is None
    assert opening(Windows(deny=(daily("* * * * *", 2),)), NOW) is None


def window(text: str) -> Case:
    return Case(target=[("", f"windows: [{text}]\n")])


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        ('{allow: "0 9 * *", for: 8h}', "SG1135", "0 9 * * 1-5"),
        ('{allow: "0 25 * * *", for: 8h}', "SG1135", "0 9 * * 1-5"),
        ('{deny: "0 0 30 2 *", for: 8h}', "SG1135", "0 9 * * 1-5"),
        ('{deny: "* * */20 * 1L", for: 8h}', "SG1135", "0 9 * * 1-5"),
        ('{deny: "* * * * 1L/2", for: 8h}', "SG1135", "0 9 * * 1-5"),
        ('{allow: "0 9 * * *", for: 0h}', "SG1122", "1h"),
        ('{allow: "0 9 * * *"}', "SG1136", "for: 8h"),
        ('{allow: "0 9 * * *", for: 8h, timezone: Europe/Lundon}', "SG1116", "Europe/London"),
        ('{allow: "0 9 * * *", deny: "0 9 * * 1", for: 8h}', "SG1136", "allow"),
        ("{deny: {from: 2026-12-24, to: 2026-12-23}}", "SG1136", "exchange"),
        ("{deny: {from: 2026-12-24, to: 2026-12-25}, for: 8h}", "SG1136", "remove for"),
        ('{allow: "0 9 * * 6", for: 8h}, {deny: "0 0 * * 6", for: 2d}', "SG2135", "outside"),
    ],
)
def test_a_wrong_window_is_told_with_its_remedy(
    text: str, code: str, remedy: str, tmp_path: Path
) -> None:
    (found,) = judge(tmp_path, window(text))
    assert (found.code, found.file) == (code, "targets/store.yaml")
    assert remedy in found.remedy


def test_right_windows_are_none_of_its_business(tmp_path: Path) -> None:
    once = "{deny: {from: 2026-12-24T18:00, to: 2027-01-02}, timezone: Asia/Tokyo, reason: closed}"
    assert judge(tmp_path, window(f'{{allow: "0 9 * * 1-5", for: 8h}}, {once}')) == []


# In a plan: it is Sunday, 12:00

SHUT = TargetSettings(id="spotify", windows=windows(HOURS, HOLIDAYS), takedown="purge")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_outside_of_its_windows_an_item_waits_and_says_until_when() -> None:
    for state, action in ((NOTHING, Action.INSERT), (live(message="older"), Action.UPDATE)):
        item = decided(wish(), state, SHUT)
        assert (item.action, item.operation, item.not_before) == (Action.HELD, action, MONDAY)
        assert item.reasons[0].code == "window"
        assert item.reasons[0].text == (
            "until 2026-11-23 09:00 Europe/London (window: business hours)"
        )
    assert decided(wish(), live(), SHUT).action is Action.UNCHANGED


def test_send_from_and_windows_agree_on_the_later_moment() -> None:
    thursday = datetime(2026, 12, 24, 10, tzinfo=UTC)
    item = decided(wish(not_before=thursday, not_before_text="until x (send_from)"), NOTHING, SHUT)
    assert codes(item) == ["window", "new_release"]
    assert item.not_before == datetime(2027, 1, 4, 9, tzinfo=UTC)
    inside = datetime(2026, 12, 23, 10, tzinfo=UTC)
    item = decided(wish(not_before=inside, not_before_text="until x (send_from)"), NOTHING, SHUT)
    assert (codes(item)[0], item.not_before) == ("send_from", inside)
    passed = decided(wish(not_before=NOW - timedelta(days=1)), NOTHING, SHUT)
    assert passed.not_before == MONDAY


def test_removals_and_what_announces_one_pass() -> None:
    assert decided(wish(status="takedown"), live(), SHUT).action is Action.TAKEDOWN
    purge = wish(status="takedown", purge="sent by mistake")
    assert decided(purge, live(), SHUT).action is Action.PURGE
    assert decided(wish(ends=True), live(message="older"), SHUT).action is Action.UPDATE
    assert decided(wish(ends=True), NOTHING, SHUT).action is Action.HELD


def test_what_was_begun_waits_with_its_message() -> None:
    opened = live(message="older").baseline
    state = StreamState(version=2, open=opened)
    item = decided(wish(message="older"), state, SHUT)
    assert (item.action, item.resumes, codes(item)) == (Action.HELD, True, ["window", "resumed"])
    begun = StreamState(version=3, open=opened, marker_begun=True)
    assert decided(wish(message="older"), begun, SHUT).action is Action.INSERT


def test_a_window_that_makes_it_miss_its_street_date_warns() -> None:
    soon = wish(street_date="2026-11-24")
    needs = TargetSettings(id="spotify", windows=SHUT.windows, lead_time_new=timedelta(days=2))
    (found,) = decided(soon, NOTHING, needs).findings
    assert found.message == (
        "will miss 2026-11-24: spotify needs 2 days, 1 day left when it goes on 2026-11-23"
    )
    assert decided(soon, NOTHING, SHUT).findings == ()
    (found,) = decided(wish(street_date="2026-11-22"), NOTHING, SHUT).findings
    assert found.message == "will miss 2026-11-22: it goes on 2026-11-23"
    (found,) = decided(wish(not_before=LATER, street_date="2026-11-25"), NOTHING).findings
    assert found.message == "will miss 2026-11-25: it goes on 2026-11-29"


def test_windows_that_end_hold_for_good() -> None:
    forever = Span(name="x", zone="UTC", begin=NOW, end=datetime(2199, 1, 1, tzinfo=UTC))
    item = decided(wish(), NOTHING, TargetSettings(id="spotify", windows=Windows(deny=(forever,))))
    assert (item.action, item.not_before) == (Action.HELD, None)
    assert item.reasons[0].text.startswith("no delivery window opens any more")
