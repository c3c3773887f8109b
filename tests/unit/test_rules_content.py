"""Rules about content beyond plain albums: videos, editions, works, relatives, discs, AI, and the
profiles and versions that have a place for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules import ai, discs, editions, kinds, profiles, relatives, works
from tests.release_lab import Case, codes, judge, rules_of, second_release

AUDIO = "    audio: assets/three.flac\n"
LAST = "    instrumental: true\n"
WRITER = "    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]\n"
SUITE = "    work: {title: Suite}\n"
ATMOS = "immersive: {isrc: GBXYZ2600091, audio: assets/three.wav}"


def track(more: str, *edits: tuple[str, str], **facts: Any) -> Case:
    """More lines about the last track; `facts` are measured of the file of the other sound."""
    release = [(LAST, f"{LAST}    {more}\n"), *edits]
    return Case(release=release, measured={"assets/three.wav": facts} if facts else {})


def video(more: str = "type: ConcertVideo", **target: str) -> Case:
    """The last track is a video."""
    edits = [(AUDIO, "    video: assets/three.mp4\n"), (LAST, f"{LAST}    {more}\n")]
    return Case(release=edits, target=[("", f"{key}: {text}\n") for key, text in target.items()])


def works_of(*titles: str | None) -> Case:
    """The tracks are parts of these works."""
    parts = ("one", "two", "three")
    edits = [
        (f"audio: assets/{part}.flac\n", f"audio: assets/{part}.flac\n    work: {title}\n")
        for part, title in zip(parts, titles, strict=True)
        if title is not None
    ]
    return Case(release=edits)


def typed(kind: str, *edits: tuple[str, str]) -> Case:
    """A release of this type."""
    return Case(release=[("type: EP", f"type: {kind}"), *edits])


def said_of_discs(text: str, second: int = 2) -> Case:
    """What is said of the discs of a release whose last track is on a second one."""
    return Case(
        release=[("cover:", f"discs: {text}\ncover:"), (LAST, f"{LAST}    disc: {second}\n")]
    )


def made(contributor: str, contains: str | None = None) -> Case:
    """How much AI made of the last track's writing, and what the track says of it."""
    new = AUDIO + (f"    contains_ai: {contains}\n" if contains else "")
    old = WRITER + AUDIO
    credit = WRITER.replace("Lyricist]", f"Lyricist], ai_contribution: {contributor}")
    return Case(release=[(old, credit + new)])


def message(text: str, *edits: tuple[str, str], **more: str) -> Case:
    """A target with these words about its messages."""
    extra = [("", f"{key}: {value}\n") for key, value in more.items()]
    return Case(release=edits, target=[("", f"message: {{{text}}}\n"), *extra])


def related(*entries: str) -> str:
    """Relatives of a track."""
    return f"related: [{', '.join(f'{{{entry}}}' for entry in entries)}]"


def lined(line: str) -> Case:
    """The P-line of an immersive edition."""
    return track(ATMOS.replace("}", f', p_line: "{line}"}}'))


LABEL = {"labels/alpha.yaml": "name: Alpha Tide\np_line_owners: [Alpha Tide]\n"}
PART = "type: HasContentFrom, isrc: GBXYZ2600077"
CLIP = "type: Clip\n    related: [{type: IsClipFrom, isrc: GBXYZ2600001}]"
ONE_VIDEO = (AUDIO, "    video: assets/three.mp4\n")
IMMERSIVE = (LAST, f"{LAST}    {ATMOS}\n")
A_CLIP = (LAST, f"{LAST}    {CLIP}\n")

