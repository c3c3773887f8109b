"""ResourceList: the sound recordings and the front cover, with their files."""

from __future__ import annotations

from decimal import Decimal

from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, AudioFacts, ImageFacts
from stardust_gitops.messages.ern.offers import terms_of
from stardust_gitops.messages.ern.recordings import Recording, cover_of, duration_text
from stardust_gitops.messages.ern.v3.common import (
    add_artists,
    add_genre,
    add_reference_title,
    add_rights_line,
    add_titles,
    add_worldwide,
)
from stardust_gitops.messages.ern.v3.contributors import add_contributors, add_rights_controller
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.words import CODEC, add_word, performance_language
from stardust_gitops.messages.xml import add

_HERTZ = {"UnitOfMeasure": "Hz"}
_PIXEL = {"UnitOfMeasure": "Pixel"}
_REPLACED = {"IsReplaced": "true"}


def add_resource_list(draft: Draft) -> None:
    """Recordings A1…An with technical details T1…Tn, and the cover after them."""
    resource_list = SubElement(draft.root, "ResourceList")
    for recording in draft.recordings.values():
        _add_recording(resource_list, recording, draft)
    _add_cover(resource_list, draft)


def _add_recording(parent: Element, recording: Recording, draft: Draft) -> None:
    track = recording.track
    element = SubElement(parent, "SoundRecording")
    add(element, "SoundRecordingType", "MusicalWorkSoundRecording")
    _add_isrcs(element, track.isrc, draft)
    if track.iswc:
        add(SubElement(element, "IndirectSoundRecordingId"), "ISWC", track.iswc)
    add(element, "ResourceReference", f"A{recording.number}")
    add_reference_title(element, track.title, track.version)
    if track.instrumental:
        add(element, "IsInstrumental", "true")
    if track.language:
        language = performance_language(track.language, draft.version.name)
        add(element, "LanguageOfPerformance", language)
    add(element, "Duration", duration_text(Decimal(recording.facts.duration)))
    _add_details(element, recording, draft)


def _add_isrcs(parent: Element, isrc: str, draft: Draft) -> None:
    """The ISRC, and the one in whose place it comes."""
    add(SubElement(parent, "SoundRecordingId"), "ISRC", isrc)
    replaced = dict(draft.options.replaced_isrcs).get(isrc)
    if replaced is not None:
        add(SubElement(parent, "SoundRecordingId", _REPLACED), "ISRC", replaced)


def _add_details(parent: Element, recording: Recording, draft: Draft) -> None:
    """What could differ by territory, and here does not. The displayed name of the artists is said
    only where it is not the release's, since the standard's profiles want it there alone."""
    track = recording.track
    details = add_worldwide(parent, "SoundRecordingDetailsByTerritory")
    add_titles(details, track.title, track.version, track.titles)
    add_artists(details, track.artists)
    add_contributors(details, track.contributors, draft)
    if track.display_artist != draft.content.display_artist:
        add(details, "DisplayArtistName", track.display_artist)
    add_rights_controller(details, terms_of(track, draft.content), draft)
    add_rights_line(details, "PLine", track.p_line)
    add_genre(details, track.genre)
    add(details, "ParentalWarningType", track.parental_warning)
    technical = SubElement(details, "TechnicalSoundRecordingDetails")
    add(technical, "TechnicalResourceDetailsReference", f"T{recording.number}")
    _add_audio_facts(technical, recording.facts, draft)
    add(technical, "IsPreview", "false")
    _add_preview(technical, recording)
    _add_file(technical, recording.asset, draft)


def _add_audio_facts(parent: Element, facts: AudioFacts, draft: Draft) -> None:
    if facts.container:
        add(parent, "ContainerFormat", facts.container)
    add_word(parent, CODEC, facts.codec, draft.version.name)
    add(parent, "NumberOfChannels", str(facts.channels))
    add(parent, "SamplingRate", str(facts.sample_rate), _HERTZ)
    if facts.bit_depth is not None:
        add(parent, "BitsPerSample", str(facts.bit_depth))


def _add_preview(parent: Element, recording: Recording) -> None:
    """How the recipient is to cut the preview out of the whole recording that it is given."""
    preview = recording.track.preview
    if preview is None:
        return
    details = SubElement(parent, "PreviewDetails")
    add(details, "StartPoint", str(preview.start))
    if preview.duration is not None:
        add(details, "Duration", duration_text(Decimal(preview.duration)))
    add(details, "ExpressionType", "Instructive")


def _add_file(parent: Element, asset: Asset, draft: Draft) -> None:
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
    add(digest, "HashSumAlgorithmType", "MD5")


def _add_cover(parent: Element, draft: Draft) -> None:
    cover = cover_of(draft.delivery)
    if cover is None or draft.cover_reference is None:
        return
    asset, facts = cover
    image = SubElement(parent, "Image")
    add(image, "ImageType", "FrontCoverImage")
    proprietary_id = f"{draft.delivery.icpn}_cover"
    add(SubElement(image, "ImageId"), "ProprietaryId", proprietary_id, draft.namespace)
    add(image, "ResourceReference", draft.cover_reference)
    technical = SubElement(add_worldwide(image, "ImageDetailsByTerritory"), "TechnicalImageDetails")
    reference = draft.cover_reference.replace("A", "T")
    add(technical, "TechnicalResourceDetailsReference", reference)
    _add_image_facts(technical, facts)
    _add_file(technical, asset, draft)


def _add_image_facts(parent: Element, facts: ImageFacts) -> None:
    add(parent, "ImageCodecType", facts.codec)
    add(parent, "ImageHeight", str(facts.height), _PIXEL)
    add(parent, "ImageWidth", str(facts.width), _PIXEL)
