"""Artists and contributors, as releases and tracks name them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from stardust_gitops.catalog.models.scalars import ContributorRole, Dpid, Isni, Model, Text, refuse


def _ipi(value: str) -> str:
    if len(value) != 11 or not value.isdigit():
        refuse("SG1307", f"{value!r} is no IPI name number", "write its 11 digits")
    return value


class PartyEntry(Model):
    """A name with public identifiers; `ids` maps the DPID of an id's owner to the id."""

    name: Text
    isni: Isni | None = None
    ipi: Annotated[str, AfterValidator(_ipi)] | None = None
    ipn: Text | None = None
    ids: dict[Dpid, Text] = {}


class ArtistEntry(PartyEntry):
    """A display artist; without a role it is a main artist."""

    role: Literal["MainArtist", "FeaturedArtist"] = "MainArtist"


class ContributorEntry(PartyEntry):
    """A contributor and all that they did on the recording, in DDEX's role names."""

    roles: tuple[ContributorRole, ...]
