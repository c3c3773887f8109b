"""ResourceList: sound recordings, videos, images and texts, each kind after the other."""

from __future__ import annotations

from lxml.etree import SubElement

from stardust_gitops.content.model import AudioFacts, VideoFacts
from stardust_gitops.messages.ern.v4.draft import Draft
from stardust_gitops.messages.ern.v4.images import add_cover, add_screen_captures
from stardust_gitops.messages.ern.v4.sounds import add_sound_recording
from stardust_gitops.messages.ern.v4.texts import add_texts
from stardust_gitops.messages.ern.v4.videos import add_video


def add_resource_list(draft: Draft) -> None:
    """Recordings A1…An with TechnicalDetails T1…Tn, the cover, and what there is beside them,
    numbered as `recordings.carried_assets` orders the files."""
    resource_list = SubElement(draft.root, "ResourceList")
    for recording in draft.recordings.values():
        if isinstance(recording.facts, AudioFacts):
            add_sound_recording(resource_list, recording, recording.facts, draft)
    for recording in draft.recordings.values():
        if isinstance(recording.facts, VideoFacts):
            add_video(resource_list, recording, recording.facts, draft)
    add_cover(resource_list, draft)
    if draft.numbers:
        add_screen_captures(resource_list, draft)
        add_texts(resource_list, draft)
