"""Compact rows of all releases, for the rules that compare them.

A row is made in the process that reads the release and is merged in the one that began it; it
holds only what some rule compares. Everything is looked up by key, nothing compared pairwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from stardust_gitops.assets.facts import AudioFacts
from stardust_gitops.content.resolve import Base
from stardust_gitops.identifiers.icpn import to_gtin14

K = TypeVar("K")


class TrackRow(NamedTuple):
    """A track of a release. `place` is its index in the file's list, `origin` the file that
    describes the recording, `audio` the path as written. `duration` (exact seconds as text) and
    `sha256` are those of the measured audio, ``None`` where there is none."""

    place: int
    isrc: str
    origin: str
    title: str | None
    version: str | None
    artist: str | None
    audio: str | None
    duration: str | None
    sha256: str | None


class ReleaseRow(NamedTuple):
    """A release. `release` is its GTIN-14, ``None`` where it has none yet; `draft` tells that no
    target gets it yet, so that whatever is wrong with it is no more than a note."""

    file: str
    release: str | None
    draft: bool
    title: str | None
    artist: str | None
    label: str | None
    catalog_number: str | None
    cover: str | None
    tracks: tuple[TrackRow, ...]


class TrackOf(NamedTuple):
    """A track with its release."""

    release: ReleaseRow
    track: TrackRow


@dataclass(slots=True)
class CatalogueIndex:
    """Rows by what identifies them, in the order of the files."""

    releases: list[ReleaseRow] = field(default_factory=list)
    by_release: dict[str, list[ReleaseRow]] = field(default_factory=dict)
    by_isrc: dict[str, list[TrackOf]] = field(default_factory=dict)
    by_audio: dict[str, list[TrackOf]] = field(default_factory=dict)

    def add(self, row: ReleaseRow) -> None:
        """One more release."""
        self.releases.append(row)
        if row.release is not None:
            self.by_release.setdefault(row.release, []).append(row)
        for track in row.tracks:
            entry = TrackOf(row, track)
            self.by_isrc.setdefault(track.isrc, []).append(entry)
            if track.sha256 is not None:
                self.by_audio.setdefault(track.sha256, []).append(entry)


def shared(groups: Mapping[str, list[K]]) -> Iterator[tuple[str, list[K]]]:
    """The keys that more than one row has, with their rows."""
    return ((key, rows) for key, rows in groups.items() if len(rows) > 1)


def release_row(base: Base, *, draft: bool) -> ReleaseRow:
    """What the index keeps of a release."""
    model, document = base.model, base.document or {}
    audio = {number: asset for role, number, asset in base.assets if role == "audio"}
    artists: dict[str, str] = {
        track["isrc"]: track["display_artist"] for track in document.get("tracks", ())
    }
    tracks = []
    for number, track in enumerate(base.tracks, start=1):
        asset = audio.get(number)
        facts = asset.facts if asset is not None else None
        tracks.append(
            TrackRow(
                place=track.place,
                isrc=track.isrc,
                origin=track.origin,
                title=track.fields.title,
                version=track.fields.version,
                artist=artists.get(track.isrc),
                audio=track.fields.audio,
                duration=facts.duration if isinstance(facts, AudioFacts) else None,
                sha256=asset.file.sha256 if asset is not None else None,
            )
        )
    return ReleaseRow(
        file=base.file,
        release=to_gtin14(model.icpn) if model.icpn else None,
        draft=draft,
        title=model.title,
        artist=document.get("display_artist", model.display_artist),
        label=document.get("label", model.label),
        catalog_number=model.catalog_number,
        cover=model.cover,
        tracks=tuple(tracks),
    )
