"""What ERN 3 says otherwise than the content does: a line for each kind of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stardust_gitops.content.model import AudioFacts, Content, Deal, Delivery, Visibility
from stardust_gitops.messages.ern.mapping import Mapping
from stardust_gitops.messages.ern.offers import terms_of
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.v3.deals import shown_from
from stardust_gitops.messages.ern.v3.releases import COMPILATION
from stardust_gitops.messages.ern.v3.words import (
    CODEC,
    RELATION,
    ROLE,
    TYPE,
    is_writer,
    performance_language,
    told,
)
from stardust_gitops.messages.problems import MessageError


def mapped(delivery: Delivery, options: MessageOptions, version: str) -> Iterator[Mapping]:
    """In order of the content. What is refused (see `v3.writer.build`) is not among them."""
    content = delivery.content
    yield from _of_release(content, version)
    for place, track in enumerate(content.tracks):
        field = f"tracks[{place}]"
        for index, contributor in enumerate(track.contributors):
            roles = [role for role in contributor.roles if not is_writer(role, version)]
            yield from _words(ROLE, roles, f"{field}.contributors[{index}].roles", version)
        if track.language:
            yield from _language(track.language, f"{field}.language", version)
        if track.hidden:
            yield Mapping(
                field=f"{field}.hidden",
                said="the recording contains hidden content",
                told="IsHiddenResource of its place on the release",
                reason=f"ERN {version} has no word for what a recording contains",
            )
    for asset in delivery.assets:
        if isinstance(asset.facts, AudioFacts) and asset.track is not None:
            field = f"tracks[{asset.track - 1}].audio.codec"
            yield from _words(CODEC, [asset.facts.codec], field, version)
    if options.takedown is None:
        yield from _visibility(content)
        yield from _shares(content, version)


def _of_release(content: Content, version: str) -> Iterator[Mapping]:
    yield from _words(TYPE, [content.type], "type", version)
    if content.compilation == "single_artist":
        yield Mapping(
            field="compilation",
            said="single_artist",
            told=f"a further ReleaseType UserDefined {COMPILATION}, IsMultiArtistCompilation false",
            reason=f"ERN {version} knows the flag for several artists alone",
        )
    for index, related in enumerate(content.related):
        yield from _words(RELATION, [related.type], f"related[{index}].type", version)


def _words(set_name: str, values: Iterable[str], field: str, version: str) -> Iterator[Mapping]:
    for value in values:
        word = told(set_name, value, version)
        if word.value != value:
            reason = f"ERN {version} has another word for it"
            if word.attributes is not None:
                reason = f"ERN {version} does not know the value; a later version does"
            yield Mapping(field=field, said=value, told=str(word), reason=reason)


def _language(tag: str, field: str, version: str) -> Iterator[Mapping]:
    try:
        code = performance_language(tag, version)
    except MessageError:
        return  # refused
    if code != tag:
        reason = f"ERN {version} takes codes of ISO 639-1 alone"
        yield Mapping(field=field, said=tag, told=code, reason=reason)


def _visibility(content: Content) -> Iterator[Mapping]:
    """What the visibility leaves open must be said, from when the deal begins. It stands among the
    terms of the release, so that it needs some; without any deals at all, see `ern.mappings`."""
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
    if not content.deals and any(terms_of(track, content) for track in content.tracks):
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
