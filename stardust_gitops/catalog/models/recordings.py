"""Recordings: described on a release, or once in ``tracks/**`` and used by several releases."""

from __future__ import annotations

from typing import Annotated, Literal

from stardust_gitops.catalog.models.deals import Terms
from stardust_gitops.catalog.models.parties import ArtistEntry, ContributorEntry, PartyEntry
from stardust_gitops.catalog.models.scalars import (
    Duration,
    Flag,
    Given,
    Isrc,
    Iswc,
    Language,
    Length,
    Model,
    Name,
    Positive,
    Seconds,
    Text,
)
from stardust_gitops.catalog.models.suppression import SuppressEntry
from stardust_gitops.catalog.models.titles import TitleEntry

ParentalWarningEntry = Literal[
    "Explicit", "ExplicitContentEdited", "NotExplicit", "NoAdviceAvailable"
]


class PreviewEntry(Model):
    """Where in the recording the piece begins that may be heard before buying, and how long it is;
    both in whole seconds, or in minutes as ``0:45``. Without a duration the recipient decides."""

    start: Seconds
    duration: Annotated[Length | None, Given] = None


class RecordingFields(Model):
    """What can be said of a recording. `language` is the language of the performance; `hidden`
    tells that there is more to hear than it says; `duration` is held against the measured one;
    ``ugc_claim: false`` leaves the recording out of claims on what users upload."""

    title: Text | None = None
    version: Text | None = None
    titles: tuple[TitleEntry, ...] | None = None
    artists: tuple[ArtistEntry, ...] | None = None
    display_artist: Text | None = None
    contributors: tuple[ContributorEntry, ...] | None = None
    publishers: tuple[PartyEntry, ...] | None = None
    audio: Text | None = None
    parental_warning: ParentalWarningEntry | None = None
    p_line: Text | None = None
    genre: Text | None = None
    subgenre: Text | None = None
    language: Language | None = None
    instrumental: Flag | None = None
    hidden: Flag | None = None
    iswc: Iswc | None = None
    duration: Duration | None = None
    preview: Annotated[PreviewEntry | None, Given] = None
    ugc_claim: Annotated[Flag | None, Given] = None


class RecordingFile(RecordingFields):
    """One file of ``tracks/``."""

    isrc: Isrc
    suppress: tuple[SuppressEntry, ...] = ()


class TrackEntry(RecordingFields):
    """One track of a release: a recording described here, or a reference with its overrides.

    ``available: album_only`` keeps it from being sold alone, ``none`` from being claimed too;
    `offers` are those of the release that it is sold alone on, all where they are not given."""

    isrc: Isrc | None = None
    track: Isrc | None = None
    disc: Positive = 1
    bonus: Flag = False
    available: Literal["all", "album_only", "none"] = "all"
    offers: Annotated[tuple[Name, ...] | None, Given] = None
    deals: tuple[Terms, ...] = ()
