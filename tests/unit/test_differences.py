"""Field changes between two canonical contents."""

from __future__ import annotations

from typing import Any

import pytest

from stardust_gitops.planning.differences import corrected_isrcs, differences, with_changes
from stardust_gitops.planning.model import Change
from tests.planning_samples import live, plan_of, snapshot, wish


def track(isrc: str, **more: Any) -> dict[str, Any]:
    return {"isrc": isrc, "title": f"Title {isrc}", **more}


def deal(**more: Any) -> dict[str, Any]:
    return {"models": ["SubscriptionModel"], "start": "2026-12-04", **more}


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"title": "A"}, {"title": "A"}, []),
        ({"title": "A"}, {"title": "B"}, [Change(path="title", before="A", after="B")]),
        ({}, {"version": "Live"}, [Change(path="version", after="Live")]),
        ({"version": "Live"}, {}, [Change(path="version", before="Live")]),
        (
            {"genre": {"name": "House"}},
            {"genre": {"name": "House", "sub": "Deep"}},
            [Change(path="genre.sub", after="Deep")],
        ),
        (
            {"p_line": {"text": "2026 A"}},
            {},
            [Change(path="p_line", before={"text": "2026 A"})],
        ),
        (
            {"deals": [deal(excluded_territories=["JP"])]},
            {"deals": [deal(excluded_territories=["KR", "US"])]},
            [
                Change(path="deals[0].excluded_territories", after="KR"),
                Change(path="deals[0].excluded_territories", after="US"),
                Change(path="deals[0].excluded_territories", before="JP"),
            ],
        ),
        (
            {"deals": [deal(territories=["GB"])]},
            {"deals": [deal(excluded_territories=["KR"])]},
            [
                Change(path="deals[0].territories", before="GB"),
                Change(path="deals[0].excluded_territories", after="KR"),
            ],
        ),
        (
            {"deals": [deal()]},
            {"deals": [deal(), deal(preorder=True)]},
            [Change(path="deals[1]", after=deal(preorder=True))],
        ),
        (
            {"artists": [{"party": {"name": "A"}}]},
            {"artists": [{"party": {"name": "B"}}]},
            [Change(path="artists[0].party.name", before="A", after="B")],
        ),
        (
            {"tracks": [track("I1"), track("I2", title="A")]},
            {"tracks": [track("I1"), track("I2", title="B")]},
            [Change(path="tracks[1].title", before="A", after="B")],
        ),
        (
            {"tracks": [track("I1"), track("I2", title="A")]},
            {"tracks": [track("I0"), track("I1"), track("I2", title="B")]},
            [
                Change(path="tracks[0]", after=track("I0")),
                Change(path="tracks[2].title", before="A", after="B"),
            ],
        ),
        (
            {"tracks": [track("I1"), track("I2")]},
            {"tracks": [track("I2")]},
            [Change(path="tracks[0]", before=track("I1"))],
        ),
        (
            {"tracks": [track("I1"), track("I2")]},
            {"tracks": [track("I2"), track("I1")]},
            [Change(path="tracks order", before=["I1", "I2"], after=["I2", "I1"])],
        ),
        (
            {"tracks": [track("I1", disc=1), track("I1", disc=2)]},
            {"tracks": [track("I1", disc=1), track("I1", disc=3)]},
            [Change(path="tracks[1].disc", before=2, after=3)],
        ),
        (
            {"tracks": [track("I1", deals=[])]},
            {"tracks": [track("I1")]},
            [Change(path="tracks[0].deals", before=[])],
        ),
        (
            {"instrumental": 1},
            {"instrumental": True},
            [Change(path="instrumental", before=1, after=True)],
        ),
    ],
)
def test_differences(before: Any, after: Any, changes: list[Change]) -> None:
    assert list(differences(before, after)) == changes


def delivery(cover: str = "c", *audio: tuple[str, str]) -> dict[str, Any]:
    tracks = [track(isrc) for isrc, _ in audio]
    files = [
        {"role": "audio", "track": place, "sha256": sha}
        for place, (_, sha) in enumerate(audio, start=1)
    ]
    return {
        "content": {"tracks": tracks},
        "assets": [*files, {"role": "cover", "track": None, "sha256": cover}],
    }


def reasons(before: dict[str, Any], after: dict[str, Any]) -> tuple[list[str], list[str]]:
    ledger = snapshot({("spotify", wish().release): live(assets="old")})
    (item,) = plan_of([wish()], ledger).items
    item = with_changes(item, before, after)
    return [reason.code for reason in item.reasons], [change.path for change in item.changes]


def test_changed_files_are_named_and_the_reason_becomes_exact() -> None:
    before = delivery("c", ("I1", "a"), ("I2", "b"))
    assert reasons(before, delivery("c", ("I1", "a"), ("I2", "x"))) == (
        ["audio_replaced"],
        ["tracks[1].audio"],
    )
    assert reasons(before, delivery("x", ("I1", "a"), ("I2", "b"))) == (
        ["cover_replaced"],
        ["cover"],
    )


