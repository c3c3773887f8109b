"""ReleaseList: the release, and the releases of its tracks and clips."""

from __future__ import annotations

from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.content.model import Content, Party
from stardust_gitops.content.profiles import CLIP, SIMPLE
from stardust_gitops.messages.ern.recordings import Recording, duration_text
from stardust_gitops.messages.ern.v4.common import (
    WORLDWIDE,
    add_artists,
    add_genre,
    add_rights_line,
    add_titles,
)
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.groups import add_groups
from stardust_gitops.messages.ern.v4.links import add_links
from stardust_gitops.messages.ern.values import add_value
from stardust_gitops.messages.xml import add, clean

_DATE = len("2026-12-04")
_COMPILATIONS = {
    "single_artist": "IsSingleArtistCompilation",
    "multi_artist": "IsMultiArtistCompilation",
}


def add_release_list(draft: Draft, *, visible: bool) -> None:
    """Release R0, and of R1…Rn a TrackRelease for each recording (none in SimpleAudioSingle), then
    a ClipRelease for each stand-alone clip.

    `visible` tells that the DealList will have the ReleaseVisibility V1.
    """
    release_list = SubElement(draft.root, "ReleaseList")
    _add_release(release_list, draft, visible)
    simple, clips = draft.options.profile in SIMPLE, []
    for recording in draft.recordings.values():
        if recording.track.type == CLIP:
            clips.append(recording)
        elif not simple:
            _add_own_release(release_list, "TrackRelease", recording, draft)
    for clip in clips:
        _add_own_release(release_list, "ClipRelease", clip, draft)


def _add_release(parent: Element, draft: Draft, visible: bool) -> None:
    content = draft.content
    release = SubElement(parent, "Release")
    add(release, "ReleaseReference", "R0")
    add(release, "ReleaseType", content.type)
    release_id = SubElement(release, "ReleaseId")
    if content.grid:
        add(release_id, "GRid", content.grid)
    add(release_id, "ICPN", draft.delivery.icpn)
    if content.catalog_number:
        add(release_id, "CatalogNumber", content.catalog_number, draft.namespace)
    add_titles(release, content.title, content.version, content.titles)
    add_artists(release, content, draft.parties)
    _add_label(release, draft)
    add_rights_line(release, "PLine", content.p_line)
    add_rights_line(release, "CLine", content.c_line)
    add(release, "Duration", _whole_duration(draft))
    add_genre(release, content.genre, draft)
    # a release date is a day; of a global instant it is the day in UTC
    if content.release_date:
        add(release, "ReleaseDate", content.release_date[:_DATE], WORLDWIDE)
    for own in content.release_dates:
        territory = {"ApplicableTerritoryCode": clean(own.territory, "ApplicableTerritoryCode")}
        add(release, "ReleaseDate", own.date[:_DATE], territory)
    if content.original_release_date:
        add(release, "OriginalReleaseDate", content.original_release_date[:_DATE], WORLDWIDE)
    if visible:
        add(release, "ReleaseVisibilityReference", "V1")
    add(release, "ParentalWarningType", content.parental_warning)
    _add_relations(release, draft)
    add_groups(release, draft)
    _add_promotion(release, draft)


def _add_relations(release: Element, draft: Draft) -> None:
    """Other releases, and what kind of compilation this one is."""
    content, kind = draft.content, "ReleaseRelationshipType"
    for related in content.related:
        element = SubElement(release, "RelatedRelease")
        add_value(element, kind, kind, related.type, draft.version.name)
        add(SubElement(element, "ReleaseId"), "ICPN", related.icpn)
    if content.compilation:
        add(release, _COMPILATIONS[content.compilation], "true")


def _add_promotion(release: Element, draft: Draft) -> None:
    """Keywords as one list, since a second element would be for another language or territory; what
    AI made stands between them and the comment."""
    content: Content = draft.content
    if content.keywords:
        add(release, "Keywords", ", ".join(content.keywords), WORLDWIDE)
    if content.contains_ai and draft.dialect.ai:
        add(release, "ContainsAI", content.contains_ai)
    if content.marketing_comment:
        add(release, "MarketingComment", content.marketing_comment, WORLDWIDE)


def _add_label(parent: Element, draft: Draft) -> None:
    reference = draft.parties.reference(Party(name=draft.content.label))
    add(parent, "ReleaseLabelReference", reference, WORLDWIDE)


def _whole_duration(draft: Draft) -> str:
    """The sum of the tracks' exact durations, rounded once; clips are no tracks."""
    durations = (
        Decimal(draft.recordings[track.isrc].facts.duration)
        for track in draft.content.tracks
        if track.type != CLIP
    )
    return duration_text(sum(durations, Decimal(0)))


def _add_own_release(parent: Element, kind: str, recording: Recording, draft: Draft) -> None:
    """The TrackRelease or ClipRelease of a recording."""
    release = SubElement(parent, kind)
    add(release, "ReleaseReference", f"R{recording.number}")
    proprietary_id = f"{draft.delivery.icpn}_{recording.track.isrc}"
    release_id = SubElement(release, "ReleaseId")
    add(release_id, "ProprietaryId", proprietary_id, draft.namespace)
    add(release, "ReleaseResourceReference", f"A{recording.number}")
    if recording.extras and kind == "TrackRelease":
        add_links(release, recording, draft)
    _add_label(release, draft)
    add_genre(release, recording.track.genre, draft)
