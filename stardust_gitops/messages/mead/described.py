"""What of a release is described for a MEAD message, and what a recipient was told of before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stardust_gitops.content.model import Content, Descriptors

NOBODY: frozenset[str] = frozenset()
_NOTHING = Descriptors()


def described(content: Content) -> frozenset[str]:
    """What descriptors are told of: the ISRCs, and the GTIN-14 of the release."""
    found = {track.isrc for track in content.tracks if _says(track.descriptors)}
    if _says(content.descriptors):
        found.add(content.icpn)
    return frozenset(found)


def described_in(document: Mapping[str, Any]) -> frozenset[str]:
    """The same, of the canonical document of a content."""
    found = {track["isrc"] for track in document["tracks"] if track.get("descriptors")}
    if document.get("descriptors"):
        found.add(document["icpn"])
    return frozenset(found)


def tells(content: Content, told: frozenset[str] = NOBODY) -> bool:
    """Whether there is anything to say in a MEAD message. `told` is what the recipient was told of
    before: what is said of that no more is taken back."""
    return tells_release(content, told) or bool(recordings_to_tell(content, told))


def tells_release(content: Content, told: frozenset[str]) -> bool:
    """Whether there is anything to say of the release itself."""
    return _says(content.descriptors) or content.icpn in told


def recordings_to_tell(content: Content, told: frozenset[str]) -> dict[str, Descriptors | None]:
    """The recordings of which there is something to say, by ISRC, with what.

    A recording that stands on the release twice is told of once; that it is described alike both
    times is looked at where the release is told.
    """
    return {
        track.isrc: track.descriptors
        for track in content.tracks
        if _says(track.descriptors) or track.isrc in told
    }


def _says(descriptors: Descriptors | None) -> bool:
    return descriptors is not None and descriptors != _NOTHING