TABLE = [
    # kinds
    ("SG2037", track("type: ConcertVideo"), track("type: SpokenWordSoundRecording")),
    ("SG2037", video("type: SpokenWordSoundRecording"), video()),
    ("SG2037", track("screen_capture: assets/still.jpg"), video("screen_capture: assets/s.jpg")),
    ("SG2037", video(ATMOS), track(ATMOS)),
    ("SG2037", track("video: assets/three.mp4"), video()),
    (
        "SG2037",
        video("preview: {start: 1, audio: assets/cut.flac}"),
        video("preview: {start: 1, duration: 30}"),
    ),
    (
        "SG2038",
        track("lyrics: assets/low.lrc"),
        Case(release=[(LAST, "    lyrics: assets/a.lrc\n")]),
    ),
    (
        "SG2039",
        typed("EP", ("cover:", "booklet: assets/b.txt\ncover:")),
        typed("EP", ("cover:", "booklet: assets/b.pdf\ncover:")),
    ),
    ("SG2039", track("lyrics: assets/low.pdf"), track("lyrics: assets/low.txt")),
    # editions
    ("SG2046", track(ATMOS.replace("0091", "0003")), track(ATMOS)),
    ("SG2046", track(ATMOS.replace("0091", "0001")), track(ATMOS)),
    ("SG2123", track(ATMOS.replace("GBXYZ26", "GBXXX26")), track(ATMOS)),
    ("SG2035", lined("2046 Alpha Tide"), lined("2027 Alpha Tide")),
    ("SG2036", lined("Alpha Tide"), lined("1999 Alpha Tide")),
    ("SG2057", lined("2026 Al\\u200bpha Tide"), lined("2026 Alpha Tide")),
    (
        "SG2703",
        replace(lined("2026 Alfa Tide"), files=LABEL),
        replace(lined("2026 Alpha Tide"), files=LABEL),
    ),
    ("SG2047", track(ATMOS, codec="PCM"), track(ATMOS)),
    ("SG2047", track(ATMOS, channels=2), track(ATMOS, channels=10)),
    ("SG2048", track(ATMOS, duration="182"), track(ATMOS, duration="181.4")),
    # relatives
    ("SG2072", track(related("type: IsPartOf, isrc: GBXYZ2600003")), track(related(PART))),
    (
        "SG2072",
        track(f"{ATMOS}\n    {related('type: IsPartOf, isrc: GBXYZ2600091')}"),
        track(f"{ATMOS}\n    {related(PART)}"),
    ),
    ("SG2072", track(related(PART, PART)), track(related(PART, PART.replace("0077", "0078")))),
    (
        "SG2072",
        track(related(f"{PART}, start: 30, duration: 9", f"{PART}, start: 0, duration: 31")),
        track(related(f"{PART}, start: 30, duration: 9", f"{PART}, start: 0, duration: 30")),
    ),
    (
        "SG2073",
        track(related(f"{PART}, start: 150, duration: 32")),
        track(related(f"{PART}, start: 150, duration: 31")),
    ),
    ("SG2073", track(related(f"{PART}, start: 181")), track(related(f"{PART}, start: 180"))),
    ("SG2074", track("type: Clip"), track(CLIP)),
    ("SG2075", typed("DjMix"), typed("DjMix", (LAST, f"{LAST}    {related(PART)}\n"))),
    # works
    (
        "SG2070",
        works_of("{title: Suite}", None, "{title: Suite}"),
        works_of("{title: Suite}", "{title: Suite}", "{title: Rondo}"),
    ),
    (
        "SG2070",
        works_of("{title: Suite}", "{title: Suite, titles: [{title: Folge, language: de}]}", None),
        works_of("{title: Suite}", "{title: Folge, titles: [{title: Suite, language: en}]}", None),
    ),
    ("SG2071", typed("ClassicalAlbum"), typed("Album")),
    ("SG2071", typed("ClassicalDigitalBoxedSet"), typed("ClassicalAlbum", (LAST, LAST + SUITE))),
    (
        "SG2033",
        typed("ClassicalAlbum", (WRITER + AUDIO, WRITER.replace("Composer, ", "") + AUDIO)),
        typed("ClassicalAlbum"),
    ),
    # discs
    (
        "SG2069",
        said_of_discs('{1: {title: Day, icpn: "04006381333931"}}'),
        said_of_discs('{1: {title: Day, icpn: "4006381333948"}}'),
    ),
    (
        "SG2069",
        said_of_discs(
            '{1: {title: Day, icpn: "4006381333948"}, 2: {title: Night, icpn: "4006381333948"}}'
        ),
        said_of_discs("{1: {title: Day}, 2: {title: Night}}"),
    ),
    # AI
    ("SG2076", made("All", "None"), made("All", "All")),
    ("SG2076", made("Partly", "None"), made("None", "None")),
    ("SG2077", made("Partly"), made("Partly", "Partly")),
    ("SG2077", made("All"), made("None")),
    # profiles
    ("SG2108", message("profile: SimpleAudioSingle"), message("profile: Audio")),
    ("SG2108", message("profile: Audio", ONE_VIDEO), message("profile: MixedMedia", ONE_VIDEO)),
    ("SG2108", message("profile: MixedMedia"), message("version: '4.3'", ONE_VIDEO)),
    (
        "SG2108",
        message("profile: Audio", ONE_VIDEO),
        message("profile: Audio", ONE_VIDEO, leave_out="[videos]"),
    ),
    (
        "SG2108",
        message("version: '3.8.2', profile: AudioAlbum", ONE_VIDEO),
        message("version: '3.8.2', profile: Audio", ONE_VIDEO),
    ),
    (
        "SG2108",
        message("version: '4.3'", ("type: EP", "type: RingtoneRelease"), ONE_VIDEO),
        message("version: '4.3'", ("type: EP", "type: RingtoneRelease")),
    ),
    (
        "SG2118",
        message("version: '4.3', profile: AudioAlbum"),
        message("version: '3.8.2', profile: AudioAlbum"),
    ),
    (
        "SG2118",
        message("version: '3.8.2', profile: MixedMedia"),
        message("version: '3.8.3', profile: MixedMediaBundle", ONE_VIDEO),
    ),
    (
        "SG2118",
        message("version: '4.2', business_profiles: [GenericDownloadService]"),
        message("version: '3.8.2', business_profiles: [GenericDownloadService]"),
    ),
    (
        "SG2118",
        message("version: '4.3', business_profiles: [KioskService]"),
        message("version: '4.3', business_profiles: none"),
    ),
    (
        "SG2118",
        message("version: '3.8.2', profile: AudioAlbum, variant: Classical"),
        message("version: '3.8.2', profile: Audio, variant: Classical"),
    ),
    (
        "SG2118",
        message("version: '3.8.2', profile: DigitalBoxedSet, variant: Classical"),
        message("version: '3.8.2', profile: DigitalBoxedSet, variant: BoxedSet"),
    ),
    # versions
    (
        "SG2119",
        message("version: '3.8.2'", IMMERSIVE),
        message("version: '3.8.2'", IMMERSIVE, leave_out="[immersive]"),
    ),
    ("SG2119", message("version: '4.2'", A_CLIP), message("version: '4.3.2'", A_CLIP)),
    (
        "SG2119",
        message("version: '3.8.3'", A_CLIP),
        message("version: '3.8.3'", A_CLIP, leave_out="[clips]"),
    ),
]


