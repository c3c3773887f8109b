"""Rules about the deals of a release as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from stardust_gitops.catalog.models.config import WEEKDAYS
from stardust_gitops.catalog.models.deals import Terms
from stardust_gitops.content.deals import resolve_when
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.areas import area_of
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.release import all_terms
from stardust_gitops.rules.release_dates import latest_date
from stardust_gitops.rules.subjects import ReleaseSubject, TargetFileSubject

_PARTS = {
    "Stream": {
        *("OnDemandStream", "NonInteractiveStream"),
        *("ContentInfluencedStream", "TimeInfluencedStream"),
    },
    "Download": {
        *("PermanentDownload", "ConditionalDownload", "TetheredDownload", "KioskDownload"),
    },
}
"""Use types and those that they comprise (DDEX's UseType)."""


@rule(
    "SG2011",
    severity=Severity.ERROR,
    title="shown before the release comes after its start",
    why="Visibility says from when a release may be shown ahead of its start; behind it, recipients"
    " refuse the message.",
    example="visibility: {release: 2026-12-24}\ndeals: [{offer: streaming, start: 2026-12-04}]",
    remedy="give an earlier day, or remove it: what is on sale is shown",
    source="BR12 (DDEX Schematron: visibility dates not after the deal's start)",
)
def visible_after_start(subject: ReleaseSubject) -> Iterator[Hit]:
    """Against the first start of any deal."""
    model = subject.model
    if model.visibility is None:
        return
    starts = [resolve_when(deal.start, model.release_date) for deal in model.deals]
    first = min((start for start in starts if start is not None), default=None)
    for key, moment in model.visibility:
        if moment is not None and first is not None and moment[:10] > first[:10]:
            yield Hit(
                ("visibility", key), f"{key} is visible from {moment}, on sale already from {first}"
            )


@rule(
    "SG2012",
    severity=Severity.WARNING,
    title="a deal begins before the release date and is no pre-order",
    why="The release would be out before its date; recipients ask which of the two counts.",
    example="release_date: 2026-12-04\ndeals: [{offer: streaming, start: 2026-11-27}]",
    remedy="begin it on the release date, or say preorder_from: for orders ahead of it",
    source="BR13 (CommercialReleaseDateInvalid)",
)
def deal_before_release(subject: ReleaseSubject) -> Iterator[Hit]:
    """By days; an instant may be the day before, as midnight in the east is."""
    released = subject.model.release_date
    if released is None:
        return
    for pointer, terms in all_terms(subject.model):
        start = resolve_when(terms.start, released)
        if terms.start is None or start is None:
            continue
        slack = 1 if re.search(r"T.*[Z+-]", start) else 0
        day = latest_date(terms, subject.model, subject.config.territories) or released
        if date.fromisoformat(start[:10]) + timedelta(days=slack) < date.fromisoformat(day):
            yield Hit(
                (*pointer, "start"),
                f"the deal begins {start}, before the release date {day}",
            )


@rule(
    "SG2013",
    severity=Severity.NOTE,
    title="the release date is a weekday on which nothing comes out",
    why="Most markets release on Fridays; another weekday is often a slip.",
    example="release_date: 2026-12-03   # a Thursday, and no  release_days:  in stardust.yaml",
    remedy="check the date; stardust.yaml names the weekdays:  release_days: [Thursday, Friday],"
    " and with  rules: {SG2013: error}  insists on them",
    source="IFPI, New Music Fridays (global release day since July 2015)",
)
def not_a_release_day(subject: ReleaseSubject) -> Iterator[Hit]:
    """Only of releases to come: nobody moves what is out. Fridays unless  release_days:  names
    others."""
    released, today = subject.model.release_date, subject.frame.today
    if released is None or today is None or released <= today.isoformat():
        return
    day = WEEKDAYS[date.fromisoformat(released).weekday()]
    if day not in subject.config.release_days:
        yield Hit(("release_date",), f"the release date {released} is a {day}")


@rule(
    "SG2014",
    severity=Severity.WARNING,
    title="a track narrows an offer that the release does not have",
    why="A track's terms narrow the deal of the same offer; without one they say nothing.",
    example="deals: [{offer: streaming}]\ntracks: [{isrc: GBXYZ2600001, title: A,"
    " deals: [{offer: download, territories: [GB]}]}]",
    remedy="add the deal to the release, or remove the track's terms",
    source="the catalogue's own form",
)
def narrows_nothing(subject: ReleaseSubject) -> Iterator[Hit]:
    """By the name of the offer."""
    offers = {deal.offer for deal in subject.model.deals}
    for pointer, terms in all_terms(subject.model):
        if terms.offer not in offers:
            yield Hit((*pointer, "offer"), f"no deal of the release has the offer {terms.offer!r}")


@rule(
    "SG2017",
    severity=Severity.WARNING,
    title="a track is sold where its release is not",
    why="The track would be on sale alone where nobody meant it, perhaps without the rights.",
    example="deals: [{offer: streaming, territories: [GB]}]\ntracks: [{isrc: GBXYZ2600001,"
    " title: A, deals: [{offer: streaming, territories: [GB, US]}]}]",
    remedy="list only territories of the release's deal, or widen that deal",
    source="the rights in a release's deals",
)
def track_beyond_release(subject: ReleaseSubject) -> Iterator[Hit]:
    """Against all deals of the release with the same offer."""
    model, groups = subject.model, subject.config.territories
    sold: dict[str, frozenset[str]] = {}
    for pointer, terms in all_terms(model):
        if pointer[0] == "deals" or not (terms.territories or terms.excluded_territories):
            continue
        if not sold:
            for deal in model.deals:
                sold[deal.offer] = sold.get(deal.offer, frozenset()) | area_of(deal, groups)
        if terms.offer in sold and (beyond := area_of(terms, groups) - sold[terms.offer]):
            key = "territories" if terms.territories else "excluded_territories"
            shown = ", ".join(sorted(beyond)[:5]) + (", …" if len(beyond) > 5 else "")
            yield Hit((*pointer, key), f"the release is not sold there: {shown}")


@rule(
    "SG2018",
    severity=Severity.ERROR,
    title="a track that can be had nowhere and was not withheld",
    why="Recipients answer NoDealForTrackRelease to a track that no deal covers.",
    example="deals: [{offer: streaming, end: 2027-01-31}]\ntracks: [{isrc: GBXYZ2600001,"
    " title: A, deals: [{offer: streaming, start: 2027-03-01}]}]",
    remedy="correct the window of the track, or withhold it:  available: album_only",
    source="BR11 (NoDealInNewReleaseMessage, NoDealForTrackRelease)",
)
def track_without_deal(subject: ReleaseSubject) -> Iterator[Hit]:
    """A track whose own terms leave no window of any deal of the release."""
    model = subject.model
    for place, track in enumerate(model.tracks):
        if not track.deals or track.available != "all" or not model.deals:
            continue
        own = {terms.offer: terms for terms in track.deals}
        sold = [deal for deal in model.deals if deal.offer in (track.offers or (deal.offer,))]
        if all(_is_empty(deal, own.get(deal.offer), model.release_date) for deal in sold):
            yield Hit(
                ("tracks", place, "deals"), f"track {place + 1} is left without a window on sale"
            )


def _is_empty(deal: Terms, own: Terms | None, released: str | None) -> bool:
    begin = (own.start if own else None) or deal.start
    start = resolve_when(begin, released)
    end = resolve_when((own.end if own else None) or deal.end or "9999-12-31", released)
    return start is not None and end is not None and end < start[: len(end)]


@rule(
    "SG2111",
    severity=Severity.ERROR,
    title="an offer holds a use type and a part of it",
    why="DDEX forbids a parent use type beside its specialisation in one deal.",
    example="offers: {streaming: [SubscriptionModel/Stream, SubscriptionModel/OnDemandStream]}",
    remedy="keep the one that the recipient names in its specification",
    source="BR14 (DDEX ERN 4, 6.18)",
)
def parent_and_part(subject: TargetFileSubject) -> Iterator[Hit]:
    """Of one commercial model: they end up in one deal."""
    for offer, pairs in (subject.model.offers or {}).items():
        listed = set(pairs)
        for index, pair in enumerate(pairs):
            model, _, use = pair.partition("/")
            for part in sorted(_PARTS.get(use, ())):
                if f"{model}/{part}" in listed:
                    yield Hit(("offers", offer, index), f"{use} comprises {part}")
                    break
