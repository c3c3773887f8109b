"""Content beyond plain albums: videos, editions, works, relatives, AI; profiles and versions."""

from __future__ import annotations

from tests.broken.case import Broken, release
from tests.release_lab import Case

AUDIO, LAST = "    audio: assets/three.flac\n", "    instrumental: true\n"
WRITER = "    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]\n"
ATMOS = "immersive: {isrc: GBXYZ2600091, audio: assets/three.wav}"
PART = "type: HasContentFrom, isrc: GBXYZ2600077"


def last(name: str, more: str, *, found: tuple[str, ...]) -> Broken:
    """More lines about the last track, from line 32 on."""
    return release(name, LAST, f"{LAST}    {more}\n", found=found)


def told(
    name: str, message: str, *edits: tuple[str, str], found: tuple[str, ...], leave_out: str = ""
) -> Broken:
    """A release for a target with these words about its messages."""
    target = [("", f"message: {{{message}}}\n"), ("", leave_out)]
    return Broken(name, Case(release=edits, target=target), found)


CASES: tuple[Broken, ...] = (
    last("a type of video for a sound recording", "type: ConcertVideo", found=("32:11 SG2037",)),
    last("a still of no video", "screen_capture: assets/still.jpg", found=("32:21 SG2037",)),
    last("lyrics of an instrumental", "lyrics: assets/low.lrc", found=("32:13 SG2038",)),
    release(
        "a booklet that is plain text",
        "cover:",
        "booklet: assets/notes.txt\ncover:",
        found=("9:10 SG2039",),
    ),
    last(
        "an edition with the ISRC of a track",
        ATMOS.replace("0091", "0001"),
        found=("32:23 SG2046",),
    ),
    Broken(
        "an edition in stereo",
        Case(
            release=[(LAST, f"{LAST}    {ATMOS}\n")],
            measured={"assets/three.wav": {"codec": "PCM", "channels": 2}},
        ),
        found=("32:44 SG2047",),
    ),
    Broken(
        "an edition of another length",
        Case(
            release=[(LAST, f"{LAST}    {ATMOS}\n")],
            measured={"assets/three.wav": {"duration": "200"}},
        ),
        found=("32:44 SG2048",),
    ),
    last(
        "a recording related to itself",
        "related: [{type: IsPartOf, isrc: GBXYZ2600003}]",
        found=("32:38 SG2072",),
    ),
    last(
        "a relative twice in one place",
        f"related: [{{{PART}, start: 1, duration: 9}}, {{{PART}, start: 5, duration: 9}}]",
        found=("32:82 SG2072",),
    ),
    last(
        "a relative beyond the end",
        f"related: [{{{PART}, start: 170, duration: 30}}]",
        found=("32:15 SG2073",),
    ),
    last("a key that is none", "mead: {key: Cm}", found=("32:17 SG1129",)),
    last("a clip of nothing", "type: Clip", found=("26:5 SG2074",)),
    release("a mix of nothing", "type: EP", "type: DjMix", found=("2:7 SG2075",)),
    Broken(
        "a work in pieces",
        Case(
            release=[
                ("audio: assets/one.flac", "audio: assets/one.flac\n    work: {title: Suite}"),
                (LAST, f"{LAST}    work: {{title: Suite}}\n"),
            ]
        ),
        found=("33:11 SG2070",),
    ),
    release(
        "a classical album without works",
        "type: EP",
        "type: ClassicalAlbum",
        found=("2:7 SG2071",),
    ),
    release(
        "a disc that is not there",
        "cover:",
        "discs: {2: {title: Night}}\ncover:",
        found=("9:12 SG1201",),
    ),
    release(
        "a disc with the number of the set",
        "cover:",
        'discs: {1: {title: Day, icpn: "4006381333931"}}\ncover:',
        found=("9:31 SG2069",),
    ),
    release(
        "AI where there is none",
        WRITER + AUDIO,
        f"{WRITER.replace(']}', '], ai_contribution: All}')}{AUDIO}    contains_ai: None\n",
        found=("28:84 SG2076",),
    ),
    release(
        "AI that only a credit knows of",
        WRITER + AUDIO,
        WRITER.replace("]}", "], ai_contribution: Partly}") + AUDIO,
        found=("26:5 SG2077",),
    ),
    last(
        "a preview of another length",
        "preview: {start: 5, duration: 30, audio: assets/cut.flac}",
        found=("32:46 SG2086",),
    ),
    told(
        "a video in an audio profile",
        "profile: Audio",
        (AUDIO, "    video: assets/three.mp4\n"),
        found=("14:3 SG2108",),
    ),
    told(
        "a profile of ERN 3 in ERN 4",
        "version: '4.3', profile: AudioAlbum",
        found=("targets/store.yaml:8:36 SG2118",),
    ),
    told(
        "an edition where there is no place for one",
        "version: '4.2'",
        (LAST, f"{LAST}    {ATMOS}\n"),
        found=("32:16 SG2119",),
    ),
    told(
        "a clip where there is no place for one",
        "version: '3.8.2'",
        (LAST, f"{LAST}    type: Clip\n    related: [{{type: IsClipFrom, isrc: GBXYZ2600001}}]\n"),
        found=("32:11 SG2119",),
    ),
    told(
        "nothing but videos for a target that takes none",
        "version: '4.3'",
        ("    audio: assets/one.flac\n", "    video: assets/one.mp4\n"),
        ("    audio: assets/two.flac\n", "    video: assets/two.mp4\n"),
        (AUDIO, "    video: assets/three.mp4\n"),
        leave_out="leave_out: [videos]\n",
        found=("14:3 SG2130",),
    ),
    release(
        "a line of artists twice in one language",
        "cover:",
        "display_artists: [{name: Ada, language: de}, {name: Quill, language: de}]\ncover:",
        found=("9:70 SG2061",),
    ),
    release(
        "a title of a disc in capitals",
        "cover:",
        "discs: {1: {title: NIGHT SIDE}}\ncover:",
        found=("9:20 SG2053",),
    ),
)
