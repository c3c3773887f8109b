"""Rules about previews of recordings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject, seconds_of


@rule(
    "SG2081",
    severity=Severity.ERROR,
    title="a preview beyond the end of the recording",
    why="The recipient cannot cut it, and refuses the track or takes a piece of its own.",
    example='preview: {start: "3:50", duration: 30}   # of a recording of four minutes',
    remedy="begin earlier, or make it shorter",
    source="DDEX: ClipDetails describe how a clip is generated from the full recording",
)
def preview_beyond_the_end(subject: ReleaseSubject) -> Iterator[Hit]:
    """Against the measured duration in whole seconds, as it is told."""
    for number, track in subject.with_preview:
        preview, measured = track.fields.preview, subject.duration(number)
        if preview is None or measured is None:
            continue
        length = int(measured.quantize(Decimal(1), ROUND_HALF_UP))
        if preview.start >= length:
            said = f"begins after {preview.start} seconds"
            yield track_hit(track, "preview", _message(track.isrc, said, length), "start")
        elif preview.duration is not None and preview.start + preview.duration > length:
            said = f"ends after {preview.start + preview.duration} seconds"
            yield track_hit(track, "preview", _message(track.isrc, said, length), "duration")


def _message(isrc: str, said: str, length: int) -> str:
    return f"the preview of {isrc} {said}, the recording after {length}"


@rule(
    "SG2086",
    severity=Severity.ERROR,
    title="a preview file that is not the piece that is described",
    why="The recipient plays the file as that piece of the recording: most often it is another.",
    example="preview: {start: 30, duration: 30, audio: assets/preview.flac}   # of 45 seconds",
    remedy="cut the file anew, or correct or remove duration:",
    source="DDEX: ClipDetails with a file of their own; BR17 (durations agree within a second)",
)
def preview_file(subject: ReleaseSubject) -> Iterator[Hit]:
    """The measured file against the declared duration, and against the rest of the recording from
    its start on; with a second of tolerance."""
    for number, track in subject.with_preview:
        preview = track.fields.preview
        asset = subject.measured("preview", number) if preview and preview.audio else None
        length = seconds_of(asset) if asset is not None else None
        if preview is None or length is None:
            continue
        whole = subject.duration(number)
        if preview.duration is not None and abs(length - preview.duration) > 1:
            message = f"has {length} s, declared are {preview.duration} s"
        elif whole is not None and preview.start + length > whole + 1:
            message = f"begins after {preview.start} s and has {length} s, the recording {whole} s"
        else:
            continue
        yield track_hit(track, "preview", f"the preview file of {track.isrc} {message}", "audio")
