"""One file of ``parties/``: a person or group, described once."""

from __future__ import annotations

from pydantic import Field

from stardust_gitops.catalog.models.scalars import Dpid, Ipi, Isni, Language, Model, Name, Text


class LocalName(Model):
    """The name in another script or language."""

    name: Text
    language: Language


class PartyFile(Model):
    """A party. Its key is the file's stem unless `id` says otherwise. Artists and contributors
    refer to it by ``party: KEY`` or by one of its names. `ids` maps the DPID of an id's owner to
    the id; one that a recipient owns is told to that recipient alone."""

    id: Name | None = None
    name: Text
    names: tuple[LocalName, ...] = ()
    isni: Isni | None = None
    ipi: Ipi | None = None
    ipn: Text | None = None
    ids: dict[Dpid, Text] = Field(default_factory=dict)
