"""What ERN 4 says of videos, editions, previews, images, texts and related recordings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.content.model import Preview, RelatedRecording
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.message_examples import FILM, HEADER, PIECES, rich_delivery, track
from tests.rich_messages import (
    WITH_EDITIONS,
    WORLD,
    each_version,
    file_of,
    named,
    rich,
    tree,
    with_editions,
    with_track,
    xml,
)

# videos


def test_a_video_with_its_edition() -> None:
    of = rich("4.3", without={"names"})
    root = tree(of, "4.3")
    assert xml(root, "ResourceList/Video") == (
        "<Video><ResourceReference>A3</ResourceReference>"
        '<Type Namespace="ern/42" UserDefinedValue="LyricVideo">UserDefined</Type>'
        "<VideoEdition><Type>NonImmersiveEdition</Type>"
        "<ResourceId><ISRC>GBXYZ2600003</ISRC></ResourceId>"
        f"<PLine {WORLD}><Year>2026</Year><PLineCompany>Alpha Tide</PLineCompany>"
        "<PLineText>2026 Alpha Tide</PLineText></PLine><RecordingMode>Stereo</RecordingMode>"
        "<TechnicalDetails>"
        "<TechnicalResourceDetailsReference>T3</TechnicalResourceDetailsReference>"
        "<DeliveryFile><Type>AudioVisualFile</Type><ContainerFormat>QuickTime</ContainerFormat>"
        "<VideoCodecType>ProRes-422_HQ</VideoCodecType><FrameRate>23.976</FrameRate>"
        '<ImageHeight UnitOfMeasure="Pixel">1080</ImageHeight>'
        '<ImageWidth UnitOfMeasure="Pixel">1920</ImageWidth>'
        "<AudioCodecType>PCM</AudioCodecType><NumberOfAudioChannels>2</NumberOfAudioChannels>"
        '<AudioSamplingRate UnitOfMeasure="Hz">48000</AudioSamplingRate>'
        + file_of(3, of.assets[2])
        + "</DeliveryFile></TechnicalDetails></VideoEdition>"
        f"<DisplayTitleText {WORLD}>Breakwater (Video)</DisplayTitleText>"
        f"<DisplayTitle {WORLD}><TitleText>Breakwater (Video)</TitleText></DisplayTitle>"
        f"<DisplayArtistName {WORLD}>Kestrel &amp; Sons</DisplayArtistName>"
        '<DisplayArtist SequenceNumber="1"><ArtistPartyReference>P1</ArtistPartyReference>'
        "<DisplayArtistRole>MainArtist</DisplayArtistRole></DisplayArtist>"
        '<Contributor SequenceNumber="1"><ContributorPartyReference>P2</ContributorPartyReference>'
        "<Role>Composer</Role><Role>Lyricist</Role></Contributor>"
        "<Duration>PT3M23S</Duration><ParentalWarningType>NotExplicit</ParentalWarningType>"
        "<LanguageOfPerformance>en</LanguageOfPerformance></Video>"
    )


def test_a_video_before_there_were_editions() -> None:
    of = rich("4.2")
    video = tree(of, "4.2").find("ResourceList/Video")
    assert video is not None
    assert [child.tag for child in video] == [
        *("ResourceReference", "Type", "ResourceId", "DisplayTitleText", "DisplayTitle"),
        *("DisplayArtistName", "DisplayArtistName", "DisplayArtist", "Contributor", "PLine"),
        *("Duration", "ParentalWarningType", "LanguageOfPerformance", "TechnicalDetails"),
    ]
    assert video.findtext("Type") == "LyricVideo"
    assert xml(video, "TechnicalDetails") == (
        "<TechnicalDetails>"
        "<TechnicalResourceDetailsReference>T3</TechnicalResourceDetailsReference>"
        "<ContainerFormat>QuickTime</ContainerFormat>"
        '<VideoCodecType Namespace="ern/43" UserDefinedValue="ProRes-422_HQ">UserDefined'
        "</VideoCodecType><FrameRate>23.976</FrameRate>"
        '<ImageHeight UnitOfMeasure="Pixel">1080</ImageHeight>'
        '<ImageWidth UnitOfMeasure="Pixel">1920</ImageWidth>'
        "<AudioCodecType>PCM</AudioCodecType><NumberOfAudioChannels>2</NumberOfAudioChannels>"
        '<AudioSamplingRate UnitOfMeasure="Hz">48000</AudioSamplingRate>'
        + file_of(3, of.assets[2])
        + "</TechnicalDetails>"
    )


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (None, "ShortFormMusicalWorkVideo"),
        ("ConcertVideo", "LongFormMusicalWorkVideo"),
        ("LongFormNonMusicalWorkVideo", "LongFormNonMusicalWorkVideo"),
    ],
)
def test_types_of_videos(kind: str | None, told: str) -> None:
    of = with_track(rich("4.3"), 3, type=kind)
    for version in WITH_EDITIONS:
        assert tree(of, version).findtext("ResourceList/Video/Type") == told
    earlier = tree(with_track(rich("4.2"), 3, type=kind), "4.2")
    assert earlier.findtext("ResourceList/Video/Type") == (kind or told)


@pytest.mark.parametrize(
    ("tracks", "profile"),
    [
        ((1, 2, 3), "MixedMedia"),
        ((1, 2), "Audio"),
        ((3,), "Video"),
    ],
)
@each_version
def test_the_profile_follows_the_tracks(
    tracks: tuple[int, ...], profile: str, version: str
) -> None:
    of = rich_delivery(without={"clip", "immersive", "discs"})
    kept = tuple(of.content.tracks[place - 1] for place in tracks)
    files = tuple(
        replace(each, track=None if each.track is None else tracks.index(each.track) + 1)
        for each in of.assets
        if each.track is None or each.track in tracks
    )
    some = replace(of, content=replace(of.content, tracks=kept), assets=files)
    assert tree(some, version).get("ReleaseProfileVersionId") == profile


@each_version
def test_a_single_video_without_track_releases(version: str) -> None:
    of = rich_delivery(without=PIECES - {"video", "screen_capture"})
    alone = replace(
        of,
        content=replace(of.content, tracks=of.content.tracks[2:]),
        assets=tuple(replace(each, track=1) for each in of.assets if each.track == 3),
    )
    root = tree(alone, version, profile="SimpleVideoSingle")
    assert root.get("ReleaseProfileVersionId") == "SimpleVideoSingle"
    assert [each.tag for each in root.iterfind("ReleaseList/*")] == ["Release"]
    assert root.findtext(".//ResourceGroupContentItem/LinkedReleaseResourceReference") == "A2"
    with pytest.raises(MessageError, match="has one video"):
        build_message(of, HEADER, MessageOptions(version=version, profile="SimpleVideoSingle"))


def test_pictures_without_sound() -> None:
    of = rich("4.3")
    silent = replace(FILM, audio_codec=None, audio_channels=None, audio_sample_rate=None)
    files = tuple(replace(a, facts=silent) if a.role == "video" else a for a in of.assets)
    video = tree(replace(of, assets=files), "4.3").find("ResourceList/Video/VideoEdition")
    assert video is not None
    assert video.findtext("TechnicalDetails/DeliveryFile/Type") == "VisualFile"
    assert video.find("RecordingMode") is None
    assert video.find(".//AudioCodecType") is None


# what stands beside recordings


def test_the_immersive_edition() -> None:
    of = rich("4.3.2")
    root = tree(of, "4.3.2")
    assert xml(root, "ResourceList/SoundRecording[1]/SoundRecordingEdition[2]") == (
        "<SoundRecordingEdition><Type>ImmersiveEdition</Type>"
        "<ResourceId><ISRC>GBXYZ2600091</ISRC></ResourceId>"
        f"<PLine {WORLD}><Year>2026</Year><PLineCompany>Alpha Tide</PLineCompany>"
        "<PLineText>2026 Alpha Tide Immersive</PLineText></PLine>"
        "<RecordingMode>ImmersiveAudio</RecordingMode><TechnicalDetails>"
        "<TechnicalResourceDetailsReference>T6</TechnicalResourceDetailsReference>"
        "<DeliveryFile><Type>AudioFile</Type><ContainerFormat>WAV</ContainerFormat>"
        "<AudioCodecType>DolbyAtmosMasterADM</AudioCodecType>"
        "<NumberOfChannels>10</NumberOfChannels>"
        '<SamplingRate UnitOfMeasure="Hz">48000</SamplingRate><BitsPerSample>24</BitsPerSample>'
        + file_of(6, named(of, "immersive"))
        + "</DeliveryFile></TechnicalDetails></SoundRecordingEdition>"
    )
    first = of.content.tracks[0].immersive
    assert first is not None
    plain = with_track(of, 1, immersive=replace(first, p_line=None))
    lines = tree(plain, "4.3.2").findall("ResourceList/SoundRecording[1]//PLineText")
    assert [line.text for line in lines] == ["2026 Alpha Tide"] * 2


@with_editions
def test_a_corrected_isrc_of_the_immersive_edition(version: str) -> None:
    root = tree(rich(version), version, replaced_isrcs=(("GBXYZ2600091", "GBXYZ2600090"),))
    ids = root.findall("ResourceList/SoundRecording[1]/SoundRecordingEdition[2]/ResourceId")
    told = [(each.get("IsReplaced"), each.findtext("ISRC")) for each in ids]
    assert told == [(None, "GBXYZ2600091"), ("true", "GBXYZ2600090")]


@with_editions
def test_an_edition_has_an_isrc_of_its_own(version: str) -> None:
    of = rich(version)
    immersive = of.content.tracks[0].immersive
    assert immersive is not None
    other = with_track(of, 1, immersive=replace(immersive, isrc="GBXYZ2600002"))
    root = build_message(other, HEADER, MessageOptions(version=version))
    (problem,) = check_references(root)
    assert problem.message == "GBXYZ2600002 is the ISRC of another recording too"


def test_a_preview_that_the_label_has_cut() -> None:
    of = rich("4.3")
    cut = file_of(8, named(of, "preview"))
    edition = "ResourceList/SoundRecording[2]/SoundRecordingEdition/TechnicalDetails/ClipDetails"
    assert xml(tree(of, "4.3"), edition) == (
        "<ClipDetails><TechnicalResourceDetailsReference>T8</TechnicalResourceDetailsReference>"
        "<ClipType>Preview</ClipType><Timing><StartPoint>45</StartPoint>"
        "<DurationUsed>PT30S</DurationUsed></Timing><ExpressionType>Informative</ExpressionType>"
        "<DeliveryFile><Type>AudioFile</Type><AudioCodecType>MP3</AudioCodecType>"
        "<NumberOfChannels>2</NumberOfChannels>"
        f'<SamplingRate UnitOfMeasure="Hz">44100</SamplingRate>{cut}</DeliveryFile></ClipDetails>'
    )
    earlier = rich("4.2")
    root = tree(earlier, "4.2")
    details = root.findall("ResourceList/SoundRecording[2]/TechnicalDetails")
    assert [each.find("PreviewDetails") is None for each in details] == [True, False]
    assert xml(root, "ResourceList/SoundRecording[2]/TechnicalDetails[2]") == (
        "<TechnicalDetails>"
        "<TechnicalResourceDetailsReference>T6</TechnicalResourceDetailsReference>"
        "<AudioCodecType>MP3</AudioCodecType><NumberOfChannels>2</NumberOfChannels>"
        '<SamplingRate UnitOfMeasure="Hz">44100</SamplingRate><IsPreview>true</IsPreview>'
        "<PreviewDetails><StartPoint>45</StartPoint><Duration>PT30S</Duration>"
        "<ExpressionType>Informative</ExpressionType></PreviewDetails>"
        + file_of(6, named(earlier, "preview"))
        + "</TechnicalDetails>"
    )


@each_version
@pytest.mark.parametrize("kind", ["none", "sound", "pictures"])
def test_a_preview_of_a_video(kind: str, version: str) -> None:
    of = with_track(rich(version, without={"preview"}), 3, preview=Preview(start=0))
    facts: Any = {"sound": example.audio(codec="AAC", container="MP4"), "pictures": FILM}.get(kind)
    if facts is not None:
        cut = example.asset(3, facts, key="cut", role="preview")
        of = replace(of, assets=(*of.assets, cut))
    video = tree(of, version).find("ResourceList/Video")
    assert video is not None
    expression = "Instructive" if kind == "none" else "Informative"
    assert [each.text for each in video.iter("ExpressionType")] == [expression]
    containers = [each.text for each in video.iter("ContainerFormat")]
    assert containers == ["QuickTime", *{"sound": ["MP4"], "pictures": ["QuickTime"]}.get(kind, [])]


@each_version
def test_images_texts_and_what_links_to_them(version: str) -> None:
    of = rich(version)
    root = tree(of, version)
    capture = {"4.2": "7"}.get(version, "9")
    assert root.findtext("ResourceList/Image[2]/ResourceReference") == f"A{capture}"
    assert root.findtext("ResourceList/Image[2]/Type") == "VideoScreenCapture"
    own_id = root.findtext("ResourceList/Image[2]/ResourceId/ProprietaryId")
    assert own_id == "4006381333931_GBXYZ2600003_screen_capture"
    lyrics, booklet = {"4.2": (5, 8)}.get(version, (7, 10))
    language = "" if version == "4.2" else "<LanguageOfText>en</LanguageOfText>"
    namespace = f'Namespace="{HEADER.sender.dpid}"'
    assert xml(root, "ResourceList/Text[1]") == (
        f"<Text><ResourceReference>A{lyrics}</ResourceReference><Type>LyricText</Type>"
        f"<ResourceId><ProprietaryId {namespace}>4006381333931_GBXYZ2600001_lyrics"
        "</ProprietaryId></ResourceId><TechnicalDetails>"
        f"<TechnicalResourceDetailsReference>T{lyrics}</TechnicalResourceDetailsReference>"
        f"<TextCodecType>TTML</TextCodecType>{file_of(lyrics, named(of, 'lyrics'))}"
        f"</TechnicalDetails>{language}</Text>"
    )
    assert root.findtext("ResourceList/Text[2]/Type") == "NonInteractiveBooklet"
    links = [
        (str(each.getparent().tag), each.text, dict(each.attrib))  # type: ignore[union-attr]
        for each in root.iter("LinkedReleaseResourceReference")
    ]

    def told(description: str) -> dict[str, str]:
        if version == "4.3.2" or description in ("CoverArt", "VideoScreenCapture"):
            return {"LinkDescription": description}
        return {
            "LinkDescription": "UserDefined",
            "Namespace": "ern/432",
            "UserDefinedValue": description,
        }

    assert links == [
        ("ResourceGroupContentItem", f"A{lyrics}", told("Lyrics")),
        ("ResourceGroupContentItem", f"A{capture}", told("VideoScreenCapture")),
        ("ResourceGroup", "A4" if version == "4.2" else "A5", told("CoverArt")),
        ("ResourceGroup", f"A{booklet}", told("Booklet")),
        ("TrackRelease", f"A{lyrics}", told("Lyrics")),
        ("TrackRelease", f"A{capture}", told("VideoScreenCapture")),
    ]


# what recordings are to each other


@each_version
def test_related_recordings(version: str) -> None:
    first = tree(rich(version), version).findall("ResourceList/SoundRecording[1]/RelatedResource")
    told = {"4.3.2": "IsSpedUpOf"}.get(version, "HasContentFrom")
    assert [each.findtext("ResourceRelationshipType") for each in first] == [
        told,
        "ContainsSamplesFrom",
    ]
    assert [each.findtext("ResourceId/ISRC") for each in first] == ["GBXYZ2500001", "GBXYZ2500002"]
    timing = [(part.tag, part.text) for part in first[1].iterfind("Timing/*")]
    start = "PT30S" if version == "4.2" else "30"
    assert timing == [("StartPoint", start), ("DurationUsed", "PT12S")]


@each_version
def test_a_related_recording_on_the_same_release_is_referred_to(version: str) -> None:
    related = (RelatedRecording(type="IsCoverOf", isrc="GBXYZ2600002", start=0),)
    of = example.delivery(tracks=(track(1, related=related), track(2)))
    start = "PT0S" if version == "4.2" else "0"
    assert xml(tree(of, version), "ResourceList/SoundRecording/RelatedResource") == (
        "<RelatedResource><ResourceRelationshipType>IsCoverOf</ResourceRelationshipType>"
        "<ResourceRelatedResourceReference>A2</ResourceRelatedResourceReference>"
        f"<Timing><StartPoint>{start}</StartPoint></Timing></RelatedResource>"
    )


@each_version
def test_a_relation_without_a_word_or_a_beginning(version: str) -> None:
    related = (
        RelatedRecording(type="HasClip", isrc="GBXYZ2500001"),
        RelatedRecording(type="IsSampledBy", isrc="GBXYZ2500002", duration=9),
    )
    root = tree(example.delivery(tracks=(track(1, related=related), track(2))), version)
    relations = [each.text for each in root.iter("ResourceRelationshipType")]
    assert relations == (["IsSampledBy"] if version == "4.2" else ["HasClip", "IsSampledBy"])
    durations = [each.text for each in root.iter("DurationUsed")]
    assert durations == (["PT9S"] if version == "4.2" else [])
