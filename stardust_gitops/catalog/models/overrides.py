"""What a release says to one target alone: other words, another status."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from stardust_gitops.catalog.models.scalars import (
    Date,
    Flag,
    Given,
    Keyword,
    Model,
    Text,
    refuse,
)
from stardust_gitops.catalog.models.titles import TitleEntry

Status = Literal["draft", "active", "hold", "takedown", "archived"]


class OverrideEntry(Model):
    """What stands in place of the release's own words at one target. What is not given stays; a
    `genre` without `subgenre` has none."""

    title: Text | None = None
    version: Text | None = None
    titles: tuple[TitleEntry, ...] | None = None
    display_artist: Text | None = None
    label: Text | None = None
    catalog_number: Text | None = None
    genre: Text | None = None
    subgenre: Text | None = None
    p_line: Text | None = None
    c_line: Text | None = None
    keywords: tuple[Keyword, ...] | None = None
    marketing_comment: Text | None = None


class StatusEntry(Model):
    """A status; of a takedown also the day from which it counts, and why. `purge` asks for more:
    that recipients who take such a message remove the release for good."""

    status: Status
    from_: Annotated[Date | None, Given] = Field(default=None, alias="from")
    reason: Text | None = None
    purge: Flag = False

    @model_validator(mode="after")
    def _asked_with_a_reason(self) -> StatusEntry:
        if self.purge and (self.status != "takedown" or self.reason is None):
            refuse(
                "SG1124",
                "a purge needs  status: takedown  and a reason",
                "write it as  {status: takedown, purge: true, reason: …}",
            )
        return self


def _entry(value: Any) -> Any:
    return {"status": value} if isinstance(value, str) else value


StatusValue = Annotated[
    StatusEntry, BeforeValidator(_entry, json_schema_input_type=Status | StatusEntry)
]
"""A status by itself, or with its day and reason."""


def per_target(value: Any) -> Any:
    """A status alone is that of every target."""
    return {"default": value} if isinstance(value, str) else value
