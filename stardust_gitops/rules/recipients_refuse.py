"""Rules about what most recipients refuse, whatever they say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from stardust_gitops.assets.facts import AudioFacts
from stardust_gitops.catalog.models.parties import ArtistEntry
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject

_HALF_HOUR, _TEN_MINUTES = Decimal(1800), Decimal(600)
_BANDS = re.compile(
    r"(the|his|her|their|los|las|les|die|friends|sons|brothers|sisters|band|orchestra|co)\b",
    re.IGNORECASE,
)
_CREDITS = re.compile(r"\s(?:feat\.?|ft\.?|featuring|vs\.?)\s|\s/\s|;\s", re.IGNORECASE)
_AND = re.compile(r"\s(?:&|and|\+|x)\s|,\s", re.IGNORECASE)


@rule(
    "SG2121",
    severity=Severity.NOTE,
    title="the type of the release does not fit its tracks",
    why="Recipients tell single, EP and album by tracks and duration, and re-label what differs.",
    example="type: Single   # and eight tracks",
    remedy="singles have up to 3 tracks, EPs up to 6, both less than 30 minutes; albums more",
    source="Apple Music style guide (release types)",
)
def type_against_tracks(subject: ReleaseSubject) -> Iterator[Hit]:
    """By the number of tracks, clips apart; by duration where all of them are measured audio."""
    model = subject.model
    clips = sum(track.fields.type == CLIP for _, track in subject.special)
    count = len(model.tracks) - clips
    lengths = [
        Decimal(asset.facts.duration)
        for role, _, asset in subject.assets
        if role == "audio" and isinstance(asset.facts, AudioFacts)
    ]
    known = 0 < len(lengths) == count
    long = known and sum(lengths) >= _HALF_HOUR
    problem = None
    if model.type == "Single" and (count > 3 or long):
        problem = "is long for a single"
    elif model.type == "EP" and (count > 6 or long):
        problem = "is long for an EP"
    elif model.type == "Album" and known and count <= 3 and max(lengths) < _TEN_MINUTES:
        problem = "is short for an album"
    if problem is not None:
        noun = "1 track" if count == 1 else f"{count} tracks"
        minutes = f" in {sum(lengths) / 60:.0f} minutes" if known else ""
        yield Hit(("type",), f"{noun}{minutes} {problem}")


@rule(
    "SG2122",
    severity=Severity.ERROR,
    title="an ICPN of a range that is not for sale",
    why="GS1 keeps these numbers for use inside a shop: they are nobody's, so recipients refuse.",
    example='icpn: "2000000000015"',
    remedy="use a number that GS1 or your distributor gave you",
    source="GS1 General Specifications 1.4 (restricted circulation: 02, 04, 20-29)",
)
def restricted_icpn(subject: ReleaseSubject) -> Iterator[Hit]:
    """Prefixes of the 13-digit form; an environment of tests may use them."""
    icpn = subject.model.icpn
    if icpn is None or subject.frame.testing:
        return
    number = to_gtin14(icpn)[1:]
    if number.startswith(("02", "04", "2")) or (len(icpn) == 8 and icpn[0] in "02"):
        yield Hit(("icpn",), f"the ICPN {icpn} is of a range for use inside a shop")


@rule(
    "SG2123",
    severity=Severity.ERROR,
    title="an ISRC that looks like a placeholder",
    why="Sold under an invented ISRC, a recording is confused with others and earns nothing.",
    example="tracks: [{isrc: GBXXX0000000, title: A}]",
    remedy="assign an ISRC with your own prefix",
    source="ISRC Handbook (IFPI), assignment",
)
def placeholder_isrc(subject: ReleaseSubject) -> Iterator[Hit]:
    """Zeros or nines alone as year and number, three zeros or X as registrant; an environment of
    tests may use them."""
    if subject.frame.testing:
        return
    for track in subject.tracks:
        if _looks_invented(track.isrc):
            key = "isrc" if track.entry.track is None else "track"
            yield Hit(("tracks", track.place, key), f"the ISRC {track.isrc} looks invented")
    for _, track in subject.special:
        edition = track.fields.immersive
        if edition is not None and _looks_invented(edition.isrc):
            message = f"the ISRC {edition.isrc} of an edition looks invented"
            yield track_hit(track, "immersive", message, "isrc")


def _looks_invented(isrc: str) -> bool:
    return isrc[5:] in ("0000000", "9999999") or isrc[2:5] in ("X" * 3, "000")


def _artists(subject: ReleaseSubject) -> Iterator[tuple[str | None, Pointer, ArtistEntry]]:
    lists: list[tuple[str | None, Pointer, Sequence[ArtistEntry]]] = [
        (None, ("artists",), subject.model.artists)
    ]
    for track in subject.tracks:
        if track.fields.artists is not None:
            file, pointer = track.pointer("artists")
            lists.append((file or None, pointer, track.fields.artists))
    for where, at, entries in lists:
        for index, entry in enumerate(entries):
            yield where, (*at, index, "name"), entry


@rule(
    "SG2124",
    severity=Severity.WARNING,
    title="several artists as one",
    why="Recipients make a page for each artist: two in one name get a page that nobody follows.",
    example="artists: [{name: Ada Quill & Mina Sol}]",
    remedy="name each artist by itself; an act with such a name has an isni: or ids: of its own",
    source="Apple Music style guide (compound artists)",
)
def compound_artist(subject: ReleaseSubject) -> Iterator[Hit]:
    """Two full names, or names that stand alone on the release; not Kestrel & Sons."""
    every = list(_artists(subject))
    alone = {entry.name.casefold() for _, _, entry in every}
    for file, pointer, entry in every:
        if not (entry.isni or entry.ipn or entry.ids) and _is_compound(entry.name, alone):
            yield Hit(pointer, f"{entry.name!r} looks like several artists", None, file)


def _is_compound(name: str, alone: set[str]) -> bool:
    if _CREDITS.search(name):
        return True
    parts = _AND.split(name)
    if len(parts) < 2 or any(_BANDS.match(part) for part in parts[1:]):
        return False
    return all(" " in part for part in parts) or any(part.casefold() in alone for part in parts)
