"""One file of ``labels/``: a label, and what its releases are held against."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from stardust_gitops.catalog.models.scalars import (
    Date,
    Dpid,
    Flag,
    Given,
    Model,
    Name,
    Territory,
    Text,
    refuse,
)


class LabelFile(Model):
    """A label. Its key is the file's stem unless `id` says otherwise. Releases refer to it by its
    key or name in ``label:``; `targets` holds the name or id that a target knows it by. `rights`
    are the first and the last day on which they are the label's. What is not given limits
    nothing. With ``sent_on_behalf_of: true`` the header of its messages names the label."""

    id: Name | None = None
    name: Text
    dpid: Dpid | None = None
    sent_on_behalf_of: Flag = False
    targets: dict[Name, Text] = Field(default_factory=dict)
    p_line_owners: Annotated[tuple[Text, ...] | None, Given] = None
    c_line_owners: Annotated[tuple[Text, ...] | None, Given] = None
    allowed_targets: Annotated[tuple[Name, ...] | None, Given] = None
    territories: Annotated[tuple[Territory, ...] | None, Given] = None
    rights: dict[Literal["from", "until"], Date] = Field(default_factory=dict)

    @field_validator("sent_on_behalf_of")
    @classmethod
    def _identified(cls, value: bool, info: ValidationInfo) -> bool:
        # A DPID that is given and wrong is told by itself: it is not in the data at all.
        if value and info.data.get("dpid", "") is None:
            refuse(
                "SG1101",
                "a label that messages are sent on behalf of has no DPID",
                "add dpid: … of the label: a message names its parties by DPID",
            )
        return value
