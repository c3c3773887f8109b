"""The facts of a release as its content has them and the documentation says that they are told, in
the plain form in which `read_ern_3` reads them from a message."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

from stardust_gitops.content.model import (
    Artist,
    Content,
    Contributor,
    Deal,
    Delivery,
    Genre,
    Party,
    RightsLine,
    Title,
    Track,
)
from stardust_gitops.messages.ern.options import MessageOptions

Facts: TypeAlias = Any


def plain(facts: Facts) -> Facts:
    """With every text in the normal form NFC, as messages have it."""
    if isinstance(facts, str):
        return unicodedata.normalize("NFC", facts)
    if isinstance(facts, dict):
        return {plain(key): plain(value) for key, value in facts.items()}
    if isinstance(facts, (list, tuple, set, frozenset)):
        return type(facts)(plain(each) for each in facts)
    return facts


def _party(party: Party) -> Facts:
    ids = [("ISNI", party.isni), ("IPI", party.ipi), ("IPN", party.ipn)]
    ids += [(each.namespace, each.value) for each in party.ids]
    return (party.name, tuple((owner, value) for owner, value in ids if value))


def _artists(artists: Iterable[Artist]) -> Facts:
    return [(_party(artist.party), artist.role) for artist in artists]


def _contributors(contributors: Iterable[Contributor]) -> Facts:
    found: dict[Facts, tuple[set[str], set[str]]] = {}
    for each in contributors:
        roles, instruments = found.setdefault(plain(_party(each.party)), (set(), set()))
        roles.update(each.roles)
        instruments.update(each.instruments)
    return found


def _titles(title: str, version: str | None, titles: Iterable[Title]) -> Facts:
    return [(None, title, version)] + [(each.language, each.title, each.version) for each in titles]


def _line(line: RightsLine | None) -> Facts:
    return line and (line.year, line.owner or None, line.text)


def _genre(genre: Genre) -> Facts:
    return (genre.name, genre.sub or None)


def _day(date: str | None) -> str | None:
    return date and date[:10]


def _days(content: Content) -> Facts:
    days = {"Worldwide": _day(content.release_date)}
    return days | {own.territory: _day(own.date) for own in content.release_dates}


def _seconds(durations: Iterable[str]) -> int:
    total = sum(map(Decimal, durations), Decimal(0))
    return max(1, int(total.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def _from(date: str) -> str:
    return date if "T" in date else f"{date}T00:00:00"


def _until(date: str | None) -> str | None:
    return date if date is None or "T" in date else f"{date}T23:59:59"


def _terms(deals: Iterable[Deal], options: MessageOptions) -> Facts:
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
                "preorder": deal.preorder,
                "models": deal.models,
                "uses": deal.uses,
                "territories": deal.territories,
                "excluded": deal.excluded_territories,
                "price type": deal.price_code,
                "price": deal.price and (deal.price.amount, deal.price.currency),
                "start": _from(deal.start),
                "end": _until(end),
                "policy": deal.policy,
                "at once": deal.instant_gratification,
                "ordered for": None,
                "shown": None,
            },
        )


def _dated(deals: Iterable[Deal], content: Content, options: MessageOptions) -> Facts:
    """With the day for which is ordered in advance: that of the territories, if they have one."""
    days = _days(content)
    for deal, terms in _terms(deals, options):
        if deal.preorder:
            own = {days.get(territory, days["Worldwide"]) for territory in deal.territories}
            terms["ordered for"] = own.pop() if len(own) == 1 else days["Worldwide"]
        yield deal, terms


def _release_terms(content: Content, options: MessageOptions) -> Facts:
    visibility = content.visibility
    said = visibility and (visibility.release or visibility.tracks or visibility.cover)
    for deal, terms in _dated(content.deals, content, options):
        if visibility and said:
            shown = (visibility.release, visibility.tracks, visibility.cover, None)
            terms["shown"] = tuple(_from(each or deal.start) for each in shown)
        yield terms


def _offers(content: Content, options: MessageOptions) -> Facts:
    isrcs = list(dict.fromkeys(track.isrc for track in content.tracks))
    by_isrc = {track.isrc: track for track in reversed(content.tracks)}
    tracks = options.profile != "SimpleAudioSingle" and options.track_deals
    if options.takedown == "takedown_flag":
        return dict.fromkeys([None, *(isrcs if tracks else ())], "taken down")
    offers: Facts = {None: list(_release_terms(content, options))}
    for isrc in isrcs if tracks else ():
        own = by_isrc[isrc].deals
        shared = content.deals if content.track_deals is None else content.track_deals
        deals = shared if own is None else own
        offers[isrc] = [terms for _, terms in _dated(deals, content, options)]
    return {isrc: terms for isrc, terms in offers.items() if terms}


def _share(track: Track, content: Content) -> Facts:
    """Whose rights are claimed, and how much of them."""
    shared = content.deals if content.track_deals is None else content.track_deals
    shares = {deal.share for deal in (shared if track.deals is None else track.deals)} - {None}
    return (content.label, shares.pop()) if shares else None


def _recording(track: Track, delivery: Delivery, options: MessageOptions) -> Facts:
    place = delivery.content.tracks.index(track) + 1
    (asset,) = (each for each in delivery.assets if each.track == place)
    names = {file.asset: file.uri for file in options.files or ()}
    facts: Any = asset.facts
    return {
        "replaced": dict(options.replaced_isrcs).get(track.isrc),
        "titles": _titles(track.title, track.version, track.titles),
        "artists": _artists(track.artists),
        "contributors": _contributors(track.contributors),
        "iswc": track.iswc,
        "language": track.language and track.language.split("-")[0],
        "instrumental": track.instrumental,
        "seconds": _seconds([facts.duration]),
        "p line": _line(track.p_line),
        "genre": _genre(track.genre),
        "warning": track.parental_warning,
        "share": _share(track, delivery.content),
        "container": facts.container,
        "codec": facts.codec,
        "sound": (facts.channels, facts.sample_rate, facts.bit_depth),
        "preview": track.preview and (track.preview.start, track.preview.duration),
        "file": asset in names and (names[asset], asset.md5),
    }


def _track_release(track: Track, delivery: Delivery) -> Facts:
    content = delivery.content
    place = content.tracks.index(track) + 1
    (facts,) = (each.facts for each in delivery.assets if each.track == place)
    return {
        "titles": _titles(track.title, track.version, track.titles),
        "display artist": track.display_artist,
        "artists": _artists(track.artists),
        "label": content.label,
        "genre": _genre(track.genre),
        "warning": track.parental_warning,
        "p line": _line(track.p_line),
        "c line": _line(content.c_line),
        "days": _days(content),
        "seconds": _seconds([getattr(facts, "duration", "0")]),
    }


def _cover(delivery: Delivery, options: MessageOptions) -> Facts:
    (cover,) = (each for each in delivery.assets if each.track is None)
    names = {file.asset: file.uri for file in options.files or ()}
    facts: Any = cover.facts
    file = cover in names and (names[cover], cover.md5)
    return (facts.codec, facts.width, facts.height, file)


def content_facts(delivery: Delivery, options: MessageOptions) -> Facts:
    """What a recipient of ERN 3 is to know of a release."""
    content = delivery.content
    placed: dict[int, list[Facts]] = {}
    for track in content.tracks:
        disc = placed.setdefault(track.disc, [])
        disc.append((len(disc) + 1, track.isrc, track.hidden, track.bonus))
    simple = options.profile == "SimpleAudioSingle"
    durations = {a.track: a.facts for a in delivery.assets if a.track is not None}
    first = {track.isrc: track for track in reversed(content.tracks)}
    facts = {
        "ids": (content.grid, delivery.icpn, content.catalog_number),
        "type": content.type,
        "titles": _titles(content.title, content.version, content.titles),
        "display artist": content.display_artist,
        "artists": _artists(content.artists),
        "label": content.label,
        "genre": _genre(content.genre),
        "warning": content.parental_warning,
        "p line": _line(content.p_line),
        "c line": _line(content.c_line),
        "days": _days(content),
        "original": _day(content.original_release_date),
        "compilation": content.compilation,
        "related": [(each.type, each.icpn) for each in content.related],
        "keywords": ", ".join(content.keywords) or None,
        "comment": content.marketing_comment,
        "seconds": _seconds(getattr(each, "duration", "0") for each in durations.values()),
        "discs": placed,
        "listed": sorted([*first, "cover"]),
        "recordings": {isrc: _recording(track, delivery, options) for isrc, track in first.items()},
        "tracks": {}
        if simple
        else {isrc: _track_release(track, delivery) for isrc, track in first.items()},
        "cover": _cover(delivery, options),
        "offers": _offers(content, options),
        "indicator": options.update_indicator,
    }
    return plain(facts)
