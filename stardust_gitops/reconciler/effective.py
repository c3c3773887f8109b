"""Every value that holds for a release, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from stardust_gitops.catalog.loading import CONFIG_NAME, read_bytes
from stardust_gitops.catalog.locate import locate
from stardust_gitops.catalog.models.parties import PartyEntry
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.content.effective import Place, place_of
from stardust_gitops.content.resolve import Base
from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.diagnostics import Pointer, format_pointer
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import Workspace

_CREDITS = ("artists", "contributors", "publishers")
_OF_USE = ("disc", "bonus", "available", "offers", "deals")
_APART = frozenset({*_CREDITS, "label", "language", "tracks", "track", "suppress"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value under its path in the release. `origin` is what says so: release, track, party,
    label, defaults, deal set; or ``derived`` from the entry at `file` and `line`."""

    path: str
    value: str
    origin: str
    file: str
    line: int


def effective_values(workspace: Workspace, file: str, model: ReleaseFile) -> tuple[Value, ...]:
    """The values of a release in the order of its file, tracks last and in their sequence."""
    surveyor = Surveyor(workspace)
    walk = _Walk(workspace, surveyor, surveyor.base(file, model))
    return _located(workspace, list(walk.values()))


@dataclass(frozen=True, slots=True)
class _Found:
    """A value before its line is known."""

    pointer: Pointer
    value: str
    place: Place
    derived: bool = False


class _Walk:
    """Goes through a release and its tracks."""

    def __init__(self, workspace: Workspace, surveyor: Surveyor, base: Base) -> None:
        self._root = workspace.root
        self._defaults = workspace.catalogue.config.defaults
        self._resolver = surveyor.resolver
        self._base = base
        self._documents: dict[str, Any] = {}

    def values(self) -> Iterator[_Found]:
        """All of them."""
        base, model = self._base, self._base.model
        for key, value in _given(model):
            for pointer, text in _leaves(value, (key,)):
                yield _Found(pointer, text, place_of(base.file, pointer, base.taken))
        yield from self._inherited()
        yield from self._credits(model, (), base.file, ())
        for index, track in enumerate(base.tracks):
            yield from self._track(index, track)

    def _track(self, index: int, track: PlacedTrack) -> Iterator[_Found]:
        at: Pointer = ("tracks", index)
        base = self._base
        yield _Found((*at, "isrc"), track.isrc, self._own(track.pointer("isrc")))
        use = {key: value for key, value in _given(track.entry) if key in _OF_USE}
        for key, value in (dict(_given(track.fields)) | use).items():
            if key == "isrc":
                continue
            where, pointer = self._own(track.pointer(key))
            if key in _OF_USE:
                where, pointer = base.file, ("tracks", track.place, key)
            for leaf, text in _leaves(value, pointer):
                yield _Found((*at, key, *leaf[len(pointer) :]), text, (where, leaf))
        for key in _CREDITS:
            where, pointer = self._own(track.pointer(key))
            yield from self._credits(track.fields, at, where, pointer[:-1], (key,))
        for key in ("p_line", "genre", "subgenre"):
            value, given = getattr(base.model, key), getattr(track.fields, key)
            if (
                given is None
                and value is not None
                and (key != "subgenre" or not track.fields.genre)
            ):
                yield _Found((*at, key), value, place_of(base.file, (key,), base.taken))
        document = (base.document or {}).get("tracks")
        if document is not None and track.fields.display_artist is None:
            source: Place = (base.file, ("artists",))
            if track.fields.artists is not None:
                source = self._own(track.pointer("artists"))
            name = document[index]["display_artist"]
            yield _Found((*at, "display_artist"), name, source, derived=True)

    def _own(self, place: Place) -> Place:
        return place[0] or self._base.file, place[1]

    def _inherited(self) -> Iterator[_Found]:
        """Label and language, and what follows from other values."""
        base, model = self._base, self._base.model
        name = self._resolver.label_name(model)
        if base.label is not None:
            yield _Found(("label",), base.label.model.name, (base.label.file, ("name",)))
        elif name is not None:
            yield _Found(("label",), name, self._said_or_default("label"))
        language = model.language or self._defaults.language
        if language is not None:
            yield _Found(("language",), language, self._said_or_default("language"))
        document = base.document or {}
        for key, source in (
            ("display_artist", "artists"),
            ("parental_warning", "tracks"),
            ("contains_ai", "tracks"),
        ):
            if getattr(model, key, None) is None and key in document:
                yield _Found((key,), document[key], (base.file, (source,)), derived=True)

    def _said_or_default(self, key: str) -> Place:
        if getattr(self._base.model, key) is not None:
            return self._base.file, (key,)
        return CONFIG_NAME, ("defaults", key)

    def _credits(
        self,
        said: BaseModel,
        at: Pointer,
        file: str,
        pointer: Pointer,
        keys: Iterable[str] = _CREDITS,
    ) -> Iterator[_Found]:
        """Artists and contributors, each value from the party or from where they are named."""
        for key in keys:
            entries: tuple[PartyEntry, ...] = getattr(said, key, None) or ()
            for index, entry in enumerate(entries):
                own: Pointer = (*pointer, key, index)
                party = self._resolver.party_of(entry)
                for leaf, text in _leaves(_plain(entry), ()):
                    written = self._node(file, (*own, *leaf)) is not None
                    place = (file, (*own, *leaf))
                    if party is not None and not written:
                        place = (party.file, leaf)
                    yield _Found((*at, key, index, *leaf), text, place)
                for number, local in enumerate(party.model.names if party else ()):
                    if party is not None and local.name != entry.name:
                        for leaf, text in _leaves(_plain(local), ("names", number)):
                            place = (party.file, leaf)
                            yield _Found((*at, key, index, *leaf), text, place)

    def _node(self, file: str, pointer: Pointer) -> Any:
        """What stands at a place of a file, ``None`` where nothing does."""
        if file not in self._documents:
            try:
                self._documents[file] = parse(read_bytes(self._root, file), file)
            except (OSError, YamlInvalid):
                self._documents[file] = None  # changed since it was read: nothing is known of it
        node = self._documents[file]
        for step in pointer:
            if isinstance(node, list) and isinstance(step, int) and step < len(node):
                node = node[step]
            elif isinstance(node, dict):
                node = node.get(str(step))
            else:
                return None
        return node


