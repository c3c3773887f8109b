"""What of a release follows from its tracks, or is said of them: discs, warnings, descriptors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.problems import Problems
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.content.recording_parts import contains_ai, descriptors
from stardust_gitops.content.tracks import PlacedTrack

OF_TRACKS = frozenset({"tracks", "parental_warning", "contains_ai", "discs"})
"""The fields of a release that `of_tracks` makes."""
_WARNINGS = ("Explicit", "ExplicitContentEdited", "NoAdviceAvailable", "NotExplicit")


def of_tracks(model: ReleaseFile, tracks: list[Document]) -> Document:
    """The tracks, and what follows from them: a release is explicit if any of them is, and is made
    by AI as far as they say so."""
    document: Document = {"tracks": tracks}
    said = {track["parental_warning"] for track in tracks}
    for word in _WARNINGS:
        if word in said:
            document["parental_warning"] = word
            break
    part = contains_ai(tracks)
    if part is not None:
        document["contains_ai"] = part
    if model.discs and (discs := _discs(model, {track["disc"] for track in tracks})):
        document["discs"] = discs
    return document


def _discs(model: ReleaseFile, present: set[int]) -> list[Document]:
    """What is said of the discs that have tracks, by number."""
    documents: list[Document] = []
    for number, disc in sorted(model.discs.items()):
        if number in present:
            icpn = {} if disc.icpn is None else {"icpn": disc.icpn}
            documents.append({"number": number, "title": disc.title, **icpn})
    return documents


def check_against_tracks(model: ReleaseFile, document: Document, problems: Problems) -> None:
    """What a release says of its tracks has to hold."""
    derived = document.get("parental_warning")
    if model.parental_warning is not None and model.parental_warning != derived:
        problems.error(
            "SG2005",
            ("parental_warning",),
            f"the release says {model.parental_warning}, its tracks make it {derived}",
            "remove parental_warning from the release: it follows from the tracks",
        )
    if model.discs:
        present = {track["disc"] for track in document["tracks"]}
        for number in sorted(model.discs.keys() - present):
            problems.error(
                "SG1201",
                ("discs", str(number)),
                f"no track is on disc {number}",
                f"give its tracks  disc: {number}, or remove it from discs:",
            )


def has_tracks(document: Document) -> bool:
    """Whether there is a track; a stand-alone clip is none."""
    return any("video" in track or track.get("type") != CLIP for track in document["tracks"])


def is_described(model: ReleaseFile, tracks: Iterable[PlacedTrack]) -> bool:
    """Whether there is anything to tell in a DDEX MEAD message."""
    return model.mead is not None or any(track.fields.mead is not None for track in tracks)


def add_descriptors(document: Document, model: ReleaseFile, tracks: Sequence[PlacedTrack]) -> None:
    """Add to a target's content what it is told in a DDEX MEAD message. The documents of the
    tracks are those of this target alone."""
    said = descriptors(model.mead)
    if said:
        document["descriptors"] = said
    for placed, track in zip(tracks, document["tracks"], strict=True):
        said = descriptors(placed.fields.mead)
        if said:
            track["descriptors"] = said
