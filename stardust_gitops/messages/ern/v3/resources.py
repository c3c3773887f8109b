"""ResourceList: the sound recordings, the videos, and what they and the release have beside."""

from __future__ import annotations

from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.messages.ern.offers import terms_of
from stardust_gitops.messages.ern.recordings import Recording, duration_text
from stardust_gitops.messages.ern.v3.common import (
    add_artist_names,
    add_artists,
    add_genre,
    add_grouping_titles,
    add_p_line,
    add_reference_title,
    add_titles,
    add_worldwide,
)
from stardust_gitops.messages.ern.v3.contributors import add_contributors, add_rights_controller
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.recorded import Kind, kind_of
from stardust_gitops.messages.ern.v3.secondary import add_secondary_resources
from stardust_gitops.messages.ern.v3.technical import add_technical_details
from stardust_gitops.messages.ern.v3.words import add_word, performance_language
from stardust_gitops.messages.xml import add

_REPLACED = {"IsReplaced": "true"}


def add_resource_list(draft: Draft) -> None:
    """Recordings A1…An with technical details T1…Tn, sound before video, then pictures and texts
    with the numbers after these."""
    resource_list = SubElement(draft.root, "ResourceList")
    videos = []
    for recording in draft.recordings.values():
        if recording.track.video:
            videos.append(recording)
        else:
            _add_recording(resource_list, recording, draft)
    for recording in videos:
        _add_recording(resource_list, recording, draft)
    add_secondary_resources(resource_list, draft)


def _add_recording(parent: Element, recording: Recording, draft: Draft) -> None:
    track = recording.track
    kind = kind_of(track)
    element = SubElement(parent, kind.element)
    if track.type is None:
        SubElement(element, kind.type).text = kind.usual
    else:
        add_word(element, kind.type, track.type, draft.version.name)
    _add_isrcs(element, track.isrc, kind, draft)
    if track.iswc:
        add(SubElement(element, kind.work_id), "ISWC", track.iswc)
    SubElement(element, "ResourceReference").text = f"A{recording.number}"
    draft.pieces.add(element, add_reference_title, track.title, track.version)
    if track.instrumental:
        add(element, "IsInstrumental", "true")
    if track.language:
        language = performance_language(track.language, draft.version.name)
        add(element, "LanguageOfPerformance", language)
    SubElement(element, "Duration").text = duration_text(Decimal(recording.facts.duration))
    _add_details(element, recording, kind, draft)


def _add_isrcs(parent: Element, isrc: str, kind: Kind, draft: Draft) -> None:
    """The ISRC, and the one in whose place it comes."""
    add(SubElement(parent, kind.id), "ISRC", isrc)
    if draft.options.replaced_isrcs:
        replaced = dict(draft.options.replaced_isrcs).get(isrc)
        if replaced is not None:
            add(SubElement(parent, kind.id, _REPLACED), "ISRC", replaced)


def _add_details(parent: Element, recording: Recording, kind: Kind, draft: Draft) -> None:
    """What could differ by territory, and here does not. The displayed name of the artists is said
    only where it is not the release's, since the standard's profiles want it there alone."""
    track, content, pieces = recording.track, draft.content, draft.pieces
    details = add_worldwide(parent, kind.details)
    pieces.add(details, add_titles, track.title, track.version, track.titles)
    if track.work is not None:
        pieces.add(details, add_grouping_titles, track.work.title, track.work.titles)
    pieces.add(details, add_artists, track.artists)
    pieces.add(details, add_contributors, track.contributors, draft.version.name)
    if (
        track.display_artist != content.display_artist
        or track.display_artists != content.display_artists
    ):
        add_artist_names(details, track.display_artist, track.display_artists)
    add_rights_controller(details, terms_of(track, content), draft)
    if track.p_line is not None:
        pieces.add(details, add_p_line, track.p_line)
    pieces.add(details, add_genre, track.genre)
    add(details, "ParentalWarningType", track.parental_warning)
    add_technical_details(details, recording, kind, draft)
