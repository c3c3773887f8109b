"""The files of a release: what each is to it, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from stardust_gitops.assets.lock import LockedAsset
from stardust_gitops.catalog.models.recordings import RecordingFields
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.model import Asset, AssetRole
from stardust_gitops.content.tracks import PlacedTrack

PlacedAsset: TypeAlias = tuple[AssetRole, int | None, LockedAsset]
"""Role, 1-based place of the track (``None`` for booklet and cover), and the locked file."""
_BESIDE = frozenset({"immersive", "lyrics", "preview", "screen_capture"})
"""Keys of files that a recording has beside its audio or video."""


def place_assets(
    model: ReleaseFile, tracks: Sequence[PlacedTrack], locked: Mapping[str, LockedAsset]
) -> tuple[tuple[PlacedAsset, ...], bool]:
    """The locked files in the order of the tracks, then booklet and cover; and whether these are
    all, so that each track has its recording and the release its cover."""
    wanted: list[tuple[AssetRole, int | None, str | None]] = []
    for number, track in enumerate(tracks, start=1):
        fields = track.fields
        if fields.video is None:
            wanted.append(("audio", number, fields.audio))
        else:
            wanted.append(("video", number, fields.video))
        if has_files_beside(fields):
            wanted += [(role, number, path) for role, path in beside(fields)]
    if model.booklet is not None:
        wanted.append(("booklet", None, model.booklet))
    wanted.append(("cover", None, model.cover))
    placed = tuple(
        (role, place, asset)
        for role, place, path in wanted
        if (asset := locked.get(path or "")) is not None
    )
    return placed, len(placed) == len(wanted)


def has_files_beside(fields: RecordingFields) -> bool:
    """Whether a recording may have files beside its audio or video: few do."""
    return not _BESIDE.isdisjoint(fields.model_fields_set)


def beside(fields: RecordingFields) -> Iterator[tuple[AssetRole, str]]:
    """The files that a recording has beside its audio or video."""
    if fields.immersive is not None:
        yield "immersive", fields.immersive.audio
    if fields.preview is not None and fields.preview.audio is not None:
        yield "preview", fields.preview.audio
    if fields.screen_capture is not None:
        yield "screen_capture", fields.screen_capture
    if fields.lyrics is not None:
        yield "lyrics", fields.lyrics


def asset_of(placed: PlacedAsset) -> Asset:
    """A placed file as a delivery tells of it."""
    role, number, asset = placed
    return Asset(
        role=role,
        track=number,
        path=asset.path,
        sha256=asset.file.sha256,
        md5=asset.file.md5,
        size=asset.file.size,
        facts=asset.facts,
    )
