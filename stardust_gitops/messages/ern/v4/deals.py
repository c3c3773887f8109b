"""DealList: who may do what with which release from when, and what shows before."""

from __future__ import annotations

from typing import TypeAlias

from lxml.etree import SubElement

from stardust_gitops.content.model import Deal, Visibility
from stardust_gitops.content.profiles import CLIP, SIMPLE
from stardust_gitops.messages.ern.offers import (
    after_takedown,
    end_time,
    start_time,
    terms_of,
)
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.terms import add_instant_gratification, add_price
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import add

Offers: TypeAlias = dict[tuple[Deal, ...], list[str]]


def offers_of(draft: Draft) -> Offers:
    """The references of releases, track releases and clip releases by the deals that they share.

    What is not sold is not in it; a takedown without deals leaves it empty. A clip is no part of
    the release, whose deals say nothing of it: its own are told in any case.
    """
    content, options = draft.content, draft.options
    if options.takedown == "takedown_flag":
        raise MessageError(
            f"ERN {draft.version.name} has no flag for a takedown",
            hint="set takedown: no_deals or end_date for this target",
            code="SG4024",
        )
    offers: Offers = {}
    _offer(offers, "R0", content.deals, options)
    tracks = options.track_deals and options.profile not in SIMPLE
    for recording in draft.recordings.values():
        if tracks or recording.track.type == CLIP:
            deals = terms_of(recording.track, content)
            _offer(offers, f"R{recording.number}", deals, options)
    return offers


def _offer(
    offers: Offers, reference: str, deals: tuple[Deal, ...], options: MessageOptions
) -> None:
    remaining = after_takedown(deals, options)
    if remaining:
        offers.setdefault(remaining, []).append(reference)


def visibility_of(draft: Draft, offers: Offers) -> Visibility | None:
    """The visibility, where there is one to say: it stands in the DealList, so needs deals."""
    visibility = draft.content.visibility
    return visibility if offers and visibility != Visibility() else None


def add_deal_list(draft: Draft, offers: Offers, visibility: Visibility | None) -> None:
    """One ReleaseDeal for all that are offered alike; no DealList where nothing is offered."""
    if not offers:
        return
    deal_list = SubElement(draft.root, "DealList")
    for deals, references in offers.items():
        release_deal = SubElement(deal_list, "ReleaseDeal")
        for reference in references:
            add(release_deal, "DealReleaseReference", reference)
        for deal in deals:
            _add_terms(SubElement(SubElement(release_deal, "Deal"), "DealTerms"), deal, draft)
    if visibility is not None:
        _add_visibility(deal_list, visibility)


def _add_terms(terms: Element, deal: Deal, draft: Draft) -> None:
    for territory in deal.territories:
        add(terms, "TerritoryCode", territory)
    for territory in deal.excluded_territories:
        add(terms, "ExcludedTerritoryCode", territory)
    period = SubElement(terms, "ValidityPeriod")
    add(period, "StartDateTime", start_time(deal.start))
    if deal.end is not None:
        add(period, "EndDateTime", end_time(deal.end))
    for model in deal.models:
        add(terms, "CommercialModelType", model)
    for use in deal.uses:
        add(terms, "UseType", use)
    if deal.policy:
        add(SubElement(terms, "RightsClaimPolicy"), "RightsClaimPolicyType", deal.policy)
    add_price(terms, deal, draft.header, "PriceCode")
    if deal.preorder:
        add(terms, "IsPreOrderDeal", "true")
    add_instant_gratification(terms, deal, draft.recordings)


def _add_visibility(parent: Element, visibility: Visibility) -> None:
    element = SubElement(parent, "ReleaseVisibility")
    add(element, "VisibilityReference", "V1")
    if visibility.release:
        add(element, "ReleaseDisplayStartDateTime", start_time(visibility.release))
    if visibility.cover:
        add(element, "CoverArtPreviewStartDateTime", start_time(visibility.cover))
    if visibility.tracks:
        add(element, "FullTrackListingPreviewStartDateTime", start_time(visibility.tracks))
