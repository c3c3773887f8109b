"""What a message says otherwise than the content does, and why: nothing is dropped silently.

`render --explain` shows the list. What is not mapped here and cannot be said is refused instead,
by rule SG2106 or by the writer. Other forms of the same (a title with its version, a keyword
list as one text, an end date as its last second) are no mappings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from stardust_gitops.content.model import (
    AudioFacts,
    Content,
    Deal,
    Delivery,
    Track,
    Visibility,
)
from stardust_gitops.content.profiles import CLIP, SIMPLE
from stardust_gitops.messages.ern.mapping import Mapping as Mapping
from stardust_gitops.messages.ern.offers import DATE, terms_of
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.profiles import profile_of
from stardust_gitops.messages.ern.v3 import mappings as v3
from stardust_gitops.messages.ern.v4 import mappings as v4
from stardust_gitops.messages.ern.values import newer_value
from stardust_gitops.messages.ern.version import Shape, Version
from stardust_gitops.messages.ern.versions import version_named

Mapped: TypeAlias = Callable[[Delivery, MessageOptions, Version], Iterator[Mapping]]


def mappings(delivery: Delivery, options: MessageOptions) -> list[Mapping]:
    """What the message of `delivery` in these `options` says otherwise; empty where it says all as
    it stands, and for a purge, which names a release and tells nothing of it."""
    if options.purge:
        return []
    version = version_named(options.version)
    options = replace(options, profile=profile_of(delivery, options, version.shape))
    return list(_MAPPED[version.shape](delivery, options, version))


def _in_shape_3(delivery: Delivery, options: MessageOptions, version: Version) -> Iterator[Mapping]:
    """What all versions say otherwise, then the table of ERN 3."""
    yield from _times(delivery.content)
    yield from _terms(delivery.content, options)
    yield from v3.mapped(delivery, options, version.name)


def _in_shape_4(delivery: Delivery, options: MessageOptions, version: Version) -> Iterator[Mapping]:
    """The table of ERN 4: one line for each kind of thing that is said otherwise."""
    content = delivery.content
    yield from _newer_values(content, version.name)
    yield from v4.mapped(delivery, options, version)
    yield from _times(content)
    yield from _terms(content, options)
    if not version.dialect.container_format:
        yield from _containers(delivery, f"ERN {version.name} has no place for the container")


def _newer_values(content: Content, version: str) -> Iterator[Mapping]:
    """Roles, instruments and relations that only a later version knows."""
    for index, related in enumerate(content.related):
        path = f"related[{index}].type"
        yield from _newer("ReleaseRelationshipType", [related.type], path, version)
    for place, track in enumerate(content.tracks):
        for index, contributor in enumerate(track.contributors):
            path = f"tracks[{place}].contributors[{index}]"
            yield from _newer("ContributorRole", contributor.roles, f"{path}.roles", version)
            yield from _newer(
                "InstrumentType", contributor.instruments, f"{path}.instruments", version
            )


def _newer(set_name: str, values: Iterable[str], field: str, version: str) -> Iterator[Mapping]:
    for value in values:
        attributes = newer_value(set_name, value, version)
        if attributes is not None:
            yield Mapping(
                field=field,
                said=value,
                told=f"UserDefined ({attributes['Namespace']}: {value})",
                reason=f"ERN {version} does not know the value; a later version does",
            )


def _times(content: Content) -> Iterator[Mapping]:
    """Dates of a release are days; the time of day is told by its deals."""
    dates = [("release_date", content.release_date)]
    dates += [(f"release_dates[{i}].date", own.date) for i, own in enumerate(content.release_dates)]
    dates.append(("original_release_date", content.original_release_date))
    for field, date in dates:
        if date and len(date) > DATE:
            reason = "the date of a release is a day; its deals tell the time"
            yield Mapping(field=field, said=date, told=date[:DATE], reason=reason)


def _terms(content: Content, options: MessageOptions) -> Iterator[Mapping]:
    """Terms of tracks where only the release's are told (but for clips, which are no part of it);
    what shows early where nothing is sold."""
    if options.takedown is not None:
        return
    reason = None
    if options.profile in SIMPLE:
        reason = f"the profile {options.profile} has no track releases"
    elif not options.track_deals:
        reason = "track_deals: false tells deals of releases alone"
    told = [content.deals]
    for track in content.tracks:
        if reason is None or track.type == CLIP:
            told.append(terms_of(track, content))
    if reason is not None:
        yield from _track_terms(content, reason)
    if content.visibility not in (None, Visibility()) and not any(told):
        yield Mapping(
            field="visibility",
            said="what shows before the release",
            told=None,
            reason="visibility stands among the deals, and there are none",
        )


def _track_terms(content: Content, reason: str) -> Iterator[Mapping]:
    for place, track in enumerate(content.tracks):
        if track.type != CLIP and terms_of(track, content) != content.deals:
            yield Mapping(
                field=f"tracks[{place}].deals",
                said=_deals(track, content),
                told=None,
                reason=reason,
            )


def _deals(track: Track, content: Content) -> str:
    deals: tuple[Deal, ...] = terms_of(track, content)
    return f"{len(deals)} deals of its own" if deals else "not sold alone"


def _containers(delivery: Delivery, reason: str) -> Iterator[Mapping]:
    for asset in delivery.assets:
        facts = asset.facts
        if isinstance(facts, AudioFacts) and facts.container and asset.track is not None:
            track = delivery.content.tracks[asset.track - 1]
            if track.video:
                continue  # the details of a video have a place for it
            name = "preview.audio" if asset.role == "preview" else "audio"
            field = f"tracks[{asset.track - 1}].{name}.container"
            yield Mapping(field=field, said=facts.container, told=None, reason=reason)


_MAPPED: dict[Shape, Mapped] = {"3": _in_shape_3, "4": _in_shape_4}
