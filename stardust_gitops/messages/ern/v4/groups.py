"""ResourceGroup: the tracks of a release by disc and, in classical music, by work."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from lxml.etree import SubElement

from stardust_gitops.content.model import Disc, Track, Work
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.messages.ern.recordings import booklet_of
from stardust_gitops.messages.ern.v4.common import add_titles
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.links import add_link, add_links
from stardust_gitops.messages.ern.v4.variants import BOXED_SET, CLASSICAL, says
from stardust_gitops.messages.xml import add


def add_groups(release: Element, draft: Draft) -> None:
    """One group per disc; cover and booklet belong to the whole. A clip is in no group."""
    whole = SubElement(release, "ResourceGroup")
    discs: dict[int, list[Track]] = {}
    for track in draft.content.tracks:
        if track.type != CLIP:
            discs.setdefault(track.disc, []).append(track)
    said = {disc.number: disc for disc in draft.content.discs}
    for number, tracks in discs.items():
        _add_disc(whole, number, said.get(number), tracks, draft)
    if draft.cover_reference is not None:
        add_link(whole, draft.cover_reference, "cover", draft)
    booklet = booklet_of(draft.delivery) if draft.numbers else None
    if booklet is not None:
        add_link(whole, f"A{draft.numbers[booklet]}", "booklet", draft)


def _add_disc(
    parent: Element, number: int, said: Disc | None, tracks: Sequence[Track], draft: Draft
) -> None:
    """A Component, in a boxed set a ComponentRelease where the disc is also a release by itself."""
    icpn = said.icpn if said is not None and says(BOXED_SET, draft.variant) else None
    kind = "ComponentRelease" if icpn else "Component"
    group = SubElement(parent, "ResourceGroup", {"ResourceGroupType": kind})
    if said is not None:
        add_titles(group, said.title, None)
    add(group, "SequenceNumber", str(number))
    if icpn:
        add(SubElement(group, "ReleaseId"), "ICPN", icpn)
    if says(CLASSICAL, draft.variant):
        _add_works(group, tracks, draft)
    else:
        _add_items(group, tracks, draft)


def _add_works(group: Element, tracks: Sequence[Track], draft: Draft) -> None:
    """The movements of each work as a MultiWorkPart, and the tracks that are none, in one order:
    the groups come before the single tracks, their numbers tell the places of both."""
    alone: list[tuple[int, Track]] = []
    place = 0
    for work, parts in groupby(tracks, key=_work):
        if work is None:
            for track in parts:
                place += 1
                alone.append((place, track))
            continue
        place += 1
        inner = SubElement(group, "ResourceGroup", {"ResourceGroupType": "MultiWorkPart"})
        add_titles(inner, work.title, None, work.titles)
        add(inner, "SequenceNumber", str(place))
        _add_items(inner, list(parts), draft)
    for place, track in alone:
        _add_item(group, place, track, draft)


def _work(track: Track) -> Work | None:
    return track.work


def _add_items(group: Element, tracks: Sequence[Track], draft: Draft) -> None:
    """The tracks, numbered from 1."""
    for place, track in enumerate(tracks, 1):
        _add_item(group, place, track, draft)


def _add_item(group: Element, place: int, track: Track, draft: Draft) -> None:
    recording = draft.recordings[track.isrc]
    item = SubElement(group, "ResourceGroupContentItem")
    add(item, "SequenceNumber", str(place))
    add(item, "ReleaseResourceReference", f"A{recording.number}")
    if recording.extras:
        add_links(item, recording, draft)
    if track.bonus:
        add(item, "IsBonusResource", "true")
