"""Hypothesis strategies over the whole content model, and what a message is written from.

What is rare is drawn for a release as a whole: its `features` say what may occur in it at all. So
most messages are small, and each has something of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from stardust_gitops.catalog.vocabulary import allowed_values
from stardust_gitops.content.model import (
    Asset,
    AssetRole,
    AudioFacts,
    Content,
    Delivery,
    ImageFacts,
    Preview,
    Principal,
    TextFacts,
    Track,
    VideoFacts,
)
from stardust_gitops.messages.ern.options import FileName, MessageOptions
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.messages.header import Header, MessagingParty
from tests.strategy_recordings import (
    audio_releases_only,
    contains_ai,
    descriptors,
    discs,
    features,
    track_lists,
)
from tests.strategy_values import (
    artists,
    dates,
    days,
    deals,
    genres,
    languages,
    local_names,
    optional,
    related,
    rights_lines,
    sampled,
    territory_dates,
    texts,
    titles,
    tuples,
    visibilities,
    warnings,
)

Cut = TypeVar("Cut", AudioFacts, VideoFacts)
Facts = AudioFacts | ImageFacts | VideoFacts | TextFacts


@st.composite
def contents(draw: DrawFn, version: str, has: frozenset[str] | None = None) -> Content:
    """The content of a release with everything that the model can say, or little of it.

    `has` are the features that may occur in it; by default any.
    """
    has = draw(features(version)) if has is None else has
    placed = draw(track_lists(version, has))
    isrcs = tuple(sorted({track.isrc for track in placed}))
    types = sampled("ReleaseType_ERN4", version)
    if any(track.video for track in placed):
        types = types.filter(lambda each: each not in audio_releases_only(version))
    return Content(
        icpn="04006381333931",
        type=draw(types),
        title=draw(texts),
        display_artist=draw(texts),
        artists=draw(artists("local" in has)),
        label=draw(texts),
        genre=draw(genres),
        parental_warning=draw(warnings),  # type: ignore[arg-type]
        tracks=placed,
        language=draw(languages),
        version=draw(optional(texts)),
        catalog_number=draw(optional(texts)),
        p_line=draw(optional(rights_lines)),
        c_line=draw(optional(rights_lines)),
        release_date=draw(optional(dates)),
        original_release_date=draw(optional(days)),
        deals=draw(tuples(deals(version, isrcs), 0, 3)),
        track_deals=draw(optional(tuples(deals(version), 0, 3))),
        visibility=draw(optional(visibilities)),
        titles=draw(titles),
        grid=draw(optional(st.just("A12425GABC1234002M"))),
        compilation=draw(st.sampled_from((None, "single_artist", "multi_artist"))),
        related=draw(tuples(related(version), 0, 2)),
        keywords=draw(tuples(texts, 0, 3)),
        marketing_comment=draw(optional(texts)),
        release_dates=draw(territory_dates),
        display_artists=draw(local_names) if "local" in has else (),
        discs=draw(discs(placed)) if "discs" in has else (),
        contains_ai=contains_ai(placed),
        descriptors=draw(descriptors()) if "descriptors" in has else None,
    )


_durations = st.integers(1, 20_000_000_000).map(lambda micros: f"{micros / 1_000_000:.6f}")


@cache
def audio_facts(version: str) -> SearchStrategy[AudioFacts]:
    """Every codec and container, mono to surround."""
    return st.builds(
        AudioFacts,
        codec=sampled("AudioCodecType", version),
        sample_rate=st.sampled_from((44100, 48000, 96000)),
        channels=st.sampled_from((1, 2, 6)),
        duration=_durations,
        container=optional(sampled("ContainerFormat", version)),
        bit_depth=optional(st.sampled_from((16, 24))),
    )


@cache
def immersive_facts(version: str) -> SearchStrategy[AudioFacts]:
    """Dolby Atmos masters."""
    codecs = ("AC-4", "DolbyAtmosMasterADM", "DolbyDigitalPlus", "PCM")
    return audio_facts(version).flatmap(
        lambda facts: st.sampled_from(codecs).map(
            lambda codec: replace(facts, codec=codec, channels=10, container="WAV")
        )
    )


@cache
def image_facts(version: str) -> SearchStrategy[ImageFacts]:
    """Images of every codec and size."""
    return st.builds(
        ImageFacts,
        codec=sampled("ImageCodecType", version),
        width=st.integers(1, 9000),
        height=st.integers(1, 9000),
        mode=st.just("RGB"),
    )


@st.composite
def video_facts(draw: DrawFn) -> VideoFacts:
    """Every codec that is measured, which are those of ERN 4.3, with and without sound."""
    sound = draw(st.booleans())
    return VideoFacts(
        container=draw(sampled("ContainerFormat", "4.3")),
        codec=draw(sampled("VideoCodecType", "4.3")),
        width=draw(st.integers(1, 8000)),
        height=draw(st.integers(1, 8000)),
        frame_rate=draw(st.sampled_from(("25", "29.97", "23.976", "59.94006"))),
        duration=draw(_durations),
        audio_codec=draw(st.sampled_from(("AAC", "PCM", "MP3"))) if sound else None,
        audio_channels=draw(st.sampled_from((1, 2, 6))) if sound else None,
        audio_sample_rate=48000 if sound else None,
    )


_TEXTS = ("PDF", "TTML", "SimpleLRC", "EnhancedLRC", "SRT", "VTT", "UTF8Text")
text_facts = st.builds(TextFacts, codec=st.sampled_from(_TEXTS))


def _asset(role: AssetRole, track: int | None, key: str, facts: Facts) -> Asset:
    name = key.encode()
    return Asset(
        role=role,
        track=track,
        path=f"assets/{key}",
        sha256=hashlib.sha256(name).hexdigest(),
        md5=hashlib.md5(name, usedforsecurity=False).hexdigest(),
        size=len(name) * 1000,
        facts=facts,
    )


def _cut(facts: Cut, preview: Preview) -> Cut:
    """As long as the preview says, if it does."""
    return facts if preview.duration is None else replace(facts, duration=str(preview.duration))


@st.composite
def _recording_files(
    draw: DrawFn, track: Track, version: str, has: frozenset[str]
) -> dict[AssetRole, Facts]:
    """The facts of all files of a recording, by role."""
    files: dict[AssetRole, Facts] = {}
    if track.video:
        files["video"] = draw(video_facts())
        if "screen_capture" in has and draw(st.booleans()):
            files["screen_capture"] = draw(image_facts(version))
    else:
        files["audio"] = draw(audio_facts(version))
        if track.immersive:
            files["immersive"] = draw(immersive_facts(version))
    if track.preview and "preview_file" in has and draw(st.booleans()):
        files["preview"] = _cut(draw(audio_facts(version)), track.preview)
        if track.video and draw(st.booleans()):
            files["preview"] = _cut(draw(video_facts()), track.preview)
    if "lyrics" in has and track.type != "Clip" and draw(st.booleans()):
        files["lyrics"] = draw(text_facts)
    return files


@st.composite
def deliveries(draw: DrawFn, version: str) -> Delivery:
    """Content with the facts of every file that it needs."""
    has = draw(features(version))
    content = draw(contents(version, has))
    measured: dict[str, dict[AssetRole, Facts]] = {}
    assets = []
    for place, track in enumerate(content.tracks, 1):
        if track.isrc not in measured:
            measured[track.isrc] = draw(_recording_files(track, version, has))
        for role, facts in measured[track.isrc].items():
            assets.append(_asset(role, place, f"{track.isrc}.{role}", facts))
    assets.append(_asset("cover", None, "cover.jpg", draw(image_facts(version))))
    if "booklet" in has:
        assets.append(_asset("booklet", None, "booklet.pdf", TextFacts(codec="PDF")))
    icpn = draw(st.sampled_from(("4006381333931", "04006381333931")))
    principal = draw(optional(st.builds(Principal, dpid=st.just("PADPIDA2011072101T"), name=texts)))
    return Delivery(icpn=icpn, content=content, assets=tuple(assets), on_behalf_of=principal)


_messaging_parties = st.builds(
    MessagingParty, dpid=st.sampled_from(("PADPIDA2026112201U", "PADPIDA2011072101T")), name=texts
)
headers: SearchStrategy[Header] = st.builds(
    Header,
    message_id=texts,
    thread_id=texts,
    created=st.sampled_from(("2026-11-22T07:00:00Z", "2024-02-29T23:59:59Z")),
    sender=_messaging_parties,
    recipient=_messaging_parties,
    test=st.booleans(),
    on_behalf_of=optional(_messaging_parties),
    also_to=tuples(_messaging_parties, 0, 2),
)


def named_files(delivery: Delivery) -> tuple[FileName, ...]:
    """A name for every file that the message carries."""
    return tuple(
        FileName(asset=asset, uri=f"resources/{delivery.icpn}_{number:03d}.bin")
        for number, asset in enumerate(carried_assets(delivery), 1)
    )


def _profiles(content: Content) -> tuple[str | None, ...]:
    """Profiles that a target may ask for, that of the content (`None`) above all."""
    kinds = [(track.video, track.type == "Clip") for track in content.tracks]
    if kinds == [(False, False)]:
        return (None, "Audio", "SimpleAudioSingle")
    if kinds == [(True, False)]:
        return (None, "SimpleVideoSingle")
    return (None,) if any(video for video, _ in kinds) else (None, "Audio")


_SERVICES = (None, (), ("GenericDownloadService", "InteractiveSubscriptionStreamingService"))
"""Business profiles of ERN 3: those of the deals, none, or others."""


def _variants(content: Content, version: str) -> tuple[str | None, ...]:
    """Variants that a target may ask for; in ERN 3 they are profiles, and Classical is audio."""
    if version.startswith("3.") and any(track.video for track in content.tracks):
        return (None, "none", "BoxedSet")
    return (None, "none", "Classical", "BoxedSet", "BoxedSet Classical")


@st.composite
def messages(draw: DrawFn, version: str = "4.3") -> tuple[Delivery, Header, MessageOptions]:
    """All that a message of an ERN version is written from: new, update, takedown of each kind that
    the version knows, or purge; sometimes one ISRC comes in the place of another."""
    kinds = ("no_deals", "end_date", *(("takedown_flag",) if version.startswith("3.") else ()))
    takedown = draw(st.sampled_from((None, None, None, *kinds)))
    new = takedown is None
    purge = new and draw(st.sampled_from((False,) * 11 + (True,)))
    with_files = new and draw(st.sampled_from((True, True, False)))
    algorithms = {"MD5", "SHA-256"} & allowed_values(version)["HashSumAlgorithmType"]
    wishes = MessageOptions(
        version=version,
        takedown=takedown,
        purge=purge,
        update_indicator=draw(st.sampled_from((None, "OriginalMessage", "UpdateMessage"))),
        track_deals=draw(st.sampled_from((True, True, True, False))),
        end_date=draw(days) if takedown == "end_date" else None,
        hash_algorithm=draw(st.sampled_from(sorted(algorithms))),
        business_profiles=draw(st.sampled_from(_SERVICES)) if version.startswith("3.") else None,
    )
    header = draw(headers)
    delivery = draw(deliveries(version))
    content = delivery.content
    profile = draw(st.sampled_from(_profiles(content)))
    if profile == "SimpleAudioSingle" and draw(st.booleans()):
        others = tuple(each for each in delivery.assets if each.role != "cover")
        delivery = replace(delivery, assets=others)
    replaced = ((content.tracks[0].isrc, "GBXYZ2599999"),)
    options = replace(
        wishes,
        profile=profile,
        variant=draw(st.sampled_from(_variants(content, version))),
        files=named_files(delivery) if with_files else None,
        replaced_isrcs=draw(st.sampled_from(((), (), replaced))),
    )
    return delivery, header, options
