"""What the terms of a deal say alike in all versions: the price, and what a pre-order gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lxml import etree
from lxml.etree import SubElement

from stardust_gitops.content.model import Deal
from stardust_gitops.messages.ern.recordings import Recording
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import add, clean


def add_price(
    terms: etree._Element, deal: Deal, header: Header, code: Literal["PriceType", "PriceCode"]
) -> None:
    """A price in the recipient's words, which is its namespace, or a wholesale price. `code` is the
    version's name for the former. Raises `MessageError` where a deal has both."""
    if deal.price_code and deal.price:
        raise MessageError(
            f"a deal has both the price code {deal.price_code!r} and a wholesale price",
            hint="give one of them: they are alternatives",
            code="SG4021",
        )
    if deal.price_code:
        namespace = clean(header.recipient.dpid, "Namespace")
        information = SubElement(terms, "PriceInformation")
        add(information, code, deal.price_code, {"Namespace": namespace})
    elif deal.price:
        currency = clean(deal.price.currency, "CurrencyCode")
        information = SubElement(terms, "PriceInformation")
        amount, attributes = deal.price.amount, {"CurrencyCode": currency}
        add(information, "WholesalePricePerUnit", amount, attributes)


def add_instant_gratification(
    terms: etree._Element, deal: Deal, recordings: Mapping[str, Recording]
) -> None:
    """The recordings that whoever orders in advance gets at once. Raises `MessageError` for one
    that is not on the release."""
    if not deal.instant_gratification:
        return
    resources = SubElement(terms, "InstantGratificationResourceList")
    for isrc in deal.instant_gratification:
        recording = recordings.get(isrc)
        if recording is None:
            raise MessageError(
                f"the pre-order gives {isrc} at once, which is not on the release",
                hint="correct instant_gratification: of the deal",
                code="SG4022",
            )
        add(resources, "DealResourceReference", f"A{recording.number}")
