"""The recordings of a release with their files: a recording that appears twice is one resource."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from stardust_gitops.content.model import (
    Asset,
    AssetRole,
    AudioFacts,
    Delivery,
    ImageFacts,
    Track,
    VideoFacts,
)
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.problems import MessageError

EXTRA_ROLES: tuple[AssetRole, ...] = ("immersive", "preview", "screen_capture", "lyrics")
"""What a recording may have beside its audio or video, in the order in which it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One sound recording or video: how its first appearance describes it, and its files.

    `extras` are its further files by role (`EXTRA_ROLES`).
    """

    number: int
    track: Track
    asset: Asset
    facts: AudioFacts | VideoFacts
    extras: dict[AssetRole, Asset] = field(default_factory=dict)


def recordings(delivery: Delivery) -> dict[str, Recording]:
    """The recordings by ISRC, in order of first appearance, numbered from 1.

    Raises `MessageError` where a track's file was not measured, or where one ISRC is described in
    two ways or has two files: ISRCs are unique in a message, so the second would be lost.
    """
    files = {(asset.track, asset.role): asset for asset in delivery.assets}
    found: dict[str, Recording] = {}
    for place, track in enumerate(delivery.content.tracks, 1):
        asset = files.get((place, "video" if track.video else "audio"))
        if asset is None or not isinstance(asset.facts, AudioFacts | VideoFacts):
            kind = "video" if track.video else "audio"
            raise MessageError(
                f"track {place} ({track.isrc}) has no measured {kind} file",
                hint="run: stardust-gitops assets lock",
                code="SG4010",
            )
        first = found.get(track.isrc)
        if first is None:
            found[track.isrc] = Recording(
                number=len(found) + 1,
                track=track,
                asset=asset,
                facts=asset.facts,
                extras={role: files[place, role] for role in EXTRA_ROLES if (place, role) in files},
            )
        elif replace(track, disc=first.track.disc, bonus=first.track.bonus) != first.track:
            raise MessageError(
                f"{track.isrc} is described in two ways on this release (again as track {place})",
                hint="describe both appearances alike, or give the other recording its own ISRC",
                code="SG4011",
            )
        elif asset.sha256 != first.asset.sha256:
            raise MessageError(
                f"{track.isrc} has two different files on this release (again as track {place})",
                hint="use the same file, or give the other recording its own ISRC",
                code="SG4012",
            )
    return found


def cover_of(delivery: Delivery) -> tuple[Asset, ImageFacts] | None:
    """The front cover with its measures, or ``None`` where the release has none."""
    for asset in delivery.assets:
        if asset.role == "cover" and isinstance(asset.facts, ImageFacts):
            return asset, asset.facts
    return None


def booklet_of(delivery: Delivery) -> Asset | None:
    """The booklet, if the release has one."""
    return next((asset for asset in delivery.assets if asset.role == "booklet"), None)


def carried_assets(
    delivery: Delivery, found: dict[str, Recording] | None = None
) -> tuple[Asset, ...]:
    """The files that a message with files names, and that a package therefore holds: one for each
    recording, in order, then the cover, then what recordings have beside, and the booklet.

    The place of a file in this order, from 1, is its number in the message: of its
    TechnicalDetails, and of its resource where it is one by itself. `found` are the recordings
    where they are at hand. Raises `MessageError` as `recordings` does.
    """
    every = (recordings(delivery) if found is None else found).values()
    cover, booklet = cover_of(delivery), booklet_of(delivery)
    return (
        *(recording.asset for recording in every),
        *((cover[0],) if cover else ()),
        *(asset for recording in every for asset in recording.extras.values()),
        *((booklet,) if booklet else ()),
    )


def uris_of(
    delivery: Delivery, options: MessageOptions, found: dict[str, Recording] | None = None
) -> dict[Asset, str]:
    """Where each file lies; all of the message's files or none, and no others."""
    if options.files is None:
        return {}
    uris = {file.asset: file.uri for file in options.files}
    carried = carried_assets(delivery, found)
    for asset in carried:
        if asset not in uris:
            raise MessageError(f"{asset.path} has no name in the package", code="SG4032")
    if len(uris) > len(carried):
        other = next(asset for asset in uris if asset not in carried)
        raise MessageError(
            f"{other.path} would be in the package and not in the message", code="SG4033"
        )
    return uris


@lru_cache(maxsize=4096)
def duration_text(seconds: Decimal) -> str:
    """An xs:duration in whole seconds (half up), at least one: ``PT3M21S``.

    Whole seconds are DDEX practice, and hours only where there are any.
    """
    whole = max(1, int(seconds.quantize(Decimal(1), rounding=ROUND_HALF_UP)))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (rest, "S"))
    return "PT" + "".join(f"{number}{unit}" for number, unit in parts if number)
