"""ERN 3.8.2 and 3.8.3: videos, previews, texts, works, discs, names in other languages, and what
kind of service the deals are for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from lxml import etree

from stardust_gitops.content.model import (
    Artist,
    AudioFacts,
    Contributor,
    Deal,
    Delivery,
    Disc,
    Immersive,
    LocalName,
    Party,
    Preview,
    RelatedRecording,
    TextFacts,
    Title,
    Track,
    VideoFacts,
    Work,
)
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.mappings import mappings
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.v3.business_profiles import BY_PAIR, derived
from stardust_gitops.messages.ern.v3.common import add_artists
from stardust_gitops.messages.ern.v3.pieces import Pieces
from stardust_gitops.messages.ern.writer import build_message, write_message
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.ddex import official
from tests.message_breaks import CONTENT_3, CONTENT_3_UNSEEN
from tests.message_examples import ADA, COVER, FILM, HEADER, KESTREL, SENDER, Read, audio, track
from tests.unit.test_messages_v3 import (
    DETAILS,
    MAIN,
    RECORDING,
    VERSIONS,
    deal,
    each_version,
    told_as,
    words,
    written,
)

VIDEO = "ResourceList/Video"
SCREEN = replace(COVER, width=1920, height=1080)
GROUP = f"{MAIN}/ReleaseDetailsByTerritory/ResourceGroup"
ITEM = "ResourceGroupContentItem"


def filmed(number: int, **changes: Any) -> Track:
    return track(number, video=True, **changes)


def released(*tracks: Track, beside: Any = (), facts: Any = None, **changes: Any) -> Delivery:
    """A release of these tracks; `beside` are further files as role, place, facts."""
    of = example.content(tracks=tracks, **changes)
    files = [
        example.asset(
            place,
            (facts or {}).get(place, FILM if each.video else audio()),
            key=each.isrc,
            role="video" if each.video else "audio",
        )
        for place, each in enumerate(tracks, 1)
    ]
    files.append(example.asset(None, COVER, key="cover"))
    files += [
        example.asset(place, found, key=f"{role}-{place}", role=role)
        for role, place, found in beside
    ]
    return Delivery(icpn="4006381333931", content=of, assets=tuple(files))


def sound(of: Delivery, version: str = "3.8.2", **options: Any) -> Read:
    """The message, of which our check and the official one find nothing wrong."""
    told = MessageOptions(version=version, files=example.files_of(of), **options)
    root = build_message(of, HEADER, told)
    assert check_tree(root, version) == []
    assert official(version)(root) == []
    assert write_message(of, HEADER, told) == write_message(of, HEADER, told)
    return example.read(etree.tostring(root))


def shown(element: Any) -> str:
    """An element in one line."""
    text = etree.tostring(etree.fromstring(ElementTree.tostring(element)))
    return "".join(part.strip() for part in text.decode().splitlines())


# --- all there is --------------------------------------------------------------------------------


@each_version
def test_a_release_with_all_there_is(version: str) -> None:
    delivery = example.rich_delivery(without=example.UNSAID[version])
    message = sound(delivery, version)
    assert [each.tag for each in message.one("ResourceList")] == [
        *("SoundRecording", "SoundRecording", "Video", "Image", "Image", "Text", "Text")
    ]
    files = message.texts("ResourceList//FileName")
    assert sorted(files) == sorted(
        f"4006381333931_{number:02d}.bin" for number, _ in enumerate(carried_assets(delivery), 1)
    )
    listed = message.texts(f"{MAIN}/ReleaseResourceReferenceList/ReleaseResourceReference")
    assert listed == ["A1", "A2", "A3", "A4", "A8", "A5", "A7"]


@pytest.mark.parametrize("without", sorted(example.PIECES - example.UNSAID["3.8.2"]))
@each_version
def test_a_release_without_one_of_them(without: str, version: str) -> None:
    sound(example.rich_delivery(without={without, *example.UNSAID[version]}), version)


@pytest.mark.parametrize(
    ("piece", "said"),
    [("immersive", "the immersive edition of track 1"), ("clip", "a stand-alone clip")],
)
@each_version
def test_what_it_has_no_form_for_is_refused(piece: str, said: str, version: str) -> None:
    delivery = example.rich_delivery(without={"immersive", "clip"} - {piece})
    with pytest.raises(MessageError, match=said) as refusal:
        build_message(delivery, HEADER, told_as(version))
    assert refusal.value.code == "SG4027"
    assert "leave_out: [" in (refusal.value.hint or "")


# --- videos --------------------------------------------------------------------------------------


@each_version
def test_a_video(version: str) -> None:
    one = filmed(1, iswc="T0345246801", instrumental=True, language=None)
    message = sound(released(one, type="VideoSingle"), version)
    assert message.root.get("ReleaseProfileVersionId") == "CommonReleaseTypes/14/VideoSingle"
    assert message.texts(f"{MAIN}/ReleaseType") == ["VideoSingle"]
    video = message.one(VIDEO)
    assert [(each.tag, each.text) for each in video if not len(each)] == [
        ("VideoType", "ShortFormMusicalWorkVideo"),
        ("ResourceReference", "A1"),
        ("IsInstrumental", "true"),
        ("Duration", "PT3M23S"),
    ]
    assert message.text(f"{VIDEO}/VideoId/ISRC") == "GBXYZ2600001"
    assert message.text(f"{VIDEO}/IndirectVideoId/ISWC") == "T0345246801"
    details = f"{VIDEO}/VideoDetailsByTerritory"
    assert message.texts(f"{details}/IndirectResourceContributor/PartyName/FullName") == [
        "Ada Quill"
    ]
    technical = message.one(f"{details}/TechnicalVideoDetails")
    assert "".join(shown(each) for each in technical if each.tag != "File") == (
        "<TechnicalResourceDetailsReference>T1</TechnicalResourceDetailsReference>"
        "<ContainerFormat>QuickTime</ContainerFormat>"
        '<VideoCodecType Namespace="ern/43" UserDefinedValue="ProRes-422_HQ">UserDefined'
        "</VideoCodecType>"
        "<FrameRate>23.976</FrameRate>"
        '<ImageHeight UnitOfMeasure="Pixel">1080</ImageHeight>'
        '<ImageWidth UnitOfMeasure="Pixel">1920</ImageWidth>'
        "<AudioCodecType>PCM</AudioCodecType>"
        "<NumberOfAudioChannels>2</NumberOfAudioChannels>"
        '<AudioSamplingRate UnitOfMeasure="Hz">48000</AudioSamplingRate>'
        "<IsPreview>false</IsPreview>"
    )
    assert message.texts("ReleaseList/Release/ReleaseType") == ["VideoSingle", "VideoTrackRelease"]
    assert set(message.texts(f".//{ITEM}/ResourceType")) == {"Video", "Image"}


def test_a_silent_video_has_no_sound() -> None:
    silent = replace(FILM, audio_codec=None, audio_channels=None, audio_sample_rate=None)
    message = sound(released(filmed(1), type="VideoSingle", facts={1: silent}))
    tags = [each.tag for each in message.one(f"{VIDEO}//TechnicalVideoDetails")]
    assert not [tag for tag in tags if "Audio" in tag]


@pytest.mark.parametrize(
    ("tracks", "kind", "profile"),
    [
        ((filmed(1), filmed(2)), "VideoAlbum", "VideoAlbum"),
        ((track(1), filmed(2)), "MultimediaAlbum", "MixedMediaBundle"),
        ((track(1), filmed(2, bonus=True)), "Album", "AudioAlbumMusicOnly"),
        ((filmed(1, type="ConcertVideo"),), "ConcertVideo", "LongformMusicVideo"),
        ((track(1, type="SpokenWordSoundRecording"),), "Album", "AudioAlbum"),
        ((track(1),), "AudioBookRelease", "AudioBook"),
        ((track(1),), "RingtoneRelease", "Ringtone"),
        ((track(1),), "RingbackToneRelease", "Ringtone"),
    ],
)
def test_the_profile_follows_from_what_is_on_it(
    tracks: tuple[Track, ...], kind: str, profile: str
) -> None:
    message = sound(released(*tracks, type=kind))
    assert message.root.get("ReleaseProfileVersionId") == f"CommonReleaseTypes/14/{profile}"
    assert message.text(f"{MAIN}/ReleaseType") == kind


def test_videos_stand_behind_sound_recordings_and_keep_their_place() -> None:
    message = sound(released(filmed(1), track(2), type="MultimediaSingle"))
    assert message.texts("ResourceList/*/ResourceReference") == ["A2", "A1", "A3"]
    assert message.texts(f"{GROUP}/ResourceGroup/{ITEM}/ReleaseResourceReference") == ["A1", "A2"]
    assert message.texts(f"{GROUP}/ResourceGroup/{ITEM}/ResourceType") == [
        *("Video", "SoundRecording")
    ]
    assert message.texts("ReleaseList/Release/ReleaseType") == [
        *("MultimediaSingle", "VideoTrackRelease", "TrackRelease")
    ]


def test_a_replaced_isrc_of_a_video() -> None:
    replaced = (("GBXYZ2600001", "GBXYZ2500009"),)
    message = sound(released(filmed(1), type="VideoSingle"), replaced_isrcs=replaced)
    found = [(each.findtext("ISRC"), each.attrib) for each in message.root.iterfind(f"{VIDEO}/*")]
    assert found[1:3] == [("GBXYZ2600001", {}), ("GBXYZ2500009", {"IsReplaced": "true"})]


def test_types_of_recordings() -> None:
    tracks = (
        filmed(1, type="LyricVideo"),
        filmed(2, type="BalletVideo"),
        track(3, type="SpokenWordSoundRecording"),
        track(4, type="AudioStem"),
    )
    of = released(*tracks)
    message = sound(of)
    assert words(message, f"{VIDEO}/VideoType") == [
        ("LyricVideo", None, None),
        ("UserDefined", "ern/42", "BalletVideo"),
    ]
    assert words(message, f"{RECORDING}/SoundRecordingType") == [
        ("SpokenWordSoundRecording", None, None),
        ("UserDefined", "ern/42", "AudioStem"),
    ]
    found = [(m.field, m.told) for m in mappings(of, told_as("3.8.2")) if "type" in m.field]
    assert found == [
        ("tracks[1].type", "UserDefined (ern/42: BalletVideo)"),
        ("tracks[3].type", "UserDefined (ern/42: AudioStem)"),
    ]


# --- what recordings and releases have beside them ------------------------------------------------


def test_a_preview_that_the_label_has_cut() -> None:
    one = track(1, preview=Preview(start=45, duration=20))
    cut = audio(codec="MP3", duration="29.6", bit_depth=None)
    message = sound(released(one, beside=[("preview", 1, cut)]))
    whole, piece = message.root.findall(f"{DETAILS}/TechnicalSoundRecordingDetails")
    assert whole.find("PreviewDetails") is None
    assert "".join(shown(each) for each in piece if each.tag != "File") == (
        "<TechnicalResourceDetailsReference>T3</TechnicalResourceDetailsReference>"
        "<AudioCodecType>MP3</AudioCodecType>"
        "<NumberOfChannels>2</NumberOfChannels>"
        '<SamplingRate UnitOfMeasure="Hz">44100</SamplingRate>'
        "<IsPreview>true</IsPreview>"
        "<PreviewDetails><StartPoint>45</StartPoint><Duration>PT30S</Duration>"
        "<ExpressionType>Informative</ExpressionType></PreviewDetails>"
    )
    assert piece.findtext("File/FileName") == "4006381333931_03.bin"


@pytest.mark.parametrize("cut", [audio(codec="AAC"), replace(FILM, duration="30")])
def test_a_preview_of_a_video_is_sound_or_video(cut: AudioFacts | VideoFacts) -> None:
    one = filmed(1, preview=Preview(start=45))
    message = sound(released(one, type="VideoSingle", beside=[("preview", 1, cut)]))
    _, piece = message.root.findall(f"{VIDEO}//TechnicalVideoDetails")
    assert piece.findtext("IsPreview") == "true"
    assert piece.findtext("NumberOfAudioChannels") == "2"
    assert (piece.find("VideoCodecType") is None) == isinstance(cut, AudioFacts)


@each_version
def test_texts_and_pictures_are_secondary_resources(version: str) -> None:
    beside = [
        ("screen_capture", 2, SCREEN),
        ("lyrics", 1, TextFacts(codec="EnhancedLRC")),
        ("booklet", None, TextFacts(codec="PDF")),
    ]
    of = released(track(1), filmed(2), beside=beside)
    message = sound(of, version)
    assert message.texts("ResourceList/Image/ImageType") == [
        *("FrontCoverImage", "VideoScreenCapture")
    ]
    assert message.texts("ResourceList/Text/TextType") == ["LyricText", "NonInteractiveBooklet"]
    assert message.texts("ResourceList/Text/TextId/ProprietaryId") == [
        "4006381333931_GBXYZ2600001_lyrics",
        "4006381333931_booklet",
    ]
    assert words(message, "ResourceList/Text//TextCodecType") == [
        ("UserDefined", "ern/42", "EnhancedLRC"),
        ("PDF", None, None),
    ]
    # the numbers are those of the files: A3 is the cover
    secondary = "ReleaseResourceReference[@ReleaseResourceType='SecondaryResource']"
    assert message.texts(f"{GROUP}/{ITEM}/{secondary}") == ["A3", "A6"]
    assert message.texts(f"{GROUP}/ResourceGroup/{ITEM}/*") == [
        *("1", "SoundRecording", "A1", "A4", "Text", "A4"),
        *("2", "Video", "A2", "A5", "Image", "A5"),
    ]
    linked = "ResourceGroupContentItem/LinkedReleaseResourceReference"
    for release in (MAIN, "ReleaseList/Release[2]", "ReleaseList/Release[3]"):
        links = [
            (each.text, each.get("LinkDescription"))
            for each in message.root.iterfind(f"{release}//{linked}")
        ]
        assert links == {
            MAIN: [("A4", "Lyrics"), ("A5", "VideoScreenCapture")],
            "ReleaseList/Release[2]": [("A4", "Lyrics")],
            "ReleaseList/Release[3]": [("A5", "VideoScreenCapture")],
        }.get(release)
    for number, resource in ((2, "A4"), (3, "A5")):
        release = f"ReleaseList/Release[{number}]"
        listed = f"{release}/ReleaseResourceReferenceList/{secondary}"
        assert message.texts(listed) == [resource]
    (mapping,) = mappings(of, told_as(version))[:1]
    assert (mapping.field, mapping.said) == ("tracks[1].video.codec", "ProRes-422_HQ")


def test_codecs_of_all_files_are_listed() -> None:
    of = released(
        track(1),
        filmed(2),
        facts={1: audio(codec="MQA"), 2: replace(FILM, codec="HEVC", audio_codec="AC-4")},
        beside=[
            ("preview", 1, audio(codec="MQA")),
            ("lyrics", 1, TextFacts(codec="SimpleLRC")),
            ("booklet", None, TextFacts(codec="EPUB")),
        ],
    )
    sound(of)
    assert {m.field: m.told for m in mappings(of, told_as("3.8.2"))} == {
        "tracks[0].audio.codec": "UserDefined (ern/42: MQA)",
        "tracks[0].preview.audio.codec": "UserDefined (ern/42: MQA)",
        "tracks[0].lyrics.codec": "UserDefined (ern/42: SimpleLRC)",
        "tracks[1].video.codec": "UserDefined (ern/43: HEVC)",
        "tracks[1].video.audio_codec": "UserDefined (ern/43: AC-4)",
        "booklet.codec": "UserDefined (ern/42: EPUB)",
    }


# --- works and discs -----------------------------------------------------------------------------

SUITE = Work(title="Suite", titles=(Title(title="組曲", language="ja"),))
MASS = Work(title="Mass")


@each_version
def test_the_movements_of_a_work_are_a_group(version: str) -> None:
    tracks = (
        track(1),
        track(2, work=SUITE),
        track(3, work=SUITE),
        track(4, work=MASS),
        track(5),
        track(6, work=SUITE, disc=2),
    )
    message = sound(released(*tracks, type="ClassicalAlbum"), version)
    first, second = message.root.findall(f"{GROUP}/ResourceGroup")
    places = [
        (each.findtext("Title/TitleText"), each.findtext("SequenceNumber"), each.tag)
        for each in first
        if each.tag in ("ResourceGroup", ITEM)
    ]
    assert places == [
        ("Suite", "2", "ResourceGroup"),
        ("Mass", "3", "ResourceGroup"),
        (None, "1", ITEM),
        (None, "4", ITEM),
    ]
    suite = first.find("ResourceGroup")
    assert suite is not None
    assert [shown(each) for each in suite.iterfind("Title")] == [
        '<Title TitleType="GroupingTitle"><TitleText>Suite</TitleText></Title>',
        '<Title LanguageAndScriptCode="ja" TitleType="GroupingTitle">'
        "<TitleText>&#32068;&#26354;</TitleText></Title>",
    ]
    assert [each.text for each in suite.iterfind(f"{ITEM}/*")] == [
        *("1", "SoundRecording", "A2", "2", "SoundRecording", "A3")
    ]
    assert [each.text for each in second.iterfind(f"ResourceGroup/{ITEM}/*")][-1] == "A6"
    grouped = f"{RECORDING}/SoundRecordingDetailsByTerritory/Title[@TitleType='GroupingTitle']"
    assert message.texts(f"{grouped}/TitleText") == [
        *("Suite", "組曲", "Suite", "組曲", "Mass", "Suite", "組曲")
    ]


def test_works_are_no_groups_of_a_common_release() -> None:
    of = released(track(1, work=SUITE), track(2, work=SUITE), type="ClassicalAlbum")
    message = sound(of, variant="none")
    assert message.root.find(f"{GROUP}/ResourceGroup/ResourceGroup") is None
    told = MessageOptions(version="3.8.2", variant="none")
    found = [(m.field, m.said, m.told) for m in mappings(of, told)]
    assert found == [
        (f"tracks[{n}].work", "a movement of Suite", "a GroupingTitle of the recording alone")
        for n in (0, 1)
    ]
    assert mappings(of, told_as("3.8.2")) == []


@each_version
def test_discs_of_which_something_is_said(version: str) -> None:
    discs = (
        Disc(number=1, title="Matins", icpn="036000291452"),
        Disc(number=3, title="Vespers"),
    )
    tracks = (track(1), track(2, disc=2), track(3, disc=3))
    message = sound(released(*tracks, discs=discs, type="DigitalBoxSetRelease"), version)
    groups = message.root.findall(f"{GROUP}/ResourceGroup")
    assert [(each.findtext("Title/TitleText"), each[-1].tag) for each in groups] == [
        ("Matins", "ReleaseId"),
        ("Component 2", ITEM),
        ("Vespers", ITEM),
    ]
    assert shown(groups[0][-1]) == (
        '<ReleaseId><ICPN IsEan="false">036000291452</ICPN></ReleaseId>'
    )
    profile = message.root.get("ReleaseProfileVersionId")
    assert profile == "CommonReleaseTypes/14/DigitalBoxedSet"
    assert message.root.find(".//CarrierType") is None


# --- names ---------------------------------------------------------------------------------------

NOVA = Party(name="Nova", isni="0000000114819103", names=(LocalName(name="نوفا", language="ar"),))


@each_version
def test_names_in_other_languages_and_scripts(version: str) -> None:
    japanese = (LocalName(name="ノヴァ", language="ja"),)
    one = track(
        1,
        artists=(Artist(party=NOVA),),
        contributors=(Contributor(party=NOVA, roles=("Composer",)),),
        display_artists=japanese,
    )
    message = sound(released(one, track(2), display_artists=japanese), version)
    first, second = message.root.findall(DETAILS)
    artist = first.find("DisplayArtist")
    assert artist is not None
    assert [(each.tag, dict(each.attrib), "".join(each.itertext())) for each in artist][:3] == [
        ("PartyName", {}, "Nova"),
        ("PartyName", {"LanguageAndScriptCode": "ar"}, "نوفا"),
        ("PartyId", {"IsISNI": "true"}, "0000000114819103"),
    ]
    assert len(first.findall("IndirectResourceContributor/PartyName")) == 2
    # said of a recording only where it is not the release's
    assert first.find("DisplayArtistName") is None
    assert [each.text for each in second.iterfind("DisplayArtistName")] == ["Kestrel & Sons"]
    for release, name in ((1, "ノヴァ"), (2, "ノヴァ"), (3, None)):
        path = f"ReleaseList/Release[{release}]/ReleaseDetailsByTerritory/DisplayArtistName"
        assert message.texts(f"{path}[@LanguageAndScriptCode='ja']") == ([name] if name else [])


@each_version
def test_classical_contributors(version: str) -> None:
    people = [Party(name=name) for name in ("Cond", "Orch", "Choir", "Solo", "Comp", "Libr")]
    roles = ("Conductor", "Orchestra", "Choir", "Soloist", "Composer", "Librettist")
    cast = tuple(
        Contributor(party=party, roles=(role,)) for party, role in zip(people, roles, strict=True)
    )
    ensemble = Contributor(party=KESTREL, roles=("Ensemble", "Conductor"), instruments=("Violin",))
    for one in (
        track(1, contributors=(*cast, ensemble)),
        filmed(1, contributors=(*cast, ensemble)),
    ):
        of = released(one)
        message = sound(of, version)
        (details,) = [each for each in message.root.iter() if "Details" in each.tag][:1]
        conductors = details.findall("DisplayConductor")
        assert [
            (each.get("SequenceNumber"), each.findtext("PartyName/FullName"), each[-1].text)
            for each in conductors
        ] == [("1", "Cond", "Conductor"), ("2", "Kestrel & Sons", "Conductor")]
        assert [
            (each.findtext("PartyName/FullName"), each.findtext("ResourceContributorRole"))
            for each in details.iterfind("ResourceContributor")
        ] == [
            ("Cond", "Conductor"),
            ("Orch", "Orchestra"),
            ("Choir", "Choir"),
            ("Solo", "Soloist"),
            ("Kestrel & Sons", "Ensemble"),
        ]
        assert [
            (each.findtext("PartyName/FullName"), each.findtext("IndirectResourceContributorRole"))
            for each in details.iterfind("IndirectResourceContributor")
        ] == [("Comp", "Composer"), ("Libr", "Librettist")]
        assert [m for m in mappings(of, told_as(version)) if "roles" in m.field] == []


# --- what it has no place for ---------------------------------------------------------------------


@each_version
def test_a_single_video_sells_its_track(version: str) -> None:
    of = released(filmed(1), type="VideoSingle", track_deals=(deal(),))
    message = sound(of, version, profile="SimpleVideoSingle")
    assert message.root.get("ReleaseProfileVersionId") == "CommonReleaseTypes/14/VideoSingle"
    assert message.texts("DealList/ReleaseDeal/DealReleaseReference") == ["R0", "R1"]
    told = MessageOptions(version=version, profile="SimpleVideoSingle")
    assert [m.field for m in mappings(of, told)] == ["tracks[0].video.codec"]


@each_version
def test_what_there_is_no_place_for_is_listed(version: str) -> None:
    one = track(
        1,
        contains_ai="Partly",
        related=(RelatedRecording(type="IsSpedUpOf", isrc="GBXYZ2500001", start=3),),
        contributors=(Contributor(party=ADA, roles=("Composer",), ai="All"),),
    )
    of = released(one, contains_ai="Partly")
    assert sound(of, version).root.find(".//ContainsAI") is None
    found = [(m.field, m.said, m.told) for m in mappings(of, told_as(version))]
    assert found == [
        ("contains_ai", "Partly", None),
        ("tracks[0].contributors[0].ai", "All", None),
        ("tracks[0].related[0]", "IsSpedUpOf GBXYZ2500001", None),
        ("tracks[0].contains_ai", "Partly", None),
    ]
    assert all(version in m.reason for m in mappings(of, told_as(version)))


def test_an_edition_is_refused_even_where_its_file_is_missing() -> None:
    one = track(1, immersive=Immersive(isrc="GBXYZ2600091"))
    with pytest.raises(MessageError, match=r"GBXYZ2600001") as refusal:
        written(released(one))
    assert refusal.value.code == "SG4027"


# --- business profiles ----------------------------------------------------------------------------


def service(of: Any = None, **options: Any) -> list[str]:
    message = written(of or example.delivery(), **options)
    said = message.root.get("BusinessProfileVersionId")
    return said.split(" ") if said is not None else []


def offered(*pairs: tuple[str, str], **changes: Any) -> tuple[Deal, ...]:
    return tuple(deal(models=(model,), uses=(use,), **changes) for model, use in pairs)


def test_the_kind_of_service_follows_from_the_deals() -> None:
    prefix = "CommonDealTypes/14"
    assert service() == [
        f"{prefix}/InteractiveSubscriptionStreamingService",
        f"{prefix}/NonInteractiveSubscriptionStreamingService",
    ]
    sold = example.delivery(deals=(deal(),))
    assert service(sold) == [f"{prefix}/GenericDownloadService"]
    for_both = example.delivery(
        deals=offered(("SubscriptionModel", "ConditionalDownload")),
        track_deals=offered(("PayAsYouGoModel", "UseAsRingtone")),
    )
    assert service(for_both) == [
        f"{prefix}/RingtonesAndMobileService",
        f"{prefix}/TetheredDownloadService",
    ]
    assert service(for_both, track_deals=False) == [f"{prefix}/TetheredDownloadService"]


def test_every_pair_has_its_profile() -> None:
    for pair, profile in BY_PAIR.items():
        assert derived(offered(pair)) == (profile,)


@pytest.mark.parametrize(
    "pairs",
    [
        [("RightsClaimModel", "UseForIdentification")],
        [("PayAsYouGoModel", "PurchaseAsPhysicalProduct")],
        [("PayAsYouGoModel", "KioskDownload")],
        # one pair without a profile leaves no claim about the others
        [("SubscriptionModel", "OnDemandStream"), ("SubscriptionModel", "Podcast")],
        # DDEX forbids a profile for one way of streaming beside a generic one
        [("SubscriptionModel", "OnDemandStream"), ("PayAsYouGoModel", "PermanentDownload")],
    ],
)
def test_no_wrong_claim_is_made(pairs: list[tuple[str, str]]) -> None:
    assert derived(offered(*pairs)) == ()
    assert service(example.delivery(deals=offered(*pairs))) == []


def test_the_kind_of_service_can_be_set() -> None:
    set_here = ("KioskService", "GenericDownloadService")
    assert service(business_profiles=set_here) == [
        "CommonDealTypes/14/KioskService",
        "CommonDealTypes/14/GenericDownloadService",
    ]
    assert service(business_profiles=()) == []
    for takedown in ("no_deals", "takedown_flag"):
        assert service(takedown=takedown) == []


@each_version
def test_both_checks_take_the_kind_of_service(version: str) -> None:
    assert sound(released(track(1)), version).root.get("BusinessProfileVersionId")


# --- what no XSD finds ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (f"{VIDEO}/VideoId/ISRC", "GBXYZ2600001", "the ISRC of another recording"),
        (f"{GROUP}//{ITEM}[ResourceType='Text']/ReleaseResourceReference", "A99", "nowhere"),
        ("ReleaseList/Release[4]//ReleaseResourceReference", "A7", "A7 is a Image, not a Sound"),
        ("ReleaseList/Release[4]//ReleaseResourceReference", "A1", "A1 has 2 TrackReleases"),
        (".//LinkedReleaseResourceReference", "A2", "A2 is a SoundRecording, not a Image or Text"),
        ("ResourceList/Text/ResourceReference", "A99", "A99 is not in the main release"),
        ("ResourceList/Text//TechnicalResourceDetailsReference", "T1", "T1 is declared twice"),
    ],
)
def test_references_of_videos_and_texts(path: str, text: str, message: str) -> None:
    of = example.rich_delivery(without=example.UNSAID["3.8.2"])
    root = build_message(of, HEADER, told_as("3.8.2"))
    assert check_references(root) == []
    element = root.find(path)
    assert element is not None
    element.text = text
    assert message in "; ".join(str(each) for each in check_references(root))


def test_the_owner_of_proprietary_ids_is_the_sender() -> None:
    of = example.rich_delivery(without=example.UNSAID["3.8.2"])
    root = build_message(of, HEADER, told_as(VERSIONS[0]))
    assert {each.get("Namespace") for each in root.iter("ProprietaryId")} == {SENDER}


# --- what is said again ---------------------------------------------------------------------------


def test_what_is_said_again_is_the_same() -> None:
    pieces, root = Pieces(), etree.Element("root")
    etree.SubElement(root, "Before")
    both = (Artist(party=NOVA), Artist(party=KESTREL, role="FeaturedArtist"))
    for artists in (both, (), both, both[:1], both):
        pieces.add(root, add_artists, artists)
    first, *others = [each for each in root if each.tag == "DisplayArtist"]
    assert len(others) == 6
    assert [etree.tostring(each) for each in root][1:3] == [etree.tostring(each) for each in root][
        3:5
    ]
    assert [each.get("SequenceNumber") for each in others] == ["2", "1", "2", "1", "1", "2"]
    first.clear()
    assert all(len(each) for each in others)


def test_the_same_message_is_written_without_what_was_written_before() -> None:
    one, two = example.delivery(), example.delivery(tracks=(track(1), track(2), track(3)))
    alone = write_message(one, HEADER, told_as("3.8.2"))
    write_message(two, HEADER, told_as("3.8.2"))
    assert write_message(one, HEADER, told_as("3.8.2")) == alone


# --- broken messages ------------------------------------------------------------------------------


def whole(version: str) -> Any:
    """A message with all that `CONTENT_3` breaks."""
    delivery = example.rich_delivery(without=example.UNSAID[version])
    first, *others = delivery.content.tracks
    conductor = Contributor(party=KESTREL, roles=("Conductor",))
    first = replace(first, contributors=(*first.contributors, conductor))
    content = replace(delivery.content, tracks=(first, *others))
    of = replace(delivery, content=content)
    options = MessageOptions(version=version, files=example.files_of(of))
    return build_message(of, HEADER, options)


@pytest.mark.parametrize("how", CONTENT_3)
@each_version
def test_what_is_broken_is_found(how: str, version: str) -> None:
    root = whole(version)
    assert check_structure(root, version) + check_references(root) == []
    CONTENT_3[how](root)
    assert check_structure(root, version) or check_references(root)
    seen = official(version)(root) != []
    assert seen == (how not in CONTENT_3_UNSEEN)
