"""Video: a recording of pictures, with its edition and files."""

from __future__ import annotations

from lxml.etree import SubElement

from stardust_gitops.content.model import VideoFacts
from stardust_gitops.messages.ern.recordings import Recording
from stardust_gitops.messages.ern.v4.common import add_rights_line
from stardust_gitops.messages.ern.v4.description import add_description, add_isrc
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.files import add_file, add_video_facts, delivery_file
from stardust_gitops.messages.ern.v4.previews import add_file_and_preview
from stardust_gitops.messages.ern.v4.sounds import MODES
from stardust_gitops.messages.ern.v4.words import add_word
from stardust_gitops.messages.xml import add

USUAL_TYPE = "ShortFormMusicalWorkVideo"
"""The type of a video of which none is said."""


def add_video(parent: Element, recording: Recording, facts: VideoFacts, draft: Draft) -> None:
    """A Video with all that is known of it; `facts` are those of its file."""
    track, editions = recording.track, draft.dialect.editions
    element = SubElement(parent, "Video")
    add(element, "ResourceReference", f"A{recording.number}")
    add_word(element, "Type", draft.dialect.video_types, track.type or USUAL_TYPE, draft)
    if editions:
        edition = SubElement(element, "VideoEdition")
        add(edition, "Type", "NonImmersiveEdition")
        add_isrc(edition, track.isrc, draft)
        add_rights_line(edition, "PLine", track.p_line)
        if facts.audio_channels in MODES:
            add(edition, "RecordingMode", MODES[facts.audio_channels])
        _add_technical_details(edition, recording, facts, draft)
    else:
        add_isrc(element, track.isrc, draft)
    add_description(element, recording, draft)
    if not editions:
        _add_technical_details(element, recording, facts, draft)


def _add_technical_details(
    parent: Element, recording: Recording, facts: VideoFacts, draft: Draft
) -> None:
    details = SubElement(parent, "TechnicalDetails")
    add(details, "TechnicalResourceDetailsReference", f"T{recording.number}")
    file = delivery_file(details, facts, draft)
    add_video_facts(file, facts, draft)
    if recording.track.preview is None:
        add_file(file, recording.asset, draft)
    else:
        add_file_and_preview(parent, details, file, recording, draft)
