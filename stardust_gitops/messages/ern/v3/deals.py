"""DealList: who may do what with which release from when, and what shows before."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from lxml.etree import SubElement

from stardust_gitops.content.model import Deal, Visibility
from stardust_gitops.messages.ern.offers import (
    DATE,
    after_takedown,
    end_time,
    start_time,
    terms_of,
)
from stardust_gitops.messages.ern.terms import add_instant_gratification, add_price
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.xml import add


class Offer(NamedTuple):
    """The deals that releases share, and what the main release shows before they begin."""

    deals: tuple[Deal, ...]
    visibility: Visibility | None = None


Offers: TypeAlias = dict[Offer, list[str]]

_SHOWN = ("ReleaseDisplayStart", "TrackListingPreviewStart", "CoverArtPreviewStart")
_CLIPS = "ClipPreviewStart"


def add_deal_list(draft: Draft, offers: Offers) -> None:
    """One ReleaseDeal for all that are offered alike; no DealList where nothing is offered."""
    if draft.options.takedown == "takedown_flag":
        _add_takedown(draft)
        return
    if not offers:
        return
    deal_list = SubElement(draft.root, "DealList")
    for offer, references in offers.items():
        release_deal = _add_release_deal(deal_list, references)
        for deal in offer.deals:
            terms = SubElement(SubElement(release_deal, "Deal"), "DealTerms")
            _add_terms(terms, deal, offer.visibility, draft)


def _add_takedown(draft: Draft) -> None:
    """TakeDown of all releases everywhere from the day of the message: earlier messages may have
    offered more, and elsewhere, than the content does now."""
    deal_list = SubElement(draft.root, "DealList")
    release_deal = _add_release_deal(deal_list, _references(draft))
    terms = SubElement(SubElement(release_deal, "Deal"), "DealTerms")
    add(terms, "TakeDown", "true")
    add(terms, "TerritoryCode", "Worldwide")
    add(SubElement(terms, "ValidityPeriod"), "StartDate", draft.header.created[:DATE])


def _add_release_deal(parent: Element, references: list[str]) -> Element:
    release_deal = SubElement(parent, "ReleaseDeal")
    for reference in references:
        add(release_deal, "DealReleaseReference", reference)
    return release_deal


def _references(draft: Draft) -> list[str]:
    if not (draft.tells_tracks and draft.options.track_deals):
        return ["R0"]
    return ["R0", *(f"R{recording.number}" for recording in draft.recordings.values())]


def offers_of(draft: Draft) -> Offers:
    """The references of releases by the deals that they share; what is not sold is not in it, and
    after a takedown by the flag nothing is."""
    content, offers = draft.content, Offers()
    if draft.options.takedown == "takedown_flag":
        return offers
    shown = content.visibility if content.visibility != Visibility() else None
    terms = [Offer(content.deals, shown)]
    terms += (Offer(terms_of(each.track, content)) for each in draft.recordings.values())
    for reference, offer in zip(_references(draft), terms, strict=False):
        deals = after_takedown(offer.deals, draft.options)
        if deals:
            offers.setdefault(offer._replace(deals=deals), []).append(reference)
    return offers


def _add_terms(terms: Element, deal: Deal, visibility: Visibility | None, draft: Draft) -> None:
    if deal.preorder:
        add(terms, "IsPreOrderDeal", "true")
    for model in deal.models:
        add(terms, "CommercialModelType", model)
    usage = SubElement(terms, "Usage")
    for use in deal.uses:
        add(usage, "UseType", use)
    for territory in deal.territories:
        add(terms, "TerritoryCode", territory)
    for territory in deal.excluded_territories:
        add(terms, "ExcludedTerritoryCode", territory)
    add_price(terms, deal, draft.header, "PriceType")
    _add_period(terms, deal)
    if deal.preorder:
        _add_release_date(terms, deal, draft)
    if visibility is not None:
        _add_visibility(terms, visibility, deal)
    add_instant_gratification(terms, deal, draft.recordings)
    if deal.policy:
        add(SubElement(terms, "RightsClaimPolicy"), "RightsClaimPolicyType", deal.policy)


def _add_period(terms: Element, deal: Deal) -> None:
    """Dates where only dates are said (whole days, the last one included), else times: one period
    must not mix them."""
    period = SubElement(terms, "ValidityPeriod")
    if "T" not in deal.start + (deal.end or ""):
        add(period, "StartDate", deal.start)
        if deal.end is not None:
            add(period, "EndDate", deal.end)
        return
    add(period, "StartDateTime", start_time(deal.start))
    if deal.end is not None:
        add(period, "EndDateTime", end_time(deal.end))


def _add_release_date(terms: Element, deal: Deal, draft: Draft) -> None:
    """The day for which is ordered: of the deal's own territories where they have one in common."""
    own = {each.territory: each.date for each in draft.content.release_dates}
    days = {own.get(territory) for territory in deal.territories}
    day = days.pop() if len(days) == 1 else None
    day = day or draft.content.release_date
    if day:
        add(terms, "PreOrderReleaseDate", day[:DATE])


def shown_from(visibility: Visibility, deal: Deal) -> tuple[str, str, str, str]:
    """From when release, track listing, cover and clips are shown. All four must be said; what
    the visibility leaves open begins with the deal, as it would without one."""
    return (
        visibility.release or deal.start,
        visibility.tracks or deal.start,
        visibility.cover or deal.start,
        deal.start,
    )


def _add_visibility(terms: Element, visibility: Visibility, deal: Deal) -> None:
    shown = shown_from(visibility, deal)
    times = any("T" in each for each in shown)
    for name, value in zip((*_SHOWN, _CLIPS), shown, strict=True):
        if times:
            add(terms, f"{name}DateTime", start_time(value))
        else:
            add(terms, f"{name}Date", value)
