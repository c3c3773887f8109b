"""What recordings and releases are told alike: titles, artists, rights lines, genre."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lxml.etree import SubElement

from stardust_gitops.content.model import Artist, Contributor, Genre, Party, RightsLine
from stardust_gitops.messages.ern.v4.draft import Element, Parties
from stardust_gitops.messages.xml import add

WORLDWIDE = {"ApplicableTerritoryCode": "Worldwide", "IsDefault": "true"}
_VERSION_SHOWN = {"SubTitleType": "Version", "IsDisplayedInTitle": "true"}


def add_titles(parent: Element, title: str, version: str | None) -> None:
    """DisplayTitleText ``Title (Version)``, and DisplayTitle with the version as sub-title."""
    add(parent, "DisplayTitleText", f"{title} ({version})" if version else title, WORLDWIDE)
    display_title = SubElement(parent, "DisplayTitle", WORLDWIDE)
    add(display_title, "TitleText", title)
    if version:
        add(display_title, "SubTitle", version, _VERSION_SHOWN)


def add_artists(parent: Element, name: str, artists: Sequence[Artist], parties: Parties) -> None:
    """DisplayArtistName verbatim, then each DisplayArtist, sequenced from 1."""
    add(parent, "DisplayArtistName", name, WORLDWIDE)
    for number, artist in enumerate(artists, 1):
        element = SubElement(parent, "DisplayArtist", {"SequenceNumber": str(number)})
        add(element, "ArtistPartyReference", parties.reference(artist.party))
        add(element, "DisplayArtistRole", artist.role)


def add_contributors(
    parent: Element, contributors: Sequence[Contributor], parties: Parties
) -> None:
    """One Contributor per party with all its roles, sequenced from 1 in order of first mention."""
    roles: dict[Party, dict[str, None]] = {}
    for contributor in contributors:
        roles.setdefault(contributor.party, {}).update(dict.fromkeys(contributor.roles))
    for number, (party, names) in enumerate(roles.items(), 1):
        element = SubElement(parent, "Contributor", {"SequenceNumber": str(number)})
        add(element, "ContributorPartyReference", parties.reference(party))
        for name in names:
            add(element, "Role", name)


def add_rights_line(
    parent: Element, name: Literal["PLine", "CLine"], line: RightsLine | None
) -> None:
    """A P-line or C-line: the year and company where they are known, and the full text."""
    if line is None:
        return
    element = SubElement(parent, name, WORLDWIDE)
    if line.year is not None:
        add(element, "Year", f"{line.year:04d}")
    if line.owner:
        add(element, f"{name}Company", line.owner)
    add(element, f"{name}Text", line.text)


def add_genre(parent: Element, genre: Genre) -> None:
    """The genre in the recipient's own words."""
    element = SubElement(parent, "Genre", WORLDWIDE)
    add(element, "GenreText", genre.name)
    if genre.sub:
        add(element, "SubGenre", genre.sub)
