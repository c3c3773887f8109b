"""SoundRecording: a recording of sound, with its editions and their files."""

from __future__ import annotations

from lxml.etree import SubElement

from stardust_gitops.content.model import AudioFacts
from stardust_gitops.messages.ern.recordings import Recording
from stardust_gitops.messages.ern.v4.common import add_rights_line
from stardust_gitops.messages.ern.v4.description import add_description, add_isrc
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.files import add_audio_facts, add_file, delivery_file
from stardust_gitops.messages.ern.v4.previews import add_file_and_preview
from stardust_gitops.messages.xml import add

MODES = {1: "Mono", 2: "Stereo"}
"""RecordingMode by number of channels; of more channels the number does not tell the layout."""


def add_sound_recording(
    parent: Element, recording: Recording, facts: AudioFacts, draft: Draft
) -> None:
    """A SoundRecording with all that is known of it; `facts` are those of its file."""
    track, editions = recording.track, draft.dialect.editions
    element = SubElement(parent, "SoundRecording")
    add(element, "ResourceReference", f"A{recording.number}")
    add(element, "Type", track.type or "MusicalWorkSoundRecording")
    if editions:
        _add_edition(element, recording, facts, draft)
        if track.immersive is not None:
            _add_immersive_edition(element, recording, draft)
    else:
        add_isrc(element, track.isrc, draft)
    add_description(element, recording, draft)
    if not editions:
        _add_sound(element, recording, facts, draft)


def _add_edition(parent: Element, recording: Recording, facts: AudioFacts, draft: Draft) -> None:
    """The edition that is not immersive: ISRC, P-line, how it sounds, its file."""
    edition = SubElement(parent, "SoundRecordingEdition")
    add(edition, "Type", "NonImmersiveEdition")
    add_isrc(edition, recording.track.isrc, draft)
    add_rights_line(edition, "PLine", recording.track.p_line)
    _add_sound(edition, recording, facts, draft)


def _add_immersive_edition(parent: Element, recording: Recording, draft: Draft) -> None:
    """The same recording in immersive sound, with what it has of its own."""
    immersive, asset = recording.track.immersive, recording.extras.get("immersive")
    if immersive is None:
        return
    edition = SubElement(parent, "SoundRecordingEdition")
    add(edition, "Type", "ImmersiveEdition")
    add_isrc(edition, immersive.isrc, draft)
    add_rights_line(edition, "PLine", immersive.p_line or recording.track.p_line)
    add(edition, "RecordingMode", "ImmersiveAudio")
    if asset is not None and isinstance(asset.facts, AudioFacts):
        details = SubElement(edition, "TechnicalDetails")
        add(details, "TechnicalResourceDetailsReference", f"T{draft.numbers[asset]}")
        file = delivery_file(details, asset.facts, draft)
        add_audio_facts(file, asset.facts, draft)
        add_file(file, asset, draft)


def _add_sound(parent: Element, recording: Recording, facts: AudioFacts, draft: Draft) -> None:
    """The layout of the channels and the technical details: measures, file, preview."""
    mode = MODES.get(facts.channels)
    if mode:
        add(parent, draft.dialect.recording_mode, mode)
    details = SubElement(parent, "TechnicalDetails")
    add(details, "TechnicalResourceDetailsReference", f"T{recording.number}")
    file = delivery_file(details, facts, draft)
    add_audio_facts(file, facts, draft)
    if recording.track.preview is None:
        add_file(file, recording.asset, draft)
    else:
        add_file_and_preview(parent, details, file, recording, draft)
