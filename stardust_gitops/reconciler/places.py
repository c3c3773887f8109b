"""Which entries of the catalogue's files decide a field of the content. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from stardust_gitops.catalog.loading import CONFIG_NAME, Catalogue, Target
from stardust_gitops.content.resolve import Base, Resolver
from stardust_gitops.diagnostics import Pointer
from stardust_gitops.planning.model import Change

Place: TypeAlias = tuple[str, Pointer]
"""A file of the catalogue and an entry in it."""

_STEP = re.compile(r"([a-z_]+)|\[(\d+)\]")
# Content says `p_line.year`; the catalogue has one text.
_WHOLE = frozenset({"p_line", "c_line", "artists", "contributors"})
_DEFAULTS = frozenset({"label", "language"})
_FROM_ARTISTS = frozenset({"artists", "display_artist"})


def places_of(
    change: Change, base: Base, target: Target, catalogue: Catalogue, resolver: Resolver
) -> list[Place]:
    """The entries that a field comes from, those of the release first. One of them has changed."""
    steps: list[str | int] = [
        int(match[2]) if match[2] else match[1] for match in _STEP.finditer(change.path)
    ]
    if steps[0] == "tracks":
        return list(_of_track(steps, base, target, catalogue))
    if steps[0] == "genre":
        return [
            (base.file, ("genre",)),
            *_words(base.model.genre, base.model.subgenre, target, catalogue),
        ]
    if steps[0] in ("deals", "track_deals"):
        return list(_of_deal(change, steps, base, target, resolver))
    return list(_of_release(steps, base))


def _of_release(steps: list[str | int], base: Base) -> Iterator[Place]:
    name = str(steps[0])
    written = getattr(base.model, name, None) is not None
    if name == "display_artist" and not written:
        yield base.file, ("artists",)
    elif name in _DEFAULTS and not written:
        yield CONFIG_NAME, ("defaults", name)
    else:
        yield base.file, (name,) if name in _WHOLE else tuple(steps)


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
    name = str(steps[2])
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
    file, pointer = track.pointer(name)
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
    keys = {"models": "offer", "uses": "offer", "price": "wholesale_price"}
    key = keys.get(name, name)
    if alone and key in ("price_code", "wholesale_price"):
        key = f"track_{key}"
    yield base.file, ("deals", place, *((key,) if key else ()))
    if name in ("models", "uses"):
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
