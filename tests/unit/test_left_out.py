"""The files of a release in order, and what a target leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.base import Base
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.fingerprint import delivery_fingerprints, message_fingerprint
from stardust_gitops.content.resolve import Resolver
from tests.unit.full_catalogue import FILE, RELEASE, Everything, catalogue, resolved, track

FULL = (
    track(
        1,
        preview={"start": 5, "audio": "assets/cut.flac"},
        immersive={"isrc": "GBXYZ2600008", "audio": "assets/atmos.flac"},
        lyrics="assets/1.lrc",
        contains_ai="All",
        contributors=[{"name": "Ada", "roles": ["Composer"], "ai_contribution": "Partly"}],
    ),
    track(2, video="assets/2.mp4", screen_capture="assets/still.jpg", parental_warning="Explicit"),
    track(3, type="Clip"),
    track(4, genre="TECHNO", disc=2, deals=[{"offer": "streaming", "territories": ["GB"]}]),
)
BOOKLET: dict[str, Any] = {"booklet": "assets/booklet.pdf", "discs": {"2": {"title": "Night"}}}


def files(base: Base) -> list[tuple[str, int | None, str]]:
    """Role, track and path of each file."""
    return [(role, number, asset.path) for role, number, asset in base.assets]


def test_files_in_the_order_of_the_tracks_and_the_cover_last() -> None:
    _, base = resolved(*FULL, **BOOKLET)
    assert files(base) == [
        ("audio", 1, "assets/1.flac"),
        ("immersive", 1, "assets/atmos.flac"),
        ("preview", 1, "assets/cut.flac"),
        ("lyrics", 1, "assets/1.lrc"),
        ("video", 2, "assets/2.mp4"),
        ("screen_capture", 2, "assets/still.jpg"),
        ("audio", 3, "assets/3.flac"),
        ("audio", 4, "assets/4.flac"),
        ("booklet", None, "assets/booklet.pdf"),
        ("cover", None, "assets/cover.jpg"),
    ]
    assert base.complete
    assert [(role, isrc) for role, isrc, _ in base.asset_keys()][1] == ("immersive", "GBXYZ2600001")


def test_a_missing_file_of_any_kind_makes_it_incomplete() -> None:
    resolver = Resolver(catalogue())
    paths = ["assets/1.flac", "assets/cut.flac", "assets/cover.jpg"]
    model = ReleaseFile.model_validate(
        RELEASE | {"tracks": [track(1, preview={"start": 5, "audio": "assets/cut.flac"})]}
    )
    for missing in (None, *paths):
        locked = {path: Everything().get(path) for path in paths if path != missing}
        assert resolver.base(FILE, model, locked).complete is (missing is None)


def left(*kinds: str, tracks: tuple[Document, ...] = FULL, **more: Any) -> tuple[Document, Base]:
    """The content, and the files, of a target that leaves these kinds out."""
    known = catalogue(strict={"leave_out": list(kinds)})
    resolver, base = resolved(*tracks, known=known, **(BOOKLET | more))
    target = known.targets["strict"]
    document, findings = resolver.content(base, target)
    assert document is not None, findings
    own = resolver.for_target(base, target)
    delivery = resolver.delivery(base, target, document)
    assert [(a.role, a.track, a.path) for a in delivery.assets] == files(own)
    assert delivery_fingerprints(delivery)[0] == message_fingerprint(document)
    assert resolver.for_target(own, target) is own
    whole, _ = resolver.content(base, known.targets["store"])
    plain_resolver, plain_base = resolved(*tracks, **(BOOKLET | more))
    assert whole == plain_resolver.content(plain_base, catalogue().targets["store"])[0]
    return document, own


def test_a_left_out_video_is_gone_and_the_rest_moves_up() -> None:
    document, base = left("videos")
    assert [entry["isrc"][-1] for entry in document["tracks"]] == ["1", "3", "4"]
    assert document["parental_warning"] == "NotExplicit"
    assert document["tracks"][2]["genre"] == {"name": "TECHNO"}
    assert document["tracks"][2]["deals"][0]["territories"] == ["GB"]
    assert [number for role, number, _ in files(base) if role == "audio"] == [1, 2, 3]
    assert not {"video", "screen_capture"} & {role for role, _, _ in files(base)}


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("immersive", "immersive"),
        ("previews", "preview"),
        ("screen_captures", "screen_capture"),
        ("lyrics", "lyrics"),
        ("booklet", "booklet"),
    ],
)
def test_files_of_a_kind_are_left_out(kind: str, role: str) -> None:
    whole, every = left()
    document, base = left(kind)
    assert files(base) == [file for file in files(every) if file[0] != role]
    del_key = {"immersive": "immersive", "previews": "preview"}.get(kind)
    for before, after in zip(whole["tracks"], document["tracks"], strict=True):
        assert after == {key: value for key, value in before.items() if key != del_key}


def test_clips_ai_and_all_of_a_disc_are_left_out() -> None:
    document, _ = left("clips")
    assert [entry.get("type") for entry in document["tracks"]] == [None, None, None]
    document, _ = left("ai")
    assert "contains_ai" not in document["tracks"][0]
    assert "ai" not in document["tracks"][0]["contributors"][0]
    document, _ = left("videos", tracks=(track(1), track(2, video="v.mp4", disc=2)))
    assert "discs" not in document


def test_ai_of_the_whole_release_follows_from_what_is_left() -> None:
    tracks = (track(1, contains_ai="All"), track(2, video="v.mp4"))
    whole, _ = left(tracks=tracks, discs={})
    document, _ = left("videos", tracks=tracks, discs={})
    assert ("contains_ai" in whole, document["contains_ai"]) == (False, "All")


def test_a_pre_order_gives_nothing_that_is_left_out() -> None:
    deals = [
        {"offer": "download", "preorder_from": "2026-11-20", "instant_gratification": isrcs}
        for isrcs in (["GBXYZ2600001", "GBXYZ2600002"], ["GBXYZ2600002"])
    ]
    document, _ = left("videos", deals=deals)
    given = [deal.get("instant_gratification") for deal in document["deals"]]
    assert given == [None, ["GBXYZ2600001"], None, None]


def test_a_target_that_leaves_out_every_track_has_an_error() -> None:
    known = catalogue(strict={"leave_out": ["videos"]})
    for rest in ((), (track(2, type="Clip"),)):
        resolver, base = resolved(track(1, video="v.mp4"), *rest, known=known)
        document, findings = resolver.content(base, known.targets["strict"])
        assert document is None
        assert [(f.code, f.pointer, f.target) for f in findings] == [
            ("SG2130", ("tracks",), "strict")
        ]
        assert resolver.content(base, known.targets["store"])[0] is not None


def test_leaving_out_what_is_not_there_changes_nothing() -> None:
    known = catalogue(strict={"leave_out": ["videos", "booklet", "ai"]})
    resolver, base = resolved(track(1), known=known)
    assert base.kinds == frozenset()
    assert resolver.for_target(base, known.targets["strict"]) is base


def test_words_of_the_types_and_relations_that_are_left() -> None:
    tracks = (
        track(1, related=[{"type": "ContainsSamplesFrom", "isrc": "GBXYZ2600009"}]),
        track(2, video="v.mp4", type="ConcertVideo"),
    )
    _, every = left(tracks=tracks, discs={})
    _, base = left("videos", tracks=tracks, discs={})
    assert every.words - base.words == {"ConcertVideo"}
    assert "ContainsSamplesFrom" in base.words
