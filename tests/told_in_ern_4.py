"""The facts of a release as its content has them and the documentation says that ERN 4 tells them,
in the plain form in which `read_ern_4` reads them from a message.

What a version has no place for is written down here, beside the fact that it concerns.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from stardust_gitops.content.model import (
    Asset,
    AudioFacts,
    Content,
    Delivery,
    Track,
    VideoFacts,
    Visibility,
)
from stardust_gitops.messages.ern.options import MessageOptions
from tests.facts_told import (
    SIMPLE,
    Facts,
    begins,
    contributor_facts,
    day,
    file_of,
    firsts,
    genre_facts,
    image_facts,
    is_clip,
    line_facts,
    local,
    long_form,
    main_file,
    measures,
    media,
    movements,
    name_in,
    plain,
    preview_facts,
    recording_facts,
    related_facts,
    release_facts,
    terms,
    text_facts,
    track_deals,
    unsaid_ai,
    unsaid_terms,
)

_SOURCES = dict.fromkeys(("IsEditedVersionOf", "IsSlowedDownOf", "IsSpedUpOf"), "HasContentFrom")
_EDITIONS = dict.fromkeys(
    ("IsImmersiveEditionOf", "IsNonImmersiveEditionOf"), "IsDifferentEncoding"
)
_RELATIONS: dict[str, dict[str, str | None]] = {
    "4.2": {
        **_SOURCES,
        **_EDITIONS,
        "IsClipFrom": "HasContentFrom",
        "HasClip": None,
        "HasPart": None,
        "IsSourceOfEditedVersion": None,
    },
    "4.3": {**_SOURCES, "IsSourceOfEditedVersion": None},
    "4.3.2": {},
}
"""Relations of recordings that a version does not know: another is told in their place, or none,
since RelatedResource has no UserDefined."""
_LIVE = dict.fromkeys(("ConcertVideo", "LiveEventVideo"), "LongFormMusicalWorkVideo")
_VIDEO_TYPES: dict[str, dict[str, str]] = {"4.2": {}, "4.3": _LIVE, "4.3.2": _LIVE}
"""Types of video for which ERN 4.3 has one word."""
_LAYOUTS = {1: "Mono", 2: "Stereo"}
"""Of more channels the number does not tell the layout."""


def _offers(content: Content, options: MessageOptions) -> Facts:
    """What is sold on which terms; a clip is not sold with the release, so that its terms are told
    also where those of tracks are not."""
    offers: Facts = {None: [told for _, told in terms(content.deals, options)]}
    for isrc, track in firsts(content).items():
        if options.profile not in SIMPLE and (options.track_deals or is_clip(track)):
            offers[isrc] = [told for _, told in terms(track_deals(track, content), options)]
    return {isrc: told for isrc, told in offers.items() if told}


def _shares(track: Track, content: Content) -> Facts:
    claims = dict.fromkeys(d for d in track_deals(track, content) if d.share is not None)
    return [(content.label, deal.share, deal.uses, deal.territories) for deal in claims]


def _digest(asset: Asset, options: MessageOptions) -> Facts:
    name = name_in(asset, options)
    if name is None:
        return None
    hashed = asset.md5 if options.hash_algorithm == "MD5" else asset.sha256
    return (name, options.hash_algorithm, hashed, asset.size)


def _measures(asset: Asset, track: Track, options: MessageOptions) -> Facts:
    """What was measured; the container of a recording of sound has no place in ERN 4.2."""
    container, *others = measures(asset, track)
    return (None if options.version == "4.2" and not track.video else container, *others)


def _mode(facts: Any, options: MessageOptions) -> str | None:
    """How it sounds; a video has no place for it in ERN 4.2."""
    if isinstance(facts, VideoFacts):
        return None if options.version == "4.2" else _LAYOUTS.get(facts.audio_channels or 0)
    return _LAYOUTS.get(facts.channels)


def _immersive(track: Track, delivery: Delivery, options: MessageOptions) -> Facts:
    """The edition in another sound, with the P-line of the track where it has none of its own."""
    asset = file_of(delivery, "immersive", track)
    if track.immersive is None or asset is None:
        return None
    line = line_facts(track.immersive.p_line or track.p_line)
    file = _digest(asset, options)
    measured = _measures(asset, track, options)
    return (track.immersive.isrc, line, "ImmersiveAudio", measured, file)


def _related(track: Track, options: MessageOptions) -> Facts:
    others = _RELATIONS[options.version]
    told = (replace(each, type=others.get(each.type, each.type) or "") for each in track.related)
    return related_facts(each for each in told if each.type)


def _recording(track: Track, delivery: Delivery, options: MessageOptions) -> Facts:
    asset = main_file(delivery, track)
    types = _VIDEO_TYPES[options.version]
    newest = options.version == "4.3.2"  # no place for flags of AI before
    measured = partial(_measures, options=options)
    found = recording_facts(track, delivery, options)
    return found | {
        "type": types.get(found["type"], found["type"]),
        "display artist": track.display_artist,
        "display artists": local(track.display_artists),
        "contributors": contributor_facts(track.contributors, ai=newest),
        "language": track.language,
        "hidden": track.hidden,
        "shares": _shares(track, delivery.content),
        "related": _related(track, options),
        "ai": track.contains_ai if newest else None,
        "mode": _mode(asset.facts, options),
        "measures": measured(asset, track),
        "file": _digest(asset, options),
        "preview": preview_facts(track, delivery, measured, partial(_digest, options=options)),
        "immersive": _immersive(track, delivery, options),
    }


def _image(asset: Asset | None, kind: str, options: MessageOptions) -> Facts:
    return asset and image_facts(asset, kind, _digest(asset, options))


def _text(asset: Asset | None, kind: str, options: MessageOptions) -> Facts:
    return asset and text_facts(asset, kind, _digest(asset, options))


def _links(track: Track, delivery: Delivery, options: MessageOptions) -> Facts:
    """What belongs to a track beside its recording."""
    capture = file_of(delivery, "screen_capture", track)
    found = {
        "VideoScreenCapture": _image(capture, "VideoScreenCapture", options),
        "Lyrics": _text(file_of(delivery, "lyrics", track), "LyricText", options),
    }
    return {name: linked for name, linked in found.items() if linked}


def _wholes(delivery: Delivery, options: MessageOptions) -> Facts:
    """What belongs to the release as a whole."""
    booklet = file_of(delivery, "booklet")
    found = {
        "CoverArt": _image(file_of(delivery, "cover"), "FrontCoverImage", options),
        "Booklet": _text(booklet, "NonInteractiveBooklet", options),
    }
    return {name: linked for name, linked in found.items() if linked}


def _visibility(content: Content, offered: bool) -> Facts:
    """It stands among the deals: without any there is no place for it."""
    shown = content.visibility
    if shown is None or shown == Visibility() or not offered:
        return None
    return (begins(shown.release), begins(shown.cover), begins(shown.tracks))


def _has_place(variant: str, options: MessageOptions) -> bool:
    """Whether what a variant of the profile is for can be told: movements in groups (Classical),
    discs that are releases too (BoxedSet). The variant follows from it, unless another is set; a
    simple profile has none by itself."""
    if options.variant is None:
        return options.profile not in SIMPLE
    return variant in options.variant


def _discs(delivery: Delivery, options: MessageOptions) -> Facts:
    content = delivery.content
    said = {disc.number: disc for disc in content.discs}
    found = {}
    for disc, items in movements(content, _has_place("Classical", options)).items():
        of = said.get(disc)
        icpn = of.icpn if of and _has_place("BoxedSet", options) else None
        found[disc] = (of and of.title, icpn, items)
    return found


def _profile(content: Content) -> str:
    """The profile that a release has by itself."""
    tones = ("RingbackToneRelease", "RingtoneRelease")
    if content.type == "DjMix" or content.type in tones:
        return "DjMix" if content.type == "DjMix" else "Ringtone"
    videos, sounds = media(content)
    if sounds and videos:
        return "MixedMedia"
    if not videos:
        return "Audio"
    return "LongFormMusicalWorkVideo" if long_form(videos) else "Video"


def content_facts(delivery: Delivery, options: MessageOptions) -> Facts:
    """What a recipient of ERN 4 is to know of a release."""
    content, recordings = delivery.content, firsts(delivery.content)
    offers = _offers(content, options)
    sold = {isrc: track for isrc, track in recordings.items() if options.profile not in SIMPLE}
    facts = release_facts(delivery) | {
        "profile": options.profile or _profile(content),
        "day": day(content.release_date),
        "days": {own.territory: day(own.date) for own in content.release_dates},
        "ai": content.contains_ai if options.version == "4.3.2" else None,
        "discs": _discs(delivery, options),
        "recordings": {isrc: _recording(t, delivery, options) for isrc, t in recordings.items()},
        "tracks": {
            isrc: (content.label, genre_facts(track.genre), _links(track, delivery, options))
            for isrc, track in sold.items()
            if not is_clip(track)
        },
        "clips": {
            isrc: (content.label, genre_facts(track.genre))
            for isrc, track in sold.items()
            if is_clip(track)
        },
        "places": {
            isrc: _links(track, delivery, options)
            for isrc, track in recordings.items()
            if not is_clip(track)
        },
        "wholes": _wholes(delivery, options),
        "offers": offers,
        "visibility": _visibility(content, bool(offers)),
    }
    return plain(facts)


def unsaid(delivery: Delivery, options: MessageOptions) -> list[str]:
    """The places in the content of what a version has no place for."""
    content = delivery.content
    tracks = options.track_deals and options.profile not in SIMPLE
    found = unsaid_terms(content, options, tracks)
    if options.version != "4.3.2":
        found += unsaid_ai(content)
    for index, disc in enumerate(content.discs):
        if disc.icpn and not _has_place("BoxedSet", options):
            found.append(f"discs[{index}].icpn")
    for place, track in enumerate(content.tracks):
        if is_clip(track) and track.bonus:
            found.append(f"tracks[{place}].bonus")
        for index, other in enumerate(track.related):
            if _RELATIONS[options.version].get(other.type, other.type) is None:
                found.append(f"tracks[{place}].related[{index}]")
    if options.version == "4.2":
        found += _containers(delivery)
    return found


def _containers(delivery: Delivery) -> list[str]:
    """Of recordings of sound, and of previews of them."""
    names = {"audio": "audio", "preview": "preview.audio"}
    found = []
    for asset in delivery.assets:
        facts, place = asset.facts, (asset.track or 0) - 1
        if asset.role not in names or not isinstance(facts, AudioFacts):
            continue
        if facts.container and not delivery.content.tracks[place].video:
            found.append(f"tracks[{place}].{names[asset.role]}.container")
    return found
