"""What the versions of shape 4 say each in its own words and places, and what they cannot say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from stardust_gitops.catalog.models.target import MessageFormat
from stardust_gitops.cli import schema as schema_command
from stardust_gitops.content.model import (
    Contributor,
    Deal,
    Party,
    Preview,
    RelatedRelease,
    Visibility,
)
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.mappings import Mapping, mappings
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.versions import VERSIONS, version_named
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import parse
from tests import message_examples as example
from tests.ddex import official, samples
from tests.message_examples import HEADER, STREAMING, audio, track, written
from tests.message_runs import disagreement
from tests.mutations import kinds, mutants

SHAPE_4 = ("4.2", "4.3", "4.3.2")
each_version = pytest.mark.parametrize("version", SHAPE_4)
RECORDING = "ResourceList/SoundRecording"


def of_wave(**changes: Any) -> Any:
    """The example with recordings in a container."""
    return example.delivery({1: audio(codec="PCM", container="WAV")}, **changes)


def credited(role: str, instrument: str | None = None) -> Any:
    """The example with one contributor."""
    contributor = Contributor(
        party=Party(name="Ada Quill"),
        roles=(role,),
        instruments=(instrument,) if instrument else (),
    )
    return example.delivery(tracks=(track(1, contributors=(contributor,)), track(2)))


def test_a_catalogue_can_choose_what_can_be_written() -> None:
    chosen = get_args(MessageFormat.model_fields["version"].annotation)
    assert sorted(chosen) == sorted(VERSIONS)
    assert sorted(schema_command.VERSIONS) == sorted(VERSIONS)


@each_version
@pytest.mark.parametrize("purge", [False, True])
def test_only_the_root_tells_the_version(version: str, purge: bool) -> None:
    root = build_message(example.delivery(), HEADER, MessageOptions(version=version, purge=purge))
    name = "PurgeReleaseMessage" if purge else "NewReleaseMessage"
    assert root.tag == f"{{http://ddex.net/xml/ern/{version.replace('.', '')}}}{name}"
    assert root.get("AvsVersionId") == {"4.2": None, "4.3": "3", "4.3.2": "9"}[version]
    assert root.get("MessageSchemaVersionId") is None
    assert check_tree(root, version) == []
    assert official(version)(root) == []
    for other in set(SHAPE_4) - {version}:
        assert check_structure(root, other) != []


@each_version
def test_where_a_recording_says_what(version: str) -> None:
    preview = Preview(start=45, duration=30)
    delivery = of_wave(tracks=(track(1, preview=preview), track(2)))
    recording = written(delivery, version=version).root.find(RECORDING)
    assert recording is not None
    within = "" if version == "4.2" else "SoundRecordingEdition/"
    assert recording.findtext(f"{within}ResourceId/ISRC") == "GBXYZ2600001"
    assert recording.find(f"{within}PLine/PLineText") is not None
    mode = "AudioChannelConfiguration" if version == "4.2" else "RecordingMode"
    assert recording.findtext(f"{within}{mode}") == "Stereo"
    file = "TechnicalDetails" if version == "4.2" else "TechnicalDetails/DeliveryFile"
    assert recording.findtext(f"{within}{file}/AudioCodecType") == "PCM"
    container = recording.findtext(f"{within}{file}/ContainerFormat")
    assert container == (None if version == "4.2" else "WAV")
    details = recording.find(f"{within}TechnicalDetails")
    assert details is not None
    if version == "4.2":
        assert details.findtext("PreviewDetails/StartPoint") == "45"
        assert details.findtext("PreviewDetails/Duration") == "PT30S"
    else:
        assert details.findtext("ClipDetails/Timing/StartPoint") == "45"
        assert details.findtext("ClipDetails/Timing/DurationUsed") == "PT30S"


@each_version
def test_genres_and_roles_in_each_version(version: str) -> None:
    message = written(credited("Mixer"), version=version)
    genre = "DisplayGenre" if version == "4.3.2" else "Genre"
    assert len(message.texts(f"ReleaseList/*/{genre}/GenreText")) == 3
    role = "Role/Value" if version == "4.3.2" else "Role"
    assert message.texts(f"{RECORDING}/Contributor/{role}")[0] == "Mixer"


@pytest.mark.parametrize(
    ("version", "role", "told", "namespace"),
    [
        ("4.2", "Presenter", "UserDefined", "ern/43"),
        ("4.2", "Mime", "UserDefined", "ern/432"),
        ("4.3", "Presenter", "Presenter", None),
        ("4.3", "Mime", "UserDefined", "ern/432"),
        ("4.3.2", "Mime", "Mime", None),
    ],
)
def test_a_newer_role_is_told_as_user_defined(
    version: str, role: str, told: str, namespace: str | None
) -> None:
    delivery = credited(role, "Theremin")
    root = build_message(delivery, HEADER, MessageOptions(version=version))
    assert official(version)(root) == []
    element = root.find(".//Contributor/Role/Value" if version == "4.3.2" else ".//Role")
    assert element is not None
    assert (element.text, element.get("Namespace")) == (told, namespace)
    assert element.get("UserDefinedValue") == (role if namespace else None)
    found = [each for each in mappings(delivery, MessageOptions(version=version)) if namespace]
    if namespace:
        assert found[0] == Mapping(
            field="tracks[0].contributors[0].roles",
            said=role,
            told=f"UserDefined ({namespace}: {role})",
            reason=f"ERN {version} does not know the value; a later version does",
        )
        assert found[1].said == "Theremin"


def said(delivery: Any, **options: Any) -> list[tuple[str, str, str | None]]:
    """What is mapped, without reasons, which are never empty."""
    found = mappings(delivery, MessageOptions(**options))
    assert all(each.reason for each in found)
    return [(each.field, each.said, each.told) for each in found]


def test_what_is_said_as_it_stands_is_no_mapping() -> None:
    for version in SHAPE_4:
        assert said(example.delivery(), version=version) == []
    assert said(of_wave(), version="4.3") == []
    assert said(of_wave(), version="4.2", purge=True) == []


def test_mappings_by_version_and_options() -> None:
    assert said(of_wave(), version="4.2") == [("tracks[0].audio.container", "WAV", None)]
    moment = example.delivery(release_date="2026-12-04T17:00:00")
    assert said(moment) == [("release_date", "2026-12-04T17:00:00", "2026-12-04")]
    sped_up = RelatedRelease(type="IsSpedUpOf", icpn="036000291452")
    assert said(example.delivery(related=(sped_up,)), version="4.3.2") == []
    assert said(example.delivery(related=(sped_up,))) == [
        ("related[0].type", "IsSpedUpOf", "UserDefined (ern/432: IsSpedUpOf)")
    ]
    own = example.delivery(tracks=(track(1, deals=()), track(2)), deals=(STREAMING,))
    assert said(own) == []
    assert said(own, track_deals=False) == [("tracks[0].deals", "not sold alone", None)]
    early = example.delivery(deals=(), track_deals=(), visibility=Visibility(cover="2026-11-01"))
    assert said(early) == [("visibility", "what shows before the release", None)]
    assert said(early, takedown="no_deals") == []


def test_deals_of_the_release_alone() -> None:
    other = replace(STREAMING, territories=("JP",), excluded_territories=())
    delivery = example.delivery(
        tracks=(track(1, deals=(other,)), track(2)), deals=(STREAMING,), track_deals=None
    )
    references = "DealList/ReleaseDeal/DealReleaseReference"
    assert sorted(written(delivery).texts(references)) == ["R0", "R1", "R2"]
    alone = written(delivery, track_deals=False)
    assert alone.texts(references) == ["R0"]
    assert len(alone.root.findall("ReleaseList/TrackRelease")) == 2


@pytest.mark.parametrize(
    ("kind", "options", "variant"),
    [
        ("Album", {}, None),
        ("ClassicalAlbum", {}, "Classical"),
        ("DigitalBoxSetRelease", {}, "BoxedSet"),
        ("ClassicalDigitalBoxedSet", {}, "BoxedSet Classical"),
        ("ClassicalAlbum", {"variant": "none"}, None),
        ("Album", {"variant": "BoxedSet"}, "BoxedSet"),
    ],
)
def test_the_variant_of_the_profile(
    kind: str, options: dict[str, Any], variant: str | None
) -> None:
    for version in SHAPE_4:
        chosen = MessageOptions(version=version, **options)
        root = build_message(example.delivery(type=kind), HEADER, chosen)
        assert root.get("ReleaseProfileVariantVersionId") == variant
        assert official(version)(root) == []


@each_version
def test_a_flag_takes_nothing_down(version: str) -> None:
    with pytest.raises(MessageError, match="no flag") as caught:
        written(
            example.delivery(deals=(Deal(**_TERMS),)), version=version, takedown="takedown_flag"
        )
    assert caught.value.code == "SG4024"


_TERMS: dict[str, Any] = {
    "models": ("SubscriptionModel",),
    "uses": ("OnDemandStream",),
    "start": "2026-12-04",
    "territories": ("Worldwide",),
}


def test_a_purge_names_its_release() -> None:
    root = build_message(example.delivery(), HEADER, MessageOptions(purge=True))
    purged = root.find("PurgedRelease")
    assert purged is not None
    purged.remove(purged[0])
    assert official()(root) == []
    (problem,) = check_tree(root, "4.3")
    assert problem.message == "no release is named"


def _version_of(name: str) -> str | None:
    folder = name.split("_")[0]
    return next((v for v in SHAPE_4 if version_named(v).folder == folder), None)


@pytest.mark.parametrize("name", ["42_2b_ep_preorder_ugc", "43_2b_ep_preorder_ugc", "432_5_purge"])
def test_checks_agree_on_small_changes_to_messages_of_others(name: str) -> None:
    """They hold what we read and do not write."""
    version = _version_of(name)
    assert version is not None
    path = next((path for path in samples() if path.stem == name), None)
    assert path is not None
    root = parse(path.read_bytes())
    for number in kinds(root):
        for mutant in mutants(root, number):
            assert disagreement(mutant, version) is None
