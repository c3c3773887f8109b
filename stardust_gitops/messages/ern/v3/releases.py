"""ReleaseList: the main release with its groups of resources, and the track releases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.content.model import Content, RightsLine
from stardust_gitops.messages.ern.offers import DATE
from stardust_gitops.messages.ern.recordings import Recording, duration_text
from stardust_gitops.messages.ern.v3.common import (
    add_artist_names,
    add_artists,
    add_c_line,
    add_genre,
    add_icpn,
    add_label,
    add_p_line,
    add_reference_title,
    add_titles,
)
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.groups import (
    add_groups,
    add_reference_list,
    add_single_group,
)
from stardust_gitops.messages.ern.v3.recorded import kind_of
from stardust_gitops.messages.ern.v3.secondary import of_release
from stardust_gitops.messages.ern.v3.words import RELATION, TYPE, add_user_defined, add_word
from stardust_gitops.messages.xml import add

COMPILATION = "Compilation"
"""The type of release that ERN 3 has no word for."""


def add_release_list(draft: Draft) -> None:
    """The main release R0, and a TrackRelease R1…Rn for each recording where there are any."""
    release_list = SubElement(draft.root, "ReleaseList")
    _add_release(release_list, draft)
    if draft.tells_tracks:
        for recording in draft.recordings.values():
            _add_track_release(release_list, recording, draft)


def _add_release(parent: Element, draft: Draft) -> None:
    content = draft.content
    release = SubElement(parent, "Release", {"IsMainRelease": "true"})
    release_id = SubElement(release, "ReleaseId")
    if content.grid:
        add(release_id, "GRid", content.grid)
    add_icpn(release_id, draft.delivery.icpn)
    if content.catalog_number:
        add(release_id, "CatalogNumber", content.catalog_number, draft.namespace)
    add(release, "ReleaseReference", "R0")
    add_reference_title(release, content.title, content.version)
    add_reference_list(release, draft.recordings.values(), of_release(draft), draft)
    _add_types(release, draft)
    for territories, day in _release_days(content):
        _add_details(release, territories, day, draft)
    add(release, "Duration", _whole_duration(draft))
    _add_rights_lines(release, content.p_line, draft)


def _add_rights_lines(parent: Element, p_line: RightsLine | None, draft: Draft) -> None:
    """The P-line of a release, and the C-line, which is one for the whole."""
    if p_line is not None:
        draft.pieces.add(parent, add_p_line, p_line)
    if draft.content.c_line is not None:
        draft.pieces.add(parent, add_c_line, draft.content.c_line)


def _add_types(parent: Element, draft: Draft) -> None:
    """The type of the release. That it is a compilation of one artist has no flag, so it is said as
    a further type, which is ours."""
    add_word(parent, TYPE, draft.content.type, draft.version.name)
    if draft.content.compilation == "single_artist":
        add_user_defined(parent, TYPE, COMPILATION, draft.namespace["Namespace"])


def _release_days(content: Content) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """The world with the release date, then the territories of each other date: a recipient takes
    the most particular details that it finds, so those say everything again."""
    # a release date is a day; of a global instant it is the day in UTC
    yield ("Worldwide",), content.release_date[:DATE] if content.release_date else None
    days: dict[str, list[str]] = {}
    for own in content.release_dates:
        days.setdefault(own.date[:DATE], []).append(own.territory)
    for day, territories in days.items():
        yield tuple(territories), day


def _add_details(
    parent: Element, territories: tuple[str, ...], day: str | None, draft: Draft
) -> None:
    content = draft.content
    details = SubElement(parent, "ReleaseDetailsByTerritory")
    for territory in territories:
        add(details, "TerritoryCode", territory)
    add_artist_names(details, content.display_artist, content.display_artists)
    add_label(details, content.label)
    draft.pieces.add(details, add_titles, content.title, content.version, content.titles)
    draft.pieces.add(details, add_artists, content.artists)
    if content.compilation:
        several = content.compilation == "multi_artist"
        add(details, "IsMultiArtistCompilation", "true" if several else "false")
    _add_types(details, draft)
    _add_relations(details, draft)
    add(details, "ParentalWarningType", content.parental_warning)
    if content.marketing_comment:
        add(details, "MarketingComment", content.marketing_comment)
    add_groups(details, draft)
    draft.pieces.add(details, add_genre, content.genre)
    if day is not None:
        add(details, "ReleaseDate", day)
    if content.original_release_date:
        add(details, "OriginalReleaseDate", content.original_release_date[:DATE])
    if content.keywords:
        add(details, "Keywords", ", ".join(content.keywords))


def _add_relations(parent: Element, draft: Draft) -> None:
    for related in draft.content.related:
        element = SubElement(parent, "RelatedRelease")
        add_icpn(SubElement(element, "ReleaseId"), related.icpn)
        add_word(element, RELATION, related.type, draft.version.name)


def _whole_duration(draft: Draft) -> str:
    """The sum of the tracks' exact durations, rounded once."""
    durations = (
        Decimal(draft.recordings[track.isrc].facts.duration) for track in draft.content.tracks
    )
    return duration_text(sum(durations, Decimal(0)))


def _add_track_release(parent: Element, recording: Recording, draft: Draft) -> None:
    track = recording.track
    release = SubElement(parent, "Release")
    release_id = SubElement(release, "ReleaseId")
    add(release_id, "ISRC", track.isrc)
    proprietary_id = f"{draft.delivery.icpn}_{track.isrc}"
    add(release_id, "ProprietaryId", proprietary_id, draft.namespace)
    SubElement(release, "ReleaseReference").text = f"R{recording.number}"
    draft.pieces.add(release, add_reference_title, track.title, track.version)
    add_reference_list(release, (recording,), (), draft)
    SubElement(release, "ReleaseType").text = kind_of(track).track_release
    for territories, day in _release_days(draft.content):
        _add_track_details(release, territories, day, recording, draft)
    SubElement(release, "Duration").text = duration_text(Decimal(recording.facts.duration))
    _add_rights_lines(release, track.p_line, draft)


def _add_track_details(
    parent: Element,
    territories: tuple[str, ...],
    day: str | None,
    recording: Recording,
    draft: Draft,
) -> None:
    track = recording.track
    details = SubElement(parent, "ReleaseDetailsByTerritory")
    for territory in territories:
        add(details, "TerritoryCode", territory)
    add_artist_names(details, track.display_artist, track.display_artists)
    add_label(details, draft.content.label)
    draft.pieces.add(details, add_titles, track.title, track.version, track.titles)
    draft.pieces.add(details, add_artists, track.artists)
    add(details, "ParentalWarningType", track.parental_warning)
    add_single_group(details, recording, draft)
    draft.pieces.add(details, add_genre, track.genre)
    if day is not None:
        add(details, "ReleaseDate", day)
