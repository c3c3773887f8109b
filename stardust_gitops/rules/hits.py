"""What a rule found about a track, told where it is to correct."""

from __future__ import annotations

from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.rules.registry import Hit


def track_hit(
    track: PlacedTrack, key: str, message: str, *at: str | int, remedy: str | None = None
) -> Hit:
    """A hit at a key of a track, or at an entry below it, in the file that describes it."""
    file, pointer = track.pointer(key)
    return Hit((*pointer, *at), message, remedy, file or None)
