"""The checks that a message passes before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from stardust_gitops.content.model import Visibility
from stardust_gitops.messages.check import check_message, check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.versions import VERSIONS
from stardust_gitops.messages.ern.writer import build_message, write_message
from stardust_gitops.messages.structure import Grammar
from tests import message_examples as example
from tests.ddex import require_schemas
from tests.message_examples import HEADER


def tree(profile: str = "Audio") -> etree._Element:
    """A sound message."""
    tracks = (example.track(1),) if profile != "Audio" else (example.track(1), example.track(2))
    delivery = example.delivery(visibility=Visibility(release="2026-11-20"), tracks=tracks)
    options = MessageOptions(profile="SimpleAudioSingle" if profile != "Audio" else "Audio")
    return build_message(delivery, HEADER, options)


def at(root: etree._Element, path: str) -> etree._Element:
    """The first element at `path`."""
    found = root.find(path)
    assert found is not None, path
    return found


def drop(root: etree._Element, path: str) -> None:
    """Take the first element at `path` away."""
    element = at(root, path)
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


@pytest.mark.parametrize("profile", ["Audio", "SimpleAudioSingle"])
def test_a_sound_message_has_no_problems(profile: str, tmp_path: Path) -> None:
    assert check_tree(tree(profile), "4.3", tmp_path) == []


def set_text(path: str, text: str) -> Callable[[etree._Element], None]:
    """A change of one text."""

    def change(root: etree._Element) -> None:
        at(root, path).text = text

    return change


def without(path: str) -> Callable[[etree._Element], None]:
    """A change that takes one element away."""
    return lambda root: drop(root, path)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (set_text("ResourceList/SoundRecording/ResourceReference", "A2"), "A2 is declared twice"),
        (set_text("PartyList/Party/PartyReference", "P9"), "P1 is declared nowhere"),
        (set_text("ReleaseList/Release/ReleaseLabelReference", "P7"), "P7 is declared nowhere"),
        (
            set_text("ReleaseList/Release/ReleaseVisibilityReference", "V2"),
            "V2 is declared nowhere",
        ),
        (without("ReleaseList/Release/ReleaseVisibilityReference"), "V1 is used nowhere"),
        (
            set_text("ReleaseList/TrackRelease/ReleaseResourceReference", "A3"),
            "A3 is a Image, not a SoundRecording or Video",
        ),
        (
            set_text("ReleaseList/Release/ResourceGroup/LinkedReleaseResourceReference", "A1"),
            "A1 is a SoundRecording, not a Image or Text",
        ),
        (
            without("ReleaseList/Release/ResourceGroup/LinkedReleaseResourceReference"),
            "A3 is in no ResourceGroup of the release",
        ),
        (
            without("ReleaseList/Release/ResourceGroup/ResourceGroup/ResourceGroupContentItem"),
            "A1 is in no ResourceGroup of the release",
        ),
        (
            set_text("ReleaseList/TrackRelease/ReleaseResourceReference", "A2"),
            "A1 has 0 TrackReleases",
        ),
        (
            set_text(
                "ResourceList/SoundRecording/SoundRecordingEdition/ResourceId/ISRC", "GBXYZ2600002"
            ),
            "GBXYZ2600002 is the ISRC of another recording too",
        ),
        (without("ReleaseList/Release"), "there is no Release"),
        (
            set_text("DealList/ReleaseDeal/DealReleaseReference", "R9"),
            "R9 is declared nowhere",
        ),
    ],
)
def test_references(change: Callable[[etree._Element], None], expected: str) -> None:
    root = tree()
    change(root)
    problems = check_references(root)
    assert expected in [problem.message for problem in problems]
    assert {problem.source for problem in problems} == {"references"}


def test_simple_audio_single_may_have_no_track_release() -> None:
    root = tree("SimpleAudioSingle")
    root.set("ReleaseProfileVersionId", "Audio")
    assert [problem.message for problem in check_references(root)] == ["A1 has 0 TrackReleases"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without("PartyList"), "expected PartyList"),
        (
            without("ResourceList/SoundRecording/Duration"),
            "expected Contributor or ResourceRightsController or Duration",
        ),
        (set_text("MessageHeader/MessageCreatedDateTime", "today"), "not of the form dateTime"),
        (set_text("ReleaseList/Release/ReleaseType", "Mixtape"), "'Mixtape' is not an allowed"),
        (lambda root: root.set("Colour", "red"), "the attribute Colour is not allowed"),
        (lambda root: root.attrib.pop("AvsVersionId"), "the attribute AvsVersionId is missing"),
        (
            lambda root: root.set("LanguageAndScriptCode", "english!"),
            "'english!' is not a value of the attribute LanguageAndScriptCode",
        ),
        (lambda root: set_text("ResourceList", "stray")(root), "text 'stray'"),
    ],
)
def test_structure(change: Callable[[etree._Element], None], expected: str) -> None:
    root = tree()
    change(root)
    problems = check_structure(root, "4.3")
    assert any(expected in problem.message for problem in problems), problems


def test_all_problems_are_reported_with_their_place() -> None:
    root = tree()
    set_text("ResourceList/SoundRecording/Duration", "long")(root)
    set_text("ReleaseList/Release/ReleaseType", "Mixtape")(root)
    first, second = check_structure(root, "4.3")
    assert first.path == "/ern:NewReleaseMessage/ResourceList/SoundRecording[1]/Duration"
    assert second.path == "/ern:NewReleaseMessage/ReleaseList/Release/ReleaseType"
    assert str(second).startswith("/ern:NewReleaseMessage/ReleaseList/Release/ReleaseType: ")


def test_children_in_the_messages_namespace_are_refused() -> None:
    data = write_message(example.delivery(), HEADER, MessageOptions())
    spoiled = data.replace(b"ern:", b"").replace(b"xmlns:ern=", b"xmlns=")
    problems = check_message(spoiled, "4.3")
    assert "{http://ddex.net/xml/ern/43}MessageHeader" not in problems[0].message
    assert problems[0].message.startswith("not allowed here; expected MessageHeader")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01",
        b"<a>",
        b"not XML",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
    ],
)
def test_what_is_no_message_gets_a_diagnosis(data: bytes) -> None:
    (problem,) = check_message(data, "4.3")
    assert problem.source == "syntax"


def test_another_root_is_refused() -> None:
    (problem,) = check_message(b"<NewReleaseMessage/>", "4.3")
    assert problem.message.startswith("the root is NewReleaseMessage, not {http://ddex.net")


def test_the_gate_reads_what_the_writer_wrote() -> None:
    data = write_message(example.delivery(), HEADER, MessageOptions())
    assert check_message(data, "4.3", require_schemas()) == []


def test_the_gate_asks_the_official_xsd_after_the_references() -> None:
    root = tree()
    set_text("ReleaseList/Release/ReleaseLabelReference", "P7")(root)
    sources = {problem.source for problem in check_tree(root, "4.3", require_schemas())}
    assert sources == {"references"}


def test_an_ambiguous_table_is_refused() -> None:
    with pytest.raises(ValueError, match="two ways to read B"):
        Grammar({"A": "B? B"}, {}, roots=["A"])


@pytest.mark.parametrize(
    ("document", "sound"),
    [
        ("<A><B/><C/></A>", True),
        ("<A><B/><B/><D>1</D></A>", True),
        ("<A><C/></A>", False),
        ("<A><B/></A>", False),
        ("<A><B/><C/><D>1</D></A>", False),
        ("<A><B/><D>one</D></A>", False),
        ("<A><!-- remark --><B/><?remark?><C/>\n</A>", True),
        ("<A><B/><C/>stray</A>", False),
        ("<A><B>te<!-- x -->xt</B><C/></A>", True),
        ("<A><B><X/></B><C/></A>", False),
    ],
)
def test_the_notation_of_tables(document: str, sound: bool) -> None:
    grammar = Grammar({"A": "B+ (C | D:integer)"}, {}, roots=["A"])
    assert (grammar.check(etree.fromstring(document)) == []) is sound


@pytest.mark.parametrize("version", VERSIONS)
def test_a_message_says_its_own_version(version: str) -> None:
    of = example.delivery()
    root = build_message(of, example.HEADER, MessageOptions(version=version))
    assert check_tree(root, version) == []
    for name in ("AvsVersionId", "MessageSchemaVersionId"):
        said = root.get(name)
        if said is not None:
            root.set(name, "99")
            (problem,) = check_tree(root, version)
            assert problem.path == f"/*/@{name}"
            assert repr(said) in problem.message
            root.set(name, said)
