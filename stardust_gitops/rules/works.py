"""Rules about works of several movements."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.catalog.models.recording_parts import WorkEntry
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject

CLASSICAL = frozenset({"ClassicalAlbum", "ClassicalDigitalBoxedSet", "ClassicalMultimediaAlbum"})
"""Types of release whose recordings are parts of works, and known by their composers."""


@rule(
    "SG2070",
    severity=Severity.WARNING,
    title="the movements of a work are not together",
    why="Only movements that follow each other are shown as one work; this one would stand twice.",
    example="tracks: [{work: {title: Suite}}, {title: Encore}, {work: {title: Suite}}]",
    remedy="order the tracks, or name what is between them as a part of the work;"
    " write title and titles of the work alike everywhere",
    source="DDEX ResourceGroupType MultiWorkPart",
)
def work_in_pieces(subject: ReleaseSubject) -> Iterator[Hit]:
    """The same title of a work again on a disc after something else."""
    if not any(track.fields.work for _, track in subject.special):
        return
    before: tuple[int, WorkEntry | None] | None = None
    seen: set[tuple[int, str]] = set()
    for track in subject.tracks:
        disc, work = track.entry.disc, track.fields.work
        if work is not None and (disc, work) != before:
            if (disc, work.title) in seen:
                message = f"{work.title!r} begins again with {track.isrc} on disc {disc}"
                yield track_hit(track, "work", message)
            seen.add((disc, work.title))
        before = disc, work


@rule(
    "SG2071",
    severity=Severity.NOTE,
    title="a classical release without works",
    why="Listeners look for a symphony, not for its third movement: without works none is found.",
    example="type: ClassicalAlbum\ntracks: [{title: Adagio}]",
    remedy="add  work: {title: …}  to the movements; a piece in one movement needs none",
    source="DDEX release profile variant Classical",
)
def classical_without_works(subject: ReleaseSubject) -> Iterator[Hit]:
    """Classical types of release, where no track has  work: ; composers are another rule's
    (SG2033)."""
    if subject.model.type not in CLASSICAL or len(subject.tracks) < 2:
        return
    if not any(track.fields.work for _, track in subject.special):
        yield Hit(("type",), f"no track of this {subject.model.type} names its work")
