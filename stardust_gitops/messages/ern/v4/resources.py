"""ResourceList: the sound recordings and the front cover, with their files."""

from __future__ import annotations

from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, AudioFacts, ImageFacts
from stardust_gitops.messages.ern.offers import terms_of
from stardust_gitops.messages.ern.recordings import Recording, cover_of, duration_text
from stardust_gitops.messages.ern.v4.common import (
    add_artists,
    add_contributors,
    add_rights_line,
    add_titles,
)
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.rights import add_rights_controllers
from stardust_gitops.messages.ern.version import Dialect
from stardust_gitops.messages.xml import add

_HERTZ = {"UnitOfMeasure": "Hz"}
_PIXEL = {"UnitOfMeasure": "Pixel"}
_MODES = {1: "Mono", 2: "Stereo"}


def add_resource_list(draft: Draft) -> None:
    """Recordings A1…An with TechnicalDetails T1…Tn, and the cover after them."""
    resource_list = SubElement(draft.root, "ResourceList")
    for recording in draft.recordings.values():
        _add_recording(resource_list, recording, draft)
    _add_cover(resource_list, draft)


def _add_recording(parent: Element, recording: Recording, draft: Draft) -> None:
    track, editions = recording.track, draft.dialect.editions
    element = SubElement(parent, "SoundRecording")
    add(element, "ResourceReference", f"A{recording.number}")
    add(element, "Type", "MusicalWorkSoundRecording")
    if editions:
        _add_edition(element, recording, draft)
    else:
        _add_isrc(element, recording, draft)
    if track.iswc:
        add(SubElement(element, "WorkId"), "ISWC", track.iswc)
    add_titles(element, track.title, track.version, track.titles)
    add_artists(element, track.display_artist, track.artists, draft.parties)
    add_contributors(element, track.contributors, draft)
    add_rights_controllers(element, terms_of(track, draft.content), draft)
    if not editions:
        add_rights_line(element, "PLine", track.p_line)
    add(element, "Duration", duration_text(Decimal(recording.facts.duration)))
    add(element, "ParentalWarningType", track.parental_warning)
    if track.instrumental:
        add(element, "IsInstrumental", "true")
    if track.hidden:
        add(element, "ContainsHiddenContent", "true")
    if track.language:
        add(element, "LanguageOfPerformance", track.language)
    if not editions:
        _add_sound(element, recording, draft)


def _add_edition(parent: Element, recording: Recording, draft: Draft) -> None:
    """The one edition, which is not immersive: ISRC, P-line, how it sounds, its file."""
    edition = SubElement(parent, "SoundRecordingEdition")
    add(edition, "Type", "NonImmersiveEdition")
    _add_isrc(edition, recording, draft)
    add_rights_line(edition, "PLine", recording.track.p_line)
    _add_sound(edition, recording, draft)


def _add_isrc(parent: Element, recording: Recording, draft: Draft) -> None:
    """The ISRC, and the one in whose place it comes where an update corrects it."""
    isrc = recording.track.isrc
    add(SubElement(parent, "ResourceId"), "ISRC", isrc)
    for new, old in draft.options.replaced_isrcs:
        if new == isrc:
            add(SubElement(parent, "ResourceId", {"IsReplaced": "true"}), "ISRC", old)


def _add_sound(parent: Element, recording: Recording, draft: Draft) -> None:
    """The layout of the channels and the technical details: measures, file, preview."""
    facts, dialect = recording.facts, draft.dialect
    mode = _MODES.get(facts.channels)
    if mode:  # of more channels the number does not tell the layout
        add(parent, dialect.recording_mode, mode)
    details = SubElement(parent, "TechnicalDetails")
    add(details, "TechnicalResourceDetailsReference", f"T{recording.number}")
    if dialect.delivery_file:
        file = SubElement(details, "DeliveryFile")
        add(file, "Type", "AudioFile")
    else:
        file = details
    _add_audio_facts(file, facts, dialect)
    if not dialect.clip_details:
        _add_preview_details(details, recording)
    _add_file(file, recording.asset, draft)
    if dialect.clip_details:
        _add_clip_details(details, recording)


def _add_clip_details(parent: Element, recording: Recording) -> None:
    """How the recipient is to cut the preview out of the file that it is given.

    IsClip is left out, since these are the details of the full recording.
    """
    preview = recording.track.preview
    if preview is None:
        return
    clip = SubElement(parent, "ClipDetails")
    add(clip, "TechnicalResourceDetailsReference", f"T{recording.number}-preview")
    add(clip, "ClipType", "Preview")
    timing = SubElement(clip, "Timing")
    add(timing, "StartPoint", str(preview.start))
    if preview.duration is not None:
        add(timing, "DurationUsed", duration_text(Decimal(preview.duration)))
    add(clip, "ExpressionType", "Instructive")


def _add_preview_details(parent: Element, recording: Recording) -> None:
    """The same before there were clips; IsPreview is left out for the same reason."""
    preview = recording.track.preview
    if preview is None:
        return
    details = SubElement(parent, "PreviewDetails")
    add(details, "StartPoint", str(preview.start))
    if preview.duration is not None:
        add(details, "Duration", duration_text(Decimal(preview.duration)))
    add(details, "ExpressionType", "Instructive")


def _add_audio_facts(parent: Element, facts: AudioFacts, dialect: Dialect) -> None:
    if facts.container and dialect.container_format:
        add(parent, "ContainerFormat", facts.container)
    add(parent, "AudioCodecType", facts.codec)
    add(parent, "NumberOfChannels", str(facts.channels))
    add(parent, "SamplingRate", str(facts.sample_rate), _HERTZ)
    if facts.bit_depth is not None:
        add(parent, "BitsPerSample", str(facts.bit_depth))


def _add_file(parent: Element, asset: Asset, draft: Draft) -> None:
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


def _add_cover(parent: Element, draft: Draft) -> None:
    cover = cover_of(draft.delivery)
    if cover is None or draft.cover_reference is None:
        return
    asset, facts = cover
    image = SubElement(parent, "Image")
    add(image, "ResourceReference", draft.cover_reference)
    add(image, "Type", "FrontCoverImage")
    proprietary_id = f"{draft.delivery.icpn}_cover"
    add(SubElement(image, "ResourceId"), "ProprietaryId", proprietary_id, draft.namespace)
    details = SubElement(image, "TechnicalDetails")
    reference = draft.cover_reference.replace("A", "T")
    add(details, "TechnicalResourceDetailsReference", reference)
    _add_image_facts(details, facts)
    _add_file(details, asset, draft)


def _add_image_facts(parent: Element, facts: ImageFacts) -> None:
    add(parent, "ImageCodecType", facts.codec)
    add(parent, "ImageHeight", str(facts.height), _PIXEL)
    add(parent, "ImageWidth", str(facts.width), _PIXEL)
