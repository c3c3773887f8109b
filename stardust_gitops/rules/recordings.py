"""Rules about recordings: their files, writers, warnings and rights lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stardust_gitops.assets.facts import AudioFacts
from stardust_gitops.content.artists import rights_line
from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject
from stardust_gitops.rules.works import CLASSICAL

_WRITERS = frozenset(
    {"Composer", "Lyricist", "ComposerLyricist", "Author", "Librettist", "NonLyricAuthor"}
)
_COMPOSERS = frozenset({"Composer", "ComposerLyricist"})
_MUSIC = CLASSICAL | frozenset({"Album", "EP", "Single", "SingleResourceRelease"})
_CLEAN = re.compile(r"\b(clean|censored)\b", re.IGNORECASE)
_EXPLICIT = re.compile(r"\b(explicit|uncensored)\b", re.IGNORECASE)


def _audio(subject: ReleaseSubject) -> Iterator[tuple[PlacedTrack, AudioFacts]]:
    for role, number, asset in subject.assets:
        if role == "audio" and number is not None and isinstance(asset.facts, AudioFacts):
            yield subject.tracks[number - 1], asset.facts


@rule(
    "SG2031",
    severity=Severity.ERROR,
    title="audio below the quality of a CD",
    why="Recipients refuse less than 44.1 kHz and 16 bits; nothing that was lost comes back.",
    example="audio: assets/demo-22khz.wav",
    remedy="deliver the master, not a copy made for listening",
    source="BR18 (recipients' delivery specifications)",
)
def audio_quality(subject: ReleaseSubject) -> Iterator[Hit]:
    """As measured. That the codec is lossless is asked when a file is measured (SG3008)."""
    for track, facts in _audio(subject):
        if facts.sample_rate < 44100:
            yield track_hit(track, "audio", f"the audio of {track.isrc} has {facts.sample_rate} Hz")
        elif facts.bit_depth is not None and facts.bit_depth < 16:
            yield track_hit(track, "audio", f"the audio of {track.isrc} has {facts.bit_depth} bits")


@rule(
    "SG2032",
    severity=Severity.WARNING,
    title="audio that is not stereo",
    why="Recipients of stereo refuse mono or surround, or play it on one side.",
    example="audio: assets/mono.flac",
    remedy="deliver two channels; a mono recording has the same on both",
    source="BR18 (recipients' delivery specifications)",
)
def audio_stereo(subject: ReleaseSubject) -> Iterator[Hit]:
    """As measured."""
    for track, facts in _audio(subject):
        if facts.channels != 2:
            count = "1 channel" if facts.channels == 1 else f"{facts.channels} channels"
            yield track_hit(track, "audio", f"the audio of {track.isrc} has {count}")


@rule(
    "SG2033",
    severity=Severity.NOTE,
    title="a track without a writer",
    why="Who wrote a work is what publishers are paid by; some recipients refuse music without.",
    example="tracks: [{isrc: GBXYZ2600001, title: Breakwater}]   # no contributors",
    remedy="add  contributors: [{name: …, roles: [Composer, Lyricist]}]",
    source="BR19 (DDEX Schematron; Spotify's tests of a feed)",
)
def track_without_writer(subject: ReleaseSubject) -> Iterator[Hit]:
    """A composer, lyricist or both, of each track of a release of music; of classical music a
    composer."""
    if subject.model.type not in _MUSIC:
        return
    classical = subject.model.type in CLASSICAL
    wanted, noun = (_COMPOSERS, "composer") if classical else (_WRITERS, "writer")
    for track in subject.tracks:
        roles = (role for entry in track.fields.contributors or () for role in entry.roles)
        if wanted.isdisjoint(roles):
            yield track_hit(track, "contributors", f"the track {track.isrc} has no {noun}")


@rule(
    "SG2034",
    severity=Severity.WARNING,
    title="the version contradicts the parental warning",
    why="A clean edit that is marked as something else is hidden from children, or shown to them.",
    example="title: Breakwater\nversion: Clean\nparental_warning: NotExplicit",
    remedy="a clean edit has ExplicitContentEdited and an ISRC of its own",
    source="BR20 (DDEX ParentalWarningType)",
)
def warning_against_version(subject: ReleaseSubject) -> Iterator[Hit]:
    """By the words clean, censored, explicit and uncensored in the version."""
    for track in subject.tracks:
        version, said = track.fields.version, track.fields.parental_warning
        if version is None or said is None:
            continue
        wanted = None
        if _EXPLICIT.search(version):
            wanted = "Explicit"
        elif _CLEAN.search(version):
            wanted = "ExplicitContentEdited"
        if wanted is not None and said != wanted:
            message = f"the version is {version!r}, the parental warning {said}"
            yield track_hit(track, "parental_warning", message)


def _lines(subject: ReleaseSubject) -> Iterator[tuple[str | None, Pointer, str]]:
    model = subject.model
    for key, text in (("p_line", model.p_line), ("c_line", model.c_line)):
        if text is not None:
            yield None, (key,), text
    for track in subject.tracks:
        if track.fields.p_line is not None:
            file, pointer = track.pointer("p_line")
            yield file or None, pointer, track.fields.p_line
    for _, track in subject.special:
        edition = track.fields.immersive
        if edition is not None and edition.p_line is not None:
            file, pointer = track.pointer("immersive")
            yield file or None, (*pointer, "p_line"), edition.p_line


@rule(
    "SG2035",
    severity=Severity.WARNING,
    title="a rights line of a year to come",
    why="The year is that of the first publication; recipients refuse one that lies far ahead.",
    example="release_date: 2026-12-04\np_line: 2062 Alpha Tide",
    remedy="give the year of the first publication",
    source="BR21 (recipients' delivery specifications)",
)
def rights_year_ahead(subject: ReleaseSubject) -> Iterator[Hit]:
    """Beyond the year after this one, and after the release's own."""
    released, today = subject.model.release_date, subject.frame.today
    years = [int(released[:4])] if released else []
    if today is not None:
        years.append(today.year)
    if years:
        for file, pointer, text in _lines(subject):
            year = rights_line(text).get("year")
            if year is not None and year > max(years) + 1:
                yield Hit(pointer, f"the year {year} lies ahead", None, file)


@rule(
    "SG2036",
    severity=Severity.WARNING,
    title="a rights line without its year or owner",
    why="A rights line says who owns since when; without a year recipients ask back.",
    example="p_line: Alpha Tide",
    remedy="write the year, a blank and the owner:  p_line: 2026 Alpha Tide",
    source="BR21 (DDEX PLine and CLine)",
)
def rights_without_year(subject: ReleaseSubject) -> Iterator[Hit]:
    """P-lines and C-lines, without the symbol."""
    for file, pointer, text in _lines(subject):
        if "year" not in rights_line(text):
            yield Hit(pointer, f"{text!r} does not begin with a year", None, file)
