"""Deals: which offer, where, from when until when, at what price."""

from __future__ import annotations

from stardust_gitops.catalog.models.scalars import (
    Amount,
    Currency,
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
    territories: tuple[Territory, ...] | None = None
    excluded_territories: tuple[Territory, ...] | None = None
    start: When | None = None
    end: When | None = None
    price_code: Text | None = None
    wholesale_price: PriceEntry | None = None


class DealEntry(Terms):
    """A deal of the release. Track prices are those of each track sold alone."""

    track_price_code: Text | None = None
    track_wholesale_price: PriceEntry | None = None
    preorder_from: When | None = None
    targets: tuple[Name, ...] | None = None
    except_targets: tuple[Name, ...] | None = None
