"""What rules look at: one kind of subject for each scope, from one release up to the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, NamedTuple, Protocol

from stardust_gitops.assets.facts import AudioFacts, VideoFacts
from stardust_gitops.assets.lock import LockedAsset
from stardust_gitops.catalog.loading import CONFIG_NAME, Catalogue, Target
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.suppression import SuppressEntry
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.labels import Labels
from stardust_gitops.content.model import AssetRole
from stardust_gitops.content.recording_parts import has_parts
from stardust_gitops.content.resolve import Base
from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.rules.index import CatalogueIndex
from stardust_gitops.rules.texts import Said, texts


class Numbered(NamedTuple):
    """A track with its 1-based place in the order of the content."""

    number: int
    track: PlacedTrack


class Scope(StrEnum):
    """What a rule looks at, as it is named in lists of rules."""

    RELEASE = "release"
    TARGET = "release at a target"
    CATALOGUE = "catalogue"
    TARGET_FILE = "target"
    CONFIG = "stardust.yaml"


class Place(NamedTuple):
    """Whom a finding concerns: the file that it stands in unless its hit names another, the
    GTIN-14 of the release and the id of the target where it is about one."""

    file: str
    release: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is equal for all subjects of one run.

    `targets` are the ids that may be named, those of targets that do not read among them; `offers`
    what some target takes; `rules` all ids of rules, `fixed_rules` those that nobody may change.
    `today` is the day in the catalogue's own time zone, ``None`` where nobody asks the clock: a
    rule about the present says nothing then. `testing` tells that the run is for an environment
    of tests; where nobody names one it is for the real one. `labels` finds them by key and name.
    """

    catalogue: Catalogue
    labels: Labels
    targets: frozenset[str]
    offers: frozenset[str]
    rules: frozenset[str] = frozenset()
    fixed_rules: frozenset[str] = frozenset()
    today: date | None = None
    testing: bool = False


def expired(entry: SuppressEntry, today: date | None) -> bool:
    """Whether the last day of a suppression is over."""
    return entry.expires is not None and today is not None and entry.expires < today.isoformat()


class Subject(Protocol):
    """Anything that rules look at."""

    scope: ClassVar[Scope]

    @property
    def place(self) -> Place:
        """Whom findings about it concern."""
        ...


@dataclass(frozen=True, kw_only=True)  # without slots: it keeps what several rules look at
class ReleaseSubject:
    """A release by itself, whoever receives it. `base.document` is ``None`` where the release
    cannot be resolved: `model` is there always, and a rule says nothing about what it lacks."""

    scope: ClassVar[Scope] = Scope.RELEASE
    frame: Frame
    base: Base
    release: str | None

    @property
    def place(self) -> Place:
        """The release's file."""
        return Place(self.base.file, self.release)

    @property
    def file(self) -> str:
        """The release's file, relative to the catalogue's root."""
        return self.base.file

    @property
    def model(self) -> ReleaseFile:
        """The file as written."""
        return self.base.model

    @property
    def document(self) -> Document | None:
        """The resolved content without genres and deals (see `content.canonical`)."""
        return self.base.document

    @property
    def tracks(self) -> tuple[PlacedTrack, ...]:
        """The tracks in the order of the content, each with its recording's fields."""
        return self.base.tracks

    @cached_property
    def titles(self) -> tuple[Said, ...]:
        """The titles and versions of the release and its tracks, in all languages."""
        return tuple(texts(self.model, self.tracks, ("title", "version")))

    @cached_property
    def titles_together(self) -> str:
        """All of `titles`, one to a line: many a rule sees from it that there is nothing to see."""
        return "\n".join([said.value for said in self.titles])

    @property
    def assets(self) -> tuple[tuple[str, int | None, LockedAsset], ...]:
        """Measured files: role, 1-based place in `tracks` (``None`` for the cover), facts."""
        return self.base.assets

    @cached_property
    def special(self) -> tuple[Numbered, ...]:
        """The tracks that are more than a song: videos, those with an immersive edition, a work,
        relatives, lyrics and the like. Most releases have none, and rules are done with them."""
        return tuple(
            Numbered(number, track)
            for number, track in enumerate(self.tracks, start=1)
            if has_parts(track.fields)
        )

    @cached_property
    def with_preview(self) -> tuple[Numbered, ...]:
        """The tracks that say which piece may be heard before buying."""
        return tuple(
            Numbered(number, track)
            for number, track in enumerate(self.tracks, start=1)
            if track.fields.preview is not None
        )

    def measured(self, role: AssetRole, number: int | None) -> LockedAsset | None:
        """The measured file of a track, or of the release itself (``None``), in a role."""
        for known, place, asset in self.assets:
            if known == role and place == number:
                return asset
        return None

    def duration(self, number: int) -> Decimal | None:
        """How long a track is in seconds, as measured of its audio or video."""
        for role, place, asset in self.assets:
            if place == number and role in ("audio", "video"):
                return seconds_of(asset)
        return None

    @property
    def config(self) -> ConfigFile:
        """``stardust.yaml``."""
        return self.frame.catalogue.config


def seconds_of(asset: LockedAsset) -> Decimal | None:
    """How long an audio or video file plays, in seconds; ``None`` of any other."""
    facts = asset.facts
    return Decimal(facts.duration) if isinstance(facts, AudioFacts | VideoFacts) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSubject:
    """One release as one target would be told and given it: `base` without what the target leaves
    out, `document` the whole content in the target's words, with its genres and deals."""

    scope: ClassVar[Scope] = Scope.TARGET
    frame: Frame
    base: Base
    target: Target
    document: Document

    @property
    def place(self) -> Place:
        """The release's file, for this target."""
        return Place(self.base.file, self.document["icpn"], self.target.id)

    @property
    def model(self) -> ReleaseFile:
        """The release's file as written."""
        return self.base.model

    @property
    def tracks(self) -> tuple[PlacedTrack, ...]:
        """The tracks in the order of the content, without those that the target leaves out."""
        return self.base.tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFileSubject:
    """A target by itself."""

    scope: ClassVar[Scope] = Scope.TARGET_FILE
    frame: Frame
    target: Target

    @property
    def place(self) -> Place:
        """The target's file."""
        return Place(self.target.file, None, self.target.id)

    @property
    def model(self) -> TargetFile:
        """The file as written."""
        return self.target.model


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSubject:
    """The settings of the catalogue, ``stardust.yaml``."""

    scope: ClassVar[Scope] = Scope.CONFIG
    frame: Frame

    @property
    def place(self) -> Place:
        """``stardust.yaml``."""
        return Place(CONFIG_NAME)

    @property
    def model(self) -> ConfigFile:
        """The file as written."""
        return self.frame.catalogue.config


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueSubject:
    """All releases side by side, as rows of an index; models are not kept. A hit names the `file`
    and `release` of the row it is about."""

    scope: ClassVar[Scope] = Scope.CATALOGUE
    frame: Frame
    index: CatalogueIndex

    @property
    def place(self) -> Place:
        """``stardust.yaml``; hits name the files of releases."""
        return Place(CONFIG_NAME)
