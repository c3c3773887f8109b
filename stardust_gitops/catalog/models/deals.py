"""Deals: which offer, where, from when until when, at what price."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from stardust_gitops.catalog.models.scalars import (
    Amount,
    CommercialModel,
    Currency,
    Given,
    Isrc,
    Model,
    Name,
    Share,
    Territory,
    Text,
    UseType,
    When,
    refuse,
)

Policy = Literal["Monetize", "BlockAccess", "ReportUsage"]


class PriceEntry(Model):
    """A wholesale price per unit."""

    amount: Amount
    currency: Currency


class Terms(Model):
    """What a deal and its narrowing for one track have in common. A start without a value is the
    release date; ``+14d`` counts from the release date; an end date is inclusive. `policy` is what
    a claim on users' uploads asks for, `share` the percentage of the rights that it stands for."""

    offer: Name
    territories: Annotated[tuple[Territory, ...] | None, Given] = None
    excluded_territories: Annotated[tuple[Territory, ...] | None, Given] = None
    start: Annotated[When | None, Given] = None
    end: Annotated[When | None, Given] = None
    price_code: Text | None = None
    wholesale_price: PriceEntry | None = None
    policy: Policy | None = None
    share: Annotated[Share | None, Given] = None


class DealEntry(Terms):
    """A deal of the release. Track prices are those of each track sold alone.

    `instant_gratification` are the ISRCs that a pre-order gives at once. With `models` and `uses`
    the deal says itself what the targets that it names are told, and `offer` is only its name.
    """

    track_price_code: Text | None = None
    track_wholesale_price: PriceEntry | None = None
    preorder_from: Annotated[When | None, Given] = None
    instant_gratification: Annotated[tuple[Isrc, ...] | None, Given] = None
    models: Annotated[tuple[CommercialModel, ...] | None, Given] = None
    uses: Annotated[tuple[UseType, ...] | None, Given] = None
    targets: Annotated[tuple[Name, ...] | None, Given] = None
    except_targets: Annotated[tuple[Name, ...] | None, Given] = None


class ReleaseDeal(DealEntry):
    """A deal as a release gives it: written out, or ``use: NAME`` for all deals of a deal set of
    ``stardust.yaml``, which then stands alone."""

    use: Name | None = None
    offer: Name = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.use is None and not self.offer:
            refuse("SG1101", "the offer is missing", "add offer: …, or use: … for a deal set")
        if self.use is not None and len(self.model_fields_set) > 1:
            refuse("SG1104", "use stands alone", "put the rest into the deal set, or write it out")
        return self


def _listed(value: Any) -> Any:
    return [{"use": value}] if isinstance(value, str) else value


Deals = Annotated[
    tuple[ReleaseDeal, ...],
    BeforeValidator(_listed, json_schema_input_type=Name | tuple[ReleaseDeal, ...]),
]
"""The deals of a release, or the name of a deal set."""