def test_what_a_recording_has_beside_is_not_the_recording() -> None:
    before = delivery("c", ("I1", "a"), ("I2", "b"))
    lyrics = {"role": "lyrics", "track": 2, "sha256": "l", "facts": {"codec": "TTML"}}
    cut = {"role": "preview", "track": 1, "sha256": "p", "facts": {"duration": "30"}}
    booklet = {"role": "booklet", "track": None, "sha256": "t"}
    after = {**before, "assets": [*before["assets"], lyrics, cut, booklet]}
    paths = ["tracks[1].lyrics", "tracks[0].preview", "booklet"]
    assert reasons(before, after) == (["files_changed"], paths)
    assert reasons(after, before) == (["files_changed"], paths)
    assert corrected_isrcs(before, after) == {}
    other = delivery("c", ("I1", "a"), ("I2", "x"))
    changed = {**other, "assets": [*other["assets"], lyrics]}
    assert reasons(before, changed)[0] == ["audio_replaced"]


def test_a_video_under_another_isrc_is_a_correction_too() -> None:
    before, after = (delivery("c", (isrc, "v")) for isrc in ("I1", "I9"))
    for each in (before, after):
        each["assets"][0]["role"] = "video"
        each["assets"].insert(0, {"role": "screen_capture", "track": 1, "sha256": "s"})
    assert corrected_isrcs(before, after) == {"I9": "I1"}


@pytest.mark.parametrize(
    ("path", "more", "other"),
    [
        ("tracks[0].work.title", {"work": {"title": "A"}}, {"work": {"title": "B"}}),
        ("tracks[0].immersive.isrc", {"immersive": {"isrc": "A"}}, {"immersive": {"isrc": "B"}}),
        ("tracks[0].related[0].start", {"related": [{"start": 1}]}, {"related": [{"start": 2}]}),
        ("tracks[0].descriptors.bpm", {"descriptors": {"bpm": "1"}}, {"descriptors": {"bpm": "2"}}),
    ],
)
def test_new_fields_of_tracks_are_told_apart_in_detail(
    path: str, more: dict[str, Any], other: dict[str, Any]
) -> None:
    before, after = {"tracks": [track("I1", **more)]}, {"tracks": [track("I1", **other)]}
    assert [change.path for change in differences(before, after)] == [path]


def test_tracks_in_a_new_order_replace_no_audio() -> None:
    before = delivery("c", ("I1", "a"), ("I2", "b"))
    _, paths = reasons(before, delivery("c", ("I2", "b"), ("I1", "a")))
    assert paths == ["tracks order"]


def test_a_delivery_without_assets_or_content_is_compared_all_the_same() -> None:
    assert reasons({}, delivery("c", ("I1", "a")))[1] == ["tracks[0]", "tracks[0].audio", "cover"]


def test_another_isrc_of_the_same_audio_is_a_correction() -> None:
    before = delivery("c", ("I1", "a"), ("I2", "b"))
    after = delivery("c", ("I1", "a"), ("I9", "b"))
    after["content"]["tracks"][1]["title"] = before["content"]["tracks"][1]["title"]
    assert corrected_isrcs(before, after) == {"I9": "I2"}
    assert reasons(before, after) == (["identifier_corrected"], ["tracks[1].isrc"])
    after["content"]["tracks"][1]["title"] = "Ebb"
    assert reasons(before, after)[1] == ["tracks[1].isrc", "tracks[1].title"]


def test_another_isrc_of_other_audio_is_another_track() -> None:
    before = delivery("c", ("I1", "a"), ("I2", "b"))
    after = delivery("c", ("I1", "a"), ("I9", "x"))
    assert corrected_isrcs(before, after) == {}
    assert "identifier_corrected" not in reasons(before, after)[0]


def test_isrcs_that_only_change_places_are_no_corrections() -> None:
    swapped = delivery("c", ("I2", "a"), ("I1", "b"))
    assert corrected_isrcs(delivery("c", ("I1", "a"), ("I2", "b")), swapped) == {}


@pytest.mark.parametrize(("seconds", "warned"), [("200.9", False), ("201", True), ("150", True)])
def test_other_audio_of_another_length_under_an_old_isrc_is_warned_of(
    seconds: str, warned: bool
) -> None:
    before = delivery("c", ("I1", "a"))
    before["assets"][0]["facts"] = {"duration": "200"}
    after = delivery("c", ("I1", "x"))
    after["assets"][0]["facts"] = {"duration": seconds}
    (item,) = plan_of([wish()], snapshot({("spotify", wish().release): live(assets="old")})).items
    found = with_changes(item, before, after, file="releases/a.yaml").findings
    assert [finding.code for finding in found] == (["SG2191"] if warned else [])
    assert all(f.file == "releases/a.yaml" and seconds in f.message for f in found)
