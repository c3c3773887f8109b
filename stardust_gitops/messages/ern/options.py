"""How the content is to be said: version, profile, files, takedown. Never part of a fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stardust_gitops.content.model import Asset

Profile = str
"""The name of a release profile of ERN 4 or of ERN 3; each shape says it in its own words."""
Variant = Literal["none", "Classical", "BoxedSet", "BoxedSet Classical"]
"""The variant of a profile (4.x)."""
HashAlgorithm = Literal["MD5", "SHA-256"]
Takedown = Literal["no_deals", "end_date", "takedown_flag"]
UpdateIndicator = Literal["OriginalMessage", "UpdateMessage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """Where a file lies in the package: `uri` is relative to the message."""

    asset: Asset
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOptions:
    """The wishes of a target and of an operation.

    `files` names every file of `recordings.carried_assets`; ``None`` where no file travels (an
    update of the message alone, a takedown). `takedown` says how: ``no_deals`` leaves out all
    deals, ``end_date`` ends them with `end_date`, the last day (date text), fixed when intended,
    ``takedown_flag`` says TakeDown in place of what a deal offers (3.x). `purge` makes a
    PurgeReleaseMessage, for which only version, sender and recipient count. `update_indicator` is
    said in 3.x alone. Without `track_deals` deals are listed for the release only. `profile` and
    `variant` are derived from the release where they are ``None``; so are `business_profiles` (3.x)
    from its deals, where ``()`` says none.
    `backfill` says that what came out long ago is brought (3.x; 4.x has no word for it).
    `replaced_isrcs` are pairs of an ISRC and the one in whose place it comes (IsReplaced).
    `mead` is the place, relative to the message, of the MEAD message that travels beside; ERN 3
    has no word for it.
    """

    version: str = "4.3"
    profile: Profile | None = None
    variant: Variant | None = None
    files: tuple[FileName, ...] | None = None
    takedown: Takedown | None = None
    purge: bool = False
    update_indicator: UpdateIndicator | None = None
    backfill: bool = False
    track_deals: bool = True
    end_date: str | None = None
    replaced_isrcs: tuple[tuple[str, str], ...] = ()
    hash_algorithm: HashAlgorithm = "MD5"
    business_profiles: tuple[str, ...] | None = None
    mead: str | None = None
