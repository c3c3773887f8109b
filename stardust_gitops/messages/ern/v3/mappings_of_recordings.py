"""What ERN 3 says otherwise of recordings and of measured files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stardust_gitops.content.model import (
    Asset,
    AudioFacts,
    Content,
    Delivery,
    RelatedRecording,
    TextFacts,
    Track,
    VideoFacts,
)
from stardust_gitops.messages.ern.mapping import Mapping
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.v3.recorded import kind_of
from stardust_gitops.messages.ern.v3.words import (
    CODEC,
    ROLE,
    TEXT_CODEC,
    VIDEO_CODEC,
    is_writer,
    performance_language,
    told,
)
from stardust_gitops.messages.problems import MessageError


def mapped_tracks(content: Content, options: MessageOptions, version: str) -> Iterator[Mapping]:
    """Of each track in its place."""
    for place, track in enumerate(content.tracks):
        field = f"tracks[{place}]"
        if track.type is not None:
            yield from mapped_words(kind_of(track).type, [track.type], f"{field}.type", version)
        yield from _contributors(track, field, version)
        if track.language:
            yield from _language(track.language, f"{field}.language", version)
        if track.hidden:
            yield Mapping(
                field=f"{field}.hidden",
                said="the recording contains hidden content",
                told="IsHiddenResource of its place on the release",
                reason=f"ERN {version} has no word for what a recording contains",
            )
        if track.work is not None and options.variant == "none":
            yield Mapping(
                field=f"{field}.work",
                said=f"a movement of {track.work.title}",
                told="a GroupingTitle of the recording alone",
                reason="variant: none makes no groups of works",
            )
        for index, related in enumerate(track.related):
            yield _related(related, f"{field}.related[{index}]", version)
        if track.contains_ai is not None:
            yield no_place_for_ai(f"{field}.contains_ai", track.contains_ai, version)


def _contributors(track: Track, field: str, version: str) -> Iterator[Mapping]:
    for index, contributor in enumerate(track.contributors):
        path = f"{field}.contributors[{index}]"
        roles = [role for role in contributor.roles if not is_writer(role, version)]
        yield from mapped_words(ROLE, roles, f"{path}.roles", version)
        if contributor.ai is not None:
            yield no_place_for_ai(f"{path}.ai", contributor.ai, version)


def _related(related: RelatedRecording, field: str, version: str) -> Mapping:
    said = f"{related.type} {related.isrc}"
    reason = f"a recording of ERN {version} has no place for others that it is related to"
    return Mapping(field=field, said=said, told=None, reason=reason)


def no_place_for_ai(field: str, said: str, version: str) -> Mapping:
    """How much generative AI made of something."""
    reason = f"ERN {version} has no place for what generative AI made; ERN 4.3.2 has"
    return Mapping(field=field, said=said, told=None, reason=reason)


def mapped_files(delivery: Delivery, version: str) -> Iterator[Mapping]:
    """Codecs of measured files."""
    for asset in delivery.assets:
        facts, field = asset.facts, _field(asset)
        if isinstance(facts, AudioFacts):
            yield from mapped_words(CODEC, [facts.codec], f"{field}.codec", version)
        elif isinstance(facts, VideoFacts):
            yield from mapped_words(VIDEO_CODEC, [facts.codec], f"{field}.codec", version)
            if facts.audio_codec is not None:
                field = f"{field}.audio_codec"
                yield from mapped_words(CODEC, [facts.audio_codec], field, version)
        elif isinstance(facts, TextFacts):
            yield from mapped_words(TEXT_CODEC, [facts.codec], f"{field}.codec", version)


def _field(asset: Asset) -> str:
    name = "preview.audio" if asset.role == "preview" else asset.role
    return name if asset.track is None else f"tracks[{asset.track - 1}].{name}"


def mapped_words(
    set_name: str, values: Iterable[str], field: str, version: str
) -> Iterator[Mapping]:
    """A line for each value that is told by another word, or as ``UserDefined``."""
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
