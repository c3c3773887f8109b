"""A package: one message with its files, laid out as the recipient wants them (ERN Part 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from stardust_gitops.content.model import Asset, AssetRole, Delivery
from stardust_gitops.delivery.recipient import Choreography, Naming
from stardust_gitops.errors import CatalogueError
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.messages.manifest import ProductType, product_type


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageFile:
    """One resource: where it lies at the recipient, and what its bytes must be.

    `path` is relative to the target's folder, `uri` to the message. `role` and `track` are those
    of the asset.
    """

    role: AssetRole
    track: int | None
    path: str
    uri: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The folder of one release: its message and the resources that travel with it.

    Kept with the intention, so that a later run, whatever the target's settings are by then,
    finishes what was begun and knows it when it sees it. `product` is what a manifest calls it.
    """

    folder: str
    message_path: str
    files: tuple[PackageFile, ...] = ()
    product: ProductType = "AudioProduct"

    @property
    def mead_path(self) -> str:
        """Where a MEAD message lies, if one travels: beside the release's own."""
        return f"{self.message_path.removesuffix('.xml')}_MEAD.xml"

    def moved_to(self, folder: str) -> Package:
        """The same package in another folder; the message, which names files relative to itself,
        stays as it is."""
        here = len(self.folder)
        return replace(
            self,
            folder=folder,
            message_path=folder + self.message_path[here:],
            files=tuple(replace(file, path=folder + file.path[here:]) for file in self.files),
        )

    def as_data(self) -> dict[str, Any]:
        """As JSON values, for an event; what goes without saying is left out."""
        data: dict[str, Any] = {
            "folder": self.folder,
            "message_path": self.message_path,
            "files": [asdict(file) for file in self.files],
        }
        if self.product != "AudioProduct":
            data["product"] = self.product
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Package:
        """Back from the values of an event."""
        return cls(
            folder=data["folder"],
            message_path=data["message_path"],
            files=tuple(PackageFile(**file) for file in data["files"]),
            product=data.get("product", "AudioProduct"),
        )


def lay_out(
    delivery: Delivery, *, folder: str, choreography: Choreography, with_files: bool
) -> Package:
    """The package of a release in `folder` (relative to the target's folder).

    Raises `CatalogueError` where a name would not be plain ASCII, which no recipient's file
    system is sure to keep.
    """
    icpn = delivery.icpn
    if not re.fullmatch(r"[0-9]{8,14}", icpn, re.ASCII):
        raise CatalogueError(f"{icpn!r} cannot name a folder: it is no ICPN", code="SG6011")
    files = []
    for reference, asset in enumerate(carried_assets(delivery) if with_files else (), 1):
        uri = f"{choreography.resources}/{_stem(delivery, asset, choreography.naming, reference)}"
        uri += _extension(asset.path)
        files.append(
            PackageFile(
                role=asset.role,
                track=asset.track,
                path=f"{folder}/{uri}",
                uri=uri,
                size=asset.size,
                sha256=asset.sha256,
            )
        )
    return Package(
        folder=folder,
        message_path=f"{folder}/{icpn}.xml",
        files=tuple(files),
        product=product_type(delivery.content),
    )


def _stem(delivery: Delivery, asset: Asset, naming: Naming, reference: int) -> str:
    """The name without its extension. `reference` is the number of the file in the message, its
    TechnicalResourceDetailsReference (E.1): its place among the files that the message carries."""
    if naming == "ICPN_T":
        return f"{delivery.icpn}_T{reference}"
    ending = _ENDINGS[asset.role]
    if asset.track is None:
        return f"{delivery.icpn}{ending}"
    tracks = delivery.content.tracks
    disc = tracks[asset.track - 1].disc
    number = sum(1 for track in tracks[: asset.track] if track.disc == disc)
    digits = 3 if naming == "ICPN_DD_TTT" else 2
    return f"{delivery.icpn}_{disc:02}_{number:0{digits}}{ending}"


_ENDINGS: Mapping[AssetRole, str] = {
    "audio": "",
    "video": "",
    "immersive": "_immersive",
    "preview": "_preview",
    "screen_capture": "_screen",
    "lyrics": "_lyrics",
    "cover": "",
    "booklet": "_booklet",
}
"""What tells the files of one track, and of the release, apart. A name is for humans: what binds is
the path in the message (ERN Part 3)."""


def _extension(path: str) -> str:
    extension = PurePosixPath(path).suffix.lower()
    if not re.fullmatch(r"\.[a-z0-9]{1,8}", extension, re.ASCII):
        raise CatalogueError(
            f"{path} has no file extension that a recipient would understand",
            hint="name the file with its real extension: .flac, .wav, .mov, .jpg, .pdf, .ttml",
            code="SG6012",
        )
    return extension
