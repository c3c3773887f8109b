"""What was measured of the files of recordings, and where the files lie."""

from __future__ import annotations

from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, AudioFacts, Preview, VideoFacts
from stardust_gitops.messages.ern.recordings import Recording, duration_text
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.recorded import Kind
from stardust_gitops.messages.ern.v3.words import CODEC, VIDEO_CODEC, add_word
from stardust_gitops.messages.xml import add

REFERENCE = "TechnicalResourceDetailsReference"
PIXEL = {"UnitOfMeasure": "Pixel"}
_HERTZ = {"UnitOfMeasure": "Hz"}


def add_technical_details(parent: Element, recording: Recording, kind: Kind, draft: Draft) -> None:
    """The details of the whole recording, then those of the preview that the label has cut."""
    technical = SubElement(parent, kind.technical)
    SubElement(technical, REFERENCE).text = f"T{recording.number}"
    _add_facts(technical, recording.facts, kind, draft)
    SubElement(technical, "IsPreview").text = "false"
    cut = recording.extras.get("preview")
    if cut is None:
        _add_instruction(technical, recording.track.preview)
    add_file(technical, recording.asset, draft)
    if cut is not None:
        _add_preview(parent, cut, recording.track.preview, kind, draft)


def _add_preview(
    parent: Element, cut: Asset, preview: Preview | None, kind: Kind, draft: Draft
) -> None:
    """The preview as a file of its own: where in the recording it begins, and how long it is."""
    technical = SubElement(parent, kind.technical)
    add(technical, REFERENCE, f"T{draft.further[cut]}")
    facts = cut.facts
    seconds = None
    if isinstance(facts, AudioFacts | VideoFacts):
        _add_facts(technical, facts, kind, draft)
        seconds = Decimal(facts.duration)
    add(technical, "IsPreview", "true")
    details = SubElement(technical, "PreviewDetails")
    if preview is not None:
        add(details, "StartPoint", str(preview.start))
    if seconds is not None:
        add(details, "Duration", duration_text(seconds))
    add(details, "ExpressionType", "Informative")
    add_file(technical, cut, draft)


def _add_instruction(parent: Element, preview: Preview | None) -> None:
    """How the recipient is to cut the preview out of the whole recording that it is given."""
    if preview is None:
        return
    details = SubElement(parent, "PreviewDetails")
    add(details, "StartPoint", str(preview.start))
    if preview.duration is not None:
        add(details, "Duration", duration_text(Decimal(preview.duration)))
    add(details, "ExpressionType", "Instructive")


def _add_facts(parent: Element, facts: AudioFacts | VideoFacts, kind: Kind, draft: Draft) -> None:
    """By the kind of the recording: the preview of a video may be sound alone."""
    if facts.container:
        add(parent, "ContainerFormat", facts.container)
    version = draft.version.name
    if isinstance(facts, VideoFacts):
        add_word(parent, VIDEO_CODEC, facts.codec, version)
        add(parent, "FrameRate", facts.frame_rate)
        add(parent, "ImageHeight", str(facts.height), PIXEL)
        add(parent, "ImageWidth", str(facts.width), PIXEL)
        _add_sound_of_video(
            parent, facts.audio_codec, facts.audio_channels, facts.audio_sample_rate, version
        )
    elif kind.element == "Video":
        _add_sound_of_video(parent, facts.codec, facts.channels, facts.sample_rate, version)
    else:
        add_word(parent, CODEC, facts.codec, version)
        SubElement(parent, "NumberOfChannels").text = str(facts.channels)
        add(parent, "SamplingRate", str(facts.sample_rate), _HERTZ)
        if facts.bit_depth is not None:
            SubElement(parent, "BitsPerSample").text = str(facts.bit_depth)


def _add_sound_of_video(
    parent: Element, codec: str | None, channels: int | None, hertz: int | None, version: str
) -> None:
    if codec is not None:
        add_word(parent, CODEC, codec, version)
    if channels is not None:
        add(parent, "NumberOfAudioChannels", str(channels))
    if hertz is not None:
        add(parent, "AudioSamplingRate", str(hertz), _HERTZ)


def add_file(parent: Element, asset: Asset, draft: Draft) -> None:
    """Where the file lies, folder and name apart, with its digest; nothing where none travels."""
    uri = draft.uris.get(asset)
    if uri is None:
        return
    folder, slash, name = uri.rpartition("/")
    file = SubElement(parent, "File")
    add(file, "FileName", name)
    if folder:
        add(file, "FilePath", folder + slash)
    digest = SubElement(file, "HashSum")
    add(digest, "HashSum", asset.md5)
    SubElement(digest, "HashSumAlgorithmType").text = "MD5"
