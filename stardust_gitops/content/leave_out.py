"""What a target leaves out: kinds of content that a release has and that recipient does not take.

Told in so many words (``leave_out: [videos]`` in the target's file), it is as an offer that a
target does not take: gone from the content, from the files, and from their fingerprints.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from stardust_gitops.catalog.models.deals import ReleaseDeal
from stardust_gitops.catalog.models.recordings import RecordingFields
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import LeftOut
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.content.tracks import PlacedTrack

_KEYS: Mapping[str, LeftOut] = MappingProxyType(
    {
        "contains_ai": "ai",
        "immersive": "immersive",
        "lyrics": "lyrics",
        "preview": "previews",
        "screen_capture": "screen_captures",
    }
)
"""The kinds that stand for a key of a recording."""


def kinds_of(model: ReleaseFile, tracks: Sequence[PlacedTrack]) -> frozenset[LeftOut]:
    """The kinds of content that a release has and a target may leave out."""
    found: set[LeftOut] = set() if model.booklet is None else {"booklet"}
    for track in tracks:
        fields = track.fields
        found.update(kind for key, kind in _KEYS.items() if getattr(fields, key) is not None)
        found.update(_whole(fields))
        if any(entry.ai_contribution is not None for entry in fields.contributors or ()):
            found.add("ai")
    return frozenset(found)


def _whole(fields: RecordingFields) -> Iterator[LeftOut]:
    """The kind that is the recording itself."""
    if fields.video is not None:
        yield "videos"
    elif fields.type == CLIP:
        yield "clips"


def tracks_without(
    tracks: Sequence[PlacedTrack], kinds: Collection[LeftOut]
) -> tuple[PlacedTrack, ...]:
    """The tracks that stay, each without what its recording is not told to have."""
    return tuple(
        _track_without(track, kinds)
        for track in tracks
        if not any(kind in kinds for kind in _whole(track.fields))
    )


def _track_without(track: PlacedTrack, kinds: Collection[LeftOut]) -> PlacedTrack:
    fields = track.fields
    changes: dict[str, Any] = {key: None for key, kind in _KEYS.items() if kind in kinds}
    if "ai" in kinds and fields.contributors:
        changes["contributors"] = tuple(
            entry.model_copy(update={"ai_contribution": None}) for entry in fields.contributors
        )
    return replace(track, fields=fields.model_copy(update=changes))


def release_without(
    model: ReleaseFile, kinds: Collection[LeftOut], gone: Collection[str]
) -> ReleaseFile:
    """A release file without its booklet where that is left out, and without the recordings (by
    ISRC) that are `gone` among those that a pre-order gives at once."""
    changes: dict[str, Any] = {"booklet": None} if "booklet" in kinds else {}
    if gone:
        changes["deals"] = tuple(_deal_without(deal, gone) for deal in model.deals)
    return model.model_copy(update=changes)


def _deal_without(deal: ReleaseDeal, gone: Collection[str]) -> ReleaseDeal:
    given = deal.instant_gratification
    if given is None:
        return deal
    kept = tuple(isrc for isrc in given if isrc not in gone)
    return deal.model_copy(update={"instant_gratification": kept or None})
