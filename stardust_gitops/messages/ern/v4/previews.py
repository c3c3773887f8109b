"""The piece of a recording that may be heard before buying: cut by the recipient, or by us."""

from __future__ import annotations

from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, AudioFacts, VideoFacts
from stardust_gitops.messages.ern.recordings import Recording, duration_text
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.files import (
    add_audio_facts,
    add_file,
    add_sound_of_video,
    add_video_facts,
    delivery_file,
)
from stardust_gitops.messages.xml import add


def add_file_and_preview(
    parent: Element, details: Element, file: Element, recording: Recording, draft: Draft
) -> None:
    """The file of a recording with a preview, and the preview: how the recipient is to cut it out
    of that file (Instructive), or the file that we have cut (Informative).

    `file` is where the file of the recording is told, in its technical `details`, which stand in
    `parent`. Neither IsClip nor IsPreview is said of them, as they are of the full recording.
    """
    cut = recording.extras.get("preview")
    if draft.dialect.clip_details:
        add_file(file, recording.asset, draft)
        _add_clip_details(details, recording, cut, draft)
        return
    if cut is None:
        _add_preview_details(details, recording, None)
    add_file(file, recording.asset, draft)
    if cut is not None:
        _add_preview_file(parent, recording, cut, draft)


def _add_clip_details(
    details: Element, recording: Recording, cut: Asset | None, draft: Draft
) -> None:
    clip = SubElement(details, "ClipDetails")
    number = f"{recording.number}-preview" if cut is None else draft.numbers[cut]
    add(clip, "TechnicalResourceDetailsReference", f"T{number}")
    add(clip, "ClipType", "Preview")
    _add_extract(SubElement(clip, "Timing"), recording, cut, "DurationUsed")
    add(clip, "ExpressionType", "Instructive" if cut is None else "Informative")
    if cut is not None and isinstance(cut.facts, AudioFacts | VideoFacts):
        file = delivery_file(clip, cut.facts, draft)
        _add_measures(file, recording, cut, draft)
        add_file(file, cut, draft)


def _add_preview_details(parent: Element, recording: Recording, cut: Asset | None) -> None:
    """What ERN 4.2 has in place of ClipDetails."""
    details = SubElement(parent, "PreviewDetails")
    _add_extract(details, recording, cut, "Duration")
    add(details, "ExpressionType", "Instructive" if cut is None else "Informative")


def _add_preview_file(parent: Element, recording: Recording, cut: Asset, draft: Draft) -> None:
    """Further TechnicalDetails, of the preview alone (4.2)."""
    details = SubElement(parent, "TechnicalDetails")
    add(details, "TechnicalResourceDetailsReference", f"T{draft.numbers[cut]}")
    _add_measures(details, recording, cut, draft)
    add(details, "IsPreview", "true")
    _add_preview_details(details, recording, cut)
    add_file(details, cut, draft)


def _add_extract(parent: Element, recording: Recording, cut: Asset | None, name: str) -> None:
    """Where the piece begins, and how long it is: as measured, where we have cut it."""
    preview = recording.track.preview
    if preview is None:
        return
    add(parent, "StartPoint", str(preview.start))
    seconds = None if preview.duration is None else Decimal(preview.duration)
    if cut is not None and isinstance(cut.facts, AudioFacts | VideoFacts):
        seconds = Decimal(cut.facts.duration)
    if seconds is not None:
        add(parent, name, duration_text(seconds))


def _add_measures(parent: Element, recording: Recording, cut: Asset, draft: Draft) -> None:
    facts = cut.facts
    if isinstance(facts, VideoFacts):
        add_video_facts(parent, facts, draft)
    elif isinstance(facts, AudioFacts):
        write = add_sound_of_video if recording.track.video else add_audio_facts
        write(parent, facts, draft)
