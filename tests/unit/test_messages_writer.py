"""What the ERN 4.3 writer says of a release."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from stardust_gitops.content.model import (
    Artist,
    Contributor,
    Genre,
    Party,
    ProprietaryId,
    RightsLine,
)
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import carried_assets, duration_text
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.header import MessagingParty
from tests import message_examples as example
from tests.message_examples import ADA, HEADER, KESTREL, SENDER, track, written

RECORDING = "ResourceList/SoundRecording"
EDITION = f"{RECORDING}/SoundRecordingEdition"
FILE = f"{EDITION}/TechnicalDetails/DeliveryFile"
IMAGE = "ResourceList/Image"
RELEASE = "ReleaseList/Release"


def test_root_and_header() -> None:
    message = written(
        header=replace(
            HEADER, test=True, on_behalf_of=MessagingParty(dpid="PADPIDA1", name="Someone")
        )
    )
    assert message.root.tag == "{http://ddex.net/xml/ern/43}NewReleaseMessage"
    assert message.root.get("AvsVersionId") == "3"
    assert message.root.get("LanguageAndScriptCode") == "en"
    assert message.root.get("ReleaseProfileVersionId") == "Audio"
    assert [child.tag for child in message.root] == [
        "MessageHeader",
        "PartyList",
        "ResourceList",
        "ReleaseList",
        "DealList",
    ]
    header = message.one("MessageHeader")
    assert [child.tag for child in header] == [
        "MessageThreadId",
        "MessageId",
        "MessageSender",
        "SentOnBehalfOf",
        "MessageRecipient",
        "MessageCreatedDateTime",
        "MessageControlType",
    ]
    assert message.text("MessageHeader/MessageSender/PartyId") == SENDER
    assert message.text("MessageHeader/SentOnBehalfOf/PartyName/FullName") == "Someone"
    assert message.text("MessageHeader/MessageCreatedDateTime") == "2026-11-22T07:00:00Z"
    assert message.text("MessageHeader/MessageControlType") == "TestMessage"
    assert written().text("MessageHeader/MessageControlType") == "LiveMessage"


def test_bytes_are_deterministic_indented_and_declared() -> None:
    first = write_message(example.delivery(), HEADER, MessageOptions())
    again = write_message(example.delivery(), HEADER, MessageOptions())
    assert first == again
    lines = first.decode("utf-8").splitlines()
    assert lines[0] == "<?xml version='1.0' encoding='UTF-8'?>"
    assert lines[2:4] == ["  <MessageHeader>", "    <MessageThreadId>T-1</MessageThreadId>"]
    assert b"Kestrel &amp; Sons" in first


def test_equal_parties_are_one_and_numbered_by_use() -> None:
    message = written()
    assert message.texts("PartyList/Party/PartyReference") == ["P1", "P2", "P3"]
    names = message.texts("PartyList/Party/PartyName/FullName")
    assert names == ["Kestrel & Sons", "Ada Quill", "Alpha Tide"]
    assert message.texts(f"{RECORDING}/DisplayArtist/ArtistPartyReference") == ["P1", "P1"]
    assert message.text(f"{RELEASE}/ReleaseLabelReference") == "P3"


def test_parties_of_one_name_and_other_ids_stay_apart() -> None:
    namesake = replace(ADA, ipi="00000000000")
    contributors = (
        Contributor(party=ADA, roles=("Composer",)),
        Contributor(party=namesake, roles=("Lyricist",)),
    )
    message = written(example.delivery(tracks=(track(1, contributors=contributors),)))
    assert message.texts("PartyList/Party/PartyName/FullName").count("Ada Quill") == 2


def test_party_ids_in_the_order_of_the_standard() -> None:
    party = Party(
        name="Ada Quill",
        isni="0000000114819103",
        ipi="00000000000",
        ipn="123",
        ids=(
            ProprietaryId(namespace="PADPIDA1", value="a:1"),
            ProprietaryId(namespace="PADPIDA2", value="a:2"),
        ),
    )
    message = written(example.delivery(artists=(Artist(party=party),)))
    ids = list(message.one("PartyList/Party/PartyId/IPN/.."))
    assert [(each.tag, each.text, each.get("Namespace")) for each in ids] == [
        ("ISNI", "0000000114819103", None),
        ("IpiNameNumber", "00000000000", None),
        ("IPN", "123", None),
        ("ProprietaryId", "a:1", "PADPIDA1"),
        ("ProprietaryId", "a:2", "PADPIDA2"),
    ]


def test_recording_says_all_that_the_content_knows() -> None:
    full = track(
        1,
        title="Breakwater",
        version="Acoustic",
        display_artist="Kestrel & Sons feat. Ada Quill",
        artists=(Artist(party=KESTREL), Artist(party=ADA, role="FeaturedArtist")),
        parental_warning="Explicit",
        iswc="T0345246801",
        language="pt-BR",
    )
    message = written(example.delivery(tracks=(full,)))
    assert message.text(f"{RECORDING}/ResourceReference") == "A1"
    assert message.text(f"{EDITION}/ResourceId/ISRC") == "GBXYZ2600001"
    assert message.text(f"{EDITION}/PLine/PLineCompany") == "Alpha Tide"
    assert message.text(f"{RECORDING}/WorkId/ISWC") == "T0345246801"
    assert message.text(f"{RECORDING}/DisplayTitleText") == "Breakwater (Acoustic)"
    assert message.text(f"{RECORDING}/DisplayTitle/TitleText") == "Breakwater"
    subtitle = message.one(f"{RECORDING}/DisplayTitle/SubTitle")
    assert (subtitle.text, subtitle.attrib) == (
        "Acoustic",
        {"SubTitleType": "Version", "IsDisplayedInTitle": "true"},
    )
    assert message.text(f"{RECORDING}/DisplayArtistName") == "Kestrel & Sons feat. Ada Quill"
    artists = message.root.findall(f"{RECORDING}/DisplayArtist")
    assert [each.get("SequenceNumber") for each in artists] == ["1", "2"]
    assert message.texts(f"{RECORDING}/DisplayArtist/DisplayArtistRole") == [
        "MainArtist",
        "FeaturedArtist",
    ]
    assert message.text(f"{RECORDING}/ParentalWarningType") == "Explicit"
    assert message.text(f"{RECORDING}/LanguageOfPerformance") == "pt-BR"
    assert message.root.find(f"{RECORDING}/IsInstrumental") is None


def test_instrumental_has_no_language() -> None:
    message = written(example.delivery(tracks=(track(1, instrumental=True, language=None),)))
    assert message.text(f"{RECORDING}/IsInstrumental") == "true"
    assert message.texts(f"{RECORDING}/LanguageOfPerformance") == []


def test_one_contributor_per_party_with_all_roles() -> None:
    contributors = (
        Contributor(party=ADA, roles=("Composer",)),
        Contributor(party=KESTREL, roles=("StudioProducer",)),
        Contributor(party=ADA, roles=("Lyricist", "Composer")),
    )
    message = written(example.delivery(tracks=(track(1, contributors=contributors),)))
    found = message.root.findall(f"{RECORDING}/Contributor")
    assert [each.get("SequenceNumber") for each in found] == ["1", "2"]
    assert [[role.text for role in each.findall("Role")] for each in found] == [
        ["Composer", "Lyricist"],
        ["StudioProducer"],
    ]


def test_technical_details_of_a_file_that_travels() -> None:
    one = example.delivery({1: example.audio(container="WAV", codec="PCM")}, tracks=(track(1),))
    message = written(one, files=example.files_of(one))
    assert [child.tag for child in message.one(FILE)] == [
        "Type",
        "ContainerFormat",
        "AudioCodecType",
        "NumberOfChannels",
        "SamplingRate",
        "BitsPerSample",
        "File",
        "IsProvidedInDelivery",
    ]
    assert message.text(f"{FILE}/ContainerFormat") == "WAV"
    assert message.text(f"{FILE}/AudioCodecType") == "PCM"
    rate = message.one(f"{FILE}/SamplingRate")
    assert (rate.text, rate.get("UnitOfMeasure")) == ("44100", "Hz")
    assert message.text(f"{FILE}/BitsPerSample") == "24"
    assert message.text(f"{FILE}/File/URI") == "resources/4006381333931_01.bin"
    assert message.text(f"{FILE}/File/HashSum/Algorithm") == "MD5"
    assert message.text(f"{FILE}/File/HashSum/HashSumValue") == one.assets[0].md5
    assert message.text(f"{FILE}/File/FileSize") == "31457280"
    assert message.text(f"{FILE}/IsProvidedInDelivery") == "true"
    assert message.text(f"{EDITION}/RecordingMode") == "Stereo"


def test_digest_as_the_target_wants_it() -> None:
    one = example.delivery()
    message = written(one, files=example.files_of(one), hash_algorithm="SHA-256")
    assert message.texts(f"{FILE}/File/HashSum/HashSumValue") == [
        one.assets[0].sha256,
        one.assets[1].sha256,
    ]


def test_without_files_the_facts_remain() -> None:
    message = written()
    assert message.root.find(f"{FILE}/File") is None
    assert message.texts(f"{FILE}/IsProvidedInDelivery") == ["false", "false"]
    assert message.text(f"{IMAGE}/TechnicalDetails/IsProvidedInDelivery") == "false"
    assert message.texts(f"{FILE}/AudioCodecType") == ["FLAC", "FLAC"]
    assert message.texts(f"{FILE}/ContainerFormat") == []


@pytest.mark.parametrize(("channels", "modes"), [(1, ["Mono"]), (2, ["Stereo"]), (6, [])])
def test_recording_mode_is_not_guessed(channels: int, modes: list[str]) -> None:
    one = example.delivery({1: example.audio(channels=channels)}, tracks=(track(1),))
    message = written(one)
    assert message.texts(f"{EDITION}/RecordingMode") == modes
    assert message.text(f"{FILE}/NumberOfChannels") == str(channels)


def test_cover() -> None:
    one = example.delivery()
    message = written(one, files=example.files_of(one))
    assert message.text(f"{IMAGE}/ResourceReference") == "A3"
    assert message.text(f"{IMAGE}/Type") == "FrontCoverImage"
    identifier = message.one(f"{IMAGE}/ResourceId/ProprietaryId")
    assert (identifier.text, identifier.get("Namespace")) == ("4006381333931_cover", SENDER)
    assert message.text(f"{IMAGE}/TechnicalDetails/ImageHeight") == "2999"
    assert message.text(f"{IMAGE}/TechnicalDetails/ImageWidth") == "3000"
    link = message.one(f"{RELEASE}/ResourceGroup/LinkedReleaseResourceReference")
    assert (link.text, link.attrib) == ("A3", {"LinkDescription": "CoverArt"})


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        ("201.25", "PT3M21S"),
        ("201.5", "PT3M22S"),
        ("0.2", "PT1S"),
        ("60", "PT1M"),
        ("59.5", "PT1M"),
        ("3600", "PT1H"),
        ("3725.4", "PT1H2M5S"),
    ],
)
def test_durations_are_whole_seconds(seconds: str, text: str) -> None:
    assert duration_text(Decimal(seconds)) == text


def test_release_duration_is_rounded_once() -> None:
    one = example.delivery({1: example.audio(duration="10.4"), 2: example.audio(duration="10.4")})
    message = written(one)
    assert message.texts(f"{RECORDING}/Duration") == ["PT10S", "PT10S"]
    assert message.text(f"{RELEASE}/Duration") == "PT21S"


def test_release_says_all_that_the_content_knows() -> None:
    line = RightsLine(text="2026 Alpha Tide", year=2026)
    message = written(
        example.delivery(
            type="EP",
            version="Deluxe",
            catalog_number="AT001",
            p_line=line,
            c_line=line,
            genre=Genre(name="House"),
            original_release_date="2020-01-01",
            parental_warning="Explicit",
        )
    )
    assert message.text(f"{RELEASE}/ReleaseReference") == "R0"
    assert message.text(f"{RELEASE}/ReleaseType") == "EP"
    assert message.text(f"{RELEASE}/ReleaseId/ICPN") == "4006381333931"
    number = message.one(f"{RELEASE}/ReleaseId/CatalogNumber")
    assert (number.text, number.get("Namespace")) == ("AT001", SENDER)
    assert message.text(f"{RELEASE}/DisplayTitleText") == "Breakwater (Deluxe)"
    assert message.text(f"{RELEASE}/PLine/PLineText") == "2026 Alpha Tide"
    assert message.text(f"{RELEASE}/CLine/Year") == "2026"
    assert message.text(f"{RELEASE}/Genre/GenreText") == "House"
    assert message.texts(f"{RELEASE}/Genre/SubGenre") == []
    assert message.text(f"{RELEASE}/ReleaseDate") == "2026-12-04"
    assert message.text(f"{RELEASE}/OriginalReleaseDate") == "2020-01-01"
    assert message.text(f"{RELEASE}/ParentalWarningType") == "Explicit"


def test_icpn_stands_as_the_catalogue_writes_it() -> None:
    message = written(replace(example.delivery(), icpn="012345678905"))
    assert message.text(f"{RELEASE}/ReleaseId/ICPN") == "012345678905"
    assert message.texts("ReleaseList/TrackRelease/ReleaseId/ProprietaryId")[0].startswith(
        "012345678905_GBXYZ"
    )


def test_release_date_of_a_global_instant_is_its_day() -> None:
    message = written(example.delivery(release_date="2026-12-04T16:00:00Z"))
    assert message.text(f"{RELEASE}/ReleaseDate") == "2026-12-04"


def test_one_group_per_disc() -> None:
    tracks = (track(1), track(2), track(3, disc=2))
    message = written(example.delivery(tracks=tracks))
    groups = message.root.findall(f"{RELEASE}/ResourceGroup/ResourceGroup")
    assert [each.get("ResourceGroupType") for each in groups] == ["Component", "Component"]
    assert [each.findtext("SequenceNumber") for each in groups] == ["1", "2"]
    items = [
        [
            (item.findtext("SequenceNumber"), item.findtext("ReleaseResourceReference"))
            for item in each.findall("ResourceGroupContentItem")
        ]
        for each in groups
    ]
    assert items == [[("1", "A1"), ("2", "A2")], [("1", "A3")]]


def test_a_track_release_for_every_track() -> None:
    other = Genre(name="Ambient")
    message = written(example.delivery(tracks=(track(1), track(2, genre=other))))
    releases = message.root.findall("ReleaseList/TrackRelease")
    assert [each.findtext("ReleaseReference") for each in releases] == ["R1", "R2"]
    assert [each.findtext("ReleaseId/ProprietaryId") for each in releases] == [
        "4006381333931_GBXYZ2600001",
        "4006381333931_GBXYZ2600002",
    ]
    assert [each.findtext("ReleaseResourceReference") for each in releases] == ["A1", "A2"]
    assert [each.findtext("Genre/GenreText") for each in releases] == ["Electronic", "Ambient"]


def test_simple_audio_single_has_no_track_release() -> None:
    message = written(example.delivery(tracks=(track(1),)), profile="SimpleAudioSingle")
    assert message.root.get("ReleaseProfileVersionId") == "SimpleAudioSingle"
    assert message.texts("ReleaseList/TrackRelease") == []
    assert message.texts("DealList/ReleaseDeal/DealReleaseReference") == ["R0"]


def test_a_recording_that_appears_twice_is_one_resource() -> None:
    again = (track(1), track(2), track(1, disc=2))
    one = example.delivery(tracks=again)
    message = written(one, files=example.files_of(one))
    assert message.texts(f"{EDITION}/ResourceId/ISRC") == ["GBXYZ2600001", "GBXYZ2600002"]
    assert message.texts("ReleaseList/TrackRelease/ReleaseReference") == ["R1", "R2"]
    references = message.texts(
        f"{RELEASE}/ResourceGroup/ResourceGroup/ResourceGroupContentItem/ReleaseResourceReference"
    )
    assert references == ["A1", "A2", "A1"]
    assert message.text(f"{RELEASE}/Duration") == "PT10M4S"  # heard three times, 201.4 s each
    assert [each.track for each in carried_assets(one)] == [1, 2, None]
