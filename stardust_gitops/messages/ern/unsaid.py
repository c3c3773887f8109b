"""What has no form in a message at all: refused here as the last guard, after the rules."""

from __future__ import annotations

from collections.abc import Iterable

from stardust_gitops.content.model import Delivery
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.messages.ern.recordings import Recording
from stardust_gitops.messages.problems import MessageError


def refuse_editions_and_clips(delivery: Delivery, version: str) -> None:
    """Raises `MessageError` for an immersive edition or a stand-alone clip: before ERN 4.3 a
    recording has no editions, and a clip no release of its own."""
    for place, track in enumerate(delivery.content.tracks, 1):
        if track.immersive is not None:
            what, kind = f"the immersive edition of track {place}", "immersive"
        elif track.type == CLIP:
            what, kind = f"track {place}, a stand-alone clip", "clips"
        else:
            continue
        raise MessageError(
            f"ERN {version} has no place for {what} ({track.isrc})",
            hint=f"set  leave_out: [{kind}]  in this target, or take a later ERN for it",
            code="SG4027",
        )


def refuse_strange_extras(recordings: Iterable[Recording]) -> None:
    """Raises `MessageError` for what no ERN has a form for: an immersive edition of a video, and
    lyrics or a screen capture of a stand-alone clip, which is in no group and links to nothing."""
    for recording in recordings:
        track = recording.track
        if track.video and track.immersive is not None:
            what, remedy = "an immersive edition of a video", "immersive"
        elif track.type == CLIP and "lyrics" in recording.extras:
            what, remedy = "lyrics of a stand-alone clip", "lyrics"
        elif track.type == CLIP and "screen_capture" in recording.extras:
            what, remedy = "a screen capture of a stand-alone clip", "screen_capture"
        else:
            continue
        raise MessageError(
            f"ERN has no place for {what} ({track.isrc})",
            hint=f"remove  {remedy}:  from the track",
            code="SG4027",
        )
