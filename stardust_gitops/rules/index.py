"""Compact rows of all releases, for the rules that compare them.

A row is made in the process that reads the release and is merged in the one that began it; it
holds only what some rule compares. Everything is looked up by key, nothing compared pairwise.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from stardust_gitops.assets.facts import AudioFacts, VideoFacts
from stardust_gitops.content.files import beside, has_files_beside
from stardust_gitops.content.resolve import Base
from stardust_gitops.identifiers.icpn import to_gtin14

K = TypeVar("K")


class TrackRow(NamedTuple):
    """A track of a release. `place` is its index in the file's list, `origin` the file that
    describes the recording, `audio` the path of its audio or video as written. `duration` (exact
    seconds as text) and `sha256` are those of that file, ``None`` where it is not measured.
    `edition` is the ISRC of its immersive edition, `video` tells that it is one;
    `beside` are the paths of the other files that it has."""

    place: int
    isrc: str
    origin: str
    title: str | None
    version: str | None
    artist: str | None
    audio: str | None
    duration: str | None
    sha256: str | None
    edition: str | None = None
    video: bool = False
    beside: tuple[str, ...] = ()


class ReleaseRow(NamedTuple):
    """A release. `release` is its GTIN-14, ``None`` where it has none yet; `draft` tells that no
    target gets it yet, so that whatever is wrong with it is no more than a note; `shared` are the
    files of parties and labels that it is made of."""

    file: str
    release: str | None
    draft: bool
    title: str | None
    artist: str | None
    label: str | None
    catalog_number: str | None
    cover: str | None
    tracks: tuple[TrackRow, ...]
    shared: frozenset[str] = frozenset()
    booklet: str | None = None


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
    by_edition: dict[str, list[TrackOf]] = field(default_factory=dict)

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
            if track.edition is not None:
                self.by_edition.setdefault(track.edition, []).append(entry)


class SealedRow(NamedTuple):
    """A row as it comes from another process: what tells whether it shares anything, and the rest
    unopened, as hardly any row does. `isrcs` are those of tracks and their editions, `audios` the
    first bytes of each track's SHA-256."""

    release: str | None
    isrcs: tuple[str, ...]
    audios: tuple[bytes, ...]
    data: bytes


def seal(row: ReleaseRow) -> SealedRow:
    """The sealed form of a row."""
    known = (track.sha256 for track in row.tracks if track.sha256 is not None)
    return SealedRow(
        release=row.release,
        isrcs=(
            *(track.isrc for track in row.tracks),
            *(track.edition for track in row.tracks if track.edition is not None),
        ),
        audios=tuple(bytes.fromhex(sha256[:_PREFIX]) for sha256 in known),
        # Plain tuples: a tenth of what pickling the rows themselves takes.
        data=pickle.dumps((*row[:-3], tuple(map(tuple, row.tracks)), *row[-2:])),
    )


def opened(sealed: SealedRow) -> ReleaseRow:
    """The row that was sealed."""
    # Our own bytes: another process of this run has made them.
    row = ReleaseRow(*pickle.loads(sealed.data))
    return row._replace(tracks=tuple(map(TrackRow._make, row.tracks)))


_PREFIX = 16


@dataclass(slots=True)
class Shelf:
    """The rows of all releases, in the order of the files; opened only where a key comes twice."""

    _rows: list[SealedRow] = field(default_factory=list)
    _first: dict[str | bytes, int] = field(default_factory=dict)
    _sharing: set[int] = field(default_factory=set)

    def add(self, row: SealedRow) -> None:
        """One more release."""
        number = len(self._rows)
        self._rows.append(row)
        first = self._first
        release = () if row.release is None else (row.release,)
        keys: tuple[str | bytes, ...] = (*release, *row.isrcs, *row.audios)
        for key in keys:
            if key in first:
                self._sharing.update((first[key], number))
            else:
                first[key] = number

    def sharing(self) -> CatalogueIndex:
        """The index of the releases whose ICPN, recordings or files come more than once: all that
        rules compare."""
        return self._index(sorted(self._sharing))

    def whole(self) -> CatalogueIndex:
        """The index of all releases."""
        return self._index(range(len(self._rows)))

    def _index(self, numbers: Iterable[int]) -> CatalogueIndex:
        index = CatalogueIndex()
        for number in numbers:
            index.add(opened(self._rows[number]))
        return index


def shared(groups: Mapping[str, list[K]]) -> Iterator[tuple[str, list[K]]]:
    """The keys that more than one row has, with their rows."""
    return ((key, rows) for key, rows in groups.items() if len(rows) > 1)


_MAIN = frozenset({"audio", "video"})


def release_row(base: Base, *, draft: bool) -> ReleaseRow:
    """What the index keeps of a release."""
    model, document = base.model, base.document or {}
    audio = {number: asset for role, number, asset in base.assets if role in _MAIN}
    artists: dict[str, str] = {
        track["isrc"]: track["display_artist"] for track in document.get("tracks", ())
    }
    tracks = []
    for number, track in enumerate(base.tracks, start=1):
        asset = audio.get(number)
        facts = asset.facts if asset is not None else None
        fields = track.fields
        tracks.append(
            TrackRow(
                place=track.place,
                isrc=track.isrc,
                origin=track.origin,
                title=fields.title,
                version=fields.version,
                artist=artists.get(track.isrc),
                audio=fields.audio if fields.video is None else fields.video,
                duration=facts.duration if isinstance(facts, AudioFacts | VideoFacts) else None,
                sha256=asset.file.sha256 if asset is not None else None,
                edition=fields.immersive.isrc if fields.immersive is not None else None,
                video=fields.video is not None,
                beside=tuple(path for _, path in beside(fields))
                if has_files_beside(fields)
                else (),
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
        shared=base.shared,
        booklet=model.booklet,
    )
