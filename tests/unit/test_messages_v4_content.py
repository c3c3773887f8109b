"""What ERN 4 says beyond plain albums: works, discs, clips, names, AI."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.content.model import Contributor, Deal, Disc, Track, Work
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import build_message, write_message
from tests import message_examples as example
from tests.message_examples import ADA, HEADER, PIECES, STREAMING, UNSAID, rich_delivery, track
from tests.message_runs import disagreement
from tests.mutations import kinds, mutants
from tests.rich_messages import (
    WORLD,
    Element,
    each_version,
    rich,
    tree,
    with_editions,
    with_track,
    xml,
)

NEW = {
    *("RelatedResource", "ResourceRelationshipType", "ResourceRelatedResourceReference", "Timing"),
    *("Video", "VideoEdition", "VideoCodecType", "FrameRate", "NumberOfAudioChannels"),
    *("AudioSamplingRate", "SoundRecordingEdition", "ClipDetails", "PreviewDetails", "IsPreview"),
    *("Text", "TextCodecType", "LanguageOfText", "LinkedReleaseResourceReference", "ClipRelease"),
    *("GroupingTitle", "AdditionalTitle", "ResourceGroup", "ContainsAI", "AiContribution"),
}


# all there is


@each_version
def test_all_at_once_is_valid_and_the_same_each_time(version: str) -> None:
    of = rich(version)
    tree(of, version)
    options = MessageOptions(version=version, files=example.files_of(of))
    assert write_message(of, HEADER, options) == write_message(of, HEADER, options)


@each_version
def test_without_files_the_measures_remain(version: str) -> None:
    root = build_message(rich(version), HEADER, MessageOptions(version=version))
    assert check_tree(root, version) == []
    assert root.find(".//File") is None
    assert {each.text for each in root.iter("IsProvidedInDelivery")} == {"false"}
    assert [each.text for each in root.iter("TextCodecType")] == ["TTML", "PDF"]


@each_version
def test_a_takedown_leaves_resources_and_groups(version: str) -> None:
    root = tree(rich(version), version, takedown="no_deals")
    assert root.find("DealList") is None
    assert root.find("ResourceList/Video") is not None
    kinds = [each.tag for each in root.iterfind("ReleaseList/*")]
    clip = [] if version == "4.2" else ["ClipRelease"]
    assert kinds == ["Release", *["TrackRelease"] * 3, *clip]


@each_version
@pytest.mark.parametrize("kind", ["SpokenWordSoundRecording", "AudioStem"])
def test_types_of_sound_recordings(kind: str, version: str) -> None:
    root = tree(example.delivery(tracks=(track(1, type=kind), track(2))), version)
    types = [each.text for each in root.iterfind("ResourceList/SoundRecording/Type")]
    assert types == [kind, "MusicalWorkSoundRecording"]


@each_version
@pytest.mark.parametrize("piece", sorted(PIECES))
def test_each_piece_can_be_absent_or_alone(piece: str, version: str) -> None:
    tree(
        rich(version, without=({piece, "screen_capture"} if piece == "video" else {piece})), version
    )
    if piece in UNSAID.get(version, ()):
        return
    alone = PIECES - {piece} - ({"video"} if piece == "screen_capture" else set())
    tree(rich_delivery(without=alone), version)


@each_version
def test_both_checks_judge_small_changes_alike(version: str) -> None:
    root = tree(rich(version), version)
    elements = list(root.iter("*"))
    chosen = [number for number in kinds(root) if elements[number].tag in NEW]
    assert len(chosen) > 15
    for number in chosen:
        for mutant in mutants(root, number):
            assert disagreement(mutant, version) is None


# works and discs


def places(group: Element) -> list[Any]:
    """A group by its type, title, place, and what is in it: groups alike, tracks by reference."""
    return [
        group.get("ResourceGroupType"),
        group.findtext("DisplayTitleText"),
        group.findtext("SequenceNumber"),
        *(places(inner) for inner in group.findall("ResourceGroup")),
        *(
            (item.findtext("SequenceNumber"), item.findtext("ReleaseResourceReference"))
            for item in group.findall("ResourceGroupContentItem")
        ),
    ]


@each_version
def test_groups_of_discs_and_works(version: str) -> None:
    root = tree(rich(version), version)
    assert root.get("ReleaseProfileVariantVersionId") == "BoxedSet Classical"
    work = ["MultiWorkPart", "Harbour Suite", "1", ("1", "A1"), ("2", "A2")]
    discs = root.findall("ReleaseList/Release/ResourceGroup/ResourceGroup")
    assert [places(each) for each in discs] == [
        ["ComponentRelease", "The Suite", "1", work],
        ["Component", "The Film", "2", ("1", "A3")],
    ]
    assert [each.findtext("ReleaseId/ICPN") for each in discs] == ["036000291452", None]
    titles = discs[0].findall("ResourceGroup/DisplayTitle")
    assert [each.get("LanguageAndScriptCode") for each in titles] == [None, "de"]


@each_version
def test_works_and_single_tracks_in_one_order(version: str) -> None:
    one, two = Work(title="Suite"), Work(title="Sonata")
    works = (None, one, one, None, two, one)
    tracks = tuple(track(number, work=work) for number, work in enumerate(works, 1))
    root = tree(example.delivery(tracks=tracks), version)
    assert root.get("ReleaseProfileVariantVersionId") == "Classical"
    disc = root.find("ReleaseList/Release/ResourceGroup/ResourceGroup")
    assert disc is not None
    assert places(disc) == [
        "Component",
        None,
        "1",
        ["MultiWorkPart", "Suite", "2", ("1", "A2"), ("2", "A3")],
        ["MultiWorkPart", "Sonata", "4", ("1", "A5")],
        ["MultiWorkPart", "Suite", "5", ("1", "A6")],
        ("1", "A1"),
        ("3", "A4"),
    ]


@each_version
def test_a_recording_says_the_work_that_it_is_of(version: str) -> None:
    recording = tree(rich(version), version).find("ResourceList/SoundRecording[1]")
    assert recording is not None
    name = "GroupingTitle" if version == "4.3.2" else "AdditionalTitle"
    told = [(each.get("TitleType"), each.findtext("TitleText")) for each in recording.iter(name)]
    kind = None if version == "4.3.2" else "GroupingTitle"
    assert told == [(kind, "Harbour Suite"), (kind, "Hafensuite")]


@pytest.mark.parametrize(
    ("variant", "kinds"),
    [
        ("none", ["Component", "Component"]),
        ("BoxedSet", ["ComponentRelease", "Component"]),
        ("Classical", ["Component", "MultiWorkPart", "Component"]),
    ],
)
@each_version
def test_a_variant_that_is_set_decides(variant: str, kinds: list[str], version: str) -> None:
    root = tree(rich(version), version, variant=variant)
    assert root.get("ReleaseProfileVariantVersionId") == (None if variant == "none" else variant)
    found = [each.get("ResourceGroupType") for each in root.iter("ResourceGroup")]
    assert found == [None, *kinds]
    titles = root.findall("ReleaseList/Release/ResourceGroup/ResourceGroup/DisplayTitleText")
    assert [each.text for each in titles] == ["The Suite", "The Film"]


def test_a_disc_without_an_icpn_makes_no_boxed_set() -> None:
    of = example.delivery(discs=(Disc(number=1, title="Ebb"),))
    root = tree(of, "4.3")
    assert root.get("ReleaseProfileVariantVersionId") is None
    assert root.findtext(".//ResourceGroup[@ResourceGroupType]/DisplayTitleText") == "Ebb"


# stand-alone clips


@with_editions
def test_a_clip_has_a_release_of_its_own_and_is_in_no_group(version: str) -> None:
    root = tree(rich(version), version)
    genre = "DisplayGenre" if version == "4.3.2" else "Genre"
    assert xml(root, "ReleaseList/ClipRelease") == (
        "<ClipRelease><ReleaseReference>R4</ReleaseReference><ReleaseId>"
        f'<ProprietaryId Namespace="{HEADER.sender.dpid}">4006381333931_GBXYZ2600004'
        "</ProprietaryId></ReleaseId><ReleaseResourceReference>A4</ReleaseResourceReference>"
        f"<ReleaseLabelReference {WORLD}>P4</ReleaseLabelReference>"
        f"<{genre} {WORLD}><GenreText>Electronic</GenreText><SubGenre>House</SubGenre></{genre}>"
        "</ClipRelease>"
    )
    clip = root.find("ResourceList/SoundRecording[3]")
    assert clip is not None
    assert clip.findtext("Type") == "Clip"
    assert clip.findtext("RelatedResource/ResourceRelationshipType") == "IsClipFrom"
    assert clip.findtext("RelatedResource/ResourceRelatedResourceReference") == "A1"
    releases = [each.findtext("ReleaseReference") for each in root.iter("TrackRelease")]
    assert releases == ["R1", "R2", "R3"]
    items = [
        each.findtext("ReleaseResourceReference") for each in root.iter("ResourceGroupContentItem")
    ]
    assert items == ["A1", "A2", "A3"]
    assert root.findtext("ReleaseList/Release/Duration") == "PT10M6S"  # without its 15 seconds


@with_editions
@pytest.mark.parametrize("track_deals", [True, False])
def test_deals_of_tracks_videos_and_clips(track_deals: bool, version: str) -> None:
    own = replace(STREAMING, models=("AdvertisementSupportedModel",))
    of = with_track(with_track(rich(version), 4, deals=(own,)), 2, deals=())
    root = tree(of, version, track_deals=track_deals)
    offers = [
        [each.text for each in offer.iterfind("DealReleaseReference")]
        for offer in root.iterfind("DealList/ReleaseDeal")
    ]
    assert offers == [["R0", "R1", "R3"] if track_deals else ["R0"], ["R4"]]


@with_editions
def test_a_pre_order_may_give_a_video_at_once(version: str) -> None:
    deal = Deal(
        models=("PayAsYouGoModel",),
        uses=("PermanentDownload",),
        start="2026-12-04",
        territories=("Worldwide",),
        preorder=True,
        instant_gratification=("GBXYZ2600003",),
    )
    root = tree(rich(version, deals=(deal,)), version)
    assert root.findtext(".//InstantGratificationResourceList/DealResourceReference") == "A3"


@with_editions
def test_a_clip_beside_a_single_recording(version: str) -> None:
    of = rich_delivery(without=PIECES - {"clip"})
    tracks: tuple[Track, ...] = (of.content.tracks[0], of.content.tracks[2])
    files = tuple(
        replace(each, track={1: 1, 3: 2}.get(each.track or 0))
        for each in of.assets
        if each.track != 2
    )
    single = replace(of, content=replace(of.content, tracks=tracks), assets=files)
    root = tree(single, version, profile="SimpleAudioSingle")
    kinds = [each.tag for each in root.iterfind("ReleaseList/*")]
    assert kinds == ["Release", "ClipRelease"]
    assert [each.text for each in root.iter("DealReleaseReference")] == ["R0", "R2"]


# names and AI


@each_version
def test_names_in_other_languages(version: str) -> None:
    root = tree(rich(version), version)
    names = [
        (each.get("LanguageAndScriptCode"), each.findtext("FullName"))
        for each in root.findall("PartyList/Party[1]/PartyName")
    ]
    assert names == [
        (None, "Kestrel & Sons"),
        ("ja", "ケストレル"),
        ("ar", "كيستريل وأبناؤه"),
    ]
    assert root.findtext("PartyList/Party[1]/PartyId/ISNI") == "0000000114819103"
    for path, count in (("ReleaseList/Release", 3), ("ResourceList/SoundRecording[1]", 2)):
        lines = root.findall(f"{path}/DisplayArtistName")
        told = [(each.get("LanguageAndScriptCode"), each.text) for each in lines]
        assert told == names[:count]
        assert [each.get("IsDefault") for each in lines] == ["true", *[None] * (count - 1)]


def test_what_ai_made() -> None:
    root = tree(rich("4.3.2"), "4.3.2")
    assert [each.text for each in root.iter("ContainsAI")] == ["Partly", "None", "Partly"]
    assert [each.text for each in root.iter("AiContribution")] == ["Partly"]
    for version in ("4.2", "4.3"):
        earlier = tree(rich(version), version)
        assert not list(earlier.iter("ContainsAI", "AiContribution"))


@each_version
def test_contributions_of_one_party_that_differ_in_ai(version: str) -> None:
    contributors = (
        Contributor(party=ADA, roles=("Lyricist",), ai="All"),
        Contributor(party=ADA, roles=("Composer",)),
        Contributor(party=ADA, roles=("Vocalist",), ai="All"),
    )
    root = tree(example.delivery(tracks=(track(1, contributors=contributors),)), version)
    path = "Role/Value" if version == "4.3.2" else "Role"
    told = [
        ([role.text for role in each.iterfind(path)], each.findtext("AiContribution"))
        for each in root.iter("Contributor")
    ]
    if version == "4.3.2":
        assert told == [(["Lyricist", "Vocalist"], "All"), (["Composer"], None)]
    else:
        assert told == [(["Lyricist", "Composer", "Vocalist"], None)]
