"""The groups of a release's resources: discs, the works on them, and what belongs to the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from lxml.etree import SubElement

from stardust_gitops.content.model import Disc, Track, Work
from stardust_gitops.messages.ern.recordings import Recording
from stardust_gitops.messages.ern.v3.common import add_grouping_titles, add_icpn
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.recorded import kind_of
from stardust_gitops.messages.ern.v3.secondary import Secondary, of_recording, of_release
from stardust_gitops.messages.xml import add

_PRIMARY, _SECONDARY = "PrimaryResource", "SecondaryResource"


class _Place(NamedTuple):
    """What has a number on a disc: a track, or a work with its movements."""

    work: Work | None
    tracks: Sequence[Track]


def add_reference_list(
    parent: Element, recordings: Iterable[Recording], whole: Iterable[Secondary], draft: Draft
) -> None:
    """ReleaseResourceReferenceList: the recordings, what belongs to the whole, what to them."""
    references = SubElement(parent, "ReleaseResourceReferenceList")
    beside: list[Secondary] = []
    for recording in recordings:
        _add_reference(references, f"A{recording.number}", _PRIMARY)
        if recording.extras:
            beside += of_recording(recording, draft)
    for each in (*whole, *beside):
        _add_reference(references, each.reference, _SECONDARY)


def add_groups(parent: Element, draft: Draft) -> None:
    """One group per disc; cover and booklet belong to the whole."""
    whole = SubElement(parent, "ResourceGroup")
    discs: dict[int, list[Track]] = {}
    for track in draft.content.tracks:
        discs.setdefault(track.disc, []).append(track)
    said = {disc.number: disc for disc in draft.content.discs}
    for number, tracks in discs.items():
        _add_disc(whole, number, tracks, said.get(number), draft)
    for each in of_release(draft):
        _add_secondary(whole, each)


def add_single_group(parent: Element, recording: Recording, draft: Draft) -> None:
    """The group of a track release: its one recording and what belongs to it."""
    _add_item(SubElement(parent, "ResourceGroup"), 1, recording.track, draft, plain=True)


def _add_disc(
    whole: Element, number: int, tracks: Sequence[Track], disc: Disc | None, draft: Draft
) -> None:
    group = SubElement(whole, "ResourceGroup")
    # what ERN 4 has a ResourceGroupType for is told by the title, as recipients expect it
    add_grouping_titles(group, disc.title if disc is not None else f"Component {number}")
    add(group, "SequenceNumber", str(number))
    places = list(enumerate(_places(tracks, draft), 1))
    # groups stand before items; the numbers tell the order
    for place, (work, movements) in places:
        if work is not None:
            _add_work(group, place, work, movements, draft)
    for place, (work, movements) in places:
        if work is None:
            _add_item(group, place, movements[0], draft)
    if disc is not None and disc.icpn:
        add_icpn(SubElement(group, "ReleaseId"), disc.icpn)


def _places(tracks: Sequence[Track], draft: Draft) -> list[_Place]:
    """Tracks in a row with an equal work are its movements, unless a release is to pass for a
    common one (``variant: none``)."""
    if draft.options.variant == "none" or all(track.work is None for track in tracks):
        return [_Place(None, (track,)) for track in tracks]
    places: list[_Place] = []
    for work, row in groupby(tracks, key=lambda track: track.work):
        if work is None:
            places += (_Place(None, (track,)) for track in row)
        else:
            places.append(_Place(work, tuple(row)))
    return places


def _add_work(
    disc: Element, place: int, work: Work, movements: Sequence[Track], draft: Draft
) -> None:
    group = SubElement(disc, "ResourceGroup")
    add_grouping_titles(group, work.title, work.titles)
    add(group, "SequenceNumber", str(place))
    for number, track in enumerate(movements, 1):
        _add_item(group, number, track, draft)


def _add_item(
    parent: Element, place: int, track: Track, draft: Draft, *, plain: bool = False
) -> None:
    """A recording at its place with links to what belongs to it, which stands after it; `plain`
    without what is said of its place on the whole release."""
    recording = draft.recordings[track.isrc]
    item = SubElement(parent, "ResourceGroupContentItem")
    SubElement(item, "SequenceNumber").text = str(place)
    SubElement(item, "ResourceType").text = kind_of(track).element
    _add_reference(item, f"A{recording.number}", _PRIMARY)
    beside = list(of_recording(recording, draft)) if recording.extras else []
    for each in beside:
        if each.link is not None:
            link = {"LinkDescription": each.link}
            add(item, "LinkedReleaseResourceReference", each.reference, link)
    if not plain:
        if track.hidden:
            add(item, "IsHiddenResource", "true")
        if track.bonus:
            add(item, "IsBonusResource", "true")
    for each in beside:
        _add_secondary(parent, each)


def _add_secondary(parent: Element, each: Secondary) -> None:
    """Secondary resources have no numbers (DDEX release profiles 1.4, 3.3.1)."""
    item = SubElement(parent, "ResourceGroupContentItem")
    add(item, "ResourceType", each.kind)
    _add_reference(item, each.reference, _SECONDARY)


def _add_reference(parent: Element, reference: str, use: str) -> None:
    element = SubElement(parent, "ReleaseResourceReference")
    element.set("ReleaseResourceType", use)
    element.text = reference
