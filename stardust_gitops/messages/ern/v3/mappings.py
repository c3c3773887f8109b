"""What ERN 3 says otherwise than the content does: a line for each kind of it."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.content.model import Content, Deal, Delivery, Visibility
from stardust_gitops.content.profiles import SIMPLE
from stardust_gitops.messages.ern.mapping import Mapping
from stardust_gitops.messages.ern.offers import terms_of
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.v3.deals import shown_from
from stardust_gitops.messages.ern.v3.mappings_of_recordings import (
    mapped_files,
    mapped_tracks,
    mapped_words,
    no_place_for_ai,
)
from stardust_gitops.messages.ern.v3.releases import COMPILATION
from stardust_gitops.messages.ern.v3.words import RELATION, TYPE


def mapped(delivery: Delivery, options: MessageOptions, version: str) -> Iterator[Mapping]:
    """In order of the content. What is refused (see `v3.writer.build`) is not among them."""
    content = delivery.content
    yield from _of_release(content, version)
    yield from mapped_tracks(content, options, version)
    yield from mapped_files(delivery, version)
    if options.takedown is None:
        yield from _visibility(content, options)
        yield from _shares(content, version)


def _of_release(content: Content, version: str) -> Iterator[Mapping]:
    yield from mapped_words(TYPE, [content.type], "type", version)
    if content.compilation == "single_artist":
        yield Mapping(
            field="compilation",
            said="single_artist",
            told=f"a further ReleaseType UserDefined {COMPILATION}, IsMultiArtistCompilation false",
            reason=f"ERN {version} knows the flag for several artists alone",
        )
    for index, related in enumerate(content.related):
        yield from mapped_words(RELATION, [related.type], f"related[{index}].type", version)
    if content.contains_ai is not None:
        yield no_place_for_ai("contains_ai", content.contains_ai, version)


def _visibility(content: Content, options: MessageOptions) -> Iterator[Mapping]:
    """What the visibility leaves open must be said, from when the deal begins. It stands among the
    terms of the release, so that it needs some; where no deal is told at all, see `ern.mappings`.
    """
    visibility = content.visibility
    if visibility is None or visibility == Visibility():
        return
    for index, deal in enumerate(content.deals):
        release, tracks, cover, clips = shown_from(visibility, deal)
        yield Mapping(
            field=f"deals[{index}]",
            said=_said(visibility),
            told=f"release {release}, track listing {tracks}, cover {cover}, clips {clips}",
            reason="all four must be said; what is left open begins with the deal",
        )
    if content.deals or not options.track_deals or options.profile in SIMPLE:
        return
    if any(terms_of(track, content) for track in content.tracks):
        reason = "visibility stands among the deals of the release, and there are none"
        yield Mapping(field="visibility", said=_said(visibility), told=None, reason=reason)


def _said(visibility: Visibility) -> str:
    parts = (
        ("release", visibility.release),
        ("track listing", visibility.tracks),
        ("cover", visibility.cover),
    )
    return ", ".join(f"{name} {value}" for name, value in parts if value)


def _shares(content: Content, version: str) -> Iterator[Mapping]:
    for place, track in enumerate(content.tracks):
        claims: list[Deal] = [deal for deal in terms_of(track, content) if deal.share is not None]
        if claims:
            uses = ", ".join(sorted({use for deal in claims for use in deal.uses}))
            yield Mapping(
                field=f"tracks[{place}].deals",
                said=f"a share of {claims[0].share} % for {uses}",
                told=f"a share of {claims[0].share} %",
                reason=f"a RightsController of ERN {version} has no uses",
            )
