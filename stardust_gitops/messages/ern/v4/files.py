"""Files with their measures: DeliveryFile, File, and what TechnicalDetails say in ERN 4.2."""

from __future__ import annotations

from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, AudioFacts, ImageFacts, VideoFacts
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.words import AUDIO_CODEC, VIDEO_CODEC, add_word
from stardust_gitops.messages.xml import add

_HERTZ = {"UnitOfMeasure": "Hz"}
_PIXEL = {"UnitOfMeasure": "Pixel"}


def delivery_file(details: Element, facts: AudioFacts | VideoFacts, draft: Draft) -> Element:
    """Where a file and its measures stand: a DeliveryFile of the technical details, which says
    what is in it, or (4.2) these themselves."""
    if not draft.dialect.delivery_file:
        return details
    file = SubElement(details, "DeliveryFile")
    if isinstance(facts, AudioFacts):
        add(file, "Type", "AudioFile")
    else:
        add(file, "Type", "AudioVisualFile" if facts.audio_codec else "VisualFile")
    return file


def add_audio_facts(parent: Element, facts: AudioFacts, draft: Draft) -> None:
    """The measures of a file of a sound recording."""
    if facts.container and draft.dialect.container_format:
        add(parent, "ContainerFormat", facts.container)
    add_word(parent, AUDIO_CODEC, AUDIO_CODEC, facts.codec, draft)
    add(parent, "NumberOfChannels", str(facts.channels))
    add(parent, "SamplingRate", str(facts.sample_rate), _HERTZ)
    if facts.bit_depth is not None:
        add(parent, "BitsPerSample", str(facts.bit_depth))


def add_video_facts(parent: Element, facts: VideoFacts, draft: Draft) -> None:
    """The measures of a video file. The unit of FrameRate would say whether lines are interlaced,
    which is not measured."""
    add(parent, "ContainerFormat", facts.container)
    add_word(parent, VIDEO_CODEC, VIDEO_CODEC, facts.codec, draft)
    add(parent, "FrameRate", facts.frame_rate)
    _add_extent(parent, facts)
    if facts.audio_codec:
        add_word(parent, AUDIO_CODEC, AUDIO_CODEC, facts.audio_codec, draft)
    if facts.audio_channels is not None:
        add(parent, "NumberOfAudioChannels", str(facts.audio_channels))
    if facts.audio_sample_rate is not None:
        add(parent, "AudioSamplingRate", str(facts.audio_sample_rate), _HERTZ)


def add_sound_of_video(parent: Element, facts: AudioFacts, draft: Draft) -> None:
    """The measures of a file that has the sound of a video alone, as a preview may."""
    if facts.container:
        add(parent, "ContainerFormat", facts.container)
    add_word(parent, AUDIO_CODEC, AUDIO_CODEC, facts.codec, draft)
    add(parent, "NumberOfAudioChannels", str(facts.channels))
    add(parent, "AudioSamplingRate", str(facts.sample_rate), _HERTZ)
    if facts.bit_depth is not None:
        add(parent, "AudioBitsPerSample", str(facts.bit_depth))


def add_image_facts(parent: Element, facts: ImageFacts) -> None:
    """The measures of an image."""
    add(parent, "ImageCodecType", facts.codec)
    _add_extent(parent, facts)


def _add_extent(parent: Element, facts: ImageFacts | VideoFacts) -> None:
    add(parent, "ImageHeight", str(facts.height), _PIXEL)
    add(parent, "ImageWidth", str(facts.width), _PIXEL)


def add_file(parent: Element, asset: Asset, draft: Draft) -> None:
    """File with its digest and size where it travels, and whether it does."""
    uri = draft.uris.get(asset)
    if uri is None:
        add(parent, "IsProvidedInDelivery", "false")
        return
    algorithm = draft.options.hash_algorithm
    file = SubElement(parent, "File")
    add(file, "URI", uri)
    digest = SubElement(file, "HashSum")
    add(digest, "Algorithm", algorithm)
    add(digest, "HashSumValue", asset.md5 if algorithm == "MD5" else asset.sha256)
    add(file, "FileSize", str(asset.size))
    add(parent, "IsProvidedInDelivery", "true")
