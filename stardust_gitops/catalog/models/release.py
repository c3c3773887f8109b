"""One file of ``releases/``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from stardust_gitops.catalog.models.deals import Deals
from stardust_gitops.catalog.models.overrides import (
    OverrideEntry,
    Status,
    StatusValue,
    per_target,
)
from stardust_gitops.catalog.models.parties import ArtistEntry
from stardust_gitops.catalog.models.party import LocalName
from stardust_gitops.catalog.models.recording_parts import MeadEntry
from stardust_gitops.catalog.models.recordings import ParentalWarningEntry, TrackEntry
from stardust_gitops.catalog.models.related import RelatedEntry
from stardust_gitops.catalog.models.scalars import (
    Date,
    Flag,
    Given,
    Grid,
    Icpn,
    Keyword,
    Language,
    Model,
    Moment,
    Name,
    Positive,
    ReleaseType,
    Territory,
    Text,
)
from stardust_gitops.catalog.models.suppression import SuppressEntry
from stardust_gitops.catalog.models.titles import TitleEntry


class VisibilityEntry(Model):
    """From when the recipient may show what, before the release can be had."""

    release: Moment | None = None
    cover: Moment | None = None
    tracks: Moment | None = None


class DiscEntry(Model):
    """What is said of one disc of a set; `icpn` where that disc is also a release by itself."""

    title: Text
    icpn: Annotated[Icpn | None, Given] = None


class ReleaseFile(Model):
    """A release. What a finished release needs beyond `status` is asked for by the rules, so that
    a draft may lack it."""

    icpn: Icpn | None = None
    replaces: Icpn | None = None
    grid: Grid | None = None
    type: ReleaseType | None = None
    title: Text | None = None
    version: Text | None = None
    titles: tuple[TitleEntry, ...] = ()
    artists: tuple[ArtistEntry, ...] = ()
    display_artist: Text | None = None
    display_artists: tuple[LocalName, ...] = ()
    label: Text | None = None
    catalog_number: Text | None = None
    genre: Text | None = None
    subgenre: Text | None = None
    release_date: Date | None = None
    release_dates: dict[Territory, Date] = Field(default_factory=dict)
    original_release_date: Date | None = None
    p_line: Text | None = None
    c_line: Text | None = None
    parental_warning: ParentalWarningEntry | None = None
    compilation: Literal["single_artist", "multi_artist"] | None = None
    related: tuple[RelatedEntry, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    marketing_comment: Text | None = None
    mead: Annotated[MeadEntry | None, Given] = None
    language: Language | None = None
    cover: Text | None = None
    booklet: Annotated[Text | None, Given] = None
    discs: dict[Positive, DiscEntry] = Field(default_factory=dict)
    visibility: VisibilityEntry | None = None
    deals: Deals = ()
    tracks: tuple[TrackEntry, ...] = ()
    targets: Annotated[tuple[Name, ...] | None, Given] = None
    exclude_targets: tuple[Name, ...] = ()
    overrides: dict[Name, OverrideEntry] = Field(default_factory=dict)
    status: Annotated[
        dict[Name, StatusValue],
        BeforeValidator(per_target, json_schema_input_type=Status | dict[Name, StatusValue]),
    ] = Field(default_factory=dict)
    takedown_from: Annotated[Date | None, Given] = None
    takedown_reason: Text | None = None
    prevent_takedown: Flag = False
    send_from: Annotated[Moment | None, Given] = None
    suppress: tuple[SuppressEntry, ...] = ()

    def targets_among(self, enabled: Sequence[str]) -> list[str]:
        """The ids of the targets that the release is for, sorted: those that it lists, or all that
        are `enabled`, without those that it excludes."""
        named = enabled if self.targets is None else self.targets
        return sorted(set(named) - set(self.exclude_targets))

    def status_for(self, target: str) -> Status:
        """The status at one target: its own, else the default, else active."""
        entry = self.status.get(target) or self.status.get("default")
        return "active" if entry is None else entry.status

    def takedown_day(self, target: str) -> str | None:
        """From when a takedown counts at one target: its own day, else that of the release."""
        entry = self.status.get(target) or self.status.get("default")
        return (entry.from_ if entry else None) or self.takedown_from

    def purge_reason(self, target: str) -> str | None:
        """Why the release is to be removed for good at one target; ``None`` where it is not."""
        entry = self.status.get(target) or self.status.get("default")
        return entry.reason if entry is not None and entry.purge else None
