"""Rules about previews of recordings."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from stardust_gitops.assets.facts import AudioFacts
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject


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
    for _, number, asset in subject.assets:
        if number is None or not isinstance(asset.facts, AudioFacts):
            continue
        track = subject.tracks[number - 1]
        preview = track.fields.preview
        if preview is None:
            continue
        length = int(Decimal(asset.facts.duration).quantize(Decimal(1), ROUND_HALF_UP))
        file, pointer = track.pointer("preview")
        if preview.start >= length:
            said = f"begins after {preview.start} seconds"
            yield Hit((*pointer, "start"), _message(track.isrc, said, length), file=file or None)
        elif preview.duration is not None and preview.start + preview.duration > length:
            said = f"ends after {preview.start + preview.duration} seconds"
            yield Hit((*pointer, "duration"), _message(track.isrc, said, length), file=file or None)


def _message(isrc: str, said: str, length: int) -> str:
    return f"the preview of {isrc} {said}, the recording after {length}"
