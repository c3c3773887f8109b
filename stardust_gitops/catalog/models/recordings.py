"""Recordings: described on a release, or once in ``tracks/**`` and used by several releases."""

from __future__ import annotations

from typing import Literal

from stardust_gitops.catalog.models.deals import Terms
from stardust_gitops.catalog.models.parties import ArtistEntry, ContributorEntry
from stardust_gitops.catalog.models.scalars import Flag, Isrc, Iswc, Language, Model, Positive, Text
from stardust_gitops.catalog.models.suppression import SuppressEntry

ParentalWarningEntry = Literal[
    "Explicit", "ExplicitContentEdited", "NotExplicit", "NoAdviceAvailable"
]


class RecordingFields(Model):
    """What can be said of a recording. `language` is the language of the performance."""

    title: Text | None = None
    version: Text | None = None
    artists: tuple[ArtistEntry, ...] | None = None
    display_artist: Text | None = None
    contributors: tuple[ContributorEntry, ...] | None = None
    audio: Text | None = None
    parental_warning: ParentalWarningEntry | None = None
    p_line: Text | None = None
    genre: Text | None = None
    subgenre: Text | None = None
    language: Language | None = None
    instrumental: Flag | None = None
    iswc: Iswc | None = None


class RecordingFile(RecordingFields):
    """One file of ``tracks/``."""

    isrc: Isrc
    suppress: tuple[SuppressEntry, ...] = ()


class TrackEntry(RecordingFields):
    """One track of a release: a recording described here, or a reference with its overrides."""

    isrc: Isrc | None = None
    track: Isrc | None = None
    disc: Positive = 1
    available: Literal["all", "album_only"] = "all"
    deals: tuple[Terms, ...] = ()
