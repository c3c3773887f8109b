"""Recordings: described on a release, or once in ``tracks/**`` and used by several releases."""

from __future__ import annotations

from typing import Annotated, Literal

from stardust_gitops.catalog.models.deals import Terms
from stardust_gitops.catalog.models.parties import ArtistEntry, ContributorEntry, PartyEntry
from stardust_gitops.catalog.models.party import LocalName
from stardust_gitops.catalog.models.recording_parts import (
    ImmersiveEntry,
    PreviewEntry,
    RecordingMeadEntry,
    RelatedRecordingEntry,
    WorkEntry,
)
from stardust_gitops.catalog.models.scalars import (
    ContainsAI,
    Duration,
    Flag,
    Given,
    Isrc,
    Iswc,
    Language,
    Model,
    Name,
    Positive,
    RecordingType,
    Text,
)
from stardust_gitops.catalog.models.suppression import SuppressEntry
from stardust_gitops.catalog.models.titles import TitleEntry

ParentalWarningEntry = Literal[
    "Explicit", "ExplicitContentEdited", "NotExplicit", "NoAdviceAvailable"
]


class RecordingFields(Model):
    """What can be said of a recording. `audio` or `video` is its file, `screen_capture` an image of
    the video; `type` is DDEX's where it is not the usual one (``Clip`` for a stand-alone clip).
    `language` is the language of the performance; `hidden` tells that there is more to hear than it
    says; `duration` is held against the measured one; ``ugc_claim: false`` leaves the recording out
    of claims on what users upload."""

    title: Text | None = None
    version: Text | None = None
    titles: tuple[TitleEntry, ...] | None = None
    work: Annotated[WorkEntry | None, Given] = None
    artists: tuple[ArtistEntry, ...] | None = None
    display_artist: Text | None = None
    display_artists: tuple[LocalName, ...] = ()
    contributors: tuple[ContributorEntry, ...] | None = None
    publishers: tuple[PartyEntry, ...] | None = None
    audio: Text | None = None
    video: Annotated[Text | None, Given] = None
    type: Annotated[RecordingType | None, Given] = None
    immersive: Annotated[ImmersiveEntry | None, Given] = None
    screen_capture: Annotated[Text | None, Given] = None
    lyrics: Annotated[Text | None, Given] = None
    contains_ai: Annotated[ContainsAI | None, Given] = None
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
    related: tuple[RelatedRecordingEntry, ...] = ()
    mead: Annotated[RecordingMeadEntry | None, Given] = None
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
