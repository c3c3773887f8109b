"""The texts that rules look at: titles and other words of a release, names of parties and labels,
each with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from stardust_gitops.catalog.loading import Catalogue, Party
from stardust_gitops.catalog.models.overrides import OverrideEntry
from stardust_gitops.catalog.models.parties import PartyEntry
from stardust_gitops.catalog.models.party import LocalName
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.titles import TitleEntry
from stardust_gitops.content.recording_parts import has_parts
from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.diagnostics import Pointer

OF_BOTH = ("title", "version", "display_artist", "p_line")
"""What a release and a track may say alike."""

OF_RELEASE = ("label", "c_line")
SAID = {
    "title": "title",
    "work": "title of the work",
    "disc": "title of the disc",
    "version": "version",
    "display_artist": "artist",
    "label": "label",
    "p_line": "P-line",
    "c_line": "C-line",
    "name": "name",
}
"""What is said under a key, in words."""


class Said(NamedTuple):
    """A text with its place: under `key` of `track`, else at `pointer` in the subject's file or
    the one that `file` names. `language` is that which its author says it has."""

    key: str
    value: str
    track: PlacedTrack | None = None
    pointer: Pointer = ()
    file: str | None = None
    language: str | None = None


def texts(
    model: ReleaseFile,
    tracks: Sequence[PlacedTrack],
    keys: Sequence[str],
    own: Sequence[str] = (),
    *,
    beyond_ascii: bool = False,
) -> Iterator[Said]:
    """What the release, its titles in other languages, its words for single targets and its
    tracks say under these keys, and the release and its words for targets alone under `own`.
    With titles come those of discs and works, with the artist the same in other languages. With
    `beyond_ascii`, tracks' titles of plain ASCII are left out: most are, and they are many."""
    yield from _of(model, keys, own, ())
    yield from _of_release(model, keys)
    for name, entry in model.overrides.items():
        yield from _of(entry, keys, own, ("overrides", name))
    yield from _of_tracks(tracks, keys, beyond_ascii)


def told_texts(
    model: ReleaseFile,
    tracks: Sequence[PlacedTrack],
    target: str,
    keys: Sequence[str],
    own: Sequence[str] = (),
) -> Iterator[Said]:
    """As `texts` beyond ASCII, as one target is told it."""
    instead = model.overrides.get(target)
    yield from _of(model, keys, own, (), {} if instead is None else instead.model_dump())
    yield from _of_release(model, keys)
    if instead is not None:
        yield from _of(instead, keys, own, ("overrides", target))
    yield from _of_tracks(tracks, keys, True)


def _of_tracks(
    tracks: Sequence[PlacedTrack], keys: Sequence[str], beyond_ascii: bool
) -> Iterator[Said]:
    for track in tracks:
        fields = track.fields
        for key in keys:
            value = getattr(fields, key)
            if value is not None and not (beyond_ascii and value.isascii()):
                yield Said(key, value, track)
        if fields.titles:
            file, pointer = track.pointer("titles")
            yield from _translated(fields.titles, keys, pointer, file or None)
        if has_parts(fields):
            yield from _of_parts(track, keys)


def _of_release(model: ReleaseFile, keys: Sequence[str]) -> Iterator[Said]:
    """What only the release itself says: of its discs, and its artists in other languages."""
    if "title" in keys:
        for number, disc in model.discs.items():
            yield Said("disc", disc.title, None, ("discs", str(number), "title"))
    if "display_artist" in keys and model.display_artists:
        yield from _local(model.display_artists, ("display_artists",), None)


def _of_parts(track: PlacedTrack, keys: Sequence[str]) -> Iterator[Said]:
    """What few recordings say: their work, their artists in other languages, the P-line of their
    immersive edition."""
    work, artists = track.fields.work, track.fields.display_artists
    if work is not None and "title" in keys:
        file, pointer = track.pointer("work")
        yield Said("work", work.title, None, (*pointer, "title"), file or None)
        for index, title in enumerate(work.titles):
            at: Pointer = (*pointer, "titles", index, "title")
            yield Said("work", title.title, None, at, file or None, title.language)
    edition = track.fields.immersive
    if edition is not None and edition.p_line is not None and "p_line" in keys:
        file, pointer = track.pointer("immersive")
        yield Said("p_line", edition.p_line, None, (*pointer, "p_line"), file or None)
    if artists and "display_artist" in keys:
        file, pointer = track.pointer("display_artists")
        yield from _local(artists, pointer, file or None)


def _local(entries: Sequence[LocalName], at: Pointer, file: str | None) -> Iterator[Said]:
    for index, entry in enumerate(entries):
        yield Said("display_artist", entry.name, None, (*at, index, "name"), file, entry.language)


def _of(
    entry: ReleaseFile | OverrideEntry,
    keys: Sequence[str],
    own: Sequence[str],
    at: Pointer,
    instead: Mapping[str, object] = MappingProxyType({}),
) -> Iterator[Said]:
    for key in (*keys, *own):
        value = getattr(entry, key)
        if value is not None and instead.get(key) is None:
            yield Said(key, value, None, (*at, key))
    if entry.titles and not instead.get("titles"):
        yield from _translated(entry.titles, (*keys, *own), (*at, "titles"), None)


def _translated(
    titles: Sequence[TitleEntry], keys: Sequence[str], at: Pointer, file: str | None
) -> Iterator[Said]:
    for index, title in enumerate(titles):
        for key in ("title", "version"):
            value = getattr(title, key)
            if key in keys and value is not None:
                yield Said(key, value, None, (*at, index, key), file, title.language)


def names(
    model: ReleaseFile, tracks: Sequence[PlacedTrack], *, parties: bool = False
) -> Iterator[Said]:
    """The names beyond ASCII that a release and its tracks credit; with `parties` also those that
    the key of a party stands for."""
    yield from _names(model.artists, ("artists",), None, parties)
    for track in tracks:
        for key in ("artists", "contributors", "publishers"):
            entries = getattr(track.fields, key)
            if entries:
                file, pointer = track.pointer(key)
                yield from _names(entries, pointer, file or None, parties)


def _names(
    entries: Sequence[PartyEntry], at: Pointer, file: str | None, parties: bool
) -> Iterator[Said]:
    for index, entry in enumerate(entries):
        if not entry.name.isascii() and (parties or entry.party is None):
            yield Said("name", entry.name, None, (*at, index, "name"), file)


def party_names(parties: Iterable[Party]) -> Iterator[Said]:
    """The names in other languages that files of ``parties/`` give."""
    for party in parties:
        for index, local in enumerate(party.model.names):
            at: Pointer = ("names", index, "name")
            yield Said("name", local.name, None, at, party.file, local.language)


def shared_names(catalogue: Catalogue) -> Iterator[Said]:
    """The names that the files of ``parties/`` and ``labels/`` give."""
    for party in catalogue.parties.values():
        yield Said("name", party.model.name, None, ("name",), party.file)
        yield from party_names((party,))
    for label in catalogue.labels.values():
        yield Said("label", label.model.name, None, ("name",), label.file)
        for target, name in label.model.targets.items():
            yield Said("label", name, None, ("targets", target), label.file)
