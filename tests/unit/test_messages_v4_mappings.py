"""What ERN 4 says otherwise of content beyond plain albums, each told by a line, and what it
refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.content.model import Asset, Delivery, Disc, Preview, RelatedRecording
from stardust_gitops.messages.ern.mappings import mappings
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.message_examples import (
    FILM,
    HEADER,
    PIECES,
    STREAMING,
    audio,
    rich_delivery,
    track,
)
from tests.rich_messages import named, rich, tree, with_editions, with_track

Line = tuple[str, str, str | None]
NO_AI = [
    ("contains_ai", "Partly", None),
    ("tracks[0].contains_ai", "Partly", None),
    ("tracks[0].contributors[0].ai", "Partly", None),
    ("tracks[1].contains_ai", "None", None),
]
LINKS = [
    ("tracks[0].lyrics", "Lyrics", "UserDefined (ern/432: Lyrics)"),
    ("booklet", "Booklet", "UserDefined (ern/432: Booklet)"),
]
SPED_UP = ("tracks[0].related[0].type", "IsSpedUpOf", "HasContentFrom")
LYRIC_VIDEO = ("tracks[2].type", "LyricVideo", "UserDefined (ern/42: LyricVideo)")
PRORES = ("tracks[2].video.codec", "ProRes-422_HQ", "UserDefined (ern/43: ProRes-422_HQ)")


def said(of: Delivery, version: str, **options: Any) -> list[Line]:
    """What is mapped, without reasons, which are never empty."""
    found = mappings(of, MessageOptions(version=version, **options))
    assert all(each.reason for each in found)
    return [(each.field, each.said, each.told) for each in found]


def test_every_line_of_a_release_with_all_there_is() -> None:
    assert said(rich("4.3.2"), "4.3.2") == [LYRIC_VIDEO]
    later = said(rich("4.3"), "4.3")
    assert sorted(later) == sorted([*NO_AI, SPED_UP, LYRIC_VIDEO, *LINKS])
    first = said(rich("4.2"), "4.2")
    assert sorted(first) == sorted([*NO_AI, SPED_UP, PRORES, *LINKS])


@pytest.mark.parametrize("version", ["4.2", "4.3", "4.3.2"])
def test_without_what_is_said_otherwise_there_is_no_line(version: str) -> None:
    without = {"ai", "lyrics", "booklet", "related", "video", "screen_capture"}
    assert said(rich(version, without=without), version) == []


@with_editions
def test_works_and_discs_that_a_variant_leaves_out(version: str) -> None:
    works = [
        (
            f"tracks[{place}].work",
            "a movement of Harbour Suite",
            "a GroupingTitle of the recording alone",
        )
        for place in (0, 1)
    ]
    disc = [("discs[0].icpn", "036000291452", None)]
    of = rich(version)
    plain = said(of, version)
    assert sorted(said(of, version, variant="none")) == sorted([*plain, *works, *disc])
    assert sorted(said(of, version, variant="BoxedSet")) == sorted([*plain, *works])
    assert sorted(said(of, version, variant="Classical")) == sorted([*plain, *disc])


@with_editions
def test_a_disc_of_clips_alone_is_not_told(version: str) -> None:
    of = rich(version, without={"video", "screen_capture", "ai", "related", "lyrics", "booklet"})
    apart = with_track(of, 3, disc=2, bonus=True)
    discs = (*apart.content.discs, Disc(number=2, title="Cuts"))
    assert said(replace(apart, content=replace(apart.content, discs=discs)), version) == [
        ("discs[1]", "Cuts", None),
        ("tracks[2].bonus", "a bonus", None),
    ]


def test_relations_without_a_word_or_a_beginning() -> None:
    related = (
        RelatedRecording(type="HasClip", isrc="GBXYZ2500001"),
        RelatedRecording(type="IsSampledBy", isrc="GBXYZ2500002", duration=9),
        RelatedRecording(type="IsImmersiveEditionOf", isrc="GBXYZ2500003"),
    )
    of = example.delivery(tracks=(track(1, related=related), track(2)))
    assert said(of, "4.2") == [
        ("tracks[0].related[0]", "HasClip GBXYZ2500001", None),
        ("tracks[0].related[2].type", "IsImmersiveEditionOf", "IsDifferentEncoding"),
    ]
    assert said(of, "4.3") == [("tracks[0].related[1].duration", "9 seconds", None)]


@pytest.mark.parametrize(
    ("codec", "told", "attributes"),
    [
        ("DolbyAtmosMasterADM", "Atmos", {}),
        ("AC-4", "UserDefined", {"Namespace": "ern/43", "UserDefinedValue": "AC-4"}),
    ],
)
def test_codecs_that_4_2_does_not_know(codec: str, told: str, attributes: dict[str, str]) -> None:
    of = example.delivery({1: audio(codec=codec)})
    element = tree(of, "4.2").find("ResourceList/SoundRecording/TechnicalDetails/AudioCodecType")
    assert element is not None
    assert element.text == told
    assert {str(name): str(value) for name, value in element.items()} == attributes
    shown = f"UserDefined (ern/43: {codec})" if attributes else told
    assert said(of, "4.2") == [("tracks[0].audio.codec", codec, shown)]
    assert said(of, "4.3") == []


def test_codecs_and_containers_of_videos_and_previews() -> None:
    of = rich("4.2", without=PIECES - {"video", "preview"})
    cut = replace(named(of, "preview"), facts=audio(codec="AAC", container="MP4"))
    sounding = replace(named(of, "video"), facts=replace(FILM, codec="HEVC", audio_codec="AC-4"))
    changed: dict[Asset, Asset] = {named(of, "preview"): cut, named(of, "video"): sounding}
    files = tuple(changed.get(each, each) for each in of.assets)
    assert sorted(said(replace(of, assets=files), "4.2")) == [
        ("tracks[1].preview.audio.container", "MP4", None),
        ("tracks[2].video.audio_codec", "AC-4", "UserDefined (ern/43: AC-4)"),
        ("tracks[2].video.codec", "HEVC", "UserDefined (ern/43: HEVC)"),
    ]
    of_video = with_track(replace(of, assets=files), 3, preview=Preview(start=0))
    moved = tuple(replace(each, track=3) if each.role == "preview" else each for each in files)
    lines = said(replace(of_video, assets=moved), "4.2")
    assert "tracks[2].preview.audio.container" not in [field for field, _, _ in lines]


@with_editions
def test_terms_of_clips_are_always_told(version: str) -> None:
    own = replace(STREAMING, models=("AdvertisementSupportedModel",))
    of = with_track(with_track(rich(version), 4, deals=(own,)), 1, deals=(own,))
    fields = [field for field, _, _ in said(of, version, track_deals=False)]
    assert "tracks[0].deals" in fields
    assert "tracks[3].deals" not in fields


@pytest.mark.parametrize(("piece", "remedy"), [("immersive", "immersive"), ("clip", "clips")])
def test_what_4_2_has_no_form_for_is_refused(piece: str, remedy: str) -> None:
    of = rich_delivery(without=PIECES - {piece})
    with pytest.raises(MessageError, match=r"ERN 4\.2 has no place for") as caught:
        build_message(of, HEADER, MessageOptions(version="4.2"))
    assert caught.value.code == "SG4027"
    assert f"leave_out: [{remedy}]" in str(caught.value.hint)


@with_editions
def test_what_no_version_has_a_form_for_is_refused(version: str) -> None:
    of = rich(version)
    immersive = of.content.tracks[0].immersive
    still = replace(named(of, "screen_capture"), track=4)
    words = replace(named(of, "lyrics"), track=4)
    for what, broken in (
        ("an immersive edition of a video", with_track(of, 3, immersive=immersive)),
        ("lyrics of a stand-alone clip", replace(of, assets=(*of.assets, words))),
        ("a screen capture of a stand-alone clip", replace(of, assets=(*of.assets, still))),
    ):
        with pytest.raises(MessageError, match=what) as caught:
            build_message(broken, HEADER, MessageOptions(version=version))
        assert caught.value.code == "SG4027"
