"""What a version of ERN 4 says otherwise of recordings, discs and files."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.content.model import (
    Asset,
    AudioFacts,
    Content,
    Delivery,
    RelatedRecording,
    Track,
    VideoFacts,
)
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.messages.ern.mapping import Mapping
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.v4.links import DESCRIPTIONS
from stardust_gitops.messages.ern.v4.variants import BOXED_SET, CLASSICAL, says, variant_of
from stardust_gitops.messages.ern.v4.words import (
    AUDIO_CODEC,
    LINK,
    RELATION,
    VIDEO_CODEC,
    word,
)
from stardust_gitops.messages.ern.version import Version


def mapped(delivery: Delivery, options: MessageOptions, version: Version) -> Iterator[Mapping]:
    """In order of the content. What is refused (see `v4.writer.build`) is not among them."""
    content = delivery.content
    variant = variant_of(content, options)
    yield from _discs(content, variant)
    if content.contains_ai is not None and not version.dialect.ai:
        yield _no_ai("contains_ai", content.contains_ai, version)
    for place, track in enumerate(content.tracks):
        yield from _track(track, f"tracks[{place}]", variant, version)
    for asset in delivery.assets:
        yield from _file(asset, version)


def _discs(content: Content, variant: str | None) -> Iterator[Mapping]:
    """Discs that are releases too, where the release is not to pass for a boxed set; and those of
    which clips alone are, which are in no group."""
    grouped = {track.disc for track in content.tracks if track.type != CLIP}
    for index, disc in enumerate(content.discs):
        if disc.number not in grouped:
            reason = "there is no track on it: a clip is in no group of the release"
            yield Mapping(field=f"discs[{index}]", said=disc.title, told=None, reason=reason)
        elif disc.icpn and not says(BOXED_SET, variant):
            yield Mapping(
                field=f"discs[{index}].icpn",
                said=disc.icpn,
                told=None,
                reason=_without(variant, "a disc is a release of its own in a BoxedSet alone"),
            )


def _without(variant: str | None, rule: str) -> str:
    return f"{rule}, and the variant of this message is {variant or 'none'}"


def _track(track: Track, field: str, variant: str | None, version: Version) -> Iterator[Mapping]:
    if track.video and track.type is not None:
        set_name = version.dialect.video_types
        yield from _word(set_name, track.type, f"{field}.type", version.name)
    if track.work is not None and track.type != CLIP and not says(CLASSICAL, variant):
        yield Mapping(
            field=f"{field}.work",
            said=f"a movement of {track.work.title}",
            told="a GroupingTitle of the recording alone",
            reason=_without(variant, "works are groups of a release in Classical alone"),
        )
    if track.bonus and track.type == CLIP:
        reason = "a clip is in no group of the release"
        yield Mapping(field=f"{field}.bonus", said="a bonus", told=None, reason=reason)
    for index, related in enumerate(track.related):
        yield from _related(related, f"{field}.related[{index}]", version)
    if version.dialect.ai:
        return
    if track.contains_ai is not None:
        yield _no_ai(f"{field}.contains_ai", track.contains_ai, version)
    for index, contributor in enumerate(track.contributors):
        if contributor.ai is not None:
            yield _no_ai(f"{field}.contributors[{index}].ai", contributor.ai, version)


def _no_ai(field: str, said: str, version: Version) -> Mapping:
    reason = f"ERN {version.name} has no place for what generative AI made; ERN 4.3.2 has"
    return Mapping(field=field, said=said, told=None, reason=reason)


def _related(related: RelatedRecording, field: str, version: Version) -> Iterator[Mapping]:
    if word(RELATION, related.type, version.name) is None:
        reason = f"ERN {version.name} has no word for this relation of recordings"
        said = f"{related.type} {related.isrc}"
        yield Mapping(field=field, said=said, told=None, reason=reason)
        return
    yield from _word(RELATION, related.type, f"{field}.type", version.name)
    if related.start is None and related.duration and version.dialect.timing_in_seconds:
        yield Mapping(
            field=f"{field}.duration",
            said=f"{related.duration} seconds",
            told=None,
            reason=f"a Timing of ERN {version.name} needs its beginning",
        )


def _file(asset: Asset, version: Version) -> Iterator[Mapping]:
    """Codecs of measured files, and how the resources that some of them are by themselves are
    linked."""
    facts, field = asset.facts, _field(asset)
    if isinstance(facts, AudioFacts):
        yield from _word(AUDIO_CODEC, facts.codec, f"{field}.codec", version.name)
    elif isinstance(facts, VideoFacts):
        yield from _word(VIDEO_CODEC, facts.codec, f"{field}.codec", version.name)
        if facts.audio_codec is not None:
            sound = f"{field}.audio_codec"
            yield from _word(AUDIO_CODEC, facts.audio_codec, sound, version.name)
    description = DESCRIPTIONS.get(asset.role)
    if description is not None:
        yield from _word(LINK, description, field, version.name)


def _field(asset: Asset) -> str:
    name = "preview.audio" if asset.role == "preview" else asset.role
    return name if asset.track is None else f"tracks[{asset.track - 1}].{name}"


def _word(set_name: str, value: str, field: str, version: str) -> Iterator[Mapping]:
    told = word(set_name, value, version)
    if told is None or told.value == value:
        return
    reason = f"ERN {version} has another word for it"
    if told.attributes is not None:
        since = "an earlier" if told.attributes["Namespace"] == "ern/42" else "a later"
        reason = f"ERN {version} does not know the value; {since} version does"
    yield Mapping(field=field, said=value, told=str(told), reason=reason)
