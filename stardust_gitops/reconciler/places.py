"""Which entries of the catalogue's files decide a field of the content. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from stardust_gitops.catalog.loading import CONFIG_NAME, Catalogue, Target
from stardust_gitops.catalog.models.parties import PartyEntry
from stardust_gitops.catalog.models.recordings import RecordingFields
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import LeftOut
from stardust_gitops.content.effective import Place, place_of
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.content.resolve import Base, Resolver
from stardust_gitops.diagnostics import Pointer
from stardust_gitops.planning.model import Change

_STEP = re.compile(r"([a-z_]+)|\[(\d+)\]")
# Content says `p_line.year`; the catalogue has one text.
_WHOLE = frozenset({"p_line", "c_line", "artists", "contributors"})
_DEFAULTS = frozenset({"label", "language"})
_UNDER = {"descriptors": "mead"}
"""Fields of the content that have another key in the catalogue."""
_FROM_TRACKS = frozenset({"parental_warning", "contains_ai"})
_KINDS: Mapping[str, LeftOut] = {
    "ai": "ai",
    "booklet": "booklet",
    "contains_ai": "ai",
    "immersive": "immersive",
    "lyrics": "lyrics",
    "preview": "previews",
    "screen_capture": "screen_captures",
    "video": "videos",
}
"""Fields and files that a target may leave out."""


def places_of(
    change: Change, base: Base, target: Target, catalogue: Catalogue, resolver: Resolver
) -> list[Place]:
    """The entries that a field comes from, those of the release first. One of them has changed."""
    if _is_left_out(change, target):
        return [(target.file, ("leave_out",))]
    found = _places_of(change, base, target, catalogue, resolver)
    return [
        place_of(file, pointer, base.taken) if file == base.file else (file, pointer)
        for file, pointer in found
    ]


def _is_left_out(change: Change, target: Target) -> bool:
    """Whether something goes because the target says so."""
    if not target.model.leave_out or change.after is not None:
        return False
    kind = _KINDS.get(change.path.rpartition(".")[2])
    if kind is None and isinstance(change.before, dict):  # a whole track
        kind = "videos" if change.before.get("video") else None
        if kind is None and change.before.get("type") == CLIP:
            kind = "clips"
    return kind in target.model.leave_out


def _places_of(
    change: Change, base: Base, target: Target, catalogue: Catalogue, resolver: Resolver
) -> list[Place]:
    steps: list[str | int] = [
        int(match[2]) if match[2] else match[1] for match in _STEP.finditer(change.path)
    ]
    if steps[0] == "tracks":
        return [
            *_of_track(steps, base, target, catalogue),
            *_of_parties(steps[2:], _track_parties(steps, base), resolver),
        ]
    override = base.model.overrides.get(target.id)
    if override is not None and getattr(override, str(steps[0]), None):
        own: list[Place] = [(base.file, ("overrides", target.id, str(steps[0])))]
        words = _words(override.genre, override.subgenre, target, catalogue)
        return [*own, *words] if steps[0] == "genre" else own
    if steps[0] == "genre":
        return [
            (base.file, ("genre",)),
            *_words(base.model.genre, base.model.subgenre, target, catalogue),
        ]
    if steps[0] in ("deals", "track_deals"):
        return list(_of_deal(change, steps, base, target, resolver))
    if steps[0] == "label" and base.label is not None:
        own_name = target.id in base.label.model.targets
        known: Pointer = ("targets", target.id) if own_name else ("name",)
        return [*_of_release(steps, base), (base.label.file, known)]
    return [*_of_release(steps, base), *_of_parties(steps, base.model, resolver)]


def _of_parties(
    steps: list[str | int], said: ReleaseFile | RecordingFields, resolver: Resolver
) -> Iterator[Place]:
    """What parties say of the artists or contributors at the end of `steps`."""
    name = "artists" if steps[:1] == ["display_artist"] else steps[0] if steps else ""
    if name not in ("artists", "contributors"):
        return
    entries: tuple[PartyEntry, ...] = getattr(said, name, None) or ()
    place = steps[1] if len(steps) > 1 else None
    if isinstance(place, int) and name == "artists":  # contributors are merged by party
        entries = entries[place : place + 1]
    key = str(steps[3]) if steps[2:3] == ["party"] and len(steps) > 3 else "name"
    for entry in entries:
        party = resolver.party_of(entry)
        if party is not None:
            yield party.file, (key,)


def _track_parties(steps: list[str | int], base: Base) -> ReleaseFile | RecordingFields:
    """Who names the artists of the track that `steps` lead to."""
    index = steps[1] if len(steps) > 1 else None
    if not isinstance(index, int) or index >= len(base.tracks):
        return base.model
    fields = base.tracks[index].fields
    inherited = steps[2:3] in (["artists"], ["display_artist"]) and fields.artists is None
    return base.model if inherited else fields


def _of_release(steps: list[str | int], base: Base) -> Iterator[Place]:
    name = str(steps[0])
    written = getattr(base.model, name, None) is not None
    if name == "display_artist" and not written:
        yield base.file, ("artists",)
    elif name in _DEFAULTS and not written:
        yield CONFIG_NAME, ("defaults", name)
    elif name in _FROM_TRACKS and not written:
        yield base.file, ("tracks",)
    elif name == "discs":
        yield base.file, ("discs", *_disc(steps, base))
    elif name in _UNDER:
        yield base.file, (_UNDER[name], *steps[1:])
    else:
        yield base.file, (name,) if name in _WHOLE else tuple(steps)


def _disc(steps: list[str | int], base: Base) -> Iterator[str | int]:
    """The number of a disc in place of its place, and what is said of it."""
    told = (base.document or {}).get("discs", [])
    index = steps[1] if len(steps) > 1 else None
    if isinstance(index, int) and index < len(told):
        yield str(told[index]["number"])
        yield from steps[2:]


def _of_track(
    steps: list[str | int], base: Base, target: Target, catalogue: Catalogue
) -> Iterator[Place]:
    index = steps[1] if len(steps) > 1 else None
    if not isinstance(index, int) or index >= len(base.tracks):
        yield base.file, ("tracks",)
        return
    track = base.tracks[index]
    if len(steps) == 2:
        yield base.file, ("tracks", track.place)
        return
    name = _UNDER.get(str(steps[2]), str(steps[2]))
    if name == "genre":
        inherited = track.fields.genre is None
        said = base.model if inherited else track.fields
        file, pointer = ("", ("genre",)) if inherited else track.pointer("genre")
        yield file or base.file, pointer
        yield from _words(said.genre, said.subgenre, target, catalogue)
        return
    if name == "display_artist" and track.fields.display_artist is None:
        name = "artists"
    if name in ("artists", "p_line") and getattr(track.fields, name) is None:
        yield base.file, (name,)
        return
    # Publishers are told as contributors.
    names = ("contributors", "publishers") if name == "contributors" else (name,)
    for each in names:
        if len(names) == 1 or getattr(track.fields, each):
            file, pointer = track.pointer(each)
            yield file or base.file, pointer


def _words(
    genre: str | None, subgenre: str | None, target: Target, catalogue: Catalogue
) -> Iterator[Place]:
    """The entry of the target's genre map that a genre is looked up in."""
    name = target.model.genre_map
    known = catalogue.genre_maps.get(name) if name else None
    if known is None:
        return
    code = next((code for code in (subgenre, genre) if code in known.genres), None)
    yield f"genre_maps/{name}.yaml", ("fallback",) if code is None else ("genres", code)


