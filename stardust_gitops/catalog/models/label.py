"""One file of ``labels/``: a label, and what its releases are held against."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stardust_gitops.catalog.models.scalars import Date, Given, Model, Name, Territory, Text


class LabelFile(Model):
    """A label. Its key is the file's stem unless `id` says otherwise. Releases refer to it by its
    key or name in ``label:``; `targets` holds the name or id that a target knows it by. `rights`
    are the first and the last day on which they are the label's. What is not given limits
    nothing."""

    id: Name | None = None
    name: Text
    targets: dict[Name, Text] = Field(default_factory=dict)
    p_line_owners: Annotated[tuple[Text, ...] | None, Given] = None
    c_line_owners: Annotated[tuple[Text, ...] | None, Given] = None
    allowed_targets: Annotated[tuple[Name, ...] | None, Given] = None
    territories: Annotated[tuple[Territory, ...] | None, Given] = None
    rights: dict[Literal["from", "until"], Date] = Field(default_factory=dict)