@pytest.mark.parametrize(("code", "failing", "passing"), TABLE)
def test_what_a_rule_finds(code: str, failing: Case, passing: Case, tmp_path: Path) -> None:
    assert code in codes(tmp_path / "failing", failing)
    assert code not in codes(tmp_path / "passing", passing)


def test_every_rule_has_its_cases() -> None:
    of_these = rules_of(ai, discs, editions, kinds, profiles, relatives, works)
    assert of_these <= {code for code, _, _ in TABLE}


def edition(name: str, *edits: tuple[str, str]) -> dict[str, str]:
    """A second release whose last track has an immersive edition."""
    more = f"{LAST}    {ATMOS.replace('three.wav', 'three-b.wav')}\n"
    return {f"releases/{name}.yaml": second_release((LAST, more), *edits)}


def test_an_edition_across_the_catalogue_with_the_isrc_of_a_track(tmp_path: Path) -> None:
    files = edition("b", ("GBXYZ2600091", "GBXYZ2600001"))
    (found,) = judge(tmp_path, Case(files=files))
    assert (found.code, found.file, found.line) == ("SG2046", "releases/b.yaml", 32)
    assert found.message == (
        "the immersive edition of GBXYZ2600103 has the ISRC GBXYZ2600001,"
        " that of a track in releases/a.yaml"
    )