def _of_deal(
    change: Change, steps: list[str | int], base: Base, target: Target, resolver: Resolver
) -> Iterator[Place]:
    """The deal of the release, and what the target or the catalogue makes of its words."""
    sources = resolver.deal_sources(base.model, target)
    index = steps[1] if len(steps) > 1 else None
    if not isinstance(index, int) or index >= len(sources):
        yield base.file, ("deals",)
        return
    place, name = sources[index], str(steps[2]) if len(steps) > 2 else ""
    deal, alone = base.model.deals[place], steps[0] == "track_deals"
    keys = {"price": "wholesale_price", "preorder": "preorder_from"}
    if deal.models is None:
        keys |= {"models": "offer", "uses": "offer"}
    key = keys.get(name, name)
    if alone and key in ("price_code", "wholesale_price"):
        key = f"track_{key}"
    yield base.file, ("deals", place, *((key,) if key else ()))
    if name in ("models", "uses") and deal.models is None:
        yield target.file, ("offers", deal.offer)
    elif name == "price_code":
        code = deal.track_price_code if alone else deal.price_code
        if code is not None:
            yield target.file, ("prices", code)
    elif name in ("territories", "excluded_territories"):
        yield from (
            (CONFIG_NAME, ("territories", group))
            for group in getattr(deal, name) or ()
            if len(group) > 2 and group != "Worldwide" and "-" not in group
        )
