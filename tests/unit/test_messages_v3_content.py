"""ERN 3.8.2 and 3.8.3: videos, previews, texts, works, discs, names in other languages, and what
kind of service the deals are for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from stardust_gitops.content.model import Artist, Contributor, Immersive, RelatedRecording
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.mappings import mappings
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.v3.common import add_artists
from stardust_gitops.messages.ern.v3.pieces import Pieces
from stardust_gitops.messages.ern.writer import build_message, write_message
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.ddex import official
from tests.message_breaks import CONTENT_3, CONTENT_3_UNSEEN
from tests.message_examples import ADA, HEADER, KESTREL, SENDER, track
from tests.unit.filmed_releases import GROUP, ITEM, NOVA, VIDEO, filmed, released, sound
from tests.unit.test_messages_v3 import MAIN, VERSIONS, deal, each_version, told_as, written

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
