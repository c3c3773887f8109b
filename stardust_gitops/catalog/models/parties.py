"""Artists and contributors, as releases and tracks name them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from stardust_gitops.catalog.models.scalars import (
    ContainsAI,
    ContributorRole,
    Dpid,
    InstrumentType,
    Ipi,
    Isni,
    Model,
    Name,
    Text,
    checked_text,
    refuse,
)


def _named(value: str, info: ValidationInfo) -> str:
    """A name; it may be left out where a party is referred to."""
    if value:
        return checked_text(value)
    if info.data.get("party", "") is None:
        refuse("SG1101", "the name is missing", "add name: …, or party: … with a key of parties/")
    return value


class PartyEntry(Model):
    """A name with public identifiers; `ids` maps the DPID of an id's owner to the id. `party` is
    the key of a file of ``parties/`` that has them; a name given beside it is the one credited."""

    party: Name | None = None
    name: Annotated[str, AfterValidator(_named)] = Field(default="", validate_default=True)
    isni: Isni | None = None
    ipi: Ipi | None = None
    ipn: Text | None = None
    ids: dict[Dpid, Text] = Field(default_factory=dict)


class ArtistEntry(PartyEntry):
    """A display artist; without a role it is a main artist."""

    role: Literal["MainArtist", "FeaturedArtist"] = "MainArtist"


class ContributorEntry(PartyEntry):
    """A contributor and all that they did and played on the recording, in DDEX's names."""

    roles: tuple[ContributorRole, ...]
    instruments: tuple[InstrumentType, ...] = ()
    ai_contribution: ContainsAI | None = None
