"""The recordings of a release: a recording that appears twice is one resource."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from stardust_gitops.content.model import Asset, AudioFacts, Delivery, ImageFacts, Track
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.problems import MessageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One sound recording: how its first appearance describes it, and its file."""

    number: int
    track: Track
    asset: Asset
    facts: AudioFacts


def recordings(delivery: Delivery) -> dict[str, Recording]:
    """The recordings by ISRC, in order of first appearance, numbered from 1.

    Raises `MessageError` where a track's file was not measured, or where one ISRC is described in
    two ways or has two files: ISRCs are unique in a message, so the second would be lost.
    """
    files = {asset.track: asset for asset in delivery.assets if asset.role == "audio"}
    found: dict[str, Recording] = {}
    for place, track in enumerate(delivery.content.tracks, 1):
        asset = files.get(place)
        if asset is None or not isinstance(asset.facts, AudioFacts):
            raise MessageError(
                f"track {place} ({track.isrc}) has no measured audio file",
                hint="run: stardust-gitops assets lock",
                code="SG4010",
            )
        first = found.get(track.isrc)
        if first is None:
            found[track.isrc] = Recording(
                number=len(found) + 1, track=track, asset=asset, facts=asset.facts
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


def carried_assets(delivery: Delivery) -> tuple[Asset, ...]:
    """The files that a message with files names, and that a package therefore holds: one for each
    recording, in order, then the cover. Raises `MessageError` as `recordings` does."""
    cover = cover_of(delivery)
    audio = tuple(recording.asset for recording in recordings(delivery).values())
    return audio + ((cover[0],) if cover else ())


def uris_of(delivery: Delivery, options: MessageOptions) -> dict[Asset, str]:
    """Where each file lies; all of the message's files or none, and no others."""
    if options.files is None:
        return {}
    uris = {file.asset: file.uri for file in options.files}
    carried = carried_assets(delivery)
    for asset in carried:
        if asset not in uris:
            raise MessageError(f"{asset.path} has no name in the package", code="SG4032")
    for asset in uris:
        if asset not in carried:
            raise MessageError(
                f"{asset.path} would be in the package and not in the message", code="SG4033"
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
