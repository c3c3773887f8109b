"""What no message can be made of or judged by: settings of a target that do not exist or do not go
together, content that a profile forbids, very much and odd text, XSDs that are not what they should
be, and a sent message that can no longer be read.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.diagnosis import (
    BROKEN,
    assert_blocks_itself_alone,
    assert_finding,
    assert_invalid,
    assert_told,
    assert_untouched,
)
from tests.asset_files import write_video
from tests.catalogues import ICPNS, CatalogueFolder
from tests.label import EP, STORE, VERSIONS, delivered_message
from tests.unit.test_messages_xsd import write_schemas

Damage = Callable[[Path], object]
MESSAGE, VALUES = "release-notification.xsd", "allowed-value-sets.xsd"


def _swap(folder: Path) -> None:
    (folder / MESSAGE).write_bytes((folder / VALUES).read_bytes())


def _cut(folder: Path) -> None:
    (folder / MESSAGE).write_bytes((folder / MESSAGE).read_bytes()[:-40])


DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "cut off": (_cut, "SG4040", "cannot be read as XML"),
    "empty": (lambda folder: (folder / VALUES).write_bytes(b""), "SG4040", "cannot be read"),
    "no text": (lambda folder: (folder / MESSAGE).write_bytes(b"\0\xff" * 9), "SG4040", "read"),
    "half of it": (lambda folder: (folder / VALUES).unlink(), "SG4040", VALUES),
    "a page of the web": (
        lambda folder: (folder / MESSAGE).write_text("<html/>"),
        "SG4041",
        "is no XML schema of http://ddex.net/xml/ern/43",
    ),
    "the wrong file": (_swap, "SG4041", "describes http://ddex.net/xml/allowed-value-sets"),
    "the wrong version": (
        lambda folder: write_schemas(folder, namespace="http://ddex.net/xml/ern/42"),
        "SG4041",
        "describes http://ddex.net/xml/ern/42, not http://ddex.net/xml/ern/43",
    ),
    "a type that is not there": (
        lambda folder: write_schemas(folder, more='<xs:element name="X" type="avs:Missing"/>'),
        "SG4042",
        "cannot be used",
    ),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_xsds(
    how: str, catalogue: CatalogueFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage, code, message = DAMAGES[how]
    damage(write_schemas(tmp_path / "schemas" / "ern" / "43"))
    monkeypatch.setenv("STARDUST_DDEX_SCHEMAS", str(tmp_path / "schemas"))
    assert_told(catalogue.run("validate", "--messages"), 1, code, message)
    outcome = catalogue.apply()
    assert_told(outcome, 6, code, message, "2 failed")
    assert outcome.stdout.count(code) == 1, "it is no fault of each release"
    assert catalogue.position() == 0
    assert not catalogue.path("delivered").exists()


def _spoil(label: CatalogueFolder, statement: str) -> None:
    digest = hashlib.sha256(delivered_message(label, EP)).hexdigest()
    with sqlite3.connect(label.path(".stardust/ledger.db")) as ledger:
        assert ledger.execute(statement, (digest,)).rowcount == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE blobs SET data = x'00' WHERE digest = ?", "DELETE FROM blobs WHERE digest = ?"],
    ids=["damaged", "gone"],
)
def test_a_sent_message_that_can_no_longer_be_read(label: CatalogueFolder, statement: str) -> None:
    _spoil(label, statement)
    stream = f"{EP}@{STORE}"
    assert_told(label.run("show", stream, "--message"), 1, "SG5008")
    found = label.must("show", stream, "--diff", "xml", "--format", "json").json()
    assert found["problem"].startswith("SG5008")
    assert found["changes"] == []
    label.must("show", stream)
    label.must("plan", "--target", STORE)


TARGET = "targets/store.yaml"
FORMAT = 'message: {format: ern, version: "4.3", profile: Audio}'
SETTINGS = {  # what the target says instead, the column of the finding, its code, text and remedy
    "a version that is none": ('message: {version: "5.0"}', 20, "SG1104", "'5.0'", "4.3.2"),
    "a profile that is none": (
        "message: {profile: Audios}",
        20,
        "SG1104",
        "'Audios' is not one of",
        "did you mean Audio?",
    ),
    "a variant that is none": (
        "message: {variant: Classic}",
        20,
        "SG1104",
        "'Classic' is not one of",
        "did you mean Classical?",
    ),
    "a profile of ERN 3 in ERN 4": (
        "message: {profile: AudioAlbum}",
        20,
        "SG2118",
        "ERN 4.3 has no profile AudioAlbum",
        "the profile follows from each release",
    ),
    "business profiles in ERN 4": (
        "message: {business_profiles: [KioskService]}",
        30,
        "SG2118",
        "ERN 4.3 has no business profiles; ERN 3 has",
        "leave them out",
    ),
    "SHA-256 in ERN 3": (
        "message: {version: 3.8.2, hash: SHA-256}",
        33,
        "SG2106",
        "ERN 3.8.2 of store does not know 'SHA-256'",
        "use MD5",
    ),
    "a takedown that is none": (
        f"takedown: delete\n{FORMAT}",
        11,
        "SG1104",
        "'delete' is not one of",
        "use one of no_deals, end_date, takedown_flag, purge",
    ),
    "the flag of ERN 3 in ERN 4": (
        f"takedown: takedown_flag\n{FORMAT}",
        11,
        "SG2109",
        "takedown_flag is not available for ERN 4.3",
        "use no_deals, end_date or purge",
    ),
    "the update indicator of ERN 3 in ERN 4": (
        f"update_indicator: true\n{FORMAT}",
        19,
        "SG2110",
        "ERN 4.3 has no UpdateIndicator; ERN 3 has",
        "update_indicator is for ERN 3",
    ),
    "a kind of content that is none": (
        f"leave_out: [video]\n{FORMAT}",
        13,
        "SG1104",
        "'video' is not one of",
        "did you mean videos?",
    ),
}


@pytest.mark.parametrize("how", SETTINGS)
def test_settings_that_do_not_exist_or_do_not_go_together(
    how: str, catalogue: CatalogueFolder
) -> None:
    text, column, code, message, remedy = SETTINGS[how]
    catalogue.edit(TARGET, FORMAT, text)
    assert_invalid(catalogue, f"{TARGET}:2:{column}", code, message, remedy)
    assert_told(catalogue.apply(), 6, code, message)
    assert_untouched(catalogue)


CREDITS = "    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]\n"
SECOND = f"""\
  - isrc: GBXYZ2600009
    title: Undertow
    audio: assets/{ICPNS[0]}_01_001.flac
    parental_warning: NotExplicit
    language: en
{CREDITS}"""


@pytest.mark.parametrize("version", VERSIONS)
def test_a_second_recording_in_the_profile_of_one(version: str, catalogue: CatalogueFolder) -> None:
    form = f'message: {{version: "{version}", profile: SimpleAudioSingle}}'
    catalogue.edit(TARGET, FORMAT, form)
    catalogue.edit(BROKEN, CREDITS, CREDITS + SECOND)
    assert_blocks_itself_alone(catalogue, "SG2108", "has one track, not 2 tracks")
    outcome = catalogue.run("render", ICPNS[0], "--target", "store")
    assert_told(outcome, 3, "SG2108", "leave profile: out of the target")


def test_a_video_in_a_profile_of_audio(catalogue: CatalogueFolder) -> None:
    write_video(catalogue.path("assets/film.mp4"))
    catalogue.edit(BROKEN, f"audio: assets/{ICPNS[0]}_01_001.flac", "video: assets/film.mp4")
    catalogue.lock()
    assert_blocks_itself_alone(catalogue, "SG2108", "has audio recordings alone, not 1 video")
    catalogue.edit(TARGET, ", profile: Audio", "")
    assert_told(catalogue.apply(), 0, "1 sent")
    catalogue.edit(TARGET, "genre_map: main", "genre_map: main\nleave_out: [videos]")
    assert_told(catalogue.run("validate"), 3, "SG2130", "leave store out of targets:")


def test_a_release_without_a_cover(catalogue: CatalogueFolder) -> None:
    catalogue.edit(BROKEN, f"cover: assets/{ICPNS[0]}.jpg\n", "")
    assert_invalid(catalogue, f"{BROKEN}:1:1", "SG2001", "the release has no cover", "add cover:")
    assert_blocks_itself_alone(catalogue, "SG2001")


def test_a_track_without_a_deal_that_nobody_withheld(catalogue: CatalogueFolder) -> None:
    line = "    title: Breakwater\n    audio"
    catalogue.edit(BROKEN, line, line.replace("audio", "offers: [download]\n    audio"))
    outcome = catalogue.run("validate")
    message = "no deal of the release has the offer 'download'"
    assert_finding(outcome, f"{BROKEN}:15:14", "SG2083", message, "available: album_only")
    assert_blocks_itself_alone(catalogue, "SG2083")


@pytest.mark.parametrize("version", VERSIONS)
def test_very_much_and_very_long(version: str, catalogue: CatalogueFolder) -> None:
    """Five hundred tracks, a title of 10,000 characters, and one that is an emoji."""
    title = "Breakwater " * 909 + "B"
    many = "".join(
        SECOND.replace("2600009", f"27{number:05d}").replace("Undertow", "🌊")
        for number in range(500)
    )
    catalogue.edit(TARGET, FORMAT, f'message: {{version: "{version}"}}')
    catalogue.edit(BROKEN, "title: Breakwater\nartists", f"title: {title}\nartists")
    catalogue.edit(BROKEN, CREDITS, CREDITS + many)
    words = ("render", ICPNS[0], "--target", "store")
    message = catalogue.must(*words).stdout
    assert message.count("<ISRC>GBXYZ27") >= 500
    assert f">{title}<" in message
    assert ">🌊<" in message
    assert "The message is valid" in catalogue.must(*words, "--check").stdout


@pytest.mark.parametrize(
    ("character", "column", "code", "message"),
    [
        ("\\ud83c", 12, "SG1010", "an escape in double quotes stands for no character"),
        ("\\udf0a", 12, "SG1010", "an escape in double quotes stands for no character"),
        ("\\u0000", 8, "SG1022", "the character U+0000, which no message can hold"),
    ],
)
def test_half_an_emoji_and_zero(
    character: str, column: int, code: str, message: str, catalogue: CatalogueFolder
) -> None:
    catalogue.edit(BROKEN, "title: Breakwater\nart", f'title: "a{character}b"\nart')
    outcome = catalogue.run("validate")
    assert outcome.code == 3
    assert_finding(outcome, f"{BROKEN}:3:{column}", code, message, "")
    assert_blocks_itself_alone(catalogue, code)
