"""Other releases that a release has to do with."""

from __future__ import annotations

from stardust_gitops.catalog.models.scalars import Icpn, Model, RelationshipType


class RelatedEntry(Model):
    """Another release, and what this one is to it in DDEX's words."""

    type: RelationshipType
    icpn: Icpn
