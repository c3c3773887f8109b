"""Tracks of a release: recordings with their overrides, in order of disc and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from stardust_gitops.catalog.loading import Recording
from stardust_gitops.catalog.models.parties import PartyEntry
from stardust_gitops.catalog.models.recordings import RecordingFields, TrackEntry
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.artists import (
    NamesOf,
    artist_documents,
    contributor_documents,
    display_artist,
    rights_line,
)
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.parties import Parties
from stardust_gitops.content.problems import Problems
from stardust_gitops.content.recording_parts import has_parts, part_documents
from stardust_gitops.content.titles import title_documents
from stardust_gitops.diagnostics import Pointer

_USE_ONLY = {"isrc", "track", "disc", "available", "offers", "deals", "bonus"}


@dataclass(frozen=True, slots=True)
class PlacedTrack:
    """A track with all that holds for it. `place` is its index in the file's list; `origin` the
    file that describes the recording, `own` the keys that a release gives otherwise than that."""

    place: int
    entry: TrackEntry
    fields: RecordingFields
    isrc: str
    origin: str
    own: frozenset[str] = frozenset()

    def pointer(self, key: str) -> tuple[str, Pointer]:
        """File and pointer of a key of this track: where it is, or where it would be added."""
        return self.pointer_in(self.origin, key)

    def credits(self) -> tuple[PartyEntry, ...]:
        """All artists, contributors and publishers that the track itself names."""
        fields = self.fields
        return (*(fields.artists or ()), *(fields.contributors or ()), *(fields.publishers or ()))

    def pointer_in(self, origin: str, key: str) -> tuple[str, Pointer]:
        """As `pointer`, for a recording described in `origin`."""
        if self.entry.track is None or key in self.own:
            return "", ("tracks", self.place, key)
        return origin, (key,)


def place_tracks(
    release: ReleaseFile,
    recordings: Mapping[str, Recording],
    broken: bool,
    problems: Problems,
) -> list[PlacedTrack]:
    """The tracks by disc and place; what cannot be placed is a problem. `broken` tells that some
    file of ``tracks/`` does not read, so that a missing recording may be in that one."""
    placed: list[PlacedTrack] = []
    for place, entry in enumerate(release.tracks):
        if entry.track is not None:
            recording = recordings.get(entry.track)
            if recording is None:
                why = "a file of tracks/ does not read" if broken else "no file of tracks/ has it"
                problems.error(
                    "SG1201",
                    ("tracks", place, "track"),
                    f"the recording {entry.track} is not known: {why}",
                    "describe it in tracks/, or here with isrc: and title:",
                )
                continue
            own = frozenset(entry.model_fields_set - _USE_ONLY)
            changes: dict[str, Any] = {key: getattr(entry, key) for key in own}
            fields: RecordingFields = recording.model
            if changes:
                fields = recording.model.model_copy(update=changes)
            placed.append(PlacedTrack(place, entry, fields, entry.track, recording.file, own))
        elif entry.isrc is None:
            problems.error(
                "SG2001",
                ("tracks", place, "isrc"),
                f"track {place + 1} has no ISRC",
                "add isrc: … (or  track: ISRC  of a recording in tracks/)",
            )
        else:
            placed.append(PlacedTrack(place, entry, entry, entry.isrc, problems.file))
    return sorted(placed, key=lambda track: (track.entry.disc, track.place))


def with_parties(track: PlacedTrack, parties: Parties, problems: Problems) -> PlacedTrack:
    """The track with what parties say of its artists and contributors."""
    changes: dict[str, Any] = {}
    for key in ("artists", "contributors", "publishers"):
        entries = getattr(track.fields, key)
        if entries:
            file, pointer = track.pointer(key)
            resolved = parties.resolve(entries, file, pointer, problems)
            if resolved is not entries:
                changes[key] = resolved
    return replace(track, fields=track.fields.model_copy(update=changes)) if changes else track


class Inherited(NamedTuple):
    """What tracks have of their release where they say nothing themselves: its main artists, and
    its P-line; and who knows the names of their parties in other languages. Made once for all."""

    artists: list[Document]
    display_artist: str
    p_line: Document | None
    names_of: NamesOf | None


def inherited(release: ReleaseFile, names_of: NamesOf | None = None) -> Inherited:
    """What the tracks of a release have of it."""
    main = [entry for entry in release.artists if entry.role == "MainArtist"]
    line = release.p_line
    return Inherited(
        artists=artist_documents(main, names_of),
        display_artist=display_artist(main),
        p_line=None if line is None else rights_line(line),
        names_of=names_of,
    )


def _is_complete(track: PlacedTrack, release: Inherited, problems: Problems) -> bool:
    """Whether a track has what each needs; what it lacks is a problem."""
    complete = True
    for key in ("title", "parental_warning"):
        if getattr(track.fields, key) is None:
            file, pointer = track.pointer(key)
            problems.error(
                "SG2001",
                pointer,
                f"track {track.isrc} has no {key}",
                f"add {key}: … to the track",
                file or None,
            )
            complete = False
    own = track.fields.artists
    if not (release.artists if own is None else any(e.role == "MainArtist" for e in own)):
        file, pointer = track.pointer("artists")
        problems.error(
            "SG2006",
            pointer,
            f"track {track.isrc} has no main artist",
            "give at least one artist without  role: FeaturedArtist",
            file or None,
        )
        complete = False
    return complete


def track_document(track: PlacedTrack, release: Inherited, problems: Problems) -> Document | None:
    """The canonical document of a track, without what differs by target (genre, deals)."""
    if not _is_complete(track, release, problems):
        return None
    fields, own = track.fields, track.fields.artists
    document: Document = {
        "isrc": track.isrc,
        "disc": track.entry.disc,
        "title": fields.title,
        "display_artist": fields.display_artist
        or (release.display_artist if own is None else display_artist(own)),
        "artists": release.artists if own is None else artist_documents(own, release.names_of),
        "parental_warning": fields.parental_warning,
    }
    for key in ("version", "iswc", "language"):
        if (value := getattr(fields, key)) is not None:
            document[key] = value
    if fields.titles:
        document["titles"] = title_documents(fields.titles)
    if fields.contributors or fields.publishers:
        document["contributors"] = contributor_documents(
            fields.contributors or (), fields.publishers or (), release.names_of
        )
    if fields.preview is not None:  # its file is no word of the content
        document["preview"] = fields.preview.model_dump(exclude_none=True, exclude={"audio"})
    if has_parts(fields):
        document |= part_documents(fields)
    line = rights_line(fields.p_line) if fields.p_line else release.p_line
    if line is not None:
        document["p_line"] = line
    for key, said in (
        ("instrumental", fields.instrumental),
        ("hidden", fields.hidden),
        ("bonus", track.entry.bonus),
    ):
        if said:
            document[key] = True
    return document
