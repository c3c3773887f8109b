"""Rules about the other recordings that a recording is said to be related to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from stardust_gitops.catalog.models.recording_parts import RelatedRecordingEntry
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject

_ENDLESS = 10**9
"""Where a piece without a duration ends, in seconds."""


@rule(
    "SG2072",
    severity=Severity.ERROR,
    title="a recording related to itself, or twice to the same",
    why="Neither says anything: most often an ISRC was copied and not changed.",
    example="isrc: GBXYZ2600001\nrelated: [{type: IsClipFrom, isrc: GBXYZ2600001}]",
    remedy="give the ISRC of the other recording, once for each place where it stands",
    source="DDEX RelatedResource",
)
def related_to_itself(subject: ReleaseSubject) -> Iterator[Hit]:
    """Its own ISRC or that of its edition; one recording with one relation in places that overlap,
    or without a place beside another."""
    for _, track in subject.special:
        if not track.fields.related:
            continue
        own = {track.isrc, track.fields.immersive.isrc if track.fields.immersive else None}
        for index, entry in enumerate(track.fields.related):
            if entry.isrc in own:
                message = f"{track.isrc} is related to itself"
                yield track_hit(track, "related", message, index, "isrc")
        yield from _repeated(track, track.fields.related)


def _repeated(track: PlacedTrack, related: Sequence[RelatedRecordingEntry]) -> Iterator[Hit]:
    order = sorted(range(len(related)), key=lambda index: (*_key(related[index]), index))
    for index, following in pairwise(order):
        one, other = related[index], related[following]
        if (one.type, one.isrc) == (other.type, other.isrc) and _start(other) < _end(one):
            message = f"{track.isrc} is related to {other.isrc} twice, in the same place"
            yield track_hit(track, "related", message, max(index, following))


def _key(entry: RelatedRecordingEntry) -> tuple[str, str, int]:
    return entry.type, entry.isrc, _start(entry)


def _start(entry: RelatedRecordingEntry) -> int:
    return entry.start or 0


def _end(entry: RelatedRecordingEntry) -> int:
    return _ENDLESS if entry.duration is None else _start(entry) + entry.duration


@rule(
    "SG2073",
    severity=Severity.ERROR,
    title="a related recording beyond the end of the recording",
    why="Its place in this recording would be after the last second; services refuse such a mix.",
    example='related: [{type: HasContentFrom, isrc: GBXYZ2600009, start: "3:50", duration: 30}]'
    "   # in four minutes",
    remedy="correct start: or duration:, which count the seconds of this recording",
    source="DDEX RelatedResource: StartPoint and Duration within the resource",
)
def related_beyond_the_end(subject: ReleaseSubject) -> Iterator[Hit]:
    """Against the measured duration, with a second of tolerance."""
    for number, track in subject.special:
        length = subject.duration(number) if track.fields.related else None
        if length is None:
            continue
        for index, entry in enumerate(track.fields.related):
            end = _start(entry) + (entry.duration or 0)
            if end > length + 1 or (entry.start is not None and entry.start >= length):
                message = f"{entry.isrc} ends after {end} s in {track.isrc}, which has {length} s"
                yield track_hit(track, "related", message, index)


@rule(
    "SG2074",
    severity=Severity.WARNING,
    title="a clip of which nobody says what it is cut from",
    why="A service shows a clip beside its recording; without the relation it finds none.",
    example="type: Clip   # without related:",
    remedy="add  related: [{type: IsClipFrom, isrc: …}]  with the ISRC of the whole recording",
    source="DDEX ERN 4.3: SoundRecordingType Clip, ResourceRelationshipType IsClipFrom",
)
def clip_of_nothing(subject: ReleaseSubject) -> Iterator[Hit]:
    """Tracks of  type: Clip."""
    for _, track in subject.special:
        fields = track.fields
        if fields.type == CLIP and all(entry.type != "IsClipFrom" for entry in fields.related):
            yield track_hit(track, "related", f"the clip {track.isrc} is from no recording")


@rule(
    "SG2075",
    severity=Severity.WARNING,
    title="a DJ mix that does not say what is mixed",
    why="Whoever made the recordings in the mix is paid by them; many services refuse it without.",
    example="type: DjMix\ntracks: [{isrc: GBXYZ2600001, title: Night Mix}]",
    remedy="list the recordings under  related: [{type: HasContentFrom, isrc: …, start: 0}]",
    source="DDEX release profile DjMix; recipients' delivery specifications",
)
def mix_of_nothing(subject: ReleaseSubject) -> Iterator[Hit]:
    """A release of  type: DjMix  whose recordings are all without relations."""
    if subject.model.type != "DjMix" or not subject.tracks:
        return
    if not any(track.fields.related for _, track in subject.special):
        yield Hit(("type",), "no recording of the mix says what it is made from")
