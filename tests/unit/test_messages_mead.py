"""The MeadMessage: what it says, that the official XSD agrees, and what the check refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from stardust_gitops.catalog.vocabulary import mead_values
from stardust_gitops.content.canonical import document_of
from stardust_gitops.content.model import Delivery, Descriptors, Principal
from stardust_gitops.errors import GitOpsError
from stardust_gitops.messages.check import check_message, check_tree
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import build_message, write_message
from stardust_gitops.messages.header import MessagingParty
from stardust_gitops.messages.mead.described import described, described_in, tells
from stardust_gitops.messages.mead.version import MEAD_11
from stardust_gitops.messages.mead.writer import write_mead
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xsd import install, validator
from tests.ddex import official, require_schemas
from tests.message_examples import HEADER, content, track
from tests.message_examples import delivery as released

MEAD = MEAD_11.name
ICPN = "4006381333931"
ALL = Descriptors(
    moods=("Happy", "Chill"),
    themes=("Cemetery",),
    activities=("RoadTrip",),
    key="C# minor",
    time_signature="6/8",
    tempo="Andante",
    bpm="92.5",
)
TOPICS = Descriptors(moods=("Mellow",), themes=("Ocean",), activities=("Relax",))


def delivery(*tracks: Descriptors | None, release: Descriptors | None = None) -> Delivery:
    """A release whose recordings and itself are described so."""
    recordings = tuple(track(n, descriptors=each) for n, each in enumerate(tracks, 1))
    return Delivery(icpn=ICPN, content=content(tracks=recordings, descriptors=release))


def said(data: bytes, *, of: str = "ResourceInformation") -> list[dict[str, list[str]]]:
    """The texts of each information of a kind, by their tags."""
    found = []
    for information in etree.fromstring(data).iter(of):
        texts: dict[str, list[str]] = {}
        for element in information.iter():
            if not len(element) and element.text:
                parent = element.getparent()
                tag = element.tag if parent is None or element.tag != "Value" else parent.tag
                texts.setdefault(str(tag), []).append(element.text)
        found.append(texts)
    return found


def problems(data: bytes) -> list[str]:
    """What our own check says, without any XSD."""
    return [str(problem) for problem in check_message(data, MEAD, Path("/nowhere"))]


def test_everything_is_said() -> None:
    message = write_mead(delivery(ALL, None, release=TOPICS), HEADER)
    assert said(message) == [
        {
            "ISRC": ["GBXYZ2600001"],
            "NumberOfBeatsInBar": ["6"],
            "NoteEquivalentToBeat": ["8"],
            "Tempo": ["Andante"],
            "BeatsPerMinute": ["92.5"],
            "RootChordNote": ["C#/Db"],
            "RootChordQuality": ["MinorTriad"],
            "Mood": ["Happy", "Chill"],
            "Theme": ["Cemetery"],
            "Activity": ["RoadTrip"],
        }
    ]
    assert said(message, of="ReleaseInformation") == [
        {"ICPN": [ICPN], "Mood": ["Mellow"], "Theme": ["Ocean"], "Activity": ["Relax"]}
    ]
    assert problems(message) == []
    assert official(MEAD)(etree.fromstring(message)) == []


def test_the_header_is_that_of_the_release_with_an_id_of_its_own() -> None:
    header = replace(
        HEADER, test=True, also_to=(MessagingParty(dpid="PADPIDA2015120100H", name="Second"),)
    )
    made = replace(delivery(ALL), on_behalf_of=Principal(dpid="PADPIDA2026112202X", name="Label"))
    message = write_mead(made, header)
    root = etree.fromstring(message)
    assert root.get("AvsVersionId") == "9"
    assert [element.findtext("PartyId") or element.text for element in root[0]] == [
        "T-1", "M-1-MEAD", header.sender.dpid, "PADPIDA2026112202X", header.recipient.dpid,
        "PADPIDA2015120100H", "2026-11-22T07:00:00Z", "TestMessage",
    ]  # fmt: skip
    assert official(MEAD)(root) == []


def test_equal_arguments_give_equal_bytes() -> None:
    first = write_mead(delivery(ALL, TOPICS, release=TOPICS), HEADER)
    assert first == write_mead(delivery(ALL, TOPICS, release=TOPICS), HEADER)
    assert first.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<mead:MeadMessage ")


@pytest.mark.parametrize(
    ("key", "note", "quality"),
    [
        ("C major", "C", "MajorTriad"),
        ("Db minor", "C#/Db", "MinorTriad"),
        ("D# minor", "Eb/D#", "MinorTriad"),
        ("F# major", "Gb/F#", "MajorTriad"),
        ("G# minor", "Ab/G#", "MinorTriad"),
        ("A# major", "Bb/A#", "MajorTriad"),
        ("Cb major", "B", "MajorTriad"),
        ("B# minor", "C", "MinorTriad"),
        ("E# minor", "F", "MinorTriad"),
        ("Fb major", "E", "MajorTriad"),
    ],
)
def test_keys_that_sound_alike_are_said_alike(key: str, note: str, quality: str) -> None:
    (texts,) = said(write_mead(delivery(Descriptors(key=key)), HEADER))
    assert (texts["RootChordNote"], texts["RootChordQuality"]) == ([note], [quality])


def test_each_key_that_a_catalogue_may_say_can_be_said() -> None:
    for note in "ABCDEFG":
        for sign in ("", "b", "#"):
            made = delivery(Descriptors(key=f"{note}{sign} minor"))
            assert problems(write_mead(made, HEADER)) == []


def test_no_other_key_is_guessed_at() -> None:
    with pytest.raises(MessageError, match="no key that MEAD"):
        write_mead(delivery(Descriptors(key="H minor")), HEADER)


def test_each_value_agrees_with_the_official_sets() -> None:
    everything = Descriptors(
        moods=tuple(sorted(mead_values("Mood"))),
        themes=tuple(sorted(mead_values("Theme"))),
        activities=tuple(sorted(mead_values("Activity"))),
    )
    tempi = [Descriptors(tempo=tempo) for tempo in sorted(mead_values("Tempo"))]
    message = write_mead(delivery(everything, *tempi, release=everything), HEADER)
    assert problems(message) == []
    assert official(MEAD)(etree.fromstring(message)) == []


def test_what_was_told_and_holds_no_more_is_taken_back() -> None:
    before = delivery(ALL, TOPICS, release=TOPICS).content
    told = described(before)
    assert told == {"GBXYZ2600001", "GBXYZ2600002", before.icpn}
    assert described_in(document_of(before)) == told
    message = write_mead(delivery(ALL, None), HEADER, told)
    assert said(message)[1] == {"ISRC": ["GBXYZ2600002"]}
    assert said(message, of="ReleaseInformation") == [{"ICPN": [ICPN]}]
    assert problems(message) == []
    assert official(MEAD)(etree.fromstring(message)) == []


def test_a_release_without_descriptors_has_no_message() -> None:
    assert not tells(delivery(None, None).content)
    assert not tells(delivery(Descriptors(), release=Descriptors()).content)
    assert tells(delivery(None, ALL).content)
    assert tells(delivery(None, release=TOPICS).content)
    assert tells(delivery(None).content, frozenset({"GBXYZ2600001"}))
    assert described_in(document_of(delivery(None, None).content)) == frozenset()


def test_a_recording_that_stands_on_the_release_twice_is_told_of_once() -> None:
    made = delivery(ALL)
    twice = replace(made.content, tracks=made.content.tracks * 2)
    assert len(said(write_mead(replace(made, content=twice), HEADER))) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<Value>Happy<", "<Value>Gladly<", "not an allowed value of Mood"),
        (">C#/Db<", ">C#<", "not an allowed value of RootChordNote"),
        (">92.5<", ">fast<", "not of the form decimal"),
        ("<ISRC>GBXYZ2600001</ISRC>", "", "has no ISRC"),
        ("<ICPN>4006381333931</ICPN>", "", "has no ICPN"),
        ("GBXYZ2600002", "GBXYZ2600001", "is told of twice"),
        ("MinorTriad</RootChordQuality>", "MinorTriad</RootChordQuality><Mode/>", "Mode"),
        ('AvsVersionId="9"', "", "AvsVersionId is missing"),
        ("LiveMessage", "Live", "not an allowed value of MessageControlType"),
        ("http://ddex.net/xml/mead/11", "http://ddex.net/xml/mead/10", "the root is"),
        ("<MessageHeader>", "<MessageHeader", ""),
    ],
)
def test_the_check_refuses(old: str, new: str, told: str) -> None:
    message = write_mead(delivery(ALL, TOPICS, release=TOPICS), HEADER).decode()
    assert old in message
    found = problems(message.replace(old, new).encode())
    assert found
    assert told in found[0]


def test_a_message_about_nothing_is_refused() -> None:
    assert problems(write_mead(delivery(None), HEADER)) == ["/: it tells of nothing"]


def test_the_installed_xsd_is_asked_too(tmp_path: Path) -> None:
    """What our own check lets pass, as it looks at no ISRC, an XSD may still refuse."""
    schemas = require_schemas()
    assert validator(MEAD, tmp_path) is None
    with pytest.raises(GitOpsError, match=r"does not hold the XSDs of MEAD 1\.1"):
        install(schemas / "mead", tmp_path, MEAD)  # DDEX's file comes without its value sets
    install(schemas / "ern" / "432", tmp_path, "4.3.2")
    installed = install(schemas / "mead", tmp_path, MEAD)
    assert (installed.name, installed.unknown) == (MEAD, ())
    assert installed.folder == tmp_path / "mead" / "11"
    assert (installed.folder / "allowed-value-sets.xsd").is_file()
    assert validator(MEAD, tmp_path) is not None
    assert check_message(write_mead(delivery(ALL), HEADER), MEAD, tmp_path) == []


def test_an_xsd_beside_those_of_ern_does_with_their_value_sets(tmp_path: Path) -> None:
    schemas = require_schemas()
    for folder in ("ern/432", "mead/11"):
        (tmp_path / folder).parent.mkdir()
        (tmp_path / folder).symlink_to(schemas / folder)
    official_check = validator(MEAD, tmp_path)
    assert official_check is not None
    message = write_mead(delivery(ALL), HEADER)
    assert official_check(etree.fromstring(message)) == []
    (problem, *_) = official_check(etree.fromstring(message.replace(b">Happy<", b">Gladly<")))
    assert "'Gladly'" in problem.message


@pytest.mark.parametrize("version", ["4.2", "4.3", "4.3.2"])
def test_ern_4_names_the_document_that_comes_with_it(version: str) -> None:
    options = MessageOptions(version=version, mead=f"{ICPN}_MEAD.xml")
    root = build_message(released(), HEADER, options)
    assert root.findtext("SupplementalDocumentList/SupplementalDocument/URI") == options.mead
    assert check_tree(root, version, Path("/nowhere")) == []
    assert official(version)(root) == []


def test_ern_3_has_no_word_for_it() -> None:
    plain = MessageOptions(version="3.8.2", update_indicator="OriginalMessage")
    said = write_message(released(), HEADER, replace(plain, mead=f"{ICPN}_MEAD.xml"))
    assert said == write_message(released(), HEADER, plain)
