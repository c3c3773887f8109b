"""MEAD messages from the catalogue to the recipient: one target takes them, the other does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder, run_cli
from tests.ddex import official, require_schemas
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SHARED_FILE,
    SINGLE,
    STORE,
    applied,
    delivered_message,
    plan_of,
    sends_nothing,
    set_status,
    speak,
)

TRACK = """\
    language: en
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
  - isrc: GBXYZ2600002"""
DESCRIBED = """\
    language: en
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
    mead: {moods: [Mellow, Chill], key: Eb minor, time_signature: 3/4, tempo: Andante, bpm: 92}
  - isrc: GBXYZ2600002"""
MEAD = "mead: {moods: [Happy], themes: [Ocean], activities: [RoadTrip]}\n"
SERVICE_FILE = f"targets/{SERVICE}.yaml"


@pytest.fixture
def described(label: CatalogueFolder) -> CatalogueFolder:
    """The service takes MEAD messages; the EP and its first track are described, and delivered."""
    label.edit(SERVICE_FILE, "profile: Audio", "profile: Audio, mead: true")
    label.edit(EP_FILE, "cover:", f"{MEAD}cover:")
    label.edit(EP_FILE, TRACK, DESCRIBED)
    applied(label)
    return label


def mead_files(label: CatalogueFolder, target: str = SERVICE) -> list[str]:
    """The MEAD messages that lie with a recipient, oldest first."""
    return [name for name in label.delivered(target) if name.endswith("_MEAD.xml")]


def last_mead(label: CatalogueFolder) -> etree._Element:
    """The newest MEAD message of the service."""
    return etree.parse(label.path(f"delivered/{SERVICE}/{mead_files(label)[-1]}")).getroot()


def test_only_the_target_that_takes_them_gets_an_update(label: CatalogueFolder) -> None:
    label.edit(SERVICE_FILE, "profile: Audio", "profile: Audio, mead: true")
    assert plan_of(label).actions == {}, "to take them says nothing new by itself"
    label.edit(EP_FILE, "cover:", f"{MEAD}cover:")
    label.edit(EP_FILE, TRACK, DESCRIBED)
    plan = plan_of(label)
    assert plan.actions == {(EP, SERVICE): "update"}
    paths = [path for path, _, _ in plan.changes(EP, SERVICE)]
    assert any("descriptors" in path for path in paths)
    before = delivered_message(label, EP, SERVICE)
    applied(label)
    (name,) = mead_files(label)
    assert re.fullmatch(rf"[0-9]{{17}}/{EP}/{EP}_MEAD\.xml", name)
    after = delivered_message(label, EP, SERVICE)
    assert after != before
    assert f"<URI>{EP}_MEAD.xml</URI>".encode() in after
    assert mead_files(label, STORE) == []
    sends_nothing(label)


def test_what_it_says(described: CatalogueFolder) -> None:
    root = last_mead(described)
    assert [e.text for e in root.iterfind(".//ResourceInformation//ISRC")] == ["GBXYZ2600001"]
    resource, release = root.findall(".//ResourceInformation") + root.findall(
        ".//ReleaseInformation"
    )
    assert [e.text for e in resource.iterfind("Mood/Value")] == ["Mellow", "Chill"]
    assert resource.findtext("Harmony/RootChordNote") == "Eb/D#"
    assert resource.findtext("Harmony/RootChordQuality") == "MinorTriad"
    assert resource.findtext("TimeSignature/Meter/NumberOfBeatsInBar") == "3"
    assert resource.findtext("BeatsPerMinute/Value") == "92"
    assert release.findtext("ReleaseSummary/ReleaseId/ICPN") == EP
    assert release.findtext("Activity/Value") == "RoadTrip"
    assert official("MEAD 1.1")(root) == []


def test_a_mood_alone_is_an_update_that_can_be_looked_at(described: CatalogueFolder) -> None:
    described.edit(EP_FILE, "moods: [Mellow, Chill]", "moods: [Mellow, Sad]")
    assert plan_of(described).actions == {(EP, SERVICE): "update"}
    shown = described.must("show", f"{EP}@{SERVICE}", "--diff", "xml").text
    assert "ResourceInformation[GBXYZ2600001]/Mood/Value" in shown
    assert '"Chill" → "Sad"' in shown
    listed = described.must("plan", "--diff", "xml").text
    assert '"Chill" → "Sad"' in listed
    order = described.must("plan", "--explain").text
    assert order.index(f"{EP}_MEAD.xml  MeadMessage") < order.index(f"{EP}/{EP}.xml  NewRelease")
    applied(described)
    assert len(mead_files(described)) == 2
    assert [e.text for e in last_mead(described).iterfind(".//ResourceInformation/Mood/Value")] == [
        "Mellow",
        "Sad",
    ]
    sends_nothing(described)


def test_what_was_sent_can_be_shown_again(described: CatalogueFolder) -> None:
    sent = described.path(f"delivered/{SERVICE}/{mead_files(described)[-1]}").read_text("utf-8")
    assert described.must("show", f"{EP}@{SERVICE}", "--mead").stdout == sent
    outcome = described.run("show", f"{EP}@{STORE}", "--mead")
    assert_told(outcome, 64, "no MEAD message was sent")
    events = described.must("history", f"{EP}@{SERVICE}", "--format", "json").json()["events"]
    named = [e["data"]["mead_id"] for e in events if "mead_id" in e["data"]]
    assert named == [etree.fromstring(sent.encode()).findtext("MessageHeader/MessageId")]
    assert_told(described.run("ledger", "verify"), 0, "The ledger is sound.")


def test_what_is_described_no_more_is_taken_back(described: CatalogueFolder) -> None:
    described.edit(EP_FILE, MEAD, "")
    described.edit(EP_FILE, DESCRIBED, TRACK)
    order = described.must("plan", "--explain").text
    assert f"{EP}_MEAD.xml  MeadMessage" in order
    applied(described)
    root = last_mead(described)
    assert root.findtext(".//ReleaseInformation/ReleaseSummary/ReleaseId/ICPN") == EP
    assert root.find(".//Mood") is None
    sends_nothing(described)


def test_render_writes_it_and_checks_it(described: CatalogueFolder) -> None:
    arguments = ("render", EP, "--target", SERVICE, "--mead")
    text = described.must(*arguments).stdout
    root = etree.fromstring(text.encode())
    assert etree.QName(root).localname == "MeadMessage"
    assert text == described.must(*arguments).stdout
    path = described.path("mead.xml")
    described.must(*arguments, "-o", path)
    assert path.read_text("utf-8") == text
    assert "The message is valid" in described.must(*arguments, "--check").text
    assert b"<mead:" not in described.must("render", EP, "--target", SERVICE).stdout.encode()


@pytest.mark.parametrize(
    "arguments",
    [
        (EP, "--target", STORE),
        (SINGLE, "--target", SERVICE),
        (EP, "--target", SERVICE, "--operation", "takedown"),
    ],
)
def test_where_none_travels_render_says_so(
    described: CatalogueFolder, arguments: tuple[str, ...]
) -> None:
    outcome = described.run("render", *arguments, "--mead")
    assert_told(outcome, 64, "no MEAD message goes to", "mead: true")


def test_messages_are_judged_with_it(described: CatalogueFolder) -> None:
    text = described.must("validate", "--messages").text
    assert "4 messages judged" in text
    assert "ERN 4.3 and MEAD 1.1" in text


def test_a_shared_recording_is_described_wherever_it_stands(described: CatalogueFolder) -> None:
    shared = described.path(SHARED_FILE).read_text("utf-8")
    described.write(SHARED_FILE, f"{shared}mead: {{moods: [Peaceful]}}\n")
    assert plan_of(described).actions == {(EP, SERVICE): "update", (SINGLE, SERVICE): "update"}
    applied(described)
    sends_nothing(described)


def test_a_takedown_sends_none(described: CatalogueFolder) -> None:
    before = mead_files(described)
    set_status(described, EP_FILE, "takedown")
    applied(described)
    assert mead_files(described) == before


@pytest.mark.parametrize("version", ["3.8.2", "4.2", "4.3.2"])
def test_in_other_versions(label: CatalogueFolder, version: str) -> None:
    """ERN 3 has no word for documents that come with a message: it just lies beside."""
    speak(label, version, SERVICE)
    label.edit(SERVICE_FILE, "profile: Audio", "mead: true")
    label.edit(EP_FILE, "cover:", f"{MEAD}cover:")
    applied(label)
    assert len(mead_files(label)) == 1
    named = b"SupplementalDocument" in delivered_message(label, EP, SERVICE)
    assert named == (version != "3.8.2")
    sends_nothing(label)


def test_the_official_xsd_is_installed_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DDEX's file comes without value sets; those of ERN 4.3.2 serve it."""
    schemas = require_schemas()
    monkeypatch.setenv("STARDUST_DDEX_SCHEMAS", str(tmp_path))
    alone = run_cli("schema", "install", "mead", "--from", schemas / "mead")
    assert_told(alone, 1, "does not hold the XSDs of MEAD 1.1")
    ern = run_cli("schema", "install", "ern", "--version", "4.3.2", "--from", schemas / "ern/432")
    assert f"ERN 4.3.2 is installed in {tmp_path / 'ern' / '432'}" in ern.text
    done = run_cli("schema", "install", "mead", "--from", schemas / "mead")
    assert done.text.strip() == f"MEAD 1.1 is installed in {tmp_path / 'mead' / '11'}"
    wrong = run_cli("schema", "install", "mead", "--version", "4.3", "--from", schemas / "mead")
    assert_told(wrong, 64, "there is no version 4.3 of MEAD here", "there is 1.1")
