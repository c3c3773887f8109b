"""Deals: which offer, where, from when until when, at what price."""

from __future__ import annotations

from typing import Annotated

from stardust_gitops.catalog.models.scalars import (
    Amount,
    Currency,
    Given,
    Model,
    Name,
    Territory,
    Text,
    When,
)


class PriceEntry(Model):
    """A wholesale price per unit."""

    amount: Amount
    currency: Currency


class Terms(Model):
    """What a deal and its narrowing for one track have in common. A start without a value is the
    release date; ``+14d`` counts from the release date; an end date is inclusive."""

    offer: Name
    territories: Annotated[tuple[Territory, ...] | None, Given] = None
    excluded_territories: Annotated[tuple[Territory, ...] | None, Given] = None
    start: Annotated[When | None, Given] = None
    end: Annotated[When | None, Given] = None
    price_code: Text | None = None
    wholesale_price: PriceEntry | None = None


class DealEntry(Terms):
    """A deal of the release. Track prices are those of each track sold alone."""

    track_price_code: Text | None = None
    track_wholesale_price: PriceEntry | None = None
    preorder_from: Annotated[When | None, Given] = None
    targets: Annotated[tuple[Name, ...] | None, Given] = None
    except_targets: Annotated[tuple[Name, ...] | None, Given] = None
