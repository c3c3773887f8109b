"""Rules about deals, windows and prices: what each finds, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.catalog.models.deals import Terms
from stardust_gitops.rules import deals, windows
from stardust_gitops.rules.areas import area, area_of
from tests.release_lab import Case, codes, rules_of

STREAM = "  - {offer: streaming}\n"
DOWNLOAD = "  - {offer: download, price_code: Mid, track_price_code: Track}\n"
TRACK = "    instrumental: true\n"
OFFERS = "  streaming: [SubscriptionModel/OnDemandStream]\n"


def stream(*terms: str) -> Case:
    """Streaming in these deals."""
    text = "".join(f"  - {{offer: streaming, {more}}}\n" for more in terms)
    return Case(release=[(STREAM, text)])


def release(old: str, new: str) -> Case:
    """One edit of the release."""
    return Case(release=[(old, new)])


def narrowed(deal: str, own: str) -> Case:
    """Streaming alone, and what the last track says of it."""
    edits = [(STREAM, f"  - {{offer: streaming{deal}}}\n"), (DOWNLOAD, "")]
    return Case(release=[*edits, (TRACK, f"{TRACK}    deals: [{{offer: {own}}}]\n")])


def offers(*pairs: str) -> Case:
    """What the target takes for streaming."""
    return Case(target=[(OFFERS, f"  streaming: [{', '.join(pairs)}]\n")])


def visible(key: str, day: str) -> Case:
    """From when what is shown."""
    return release("deals:\n", f"visibility: {{{key}: {day}}}\ndeals:\n")


TABLE = [
    ("SG2011", visible("tracks", "2026-12-05"), visible("tracks", "2026-12-04")),
    ("SG2012", stream("start: 2026-12-03"), stream("start: 2026-12-04")),
    ("SG2012", stream("start: -14d"), stream("start: +14d")),
    (
        "SG2012",
        stream('start: "2026-12-02T11:00:00Z"'),
        stream('start: "2026-12-03T11:00:00Z"'),
    ),
    ("SG2012", stream('start: "2026-12-03T11:00:00"'), stream("preorder_from: 2026-11-20")),
    ("SG2013", release("2026-12-04", "2026-12-05"), release("2026-12-04", "2026-12-11")),
    ("SG2013", release("2026-12-04", "2026-11-23"), release("2026-12-04", "2026-11-19")),
    ("SG2014", narrowed("", "download, territories: [GB]"), narrowed("", "streaming, end: +9d")),
    (
        "SG2017",
        narrowed(", territories: [GB, DACH]", "streaming, territories: [GB, FR]"),
        narrowed(", territories: [GB, DACH]", "streaming, territories: [GB, AT]"),
    ),
    (
        "SG2017",
        narrowed(", excluded_territories: [JP]", "streaming, excluded_territories: [KR]"),
        narrowed(", excluded_territories: [JP]", "streaming, excluded_territories: [JP, KR]"),
    ),
    (
        "SG2018",
        narrowed(", end: +30d", "streaming, start: +31d"),
        narrowed("", "streaming, end: +9d"),
    ),
    (
        "SG2111",
        offers("SubscriptionModel/Stream", "SubscriptionModel/OnDemandStream"),
        offers("SubscriptionModel/Stream", "AdvertisementSupportedModel/OnDemandStream"),
    ),
    ("SG2112", stream("end: 2027-01-31", "start: 2027-01-31"), stream("end: +9d", "start: +10d")),
    (
        "SG2112",
        stream("excluded_territories: [JP]", "territories: [GB]"),
        stream("excluded_territories: [JP]", "territories: [JP]"),
    ),
    (
        "SG2112",
        stream("territories: [Worldwide]", "territories: [DACH]"),
        stream("territories: [GB]", "territories: [DACH]"),
    ),
    ("SG2112", stream("start: +5d", "end: +9d"), stream("start: +10d", "end: +9d")),
    ("SG2113", stream("end: +9d", "start: +11d"), stream("end: +9d", "start: +10d")),
    (
        "SG2113",
        stream("end: +9d", "start: +11d, territories: [GB]"),
        stream("end: +9d, territories: [FR]", "start: +11d, territories: [GB]"),
    ),
    ("SG2114", release("price_code: Mid, track_price_code: Track", "territories: [GB]"), Case()),
    (
        "SG2115",
        stream("preorder_from: 2026-11-27"),
        release("price_code: Mid,", "preorder_from: 2026-11-27, price_code: Mid,"),
    ),
]


@pytest.mark.parametrize(("code", "failing", "passing"), TABLE)
def test_what_a_rule_finds(code: str, failing: Case, passing: Case, tmp_path: Path) -> None:
    assert code in codes(tmp_path / "failing", failing)
    assert code not in codes(tmp_path / "passing", passing)


def test_every_rule_has_its_cases() -> None:
    assert {code for code, _, _ in TABLE} == rules_of(deals, windows)


def test_a_withheld_track_needs_no_window(tmp_path: Path) -> None:
    case = Case(release=[(TRACK, f"{TRACK}    available: album_only\n")])
    assert codes(tmp_path, case) == set()


def test_areas() -> None:
    assert area(("GB", "FR")) == {"GB", "FR"}
    assert {"ES", "ES-CN"} <= area(("ES",))
    assert "JP" not in area((), ("JP",))
    assert area(("Worldwide",)) == area((), ("XX",))
    groups = {"DACH": ["DE", "AT", "CH"]}
    assert area_of(Terms(offer="streaming", territories=("DACH", "GB")), groups) == {
        *("DE", "AT", "CH", "GB")
    }
    assert area_of(Terms(offer="streaming"), groups) == area(("Worldwide",))
