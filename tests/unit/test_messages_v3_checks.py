"""What ERN 3 says otherwise, and what no XSD finds."""

from __future__ import annotations

import pytest
from lxml import etree

from stardust_gitops.catalog.vocabulary import allowed_values
from stardust_gitops.content.model import (
    Contributor,
    RelatedRelease,
    Visibility,
)
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.mappings import mappings
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.xml import parse
from tests import message_examples as example
from tests.message_examples import HEADER, KESTREL, audio, track
from tests.read_ern_3 import read_facts
from tests.told_in_ern_3 import content_facts
from tests.unit.test_messages_v3 import MAIN, RECORDING, deal, each_version, message_bytes, told_as

# --- what is said otherwise ----------------------------------------------------------------------


def test_everything_that_is_said_otherwise_is_listed() -> None:
    delivery = example.delivery(
        {1: audio(codec="MQA")},
        type="DjMix",
        compilation="single_artist",
        related=(RelatedRelease(type="IsSpedUpOf", icpn="036000291452"),),
        tracks=(
            track(
                1,
                language="yue",
                hidden=True,
                contributors=(
                    Contributor(party=KESTREL, roles=("Composer", "StudioProducer", "Mixer")),
                ),
            ),
        ),
        deals=(deal(share="50"),),
        visibility=Visibility(cover="2026-11-18"),
    )
    found = {(m.field, m.said): m.told for m in mappings(delivery, told_as("3.8.2"))}
    assert found == {
        ("type", "DjMix"): "UserDefined (ern/42: DjMix)",
        ("compilation", "single_artist"): (
            "a further ReleaseType UserDefined Compilation, IsMultiArtistCompilation false"
        ),
        ("related[0].type", "IsSpedUpOf"): "UserDefined (ern/432: IsSpedUpOf)",
        ("tracks[0].contributors[0].roles", "StudioProducer"): "Producer",
        ("tracks[0].contributors[0].roles", "Mixer"): "UserDefined (ern/42: Mixer)",
        ("tracks[0].language", "yue"): "zh",
        ("tracks[0].hidden", "the recording contains hidden content"): (
            "IsHiddenResource of its place on the release"
        ),
        ("tracks[0].audio.codec", "MQA"): "UserDefined (ern/42: MQA)",
        ("deals[0]", "cover 2026-11-18"): (
            "release 2026-12-04, track listing 2026-12-04, cover 2026-11-18, clips 2026-12-04"
        ),
        ("tracks[0].deals", "a share of 50 % for PermanentDownload"): "a share of 50 %",
    }
    assert all(mapping.reason for mapping in mappings(delivery, told_as("3.8.2")))
    root = build_message(delivery, HEADER, told_as("3.8.2"))
    assert check_tree(root, "3.8.2") == []
    assert read_facts(etree.tostring(root)) != content_facts(delivery, told_as("3.8.2"))


def test_a_visibility_without_deals_of_the_release_is_listed() -> None:
    delivery = example.delivery(
        deals=(), track_deals=(deal(),), visibility=Visibility(cover="2026-11-18")
    )
    (mapping,) = mappings(delivery, told_as("3.8.2"))
    assert (mapping.field, mapping.told) == ("visibility", None)


@each_version
def test_the_sets_of_atold_as(version: str) -> None:
    sets = allowed_values(version)
    assert len(sets["ResourceContributorRole"]) == {"3.8.2": 51, "3.8.3": 269}[version]
    assert ("Mixer" in sets["ResourceContributorRole"]) == (version == "3.8.3")
    assert {"TrackRelease", "Album"} <= sets["ReleaseType"]
    assert "Conductor" in sets["ArtistRole"]
    assert "GB" in sets["CurrentTerritoryCode"]
    assert "UK" not in sets["CurrentTerritoryCode"]


# --- broken messages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("ResourceList/Image/ResourceReference", "A1", "A1 is declared twice"),
        (f"{MAIN}//ReleaseResourceReference", "A9", "A9 is declared nowhere"),
        (f"{MAIN}//ReleaseResourceReference", "A3", "A3 is a Image, not a SoundRecording"),
        (f"{MAIN}//ResourceGroup//ReleaseResourceReference", "A2", "A1 is in no ResourceGroup"),
        ("DealList//DealReleaseReference", "R9", "R9 is declared nowhere"),
        (f"{RECORDING}[2]/SoundRecordingId/ISRC", "GBXYZ2600001", "the ISRC of another recording"),
        ("ReleaseList/Release[2]//ReleaseResourceReference", "A2", "A2 has 2 TrackReleases"),
    ],
)
def test_what_no_xsd_finds(path: str, text: str, message: str) -> None:
    root = build_message(example.delivery(), HEADER, told_as("3.8.2"))
    assert check_references(root) == []
    element = root.find(path)
    assert element is not None
    element.text = text
    assert check_structure(root, "3.8.2") == []
    assert message in "; ".join(str(each) for each in check_references(root))


def test_there_is_one_main_release() -> None:
    root = parse(message_bytes(example.delivery(), "Audio"))
    for release in root.iterfind("ReleaseList/Release"):
        release.set("IsMainRelease", "true")
    (problem,) = check_references(root)
    assert problem.message == "there are 3 main releases"
