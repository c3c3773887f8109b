"""The facts of a release as its content has them, in the plain form in which the readers of the
tests give them back: what messages of ERN 3 and ERN 4 have in common."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

from stardust_gitops.content.model import (
    Artist,
    Asset,
    AssetRole,
    AudioFacts,
    Content,
    Contributor,
    Deal,
    Delivery,
    Genre,
    LocalName,
    Party,
    RelatedRecording,
    RightsLine,
    Title,
    Track,
    Visibility,
    Work,
)
from stardust_gitops.messages.ern.options import MessageOptions

Facts: TypeAlias = Any

SIMPLE = ("SimpleAudioSingle", "SimpleVideoSingle")
"""The profiles that have no track releases."""


def plain(facts: Facts) -> Facts:
    """With every text in the normal form NFC, as messages have it."""
    if isinstance(facts, str):
        return unicodedata.normalize("NFC", facts)
    if isinstance(facts, dict):
        return {plain(key): plain(value) for key, value in facts.items()}
    if isinstance(facts, (list, tuple, set, frozenset)):
        return type(facts)(plain(each) for each in facts)
    return facts


def party_facts(party: Party) -> Facts:
    """The name, the ids with who gave them, the names in other languages and scripts."""
    ids = [("ISNI", party.isni), ("IPI", party.ipi), ("IPN", party.ipn)]
    ids += [(each.namespace, each.value) for each in party.ids]
    return (party.name, tuple((owner, value) for owner, value in ids if value), local(party.names))


def local(names: Iterable[LocalName]) -> Facts:
    """Names by language."""
    return tuple((each.language, each.name) for each in names)


def artist_facts(artists: Iterable[Artist]) -> Facts:
    """In sequence."""
    return [(party_facts(artist.party), artist.role) for artist in artists]


def contributor_facts(contributors: Iterable[Contributor], ai: bool) -> Facts:
    """What each party did, in all its entries; apart what AI did otherwise, where `ai` is told."""
    found: dict[Facts, tuple[set[str], set[str]]] = {}
    for each in contributors:
        who = (plain(party_facts(each.party)), each.ai if ai else None)
        roles, instruments = found.setdefault(who, (set(), set()))
        roles.update(each.roles)
        instruments.update(each.instruments)
    return found


def title_facts(title: str, version: str | None, titles: Iterable[Title]) -> Facts:
    """The title, then it in other languages."""
    return [(None, title, version)] + [(each.language, each.title, each.version) for each in titles]


def work_facts(work: Work | None) -> Facts:
    """The titles of the work that something belongs to, each as one text."""
    if work is None:
        return []
    found = title_facts(work.title, None, work.titles)
    return [(language, whole(title, version)) for language, title, version in found]


def whole(title: str, version: str | None) -> str:
    """A title with its version as one text."""
    return f"{title} ({version})" if version else title


def line_facts(line: RightsLine | None) -> Facts:
    """A P-line or C-line."""
    return line and (line.year, line.owner or None, line.text)


def genre_facts(genre: Genre) -> Facts:
    """Genre and subgenre."""
    return (genre.name, genre.sub or None)


def related_facts(related: Iterable[RelatedRecording]) -> Facts:
    """Other recordings, and where in this one they stand."""
    return [(each.type, each.isrc, each.start, each.duration) for each in related]


def release_facts(delivery: Delivery) -> dict[str, Any]:
    """What every version says of the release itself."""
    content = delivery.content
    return {
        "ids": (content.grid, delivery.icpn, content.catalog_number),
        "type": content.type,
        "titles": title_facts(content.title, content.version, content.titles),
        "display artist": content.display_artist,
        "display artists": local(content.display_artists),
        "artists": artist_facts(content.artists),
        "label": content.label,
        "genre": genre_facts(content.genre),
        "warning": content.parental_warning,
        "p line": line_facts(content.p_line),
        "c line": line_facts(content.c_line),
        "original": day(content.original_release_date),
        "compilation": content.compilation,
        "related": [(each.type, each.icpn) for each in content.related],
        "keywords": ", ".join(content.keywords) or None,
        "comment": content.marketing_comment,
        "seconds": seconds(durations(delivery)),
    }


def recording_facts(track: Track, delivery: Delivery, options: MessageOptions) -> dict[str, Any]:
    """What every version says of a recording."""
    facts: Any = main_file(delivery, track).facts
    usual = "ShortFormMusicalWorkVideo" if track.video else "MusicalWorkSoundRecording"
    return {
        "kind": "Video" if track.video else "SoundRecording",
        "type": track.type or usual,
        "replaced": dict(options.replaced_isrcs).get(track.isrc),
        "titles": title_facts(track.title, track.version, track.titles),
        "work": work_facts(track.work),
        "artists": artist_facts(track.artists),
        "iswc": track.iswc,
        "instrumental": track.instrumental,
        "seconds": seconds([facts.duration]),
        "p line": line_facts(track.p_line),
        "warning": track.parental_warning,
    }


def preview_facts(
    track: Track,
    delivery: Delivery,
    measured: Callable[[Asset, Track], Facts],
    told: Callable[[Asset], Facts],
) -> Facts:
    """Where it lies and how long it is; who cuts it; what the label has cut, with its length, its
    measures and what is told of its file."""
    preview, cut = track.preview, file_of(delivery, "preview", track)
    if preview is None:
        return None
    if cut is None:
        return (preview.start, preview.duration, "Instructive", None, None)
    length = seconds([getattr(cut.facts, "duration", "0")])
    return (preview.start, length, "Informative", measured(cut, track), told(cut))


def image_facts(asset: Asset, kind: str, file: Facts) -> Facts:
    """A picture of this kind, with what is told of its file."""
    facts: Any = asset.facts
    return (kind, facts.codec, facts.height, facts.width, file)


def text_facts(asset: Asset, kind: str, file: Facts) -> Facts:
    """A text of this kind, with what is told of its file."""
    facts: Any = asset.facts
    return (kind, facts.codec, file)


def day(date: str | None) -> str | None:
    """The day of a date text."""
    return date and date[:10]


def seconds(durations: Iterable[str]) -> int:
    """Their sum in whole seconds, at least one."""
    total = sum(map(Decimal, durations), Decimal(0))
    return max(1, int(total.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def begins(date: str | None) -> str | None:
    """The first second of a date text."""
    return date if date is None or "T" in date else f"{date}T00:00:00"


def ends(date: str | None) -> str | None:
    """The last second of a date text."""
    return date if date is None or "T" in date else f"{date}T23:59:59"


def terms(deals: Iterable[Deal], options: MessageOptions) -> Iterator[tuple[Deal, dict[str, Any]]]:
    """What is left to do with it: all of it, or what a takedown leaves."""
    for deal in deals:
        end, last = deal.end, options.end_date
        if options.takedown == "no_deals":
            continue
        if options.takedown == "end_date" and last is not None:
            if deal.start[:10] > last:
                continue
            end = end if end is not None and end[:10] <= last else last
        yield (
            deal,
            {
                "models": deal.models,
                "uses": deal.uses,
                "territories": deal.territories,
                "excluded": deal.excluded_territories,
                "start": begins(deal.start),
                "end": ends(end),
                "policy": deal.policy,
                "price code": deal.price_code,
                "price": deal.price and (deal.price.amount, deal.price.currency),
                "preorder": deal.preorder,
                "at once": deal.instant_gratification,
            },
        )


def track_deals(track: Track, content: Content) -> tuple[Deal, ...]:
    """The terms on which a track is sold alone."""
    shared = content.deals if content.track_deals is None else content.track_deals
    return shared if track.deals is None else track.deals


def firsts(content: Content) -> dict[str, Track]:
    """The recordings by ISRC, each where it stands first."""
    return {track.isrc: track for track in reversed(content.tracks)}


def is_clip(track: Track) -> bool:
    """Whether it is a clip that stands alone: no track of the release."""
    return track.type == "Clip"


def file_of(delivery: Delivery, role: AssetRole, track: Track | None = None) -> Asset | None:
    """A file of a recording, or of the release as a whole."""
    place = None if track is None else delivery.content.tracks.index(track) + 1
    found = (each for each in delivery.assets if (each.role, each.track) == (role, place))
    return next(found, None)


def main_file(delivery: Delivery, track: Track) -> Asset:
    """The audio or video of a recording."""
    found = file_of(delivery, "video" if track.video else "audio", track)
    assert found is not None
    return found


def durations(delivery: Delivery) -> list[str]:
    """How long each track is, in its place on the release; a clip has none there."""
    tracks = (track for track in delivery.content.tracks if not is_clip(track))
    files = (main_file(delivery, track) for track in tracks)
    return [getattr(each.facts, "duration", "0") for each in files]


def name_in(asset: Asset, options: MessageOptions) -> str | None:
    """Where a file lies in the package, if it travels."""
    return {file.asset: file.uri for file in options.files or ()}.get(asset)


def movements(content: Content, grouped: bool) -> Facts:
    """What stands on each disc: recordings, and works with their movements where they are
    `grouped`; each with its bonus flag and whether it hides something."""
    discs: dict[int, list[Facts]] = {}
    work: Work | None = None
    for track in content.tracks:
        if is_clip(track):
            continue
        same = track.disc in discs and track.work == work
        disc = discs.setdefault(track.disc, [])
        item = (track.isrc, track.bonus, track.hidden)
        if track.work is None or not grouped:
            disc.append(item)
        elif same:
            disc[-1][1].append(item)
        else:
            disc.append((work_facts(track.work), [item]))
        work = track.work
    return discs


def measures(asset: Asset, track: Track) -> Facts:
    """What was measured of a file of a recording, whose kind says where it is told: the preview of
    a video may be sound alone."""
    facts: Any = asset.facts
    if not track.video:
        return (facts.container, facts.codec, facts.channels, facts.sample_rate, facts.bit_depth)
    if isinstance(facts, AudioFacts):
        seen = (None,) * 4
        return (facts.container, *seen, facts.codec, facts.channels, facts.sample_rate)
    return (
        facts.container,
        facts.codec,
        facts.frame_rate,
        facts.height,
        facts.width,
        facts.audio_codec,
        facts.audio_channels,
        facts.audio_sample_rate,
    )


def unsaid_ai(content: Content) -> list[str]:
    """The places in the content where it says what AI made."""
    found = ["contains_ai"] if content.contains_ai is not None else []
    for place, track in enumerate(content.tracks):
        if track.contains_ai is not None:
            found.append(f"tracks[{place}].contains_ai")
        for index, each in enumerate(track.contributors):
            if each.ai is not None:
                found.append(f"tracks[{place}].contributors[{index}].ai")
    return found


def unsaid_terms(content: Content, options: MessageOptions, tracks: bool) -> list[str]:
    """The places in the content of terms that are not told: those of tracks where the message has
    none (`tracks`), but for clips; what shows early where nothing is sold. A takedown is to tell
    none of it."""
    if options.takedown is not None:
        return []
    found = []
    told = [content.deals]
    for place, track in enumerate(content.tracks):
        own = track_deals(track, content)
        if tracks or is_clip(track):
            told.append(own)
        elif own != content.deals:
            found.append(f"tracks[{place}].deals")
    if content.visibility not in (None, Visibility()) and not any(told):
        found.append("visibility")
    return found


def media(content: Content) -> tuple[list[Track], list[Track]]:
    """The videos and the recordings of sound that make a release what it is: a bonus video beside
    recordings does not, and a clip never does."""
    sounds = [track for track in content.tracks if not track.video and not is_clip(track)]
    videos = [track for track in content.tracks if track.video]
    return ([track for track in videos if not (track.bonus and sounds)], sounds)


def long_form(videos: Iterable[Track]) -> bool:
    """Whether all of them are longer than one song."""
    long = ("ConcertVideo", "LiveEventVideo", "LongFormMusicalWorkVideo")
    return all(track.type in (*long, "LongFormNonMusicalWorkVideo") for track in videos)
