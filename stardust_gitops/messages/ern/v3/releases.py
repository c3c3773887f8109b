"""ReleaseList: the main release with its groups of resources, and the track releases."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.content.model import Content, Track
from stardust_gitops.messages.ern.offers import DATE
from stardust_gitops.messages.ern.recordings import Recording, duration_text
from stardust_gitops.messages.ern.v3.common import (
    add_artists,
    add_genre,
    add_label,
    add_reference_title,
    add_rights_line,
    add_titles,
)
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.words import RELATION, TYPE, add_user_defined, add_word
from stardust_gitops.messages.xml import add

COMPILATION = "Compilation"
"""The type of release that ERN 3 has no word for."""

_UPC = 12


def add_release_list(draft: Draft) -> None:
    """The main release R0, and a TrackRelease R1…Rn for each recording where there are any."""
    release_list = SubElement(draft.root, "ReleaseList")
    _add_release(release_list, draft)
    if draft.tells_tracks:
        for recording in draft.recordings.values():
            _add_track_release(release_list, recording, draft)


def add_icpn(parent: Element, icpn: str) -> None:
    """The ICPN; a number of 12 digits is a UPC, every other an EAN or GTIN."""
    add(parent, "ICPN", icpn, {"IsEan": "false" if len(icpn) == _UPC else "true"})


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
    references = SubElement(release, "ReleaseResourceReferenceList")
    for recording in draft.recordings.values():
        _add_reference(references, f"A{recording.number}", "PrimaryResource")
    if draft.cover_reference is not None:
        _add_reference(references, draft.cover_reference, "SecondaryResource")
    _add_types(release, draft)
    for territories, day in _release_days(content):
        _add_details(release, territories, day, draft)
    add(release, "Duration", _whole_duration(draft))
    add_rights_line(release, "PLine", content.p_line)
    add_rights_line(release, "CLine", content.c_line)


def _add_reference(parent: Element, reference: str, kind: str) -> None:
    add(parent, "ReleaseResourceReference", reference, {"ReleaseResourceType": kind})


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
    add(details, "DisplayArtistName", content.display_artist)
    add_label(details, content.label)
    add_titles(details, content.title, content.version, content.titles)
    add_artists(details, content.artists)
    if content.compilation:
        several = content.compilation == "multi_artist"
        add(details, "IsMultiArtistCompilation", "true" if several else "false")
    _add_types(details, draft)
    _add_relations(details, draft)
    add(details, "ParentalWarningType", content.parental_warning)
    if content.marketing_comment:
        add(details, "MarketingComment", content.marketing_comment)
    _add_groups(details, draft)
    add_genre(details, content.genre)
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


def _add_groups(parent: Element, draft: Draft) -> None:
    """One group per disc, its tracks numbered from 1; the cover belongs to the whole."""
    whole = SubElement(parent, "ResourceGroup")
    discs: dict[int, list[Track]] = {}
    for track in draft.content.tracks:
        discs.setdefault(track.disc, []).append(track)
    for disc, tracks in discs.items():
        group = SubElement(whole, "ResourceGroup")
        # what ERN 4 has a ResourceGroupType for is told by the title, as recipients expect it
        title = SubElement(group, "Title", {"TitleType": "GroupingTitle"})
        add(title, "TitleText", f"Component {disc}")
        add(group, "SequenceNumber", str(disc))
        for place, track in enumerate(tracks, 1):
            _add_item(group, place, track, draft.recordings[track.isrc])
    if draft.cover_reference is not None:
        item = SubElement(whole, "ResourceGroupContentItem")
        add(item, "ResourceType", "Image")
        _add_reference(item, draft.cover_reference, "SecondaryResource")


def _add_item(parent: Element, place: int, track: Track, recording: Recording) -> None:
    item = SubElement(parent, "ResourceGroupContentItem")
    add(item, "SequenceNumber", str(place))
    add(item, "ResourceType", "SoundRecording")
    _add_reference(item, f"A{recording.number}", "PrimaryResource")
    if track.hidden:
        add(item, "IsHiddenResource", "true")
    if track.bonus:
        add(item, "IsBonusResource", "true")


def _add_track_release(parent: Element, recording: Recording, draft: Draft) -> None:
    track = recording.track
    release = SubElement(parent, "Release")
    release_id = SubElement(release, "ReleaseId")
    add(release_id, "ISRC", track.isrc)
    proprietary_id = f"{draft.delivery.icpn}_{track.isrc}"
    add(release_id, "ProprietaryId", proprietary_id, draft.namespace)
    add(release, "ReleaseReference", f"R{recording.number}")
    add_reference_title(release, track.title, track.version)
    references = SubElement(release, "ReleaseResourceReferenceList")
    _add_reference(references, f"A{recording.number}", "PrimaryResource")
    add(release, "ReleaseType", "TrackRelease")
    for territories, day in _release_days(draft.content):
        _add_track_details(release, territories, day, recording, draft)
    add(release, "Duration", duration_text(Decimal(recording.facts.duration)))
    add_rights_line(release, "PLine", track.p_line)
    add_rights_line(release, "CLine", draft.content.c_line)


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
    add(details, "DisplayArtistName", track.display_artist)
    add_label(details, draft.content.label)
    add_titles(details, track.title, track.version, track.titles)
    add_artists(details, track.artists)
    add(details, "ParentalWarningType", track.parental_warning)
    item = SubElement(SubElement(details, "ResourceGroup"), "ResourceGroupContentItem")
    add(item, "SequenceNumber", "1")
    add(item, "ResourceType", "SoundRecording")
    _add_reference(item, f"A{recording.number}", "PrimaryResource")
    add_genre(details, track.genre)
    if day is not None:
        add(details, "ReleaseDate", day)