def _plain(model: BaseModel) -> dict[str, Any]:
    document = model.model_dump(exclude_unset=True, exclude_none=True, by_alias=True)
    return {key: value for key, value in document.items() if key != "party"}


def _given(model: BaseModel) -> Iterator[tuple[str, Any]]:
    for key, value in _plain(model).items():
        if key not in _APART or (key == "language" and not isinstance(model, ReleaseFile)):
            yield key, value


def _leaves(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _leaves(entry, (*pointer, str(key)))  # as it stands in the file
    elif isinstance(value, list | tuple):
        if any(isinstance(entry, dict) for entry in value):
            for index, entry in enumerate(value):
                yield from _leaves(entry, (*pointer, index))
        else:
            yield pointer, ", ".join(map(str, value))
    else:
        yield pointer, str(value).lower() if isinstance(value, bool) else str(value)


def _origin(place: Place) -> str:
    file, pointer = place
    if file == CONFIG_NAME:
        return "deal set" if pointer[0] == "deal_sets" else "defaults"
    folder = file.partition("/")[0]
    return {"tracks": "track", "parties": "party", "labels": "label"}.get(folder, "release")


def _located(workspace: Workspace, found: list[_Found]) -> tuple[Value, ...]:
    wanted: dict[str, list[Pointer]] = {}
    for entry in found:
        wanted.setdefault(entry.place[0], []).append(entry.place[1])
    lines: dict[Place, int] = {}
    for file, pointers in wanted.items():
        try:
            data = read_bytes(workspace.root, file)
        except OSError:
            data = b""  # gone since it was read: told without its line
        lines |= {(file, at): place[0] for at, place in locate(data, pointers).items()}
    return tuple(
        Value(
            path=format_pointer(entry.pointer),
            value=entry.value,
            origin="derived" if entry.derived else _origin(entry.place),
            file=entry.place[0],
            line=lines[entry.place],
        )
        for entry in found
    )
