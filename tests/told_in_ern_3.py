"""The facts of a release as its content has them and the documentation says that ERN 3 tells them,
in the plain form in which `read_ern_3` reads them from a message.

What ERN 3 has no place for is not among them: what AI made, and other recordings that one is
related to.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from stardust_gitops.content.model import Asset, Content, Deal, Delivery, Track, Visibility
from stardust_gitops.messages.ern.options import MessageOptions
from tests.facts_told import (
    Facts,
    artist_facts,
    begins,
    contributor_facts,
    day,
    file_of,
    firsts,
    genre_facts,
    image_facts,
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
    release_facts,
    seconds,
    terms,
    text_facts,
    title_facts,
    track_deals,
    unsaid_ai,
    unsaid_terms,
)

_SIMPLE = "SimpleAudioSingle"
"""The profile that has no track releases; a single video has one."""


def _days(content: Content) -> Facts:
    days = {"Worldwide": day(content.release_date)}
    return days | {own.territory: day(own.date) for own in content.release_dates}


def _dated(deals: Iterable[Deal], content: Content, options: MessageOptions) -> Facts:
    """With the day for which is ordered in advance: that of the territories, if they have one."""
    days = _days(content)
    for deal, told in terms(deals, options):
        told |= {"ordered for": None, "shown": None}
        if deal.preorder:
            own = {days.get(territory, days["Worldwide"]) for territory in deal.territories}
            told["ordered for"] = own.pop() if len(own) == 1 else days["Worldwide"]
        yield deal, told


def _release_terms(content: Content, options: MessageOptions) -> Facts:
    visibility = content.visibility
    said = visibility and (visibility.release or visibility.tracks or visibility.cover)
    for deal, told in _dated(content.deals, content, options):
        if visibility and said:
            shown = (visibility.release, visibility.tracks, visibility.cover, None)
            told["shown"] = tuple(begins(each or deal.start) for each in shown)
        yield told


def _offers(content: Content, options: MessageOptions) -> Facts:
    isrcs = list(dict.fromkeys(track.isrc for track in content.tracks))
    tracks = options.profile != _SIMPLE and options.track_deals
    if options.takedown == "takedown_flag":
        return dict.fromkeys([None, *(isrcs if tracks else ())], "taken down")
    offers: Facts = {None: list(_release_terms(content, options))}
    for isrc, track in firsts(content).items() if tracks else ():
        sold = _dated(track_deals(track, content), content, options)
        offers[isrc] = [told for _, told in sold]
    return {isrc: told for isrc, told in offers.items() if told}


def _share(track: Track, content: Content) -> Facts:
    """Whose rights are claimed, and how much of them."""
    shares = {deal.share for deal in track_deals(track, content)} - {None}
    return (content.label, shares.pop()) if shares else None


def _file(asset: Asset, options: MessageOptions) -> Facts:
    name = name_in(asset, options)
    return name is not None and (name, asset.md5)


def _line_of_artists(track: Track, content: Content) -> Facts:
    """What is shown, with what is shown in other languages; only where it is not the release's."""
    told = (track.display_artist, local(track.display_artists))
    return None if told == (content.display_artist, local(content.display_artists)) else told


def _recording(track: Track, delivery: Delivery, options: MessageOptions) -> Facts:
    cut = preview_facts(track, delivery, measures, partial(_file, options=options))
    return recording_facts(track, delivery, options) | {
        "display artist": _line_of_artists(track, delivery.content),
        "contributors": contributor_facts(track.contributors, ai=False),
        "language": track.language and track.language.split("-")[0],
        "genre": genre_facts(track.genre),
        "share": _share(track, delivery.content),
        "measures": measures(main_file(delivery, track), track),
        "file": _file(main_file(delivery, track), options),
        "preview": cut,
    }


def _image(asset: Asset | None, kind: str, options: MessageOptions) -> Facts:
    return [image_facts(asset, kind, _file(asset, options))] if asset else []


def _text(asset: Asset | None, kind: str, options: MessageOptions) -> Facts:
    return [text_facts(asset, kind, _file(asset, options))] if asset else []


def _beside(track: Track, delivery: Delivery, options: MessageOptions) -> Facts:
    """What belongs to a track beside its recording."""
    capture = file_of(delivery, "screen_capture", track)
    lyrics = file_of(delivery, "lyrics", track)
    return _image(capture, "VideoScreenCapture", options) + _text(lyrics, "LyricText", options)


def _wholes(delivery: Delivery, options: MessageOptions) -> Facts:
    """What belongs to the release as a whole."""
    booklet = _text(file_of(delivery, "booklet"), "NonInteractiveBooklet", options)
    return _image(file_of(delivery, "cover"), "FrontCoverImage", options) + booklet


