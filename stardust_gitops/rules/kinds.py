"""Rules about what goes with a sound recording, and what with a video."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.assets.facts import TextFacts
from stardust_gitops.catalog.models.recordings import RecordingFields
from stardust_gitops.catalog.vocabulary import allowed
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject


@rule(
    "SG2037",
    severity=Severity.ERROR,
    fixed=True,
    title="something that a recording of this kind cannot have",
    why="A sound recording and a video are told in different elements, each with its own types.",
    example="tracks: [{isrc: GBXYZ2600001, audio: a.flac, type: ConcertVideo}]",
    remedy="give what goes with the file: audio: has a type of sound recording, video: of video",
    source="DDEX: SoundRecording and Video; SoundRecordingType and VideoType",
)
def not_of_this_kind(subject: ReleaseSubject) -> Iterator[Hit]:
    """Two main files, a type of the other kind, a still without a video, an immersive edition or a
    preview file (which is audio) of a video."""
    for _, track in subject.special:
        for key, message in _misplaced(track.fields):
            yield track_hit(track, key, f"{track.isrc} {message}")


def _misplaced(fields: RecordingFields) -> Iterator[tuple[str, str]]:
    if fields.video is None:
        if fields.screen_capture is not None:
            yield "screen_capture", "has a screen capture and no video"
        if fields.type is not None and fields.type not in allowed("SoundRecordingType"):
            yield "type", f"is a sound recording; {fields.type} is a type of video"
        return
    if fields.audio is not None:
        yield "video", "has an audio file and a video; the sound of a video is in its file"
    if fields.type is not None and fields.type not in allowed("VideoType"):
        yield "type", f"is a video; {fields.type} is a type of sound recording"
    if fields.immersive is not None:
        yield "immersive", "is a video; an immersive edition is one of a sound recording"
    if fields.preview is not None and fields.preview.audio is not None:
        yield "preview", "is a video; a preview file is one of a sound recording"


@rule(
    "SG2038",
    severity=Severity.WARNING,
    title="lyrics of an instrumental",
    why="Either words are sung or they are not: one of the two would be shown wrongly.",
    example="instrumental: true\nlyrics: assets/breakwater.ttml",
    remedy="remove instrumental: true, or the lyrics",
    source="DDEX: IsInstrumental; TextType LyricText",
)
def lyrics_of_instrumental(subject: ReleaseSubject) -> Iterator[Hit]:
    """A lyrics file beside  instrumental: true."""
    for _, track in subject.special:
        if track.fields.lyrics is not None and track.fields.instrumental:
            yield track_hit(track, "lyrics", f"{track.isrc} is instrumental and has lyrics")


@rule(
    "SG2039",
    severity=Severity.WARNING,
    title="a booklet or lyrics in a form that services do not show",
    why="A booklet is shown page by page, as a PDF; lyrics line by line, from a text file.",
    example="booklet: assets/booklet.txt",
    remedy="give the booklet as PDF; lyrics as TTML, LRC, SRT, WebVTT or plain text",
    source="recipients' delivery specifications",
)
def form_of_texts(subject: ReleaseSubject) -> Iterator[Hit]:
    """As recognised from their bytes."""
    if subject.model.booklet is not None:
        codec = _codec(subject, None)
        if codec not in (None, "PDF"):
            yield Hit(("booklet",), f"the booklet is {codec}, not PDF")
    for number, track in subject.special:
        if track.fields.lyrics is not None and _codec(subject, number) == "PDF":
            yield track_hit(track, "lyrics", f"the lyrics of {track.isrc} are a PDF")


def _codec(subject: ReleaseSubject, number: int | None) -> str | None:
    """The codec of a track's lyrics, or of the booklet (``None``)."""
    asset = subject.measured("booklet" if number is None else "lyrics", number)
    return asset.facts.codec if asset and isinstance(asset.facts, TextFacts) else None
