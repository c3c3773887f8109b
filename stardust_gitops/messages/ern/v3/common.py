"""What recordings and releases are told alike: parties, titles, artists, rights lines, genre."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lxml.etree import SubElement

from stardust_gitops.content.model import Artist, Genre, Party, RightsLine, Title
from stardust_gitops.messages.ern.v3.draft import Element
from stardust_gitops.messages.xml import add, clean

_VERSION = {"SubTitleType": "Version"}


def add_party(parent: Element, party: Party) -> None:
    """The name, then each identifier as a PartyId: an ISNI by its flag, others by namespace."""
    add(SubElement(parent, "PartyName"), "FullName", party.name)
    if party.isni:
        add(parent, "PartyId", party.isni, {"IsISNI": "true"})
    if party.ipi:
        add(parent, "PartyId", party.ipi, {"Namespace": "IPI"})
    if party.ipn:
        add(parent, "PartyId", party.ipn, {"Namespace": "IPN"})
    for each in party.ids:
        namespace = clean(each.namespace, "Namespace")
        add(parent, "PartyId", each.value, {"Namespace": namespace})


def add_reference_title(parent: Element, title: str, version: str | None) -> None:
    """The one title that is the same everywhere."""
    element = SubElement(parent, "ReferenceTitle")
    add(element, "TitleText", title)
    if version:
        add(element, "SubTitle", version)


def add_titles(
    parent: Element, title: str, version: str | None, titles: Sequence[Title] = ()
) -> None:
    """FormalTitle and DisplayTitle, then a DisplayTitle for every further language."""
    _add_title(parent, title, version, {"TitleType": "FormalTitle"})
    _add_title(parent, title, version, {"TitleType": "DisplayTitle"})
    for each in titles:
        language = clean(each.language, "LanguageAndScriptCode")
        attributes = {"LanguageAndScriptCode": language, "TitleType": "DisplayTitle"}
        _add_title(parent, each.title, each.version, attributes)


def _add_title(
    parent: Element, title: str, version: str | None, attributes: dict[str, str]
) -> None:
    element = SubElement(parent, "Title", attributes)
    add(element, "TitleText", title)
    if version:
        add(element, "SubTitle", version, _VERSION)


def add_artists(parent: Element, artists: Sequence[Artist]) -> None:
    """Each DisplayArtist, sequenced from 1."""
    for number, artist in enumerate(artists, 1):
        element = SubElement(parent, "DisplayArtist", {"SequenceNumber": str(number)})
        add_party(element, artist.party)
        add(element, "ArtistRole", artist.role)


def add_label(parent: Element, label: str) -> None:
    """The label as it is to be shown."""
    add(parent, "LabelName", label, {"LabelNameType": "DisplayLabelName"})


def add_rights_line(
    parent: Element, name: Literal["PLine", "CLine"], line: RightsLine | None
) -> None:
    """A P-line or C-line: the year and company where they are known, and the full text."""
    if line is None:
        return
    element = SubElement(parent, name)
    if line.year is not None:
        add(element, "Year", f"{line.year:04d}")
    if line.owner:
        add(element, f"{name}Company", line.owner)
    add(element, f"{name}Text", line.text)


def add_genre(parent: Element, genre: Genre) -> None:
    """The genre in the recipient's own words."""
    element = SubElement(parent, "Genre")
    add(element, "GenreText", genre.name)
    if genre.sub:
        add(element, "SubGenre", genre.sub)


def add_worldwide(parent: Element, name: str) -> Element:
    """A …DetailsByTerritory for the whole world."""
    details = SubElement(parent, name)
    add(details, "TerritoryCode", "Worldwide")
    return details
