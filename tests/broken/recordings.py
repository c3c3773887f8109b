"""Recordings, alone and across the catalogue; warnings, rights lines, identifiers to refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.broken.case import Broken, release
from tests.release_lab import Case, second_release

OTHER = "releases/b.yaml"


def other(
    name: str,
    *edits: tuple[str, str],
    measured: Mapping[str, Mapping[str, Any]] | None = None,
    found: tuple[str, ...],
) -> Broken:
    """A second release beside the valid one."""
    return Broken(name, Case(files={OTHER: second_release(*edits)}, measured=measured or {}), found)


CASES: tuple[Broken, ...] = (
    Broken(
        "audio of a telephone",
        Case(measured={"assets/two.flac": {"sample_rate": 8000}}),
        found=("23:12 SG2031",),
    ),
    Broken(
        "audio of 8 bits",
        Case(measured={"assets/two.flac": {"bit_depth": 8}}),
        found=("23:12 SG2031",),
    ),
    Broken("mono", Case(measured={"assets/two.flac": {"channels": 1}}), found=("23:12 SG2032",)),
    Broken(
        "a small cover",
        Case(measured={"assets/cover.jpg": {"width": 1500, "height": 1500}}),
        found=("9:8 SG2104",),
    ),
    Broken(
        "a cover in CMYK",
        Case(measured={"assets/cover.jpg": {"mode": "CMYK"}}),
        found=("9:8 SG2105",),
    ),
    Broken(
        "an EP of an hour",
        Case(measured={"assets/two.flac": {"duration": "3600"}}),
        found=("2:7 SG2121",),
    ),
    release(
        "a track without a writer",
        "    title: Undertow\n    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]\n",
        "    title: Undertow\n",
        found=("20:5 SG2033",),
    ),
    release(
        "a clean version that says nothing",
        "title: Undertow",
        "title: Undertow\n    version: Clean",
        found=("25:23 SG2034",),
    ),
    release(
        "a warning that contradicts the tracks",
        "cover:",
        "parental_warning: Explicit\ncover:",
        found=("9:19 SG2005",),
    ),
    release("a P-line of another century", "p_line: 2026", "p_line: 2126", found=("7:9 SG2035",)),
    release(
        "a C-line without a year", "c_line: 2026 Alpha", "c_line: Alpha", found=("8:9 SG2036",)
    ),
    release(
        "an original date after the release",
        "cover:",
        "original_release_date: 2027-01-01\ncover:",
        found=("9:24 SG2009",),
    ),
    release("an ICPN for use in a shop", "4006381333931", "2000000000015", found=("1:7 SG2122",)),
    release("an invented ISRC", "GBXYZ2600003", "GBXYZ9999999", found=("26:11 SG2123",)),
    release("an album of three short tracks", "type: EP", "type: Album", found=("2:7 SG2121",)),
    release(
        "one file for two tracks", "assets/three.flac", "assets/two.flac", found=("29:12 SG2045",)
    ),
    other(
        "a release twice",
        ("4006381333948", "04006381333931"),
        found=(
            "1:7 SG1204",
            "releases/b.yaml:1:7 SG1204",
        ),
    ),
    other(
        "an ISRC with another title and file",
        ("GBXYZ2600102", "GBXYZ2600002"),
        ("Undertow", "Neap"),
        found=(
            "releases/b.yaml:21:12 SG2041",
            "releases/b.yaml:23:12 SG2044",
        ),
    ),
    other(
        "an ISRC of a recording and of a video",
        ("GBXYZ2600102", "GBXYZ2600002"),
        ("audio: assets/two-b.flac", "video: assets/two-b.mp4"),
        found=("releases/b.yaml:23:12 SG2049",),
    ),
    other(
        "an ISRC with another duration",
        ("GBXYZ2600102", "GBXYZ2600002"),
        measured={"assets/two-b.flac": {"duration": "200"}},
        found=("releases/b.yaml:23:12 SG2043",),
    ),
    other(
        "an ISRC by another artist",
        ("artists: [{name: Ada Quill}]", "artists: [{name: Mina Sol}]"),
        ("GBXYZ2600102", "GBXYZ2600002"),
        ("assets/two-b.flac", "assets/two.flac"),
        found=("releases/b.yaml:20:5 SG2042",),
    ),
    release(
        "a role that is left to be defined",
        "Lyricist]}]\n    audio: assets/two",
        "UserDefined]}]\n    audio: assets/two",
        found=("22:56 SG1311",),
    ),
    Broken(
        "a role that the target requires",
        Case(
            release=[("Lyricist]}]\n    audio: assets/two", "Mixer]}]\n    audio: assets/two")],
            target=[("", "required_roles: [Lyricist]\n")],
        ),
        found=("22:19 SG2126",),
    ),
    Broken(
        "a label that the target does not know",
        Case(
            release=[("cover:", "label: Alfa Tide\ncover:")],
            target=[("", "labels: [Alpha Tide]\n")],
        ),
        found=("9:8 SG2127",),
    ),
)
