"""Artists, contributors and rights lines of the catalogue in their canonical form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stardust_gitops.catalog.models.parties import ArtistEntry, ContributorEntry, PartyEntry
from stardust_gitops.content.canonical import Document


def party_document(entry: PartyEntry) -> Document:
    """A party: the name, and the identifiers that are given."""
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
    return document


def artist_documents(entries: Sequence[ArtistEntry]) -> list[Document]:
    """Display artists in their sequence."""
    return [
        {"party": party_document(entry)}
        if entry.role == "MainArtist"
        else {"party": party_document(entry), "role": entry.role}
        for entry in entries
    ]


def contributor_documents(
    entries: Sequence[ContributorEntry], publishers: Sequence[PartyEntry] = ()
) -> list[Document]:
    """Contributors in their sequence and publishers behind them, one for each party with all its
    roles and instruments (BR19)."""
    merged: dict[object, Document] = {}
    for entry in entries:
        _merge(merged, entry, "roles", entry.roles)
        if entry.instruments:
            _merge(merged, entry, "instruments", entry.instruments)
    for publisher in publishers:
        _merge(merged, publisher, "roles", ("MusicPublisher",))
    return list(merged.values())


def _merge(
    merged: dict[object, Document], entry: PartyEntry, key: str, words: Sequence[str]
) -> None:
    party = party_document(entry)
    who = repr(party) if entry.ids else tuple(party.items())
    document = merged.setdefault(who, {"party": party})
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
