"""Artists and contributors, as releases and tracks name them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stardust_gitops.catalog.models.scalars import ContributorRole, Dpid, Ipi, Isni, Model, Text


class PartyEntry(Model):
    """A name with public identifiers; `ids` maps the DPID of an id's owner to the id."""

    name: Text
    isni: Isni | None = None
    ipi: Ipi | None = None
    ipn: Text | None = None
    ids: dict[Dpid, Text] = Field(default_factory=dict)


class ArtistEntry(PartyEntry):
    """A display artist; without a role it is a main artist."""

    role: Literal["MainArtist", "FeaturedArtist"] = "MainArtist"


class ContributorEntry(PartyEntry):
    """A contributor and all that they did on the recording, in DDEX's role names."""

    roles: tuple[ContributorRole, ...]
