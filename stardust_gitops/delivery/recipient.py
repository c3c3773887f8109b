"""What the runner needs to know of a target, free of how the catalogue writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.errors import CatalogueError
from stardust_gitops.messages.ern.options import HashAlgorithm, Profile, Takedown, Variant
from stardust_gitops.messages.header import MessagingParty
from stardust_gitops.messages.manifest import DeliveryType, ManifestVersion

Layout = Literal["batch", "release"]
Completion = Literal["manifest", "semaphore", "message"]
Naming = Literal["ICPN_DD_TTT", "ICPN_DD_TT", "ICPN_T"]
Packaging = Literal["files", "zip"]
Verify = Literal["size", "read", "none"]

DELIVERY_TYPES: Mapping[str, DeliveryType] = {
    "insert": "NewReleaseDelivery",
    "update": "ReDelivery",
    "resend": "ReDelivery",
    "takedown": "TakeDown",
    "back_catalogue": "BackCatalogDelivery",
}
"""Operation, or ``back_catalogue`` for an insert of such, to the DeliveryType of the manifest (ERN
Part 3), where a target says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSettings:
    """What format the recipient takes: ERN version, message profile and its variant (``None``:
    derived), algorithm of hash sums, whether deals are told of tracks by themselves, the
    business profiles of ERN 3 (``None``: derived), whether a MEAD message travels beside."""

    version: str = "4.3"
    profile: Profile | None = None
    variant: Variant | None = None
    hash_algorithm: HashAlgorithm = "MD5"
    track_deals: bool = True
    business_profiles: tuple[str, ...] | None = None
    mead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choreography:
    """Order and naming of what is uploaded (ERN Part 3; 1.8 unless said otherwise).

    `completion` is what tells the recipient to begin, always uploaded last: a manifest, an empty
    semaphore, or the message itself (release by release only). `prefix` is the priority letter
    before a folder's name. In `semaphore`, the name of that file, ``{batch}`` stands for the
    BatchId and ``{folder}`` for the folder it lies in. With the `package` ``zip`` all files of a
    release travel in one zip of at most `max_megabytes` (of 1,000,000 bytes), which completes it.
    """

    layout: Layout = "batch"
    completion: Completion = "manifest"
    manifest_version: ManifestVersion = "1.8"
    prefix: str = ""
    max_releases: int = 50
    naming: Naming = "ICPN_DD_TTT"
    resources: str = "resources"
    semaphore: str = "BatchComplete_{batch}.xml"
    delivery_types: Mapping[str, DeliveryType] = field(default_factory=dict)
    package: Packaging = "files"
    max_megabytes: int | None = None

    def __post_init__(self) -> None:
        if self.layout == "batch" and self.completion == "message":
            raise CatalogueError(
                "a batch cannot be completed by a message, because it holds several",
                hint="use completion: manifest (or semaphore), or layout: release",
            )
        if self.package == "zip" and (self.layout, self.completion) != ("release", "message"):
            raise CatalogueError(
                "a zip package is a delivery by itself, without a manifest or a semaphore",
                hint="use layout: release and completion: message with package: zip",
            )
        if self.max_releases < 1:
            raise CatalogueError("max_releases is less than 1", hint="let a batch hold a release")

    @property
    def apart(self) -> Choreography:
        """The choreography of what must not stand in a manifest: its values know no purge, so that
        one travels release by release and its message completes it."""
        if self.completion != "manifest":
            return self
        return replace(self, layout="release", completion="message")

    @property
    def capacity(self) -> int:
        """How many releases travel in one shipment."""
        return self.max_releases if self.layout == "batch" else 1

    @property
    def for_back_catalogue(self) -> Choreography:
        """The choreography of back catalogue, which has low priority (``L``, ERN Part 3) where the
        recipient is told priorities at all."""
        return replace(self, prefix="L") if self.prefix else self

    def folder(self, icpn: str, batch: str) -> str:
        """The folder of a shipment (E.1): the BatchId, or release and timestamp."""
        name = batch if self.layout == "batch" else f"{icpn}_{batch}"
        return f"{self.prefix}_{name}" if self.prefix else name

    def member_folder(self, folder: str, icpn: str) -> str:
        """The folder of one release in the folder of its shipment."""
        return f"{folder}/{icpn}" if self.layout == "batch" else folder

    def marker_name(self, folder: str, batch: str) -> str:
        """The name of the completion file; not for ``completion: message``."""
        if self.completion == "manifest":
            return f"BatchComplete_{batch}.xml"
        return self.semaphore.replace("{batch}", batch).replace("{folder}", folder)

    def delivery_type(self, operation: str, *, back_catalogue: bool = False) -> DeliveryType:
        """The manifest's DeliveryType for an operation."""
        kind = "back_catalogue" if back_catalogue else operation
        return self.delivery_types.get(kind) or DELIVERY_TYPES[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a recipient is not to be burdened with: bytes a second over all connections, messages a
    minute, seconds that the files of one release may be under way. After so many `failures` in a
    row it is left alone for a while (`circuit`)."""

    bandwidth: float | None = None
    per_minute: int | None = None
    item_timeout: float | None = None
    failures: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One target: who it is, what it takes, how it is reached.

    `verify` says how an upload is proved: ``size`` compares sizes, ``read`` reads every file
    back and hashes it, ``none`` asks the recipient nothing (inboxes that are write-only or swept
    at once). `attempts` counts the tries of one step that fails in passing; `connections` how
    many uploads run at a time. `also` are further parties that the same message is for.
    `end_date_days` says how far in the past a takedown by end date ends what was offered,
    `update_indicator` that messages say whether they update (ERN 3).
    """

    id: str
    sender: MessagingParty
    party: MessagingParty
    connect: Callable[[], Transport]
    message: MessageSettings = MessageSettings()
    choreography: Choreography = Choreography()
    also: tuple[MessagingParty, ...] = ()
    takedown: Takedown = "no_deals"
    end_date_days: int = 2
    update_indicator: bool = False
    verify: Verify = "size"
    connections: int = 2
    attempts: int = 5
    limits: Limits = Limits()