def test_one_edition_of_two_recordings_across_the_catalogue(tmp_path: Path) -> None:
    (found,) = judge(tmp_path, Case(release=track(ATMOS).release, files=edition("b")))
    assert (found.code, found.file) == ("SG2046", "releases/b.yaml")
    assert found.message.endswith("that of the edition of GBXYZ2600003 in releases/a.yaml")


def test_one_recording_with_its_edition_on_two_releases(tmp_path: Path) -> None:
    case = Case(
        release=track(ATMOS).release,
        files=edition("b", ("GBXYZ2600103", "GBXYZ2600003"), ("three-b.flac", "three.flac")),
    )
    assert codes(tmp_path, case) == set()


def test_what_is_refused_says_how_to_leave_it_out(tmp_path: Path) -> None:
    (found,) = judge(tmp_path, message("version: '4.2'", IMMERSIVE))
    assert (found.code, found.severity, found.line) == ("SG2119", Severity.ERROR, 32)
    assert found.message == "ERN 4.2 of store has no place for the immersive edition GBXYZ2600091"
    assert "leave_out: [immersive]  in targets/store.yaml" in found.remedy


@pytest.mark.parametrize("version", ["3.8.2", "4.2", "4.3"])
def test_what_a_version_tells_in_other_words_is_no_error(version: str, tmp_path: Path) -> None:
    """Types and relations that only a later version knows are mapped by the writers."""
    words = related("type: IsSpedUpOf, isrc: GBXYZ2600077", "type: HasClip, isrc: GBXYZ2600078")
    case = message(f"version: '{version}'", (LAST, f"{LAST}    {words}\n"))
    assert codes(tmp_path / "relation", case) == set()
    kind = (LAST, f"{LAST}    type: SilentVideo\n    screen_capture: assets/still.jpg\n")
    assert codes(tmp_path / "type", message(f"version: '{version}'", ONE_VIDEO, kind)) == set()


def test_a_profile_of_another_version_names_those_that_there_are(tmp_path: Path) -> None:
    case = message("version: '4.3', profile: AudioAlbum", ONE_VIDEO)
    (found,) = judge(tmp_path, case)
    assert (found.file, found.target) == ("targets/store.yaml", "store")
    assert found.message == "ERN 4.3 has no profile AudioAlbum"
    assert "Audio, DjMix, LongFormMusicalWorkVideo" in found.remedy


def test_a_video_against_its_declared_duration(tmp_path: Path) -> None:
    assert codes(tmp_path / "wrong", video('duration: "4:00"')) == {"SG2062"}
    assert codes(tmp_path / "right", video('duration: "3:01"')) == set()


def test_one_video_of_two_lengths_across_the_catalogue(tmp_path: Path) -> None:
    files = {
        "releases/b.yaml": second_release(
            ("    audio: assets/three-b.flac\n", "    video: assets/three-b.mp4\n"),
            ("GBXYZ2600103", "GBXYZ2600003"),
        )
    }
    case = Case(
        release=[ONE_VIDEO], files=files, measured={"assets/three-b.mp4": {"duration": "240"}}
    )
    (found,) = judge(tmp_path, case)
    assert (found.code, found.line, found.column) == ("SG2043", 29, 12)


def test_every_kind_of_content_by_itself_is_fine(tmp_path: Path) -> None:
    more = (
        "work: {title: Suite}\n    preview: {start: 10, duration: 30}\n    contains_ai: None\n"
        f"    {ATMOS}\n    {related(PART + ', start: 10, duration: 20')}"
    )
    assert codes(tmp_path / "sound", track(more)) == set()
    assert codes(tmp_path / "video", video("screen_capture: assets/still.jpg")) == set()
    set_ = typed(
        "ClassicalAlbum",
        ("cover:", "booklet: assets/b.pdf\ndiscs: {1: {title: Day}}\ncover:"),
        (LAST, LAST + SUITE),
    )
    assert codes(tmp_path / "set", set_) == set()
