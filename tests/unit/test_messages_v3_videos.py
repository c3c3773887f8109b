"""ERN 3.8.2 and 3.8.3: videos, previews, texts and pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stardust_gitops.content.model import AudioFacts, Preview, TextFacts, Track, VideoFacts
from stardust_gitops.messages.ern.mappings import mappings
from tests.message_examples import FILM, audio, track
from tests.unit.filmed_releases import GROUP, ITEM, SCREEN, VIDEO, filmed, released, shown, sound
from tests.unit.test_messages_v3 import DETAILS, MAIN, RECORDING, each_version, told_as, words

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
