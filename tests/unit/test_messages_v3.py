"""ERN 3.8.2 and 3.8.3: what is said in their own words and places, and what they cannot say."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from stardust_gitops.catalog.vocabulary import allowed
from stardust_gitops.content.model import (
    Artist,
    Contributor,
    Deal,
    Party,
    Preview,
    ProprietaryId,
    RelatedRelease,
    TerritoryDate,
    Title,
)
from stardust_gitops.messages.check import check_message, check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.mappings import mappings
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.v3.words import ROLE, told
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.ddex import official
from tests.message_examples import ADA, HEADER, KESTREL, RECIPIENT, SENDER, Read, track
from tests.read_ern_3 import read_facts

VERSIONS = ("3.8.2", "3.8.3")
each_version = pytest.mark.parametrize("version", VERSIONS)

RECORDING = "ResourceList/SoundRecording"
DETAILS = f"{RECORDING}/SoundRecordingDetailsByTerritory"
MAIN = "ReleaseList/Release[@IsMainRelease='true']"
TERMS = "DealList/ReleaseDeal/Deal/DealTerms"
WORLD: dict[str, Any] = {"territories": ("Worldwide",), "excluded_territories": ()}


def written(of: Any = None, version: str = "3.8.2", **options: Any) -> Read:
    return example.written(of, version=version, **options)


def told_as(version: str) -> MessageOptions:
    return MessageOptions(version=version)


def message_bytes(of: Any, profile: Any) -> bytes:
    return etree.tostring(
        build_message(of, HEADER, MessageOptions(version="3.8.2", profile=profile))
    )


def deal(**changes: Any) -> Deal:
    terms: dict[str, Any] = {
        "models": ("PayAsYouGoModel",),
        "uses": ("PermanentDownload",),
        "start": "2026-12-04",
        **WORLD,
    }
    return Deal(**(terms | changes))


def credited(*roles: str, instruments: tuple[str, ...] = (), **changes: Any) -> Any:
    """The example with one contributor to its first track."""
    contributor = Contributor(party=ADA, roles=roles, instruments=instruments)
    return example.delivery(tracks=(track(1, contributors=(contributor,), **changes), track(2)))


def words(message: Read, path: str) -> list[tuple[str | None, str | None, str | None]]:
    """Texts with namespace and meaning."""
    return [
        (each.text, each.get("Namespace"), each.get("UserDefinedValue"))
        for each in message.root.iterfind(path)
    ]


# --- the whole -----------------------------------------------------------------------------------


@each_version
def test_the_root_tells_thetold_as(version: str) -> None:
    root = build_message(example.delivery(), HEADER, MessageOptions(version=version))
    short = version.replace(".", "")
    assert root.tag == f"{{http://ddex.net/xml/ern/{short}}}NewReleaseMessage"
    assert root.get("MessageSchemaVersionId") == f"ern/{short}"
    assert root.get("AvsVersionId") is None
    assert root.get("LanguageAndScriptCode") == "en"
    assert check_tree(root, version) == []
    assert official(version)(root) == []
    (other,) = set(VERSIONS) - {version}
    assert check_structure(root, other) != []


@pytest.mark.parametrize(
    ("kind", "profile"),
    [
        ("Single", "AudioSingle"),
        ("Album", "AudioAlbumMusicOnly"),
        ("EP", "AudioAlbumMusicOnly"),
        ("ClassicalAlbum", "DigitalClassicalAudioAlbum"),
        ("DigitalBoxSetRelease", "DigitalBoxedSet"),
        ("RingtoneRelease", "Ringtone"),
        ("AudioBookRelease", "AudioBook"),
    ],
)
def test_the_profile_follows_from_the_type(kind: str, profile: str) -> None:
    message = written(example.delivery(type=kind))
    assert message.root.get("ReleaseProfileVersionId") == f"CommonReleaseTypes/14/{profile}"
    assert message.text(f"{MAIN}/ReleaseType") == kind


@pytest.mark.parametrize(
    ("variant", "kind", "profile"),
    [
        ("Classical", "Album", "DigitalClassicalAudioAlbum"),
        ("BoxedSet Classical", "ClassicalAlbum", "DigitalBoxedSet"),
        ("none", "ClassicalAlbum", "AudioAlbumMusicOnly"),
        ("none", "Single", "AudioSingle"),
    ],
)
def test_a_variant_is_a_profile(variant: Any, kind: str, profile: str) -> None:
    message = written(example.delivery(type=kind), variant=variant)
    assert message.root.get("ReleaseProfileVersionId") == f"CommonReleaseTypes/14/{profile}"


def test_a_single_resource_release_has_no_track_releases() -> None:
    one = example.delivery(tracks=(track(1),))
    message = written(one, profile="SimpleAudioSingle")
    profile = message.root.get("ReleaseProfileVersionId")
    assert profile == "CommonReleaseTypes/14/SingleResourceReleaseWithCoverArt"
    assert len(message.root.findall("ReleaseList/Release")) == 1
    assert message.texts("DealList/ReleaseDeal/DealReleaseReference") == ["R0"]
    assert check_message(message_bytes(one, "SimpleAudioSingle"), "3.8.2") == []


def test_what_a_profile_forbids_is_refused() -> None:
    with pytest.raises(MessageError) as refusal:
        written(profile="SimpleAudioSingle")
    assert refusal.value.code == "SG4030"
    delivery = example.delivery()
    bare = type(delivery)(icpn=delivery.icpn, content=delivery.content, assets=delivery.assets[:-1])
    with pytest.raises(MessageError) as refusal:
        written(bare)
    assert refusal.value.code == "SG4031"


@each_version
def test_a_purge_names_the_release(version: str) -> None:
    delivery = example.delivery(version="Live")
    root = build_message(delivery, HEADER, MessageOptions(version=version, purge=True))
    assert etree.QName(root).localname == "PurgeReleaseMessage"
    assert root.findtext("PurgedRelease/ReleaseId/ICPN") == "4006381333931"
    shown = root.find("PurgedRelease/Title[@TitleType='DisplayTitle']")
    assert shown is not None
    assert [each.text for each in shown] == ["Breakwater", "Live"]
    assert check_tree(root, version) == []
    assert official(version)(root) == []


# --- recordings ----------------------------------------------------------------------------------


def test_parties_stand_where_they_are_meant_with_their_ids() -> None:
    party = Party(
        name="Nova",
        isni="0000000114819103",
        ipi="00012345678",
        ipn="12345678",
        ids=(ProprietaryId(namespace=RECIPIENT, value="spotify:artist:1"),),
    )
    message = written(example.delivery(tracks=(track(1, artists=(Artist(party=party),)), track(2))))
    assert message.root.find("PartyList") is None
    artist = message.root.find(f"{DETAILS}/DisplayArtist")
    assert artist is not None
    assert artist.findtext("PartyName/FullName") == "Nova"
    assert [(each.tag, each.text, dict(each.attrib)) for each in artist][1:] == [
        ("PartyId", "0000000114819103", {"IsISNI": "true"}),
        ("PartyId", "00012345678", {"Namespace": "IPI"}),
        ("PartyId", "12345678", {"Namespace": "IPN"}),
        ("PartyId", "spotify:artist:1", {"Namespace": RECIPIENT}),
        ("ArtistRole", "MainArtist", {}),
    ]


def test_titles_in_further_languages() -> None:
    titles = (Title(title="防波堤", language="ja", version="ライブ"),)
    message = written(example.delivery(version="Live", titles=titles))
    found = [
        (each.get("TitleType"), each.get("LanguageAndScriptCode"), [part.text for part in each])
        for each in message.root.iterfind(f"{MAIN}/ReleaseDetailsByTerritory/Title")
    ]
    assert found == [
        ("FormalTitle", None, ["Breakwater", "Live"]),
        ("DisplayTitle", None, ["Breakwater", "Live"]),
        ("DisplayTitle", "ja", ["防波堤", "ライブ"]),
    ]
    assert message.texts(f"{MAIN}/ReferenceTitle/*") == ["Breakwater", "Live"]


def test_writers_and_others_who_contribute_stand_apart() -> None:
    message = written(credited("Mixer", "Composer", "StudioProducer", instruments=("Theremin",)))
    path = f"{RECORDING}[1]/SoundRecordingDetailsByTerritory"
    assert words(message, f"{path}/ResourceContributor/ResourceContributorRole") == [
        ("UserDefined", "ern/42", "Mixer"),
        ("Producer", None, None),
    ]
    assert message.texts(f"{path}/ResourceContributor/InstrumentType") == ["Theremin"]
    writers = f"{path}/IndirectResourceContributor/IndirectResourceContributorRole"
    assert message.texts(writers) == ["Composer"]
    later = written(credited("Mixer", "StudioProducer"), version="3.8.3")
    roles = f"{path}/ResourceContributor/ResourceContributorRole"
    assert later.texts(roles) == ["Mixer", "StudioProducer"]


@each_version
def test_every_role_is_told(version: str) -> None:
    for role in sorted(allowed("ContributorRole")):
        root = build_message(credited(role), HEADER, told_as(version))
        facts = read_facts(etree.tostring(root))
        (said,) = facts["recordings"]["GBXYZ2600001"]["contributors"].values()
        assert said[0] == {role}


def test_the_namespace_is_the_version_that_knows_the_value() -> None:
    known = {
        role: told(ROLE, role, "3.8.2") for role in ("Conductor", "Mixer", "Mime", "Presenter")
    }
    assert {role: str(word) for role, word in known.items()} == {
        "Conductor": "Conductor",
        "Mixer": "UserDefined (ern/42: Mixer)",
        "Mime": "UserDefined (ern/432: Mime)",
        "Presenter": "UserDefined (ern/43: Presenter)",
    }
    assert str(told(ROLE, "Nobody", "3.8.2")) == "Nobody"


def test_a_file_is_told_by_folder_and_name() -> None:
    delivery = example.delivery()
    message = written(delivery, files=example.files_of(delivery))
    path = f"{DETAILS}/TechnicalSoundRecordingDetails/File"
    assert message.texts(f"{path}/FileName") == ["4006381333931_01.bin", "4006381333931_02.bin"]
    assert message.texts(f"{path}/FilePath") == ["resources/"] * 2
    digest = message.root.find(f"{path}/HashSum")
    assert digest is not None
    assert [(each.tag, each.text) for each in digest] == [
        ("HashSum", delivery.assets[0].md5),
        ("HashSumAlgorithmType", "MD5"),
    ]
    assert written(delivery).texts(path) == []


def test_sha_256_is_refused() -> None:
    with pytest.raises(MessageError) as refusal:
        written(hash_algorithm="SHA-256")
    assert refusal.value.code == "SG4034"
    assert "MD5" in (refusal.value.hint or "")


def test_a_preview_is_cut_out_of_the_whole() -> None:
    preview = Preview(start=45, duration=30)
    message = written(example.delivery(tracks=(track(1, preview=preview), track(2))))
    technical = f"{DETAILS}/TechnicalSoundRecordingDetails"
    assert message.texts(f"{technical}/IsPreview") == ["false", "false"]
    assert message.texts(f"{technical}/PreviewDetails/*") == ["45", "PT30S", "Instructive"]


@pytest.mark.parametrize(
    ("tag", "code"), [("en", "en"), ("pt-BR", "pt"), ("ja-Jpan", "ja"), ("yue-Hant", "zh")]
)
def test_a_language_is_told_by_two_letters(tag: str, code: str) -> None:
    delivery = credited("Composer", language=tag)
    assert written(delivery).texts(f"{RECORDING}/LanguageOfPerformance") == [code, "en"]
    found = [(m.field, m.said, m.told) for m in mappings(delivery, told_as("3.8.2"))]
    assert found == ([] if tag == code else [("tracks[0].language", tag, code)])


def test_a_language_without_a_code_is_refused() -> None:
    with pytest.raises(MessageError) as refusal:
        written(credited("Composer", language="haw"))
    assert refusal.value.code == "SG4025"


def test_a_share_is_told_for_the_whole_world() -> None:
    claim = deal(models=("RightsClaimModel",), policy="Monetize", share="50")
    message = written(example.delivery(track_deals=(claim,)))
    assert message.texts(f"{RECORDING}[1]//RightsController/RightSharePercentage") == ["50"]
    assert message.texts(f"{TERMS}/RightsClaimPolicy/RightsClaimPolicyType") == ["Monetize"]
    for claims in ((deal(share="50", territories=("DE",)),), (claim, deal(share="20"))):
        with pytest.raises(MessageError) as refusal:
            written(example.delivery(track_deals=claims))
        assert refusal.value.code == "SG4026"


def test_a_replaced_isrc_is_told() -> None:
    replaced = (("GBXYZ2600001", "GBXYZ2500009"),)
    root = build_message(
        example.delivery(), HEADER, MessageOptions(version="3.8.2", replaced_isrcs=replaced)
    )
    found = [
        (each.findtext("ISRC"), each.get("IsReplaced"))
        for each in root.iterfind(f"{RECORDING}[1]/SoundRecordingId")
    ]
    assert found == [("GBXYZ2600001", None), ("GBXYZ2500009", "true")]
    assert check_tree(root, "3.8.2") == []


# --- releases ------------------------------------------------------------------------------------


def test_a_release_with_all_there_is() -> None:
    message = written(
        example.delivery(
            tracks=(track(1), track(2, disc=2, bonus=True, hidden=True)),
            compilation="single_artist",
            related=(RelatedRelease(type="IsSpedUpOf", icpn="036000291452"),),
            keywords=("sea", "night"),
            marketing_comment="Out now",
            grid="A12425GABC1234002M",
            catalog_number="AT001",
        )
    )
    details = f"{MAIN}/ReleaseDetailsByTerritory"
    assert message.texts(f"{MAIN}/ReleaseId/*") == ["A12425GABC1234002M", "4006381333931", "AT001"]
    assert message.one(f"{MAIN}/ReleaseId/ICPN").get("IsEan") == "true"
    assert words(message, f"{details}/ReleaseType") == [
        ("Single", None, None),
        ("UserDefined", SENDER, "Compilation"),
    ]
    assert message.text(f"{details}/IsMultiArtistCompilation") == "false"
    assert words(message, f"{details}/RelatedRelease/ReleaseRelationshipType") == [
        ("UserDefined", "ern/432", "IsSpedUpOf")
    ]
    assert message.one(f"{details}/RelatedRelease/ReleaseId/ICPN").get("IsEan") == "false"
    assert message.text(f"{details}/Keywords") == "sea, night"
    assert message.text(f"{details}/MarketingComment") == "Out now"
    groups = f"{details}/ResourceGroup/ResourceGroup"
    assert message.texts(f"{groups}/Title/TitleText") == ["Component 1", "Component 2"]
    assert message.texts(f"{groups}[2]/ResourceGroupContentItem/*") == [
        *("1", "SoundRecording", "A2", "true", "true")
    ]
    cover = message.one(
        f"{details}/ResourceGroup/ResourceGroupContentItem/ReleaseResourceReference"
    )
    assert (cover.text, cover.get("ReleaseResourceType")) == ("A3", "SecondaryResource")


def test_a_type_that_only_a_later_version_knows() -> None:
    delivery = example.delivery(type="DjMix")
    assert set(words(written(delivery), f"{MAIN}//ReleaseType")) == {
        ("UserDefined", "ern/42", "DjMix")
    }
    assert check_tree(build_message(delivery, HEADER, told_as("3.8.2")), "3.8.2") == []


def test_territories_with_their_own_date_are_told_everything_again() -> None:
    own = (
        TerritoryDate(territory="DE", date="2026-12-05"),
        TerritoryDate(territory="JP", date="2026-12-11"),
        TerritoryDate(territory="US", date="2026-12-05"),
    )
    message = written(example.delivery(release_dates=own))
    for release in message.root.iterfind("ReleaseList/Release"):
        found = [
            ([each.text for each in details.iterfind("TerritoryCode")], _date(details))
            for details in release.iterfind("ReleaseDetailsByTerritory")
        ]
        assert found == [
            (["Worldwide"], "2026-12-04"),
            (["DE", "US"], "2026-12-05"),
            (["JP"], "2026-12-11"),
        ]
        first, *others = (
            [each.tag for each in details if each.tag != "TerritoryCode"]
            for details in release.iterfind("ReleaseDetailsByTerritory")
        )
        assert others == [first, first]


def _date(details: Any) -> str | None:
    return str(details.findtext("ReleaseDate"))


def test_a_party_that_is_named_twice_stands_once() -> None:
    mixer = Contributor(party=KESTREL, roles=("Mixer", "Mixer"), instruments=("Guitar",))
    player = Contributor(party=KESTREL, roles=("Conductor", "Mixer"), instruments=("Guitar",))
    first = track(1, contributors=(mixer, Contributor(party=ADA, roles=("Arranger",)), player))
    message = written(example.delivery(tracks=(first, track(2))), version="3.8.3")
    path = f"{RECORDING}[1]/SoundRecordingDetailsByTerritory"
    assert len(message.root.findall(f"{path}/ResourceContributor")) == 1
    assert message.texts(f"{path}/ResourceContributor/*")[1:] == [
        *("0000000114819103", "Mixer", "Conductor", "Guitar")
    ]
    assert len(message.root.findall(f"{path}/IndirectResourceContributor")) == 1
