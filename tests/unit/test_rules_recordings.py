"""Rules about recordings, on one release and across the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.rules import catalogue, recordings
from tests.release_lab import Case, codes, judge, rules_of, second_release

WRITERS = (
    "    title: Undertow\n    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]\n"
)
ISRC = ("GBXYZ2600102", "GBXYZ2600002")
FILE = ("assets/two-b.flac", "assets/two.flac")
ARTIST = ("artists: [{name: Ada Quill}]", "artists: [{name: Mina Sol}]")


def measured(**facts: Any) -> Case:
    """What is measured of the second track."""
    return Case(measured={"assets/two.flac": facts})


def release(old: str, new: str) -> Case:
    """One edit of the release."""
    return Case(release=[(old, new)])


def other(*edits: tuple[str, str], facts: Mapping[str, Any] | None = None) -> Case:
    """A second release; `facts` are those of its second track."""
    files = {"releases/b.yaml": second_release(*edits)}
    return Case(files=files, measured={"assets/two-b.flac": facts or {}})


def version(text: str, warning: str) -> Case:
    """The version and the parental warning of the last track."""
    new = f"    parental_warning: {warning}\n    version: {text}\n    instrumental: true\n"
    return release("    parental_warning: NotExplicit\n    instrumental: true\n", new)


TABLE = [
    ("SG2031", measured(sample_rate=32000), measured(sample_rate=96000)),
    ("SG2031", measured(bit_depth=8), measured(bit_depth=24)),
    ("SG2032", measured(channels=1), measured(channels=2)),
    ("SG2032", measured(channels=6), measured(bit_depth=None)),
    ("SG2033", release(WRITERS, "    title: Undertow\n"), release("type: EP", "type: Single")),
    (
        "SG2033",
        release("Composer, Lyricist]}]\n    audio: assets/two", "Mixer]}]\n    audio: assets/two"),
        Case(
            release=[
                (WRITERS, "    title: Undertow\n"),
                ("type: EP", "type: AudioBookRelease"),
            ]
        ),
    ),
    ("SG2034", version("Clean", "Explicit"), version("Clean", "ExplicitContentEdited")),
    ("SG2034", version("Explicit Mix", "NotExplicit"), version("Cleaner Mix", "NotExplicit")),
    ("SG2035", release("p_line: 2026", "p_line: 2028"), release("p_line: 2026", "p_line: 2027")),
    ("SG2035", release("c_line: 2026", "c_line: 3026"), release("c_line: 2026", "c_line: 1969")),
    ("SG2036", release("p_line: 2026 ", "p_line: "), release("p_line: 2026 ", "p_line: 1999 ")),
    (
        "SG2041",
        other(ISRC, FILE, ("Undertow", "Neap")),
        other(ISRC, FILE, ("Undertow", "UnderTow")),
    ),
    ("SG2042", other(ISRC, FILE, ARTIST), other(ISRC, FILE)),
    (
        "SG2043",
        other(ISRC, facts={"duration": "182"}),
        other(ISRC, facts={"duration": "181.4"}),
    ),
    ("SG2044", other(ISRC), other(ISRC, FILE)),
    (
        "SG2049",
        other(ISRC, ("audio: assets/two-b.flac", "video: assets/two-b.mp4")),
        other(("audio: assets/two-b.flac", "video: assets/two-b.mp4")),
    ),
    ("SG2045", other(FILE), other()),
    ("SG2045", release("assets/two.flac", "assets/one.flac"), Case()),
]


@pytest.mark.parametrize(("code", "failing", "passing"), TABLE)
def test_what_a_rule_finds(code: str, failing: Case, passing: Case, tmp_path: Path) -> None:
    assert code in codes(tmp_path / "failing", failing)
    assert code not in codes(tmp_path / "passing", passing)


def test_every_rule_has_its_cases() -> None:
    assert {code for code, _, _ in TABLE} == rules_of(recordings, catalogue)


def test_what_is_wrong_with_a_draft_is_a_note(tmp_path: Path) -> None:
    draft = second_release(ISRC, FILE, ("Undertow", "Neap"), ("", "status: draft\n"))
    found = judge(tmp_path, Case(files={"releases/b.yaml": draft}))
    assert {(entry.code, str(entry.severity)) for entry in found} == {("SG2041", "note")}