def _discs(content: Content, options: MessageOptions) -> Facts:
    """Discs have a title in any case, works are groups unless the release is to pass for a common
    one."""
    said = {disc.number: disc for disc in content.discs}
    found = {}
    for disc, items in movements(content, options.variant != "none").items():
        of = said.get(disc)
        found[disc] = (of.title if of else f"Component {disc}", of and of.icpn, items)
    return found


def _track_release(track: Track, delivery: Delivery, options: MessageOptions) -> Facts:
    content = delivery.content
    return {
        "type": "VideoTrackRelease" if track.video else "TrackRelease",
        "titles": title_facts(track.title, track.version, track.titles),
        "display artist": track.display_artist,
        "display artists": local(track.display_artists),
        "artists": artist_facts(track.artists),
        "label": content.label,
        "genre": genre_facts(track.genre),
        "warning": track.parental_warning,
        "p line": line_facts(track.p_line),
        "c line": line_facts(content.c_line),
        "days": _days(content),
        "seconds": seconds([getattr(main_file(delivery, track).facts, "duration", "0")]),
        "beside": _beside(track, delivery, options),
    }


_BY_TYPE = {
    "AudioBookRelease": "AudioBook",
    "ClassicalAlbum": "DigitalClassicalAudioAlbum",
    "ClassicalDigitalBoxedSet": "DigitalBoxedSet",
    "ClassicalMultimediaAlbum": "DigitalClassicalAudioAlbum",
    "DigitalBoxSetRelease": "DigitalBoxedSet",
    "MultimediaDigitalBoxedSet": "DigitalBoxedSet",
    "RingbackToneRelease": "Ringtone",
    "RingtoneRelease": "Ringtone",
}
_VARIANTS = ("DigitalBoxedSet", "DigitalClassicalAudioAlbum")
"""What ERN 4 has as variants."""
_SPOKEN = (
    "NonMusicalWorkReadalongSoundRecording",
    "NonMusicalWorkSoundRecording",
    "SpokenWordSoundRecording",
)


def _profile(delivery: Delivery, options: MessageOptions) -> str:
    """The profile that a release has by itself, or that the variant of ERN 4 is in ERN 3."""
    content = delivery.content
    if options.profile == _SIMPLE:
        covered = file_of(delivery, "cover") is not None
        return "SingleResourceReleaseWithCoverArt" if covered else "SingleResourceRelease"
    if options.profile == "SimpleVideoSingle":
        return "VideoSingle"
    variant = options.variant
    if variant not in (None, "none"):
        return "DigitalClassicalAudioAlbum" if variant == "Classical" else "DigitalBoxedSet"
    found = _BY_TYPE.get(content.type, "")
    if found and (variant is None or found not in _VARIANTS):
        return found
    return _by_content(content, common=variant == "none")


def _by_content(content: Content, common: bool) -> str:
    """What its discs and tracks make of a release, which may be to pass for a `common` one."""
    videos, sounds = media(content)
    if not common and any(disc.icpn for disc in content.discs):
        return "DigitalBoxedSet"
    if videos and sounds:
        return "MixedMediaBundle"
    if videos:
        several = "VideoSingle" if len(videos) == 1 else "VideoAlbum"
        return "LongformMusicVideo" if long_form(videos) else several
    if content.type == "Single":
        return "AudioSingle"
    if not common and any(track.work for track in sounds):
        return "DigitalClassicalAudioAlbum"
    spoken = any(track.type in _SPOKEN for track in sounds)
    return "AudioAlbum" if spoken else "AudioAlbumMusicOnly"


def content_facts(delivery: Delivery, options: MessageOptions) -> Facts:
    """What a recipient of ERN 3 is to know of a release."""
    content, recordings = delivery.content, firsts(delivery.content)
    sold = recordings if options.profile != _SIMPLE else {}
    facts = release_facts(delivery) | {
        "profile": f"CommonReleaseTypes/14/{_profile(delivery, options)}",
        "days": _days(content),
        "discs": _discs(content, options),
        "recordings": {isrc: _recording(t, delivery, options) for isrc, t in recordings.items()},
        "tracks": {isrc: _track_release(t, delivery, options) for isrc, t in sold.items()},
        "places": {isrc: _beside(t, delivery, options) for isrc, t in recordings.items()},
        "wholes": _wholes(delivery, options),
        "offers": _offers(content, options),
        "indicator": options.update_indicator,
    }
    return plain(facts)


def unsaid(delivery: Delivery, options: MessageOptions) -> list[str]:
    """The places in the content of what ERN 3 has no place for; its visibility stands among the
    terms of the release."""
    content = delivery.content
    found = unsaid_terms(content, options, options.track_deals and options.profile != _SIMPLE)
    shown = content.visibility not in (None, Visibility())
    if shown and not content.deals and options.takedown is None and "visibility" not in found:
        found.append("visibility")
    found += unsaid_ai(content)
    for place, track in enumerate(content.tracks):
        found += [f"tracks[{place}].related[{index}]" for index, _ in enumerate(track.related)]
    return found
