"""What sound recordings and videos say alike, whatever their files are."""

from __future__ import annotations

from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.content.model import RelatedRecording, Track
from stardust_gitops.messages.ern.offers import terms_of
from stardust_gitops.messages.ern.recordings import Recording, duration_text
from stardust_gitops.messages.ern.v4.common import (
    add_artists,
    add_contributors,
    add_grouping_title,
    add_rights_line,
    add_titles,
)
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.rights import add_rights_controllers
from stardust_gitops.messages.ern.v4.words import RELATION, word
from stardust_gitops.messages.xml import add


def add_isrc(parent: Element, isrc: str, draft: Draft) -> None:
    """The ISRC, and the one in whose place it comes where an update corrects it."""
    add(SubElement(parent, "ResourceId"), "ISRC", isrc)
    for new, old in draft.options.replaced_isrcs:
        if new == isrc:
            add(SubElement(parent, "ResourceId", {"IsReplaced": "true"}), "ISRC", old)


def add_description(element: Element, recording: Recording, draft: Draft) -> None:
    """From the work to the language of the performance; the P-line where there are no editions."""
    track, dialect = recording.track, draft.dialect
    if track.iswc:
        add(SubElement(element, "WorkId"), "ISWC", track.iswc)
    add_titles(element, track.title, track.version, track.titles)
    if track.work is not None:
        add_grouping_title(element, track.work, dialect)
    add_artists(element, track, draft.parties)
    add_contributors(element, track.contributors, draft)
    add_rights_controllers(element, terms_of(track, draft.content), draft)
    if not dialect.editions:
        add_rights_line(element, "PLine", track.p_line)
    add(element, "Duration", duration_text(Decimal(recording.facts.duration)))
    add(element, "ParentalWarningType", track.parental_warning)
    for related in track.related:
        _add_related(element, related, draft)
    if track.contains_ai and dialect.ai:
        add(element, "ContainsAI", track.contains_ai)
    _add_performance(element, track)


def _add_performance(element: Element, track: Track) -> None:
    if track.instrumental:
        add(element, "IsInstrumental", "true")
    if track.hidden:
        add(element, "ContainsHiddenContent", "true")
    if track.language:
        add(element, "LanguageOfPerformance", track.language)


def _add_related(parent: Element, related: RelatedRecording, draft: Draft) -> None:
    """Another recording, by reference where the message has it, and where in this one it stands."""
    told = word(RELATION, related.type, draft.version.name)
    if told is None:
        return
    element = SubElement(parent, "RelatedResource")
    add(element, RELATION, told.value)
    here = draft.recordings.get(related.isrc)
    if here is not None:
        add(element, "ResourceRelatedResourceReference", f"A{here.number}")
    else:
        add(SubElement(element, "ResourceId"), "ISRC", related.isrc)
    _add_timing(element, related, draft)


def _add_timing(parent: Element, related: RelatedRecording, draft: Draft) -> None:
    """From 4.3 on in seconds, and never without the beginning; before, both as durations."""
    start, seconds = related.start, draft.dialect.timing_in_seconds
    if start is None and (seconds or related.duration is None):
        return
    timing = SubElement(parent, "Timing")
    if start is not None:
        point = duration_text(Decimal(start)) if start else "PT0S"
        add(timing, "StartPoint", str(start) if seconds else point)
    if related.duration is not None:
        add(timing, "DurationUsed", duration_text(Decimal(related.duration)))
