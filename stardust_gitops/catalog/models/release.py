"""One file of ``releases/``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from stardust_gitops.catalog.models.deals import DealEntry
from stardust_gitops.catalog.models.parties import ArtistEntry
from stardust_gitops.catalog.models.recordings import ParentalWarningEntry, TrackEntry
from stardust_gitops.catalog.models.scalars import (
    Date,
    Flag,
    Given,
    Icpn,
    Language,
    Model,
    Moment,
    Name,
    ReleaseType,
    Text,
)
from stardust_gitops.catalog.models.suppression import SuppressEntry

Status = Literal["draft", "active", "hold", "takedown", "archived"]


def _per_target(value: Any) -> Any:
    return {"default": value} if isinstance(value, str) else value


class VisibilityEntry(Model):
    """From when the recipient may show what, before the release can be had."""

    release: Moment | None = None
    cover: Moment | None = None
    tracks: Moment | None = None


class ReleaseFile(Model):
    """A release. What a finished release needs beyond `status` is asked for by the rules, so that
    a draft may lack it."""

    icpn: Icpn | None = None
    replaces: Icpn | None = None
    type: ReleaseType | None = None
    title: Text | None = None
    version: Text | None = None
    artists: tuple[ArtistEntry, ...] = ()
    display_artist: Text | None = None
    label: Text | None = None
    catalog_number: Text | None = None
    genre: Text | None = None
    subgenre: Text | None = None
    release_date: Date | None = None
    original_release_date: Date | None = None
    p_line: Text | None = None
    c_line: Text | None = None
    parental_warning: ParentalWarningEntry | None = None
    language: Language | None = None
    cover: Text | None = None
    visibility: VisibilityEntry | None = None
    deals: tuple[DealEntry, ...] = ()
    tracks: tuple[TrackEntry, ...] = ()
    targets: Annotated[tuple[Name, ...] | None, Given] = None
    status: Annotated[dict[Name, Status], BeforeValidator(_per_target)] = Field(
        default_factory=dict
    )
    takedown_from: Annotated[Date | None, Given] = None
    takedown_reason: Text | None = None
    prevent_takedown: Flag = False
    send_from: Annotated[Moment | None, Given] = None
    suppress: tuple[SuppressEntry, ...] = ()

    def status_for(self, target: str) -> Status:
        """The status at one target: its own, else the default, else active."""
        return self.status.get(target) or self.status.get("default", "active")
