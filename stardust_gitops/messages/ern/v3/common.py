"""What recordings and releases are told alike: parties, titles, artists, rights lines, genre."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.etree import SubElement

from stardust_gitops.content.model import (
    Artist,
    Genre,
    LocalName,
    Party,
    RightsLine,
    Title,
)
from stardust_gitops.messages.ern.v3.draft import Element
from stardust_gitops.messages.xml import add, clean

_UPC = 12
_VERSION = {"SubTitleType": "Version"}


def add_party(parent: Element, party: Party) -> None:
    """The name, also in other languages and scripts, then each identifier as a PartyId: an ISNI by
    its flag, others by namespace."""
    add(SubElement(parent, "PartyName"), "FullName", party.name)
    for local in party.names:
        name = SubElement(parent, "PartyName")
        name.set("LanguageAndScriptCode", clean(local.language, "LanguageAndScriptCode"))
        add(name, "FullName", local.name)
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


def add_grouping_titles(parent: Element, title: str, titles: Sequence[Title] = ()) -> None:
    """What a group is called, or a recording's work: once for each language."""
    _add_title(parent, title, None, {"TitleType": "GroupingTitle"})
    for each in titles:
        language = clean(each.language, "LanguageAndScriptCode")
        attributes = {"LanguageAndScriptCode": language, "TitleType": "GroupingTitle"}
        _add_title(parent, each.title, each.version, attributes)


def _add_title(
    parent: Element, title: str, version: str | None, attributes: dict[str, str]
) -> None:
    element = SubElement(parent, "Title")
    for name, value in attributes.items():
        element.set(name, value)
    add(element, "TitleText", title)
    if version:
        add(element, "SubTitle", version, _VERSION)


def add_artists(parent: Element, artists: Sequence[Artist]) -> None:
    """Each DisplayArtist, sequenced from 1."""
    for number, artist in enumerate(artists, 1):
        element = SubElement(parent, "DisplayArtist")
        element.set("SequenceNumber", str(number))
        add_party(element, artist.party)
        SubElement(element, "ArtistRole").text = artist.role


def add_artist_names(parent: Element, name: str, names: Sequence[LocalName] = ()) -> None:
    """The line of artists as it is to be shown, also in other languages and scripts."""
    add(parent, "DisplayArtistName", name)
    for local in names:
        language = clean(local.language, "LanguageAndScriptCode")
        add(parent, "DisplayArtistName", local.name, {"LanguageAndScriptCode": language})


def add_icpn(parent: Element, icpn: str) -> None:
    """The ICPN; a number of 12 digits is a UPC, every other an EAN or GTIN."""
    add(parent, "ICPN", icpn, {"IsEan": "false" if len(icpn) == _UPC else "true"})


def add_label(parent: Element, label: str) -> None:
    """The label as it is to be shown."""
    add(parent, "LabelName", label, {"LabelNameType": "DisplayLabelName"})


def add_p_line(parent: Element, line: RightsLine) -> None:
    """The P-line: the year and company where they are known, and the full text."""
    _add_rights_line(parent, "PLine", line)


def add_c_line(parent: Element, line: RightsLine) -> None:
    """The C-line, likewise."""
    _add_rights_line(parent, "CLine", line)


def _add_rights_line(parent: Element, name: str, line: RightsLine) -> None:
    element = SubElement(parent, name)
    if line.year is not None:
        SubElement(element, "Year").text = f"{line.year:04d}"
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
    SubElement(details, "TerritoryCode").text = "Worldwide"
    return details
