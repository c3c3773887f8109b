"""What an update takes away, by territories and tracks."""

from __future__ import annotations

from typing import Any

import pytest

from stardust_gitops.planning.withdrawals import withdrawals


def deal(*territories: str, but: tuple[str, ...] = (), use: str = "OnDemandStream") -> Any:
    """Terms in these territories, or everywhere but in some."""
    place = {"territories": list(territories)} if territories else {"excluded_territories": [*but]}
    return {"models": ["SubscriptionModel"], "uses": [use], "start": "2026-12-04", **place}


WORLD = deal("Worldwide")
DOWNLOAD = deal("Worldwide", use="PermanentDownload")


def track(isrc: str, **more: Any) -> dict[str, Any]:
    return {"isrc": isrc, **more}


def texts(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{reason.code}: {reason.text}" for reason in withdrawals(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ([WORLD], [WORLD], None),
        ([WORLD], [deal(but=("JP",))], "JP"),
        ([WORLD], [deal("DE", "FR")], "everywhere but DE, FR"),
        ([deal(but=("JP",))], [deal(but=("CN", "JP"))], "CN"),
        ([deal(but=("JP",))], [deal("DE", "JP")], "everywhere but DE, JP"),
        ([deal("DE", "FR")], [deal("DE")], "FR"),
        ([deal("DE", "FR")], [deal(but=("FR",))], "FR"),
        ([deal("DE", "FR")], [WORLD], None),
        ([deal("DE")], [deal("DE"), deal("FR")], None),
        ([deal("DE", "FR")], [deal("FR"), deal("DE")], None),
        ([WORLD], [], "everywhere"),
        ([WORLD, DOWNLOAD], [WORLD], None),
        ([WORLD, DOWNLOAD], [WORLD, deal(but=("JP",), use="PermanentDownload")], "JP"),
        ([deal("DE"), DOWNLOAD], [deal("DE")], "everywhere but DE"),
        ([deal(but=("JP",)), deal("JP")], [deal(but=("JP",))], "JP"),
        ([deal(but=("JP",)), deal(but=("CN",))], [WORLD], None),
    ],
)
def test_territories(before: list[Any], after: list[Any], lost: str | None) -> None:
    told = [] if lost is None else [f"territories_withdrawn: withdrawn from {lost}"]
    assert texts({"deals": before}, {"deals": after}) == told


def test_a_track_that_stays_and_is_no_longer_sold_alone() -> None:
    before = {"deals": [WORLD], "tracks": [track("I1"), track("I2")]}
    after = {"deals": [WORLD], "tracks": [track("I1"), track("I2", deals=[])]}
    assert texts(before, after) == ["track_withdrawn: tracks no longer offered by themselves: I2"]
    assert texts(after, before) == []
    assert texts(before, {"deals": [WORLD], "tracks": [track("I1")]}) == []
    none = {"deals": [WORLD], "track_deals": [], "tracks": [track("I1"), track("I2")]}
    assert texts(before, none)[0].endswith("I1, I2")


def test_a_territory_of_one_track() -> None:
    before = {"deals": [WORLD], "tracks": [track("I1"), track("I2")]}
    after = {"deals": [WORLD], "tracks": [track("I1"), track("I2", deals=[deal(but=("JP",))])]}
    assert texts(before, after) == ["territories_withdrawn: withdrawn from JP"]


def test_content_that_says_nothing() -> None:
    assert texts({}, {}) == []
