"""What a recording has beside itself: previews, editions, its work, its relatives, descriptors."""

from __future__ import annotations

from typing import Annotated

from stardust_gitops.catalog.models.scalars import (
    Activity,
    Amount,
    Given,
    Isrc,
    Length,
    Model,
    Mood,
    MusicalKey,
    RecordingRelation,
    Seconds,
    Tempo,
    Text,
    Theme,
    TimeSignature,
)
from stardust_gitops.catalog.models.titles import TitleEntry


class PreviewEntry(Model):
    """Where in the recording the piece begins that may be heard before buying, and how long it is;
    both in whole seconds, or in minutes as ``0:45``. Without a duration the recipient decides.
    `audio` is the piece itself, where the label has cut it."""

    start: Seconds
    duration: Annotated[Length | None, Given] = None
    audio: Annotated[Text | None, Given] = None


class ImmersiveEntry(Model):
    """The immersive edition (a Dolby Atmos master), which has an ISRC of its own; without a P-line
    it has that of the track."""

    isrc: Isrc
    audio: Text
    p_line: Annotated[Text | None, Given] = None


class WorkEntry(Model):
    """The work of which the track is a movement or part; movements follow each other."""

    title: Text
    titles: tuple[TitleEntry, ...] = ()


class RelatedRecordingEntry(Model):
    """Another recording, and what this one is to it in DDEX's words; `start` and `duration` tell
    where in this one it stands."""

    type: RecordingRelation
    isrc: Isrc
    start: Annotated[Seconds | None, Given] = None
    duration: Annotated[Length | None, Given] = None


class MeadEntry(Model):
    """What listeners search by, told to targets that take DDEX MEAD messages, in its words."""

    moods: tuple[Mood, ...] = ()
    themes: tuple[Theme, ...] = ()
    activities: tuple[Activity, ...] = ()


class RecordingMeadEntry(MeadEntry):
    """The same of a recording, and how it sounds; `bpm` is beats a minute."""

    key: Annotated[MusicalKey | None, Given] = None
    time_signature: Annotated[TimeSignature | None, Given] = None
    tempo: Annotated[Tempo | None, Given] = None
    bpm: Annotated[Amount | None, Given] = None
