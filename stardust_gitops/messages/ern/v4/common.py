"""What recordings and releases are told alike: titles, artists, rights lines, genre."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lxml.etree import SubElement

from stardust_gitops.content.model import (
    Content,
    Contributor,
    Genre,
    RightsLine,
    Title,
    Track,
    Work,
)
from stardust_gitops.content.titles import full_title
from stardust_gitops.messages.ern.contributors import by_party
from stardust_gitops.messages.ern.v4.draft import Draft, Element, Parties
from stardust_gitops.messages.ern.values import add_value
from stardust_gitops.messages.ern.version import Dialect
from stardust_gitops.messages.xml import add, clean

WORLDWIDE = {"ApplicableTerritoryCode": "Worldwide", "IsDefault": "true"}
_VERSION_SHOWN = {"SubTitleType": "Version", "IsDisplayedInTitle": "true"}


def add_titles(
    parent: Element, title: str, version: str | None, titles: Sequence[Title] = ()
) -> None:
    """DisplayTitleText ``Title (Version)``, and DisplayTitle with the version as sub-title: the
    default, then one of each for every further language (DDEX: never mixed)."""
    marked = [(title, version, WORLDWIDE)]
    for each in titles:
        language = clean(each.language, "LanguageAndScriptCode")
        marked.append((each.title, each.version, {"LanguageAndScriptCode": language}))
    for text, sub, attributes in marked:
        add(parent, "DisplayTitleText", full_title(text, sub), attributes)
    for text, sub, attributes in marked:
        display_title = SubElement(parent, "DisplayTitle", attributes)
        add(display_title, "TitleText", text)
        if sub:
            add(display_title, "SubTitle", sub, _VERSION_SHOWN)


def add_grouping_title(parent: Element, work: Work, dialect: Dialect) -> None:
    """The title of the whole that something is a part of: the default, then one for every further
    language."""
    marked: list[tuple[str, dict[str, str]]] = [(work.title, WORLDWIDE)]
    for each in work.titles:
        language = clean(each.language, "LanguageAndScriptCode")
        text = full_title(each.title, each.version)
        marked.append((text, {"LanguageAndScriptCode": language}))
    for text, attributes in marked:
        if dialect.grouping_title:
            title = SubElement(parent, "GroupingTitle", attributes)
        else:
            kind = {"TitleType": "GroupingTitle"}
            title = SubElement(parent, "AdditionalTitle", {**attributes, **kind})
        add(title, "TitleText", text)


def add_artists(parent: Element, of: Content | Track, parties: Parties) -> None:
    """DisplayArtistName verbatim and in further languages, then each DisplayArtist, sequenced from
    1."""
    add(parent, "DisplayArtistName", of.display_artist, WORLDWIDE)
    for local in of.display_artists:
        language = clean(local.language, "LanguageAndScriptCode")
        add(parent, "DisplayArtistName", local.name, {"LanguageAndScriptCode": language})
    for number, artist in enumerate(of.artists, 1):
        element = SubElement(parent, "DisplayArtist", {"SequenceNumber": str(number)})
        add(element, "ArtistPartyReference", parties.reference(artist.party))
        add(element, "DisplayArtistRole", artist.role)


def add_contributors(parent: Element, contributors: Sequence[Contributor], draft: Draft) -> None:
    """One Contributor per party with all its roles and instruments, sequenced from 1 in order of
    first mention; what AI made otherwise is a contribution apart, where that is told."""
    dialect, version = draft.dialect, draft.version.name
    ai, role_value = dialect.ai, dialect.role_value
    for number, contributor in enumerate(by_party(contributors, by_ai=ai), 1):
        element = SubElement(parent, "Contributor", {"SequenceNumber": str(number)})
        add(element, "ContributorPartyReference", draft.parties.reference(contributor.party))
        for name in contributor.roles:
            if role_value:
                add_value(SubElement(element, "Role"), "Value", "ContributorRole", name, version)
            else:
                add_value(element, "Role", "ContributorRole", name, version)
        for name in contributor.instruments:
            add_value(element, "InstrumentType", "InstrumentType", name, version)
        if contributor.ai and ai:
            add(element, "AiContribution", contributor.ai)


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


def add_genre(parent: Element, genre: Genre, draft: Draft) -> None:
    """The genre in the recipient's own words."""
    element = SubElement(parent, draft.dialect.genre, WORLDWIDE)
    add(element, "GenreText", genre.name)
    if genre.sub:
        add(element, "SubGenre", genre.sub)
