"""Artists, contributors and rights lines of the catalogue in their canonical form."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from stardust_gitops.catalog.models.parties import ArtistEntry, ContributorEntry, PartyEntry
from stardust_gitops.content.canonical import Document

NamesOf: TypeAlias = Callable[[PartyEntry], list[Document]]
"""Tells the names that a party has in other languages; ``None`` in its place: nobody has any."""


def party_document(entry: PartyEntry, names_of: NamesOf | None = None) -> Document:
    """A party: the name, the identifiers that are given, and its names in other languages."""
    document: Document = {"name": entry.name}
    if entry.isni:
        document["isni"] = entry.isni
    if entry.ipi:
        document["ipi"] = entry.ipi
    if entry.ipn:
        document["ipn"] = entry.ipn
    if entry.ids:
        document["ids"] = [
            {"namespace": owner, "value": value} for owner, value in sorted(entry.ids.items())
        ]
    if names_of is not None and (names := names_of(entry)):
        document["names"] = names
    return document


def artist_documents(
    entries: Sequence[ArtistEntry], names_of: NamesOf | None = None
) -> list[Document]:
    """Display artists in their sequence."""
    return [
        {"party": party_document(entry, names_of)}
        if entry.role == "MainArtist"
        else {"party": party_document(entry, names_of), "role": entry.role}
        for entry in entries
    ]


def contributor_documents(
    entries: Sequence[ContributorEntry],
    publishers: Sequence[PartyEntry] = (),
    names_of: NamesOf | None = None,
) -> list[Document]:
    """Contributors in their sequence and publishers behind them, one for each party with all its
    roles and instruments (BR19)."""
    merged: dict[object, Document] = {}
    for entry in entries:
        document = _merged(merged, party_document(entry, names_of))
        _add(document, "roles", entry.roles)
        if entry.instruments:
            _add(document, "instruments", entry.instruments)
        if entry.ai_contribution is not None:
            # One party with several entries, of which AI made some: it made a part of the whole.
            known = document.setdefault("ai", entry.ai_contribution)
            document["ai"] = known if known == entry.ai_contribution else "Partly"
    for publisher in publishers:
        document = _merged(merged, party_document(publisher, names_of))
        _add(document, "roles", ("MusicPublisher",))
    return list(merged.values())


def _merged(merged: dict[object, Document], party: Document) -> Document:
    plain = "ids" not in party and "names" not in party
    who = tuple(party.items()) if plain else repr(party)
    return merged.setdefault(who, {"party": party})


def _add(document: Document, key: str, words: Sequence[str]) -> None:
    known = document.setdefault(key, [])
    known += [word for word in words if word not in known] if known else words


def display_artist(entries: Sequence[ArtistEntry]) -> str:
    """The one rule for a display artist that nobody wrote: main artists joined by commas and a
    last ``&``, then ``feat.`` and the featured artists joined in the same way."""
    main = [entry.name for entry in entries if entry.role == "MainArtist"]
    featured = [entry.name for entry in entries if entry.role == "FeaturedArtist"]
    return _joined(main) + (f" feat. {_joined(featured)}" if featured else "")


def _joined(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} & {names[-1]}"


_LINE = re.compile(r"([0-9]{4}) (.+)")


def rights_line(text: str) -> Document:
    """A P-line or C-line: year and owner where the text begins with a year."""
    match = _LINE.fullmatch(text)
    if not match:
        return {"text": text}
    return {"text": text, "year": int(match[1]), "owner": match[2]}
