"""The catalogue's files as sources of an upload, looked at before anything is intended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stardust_gitops.assets.errors import AssetError
from stardust_gitops.assets.paths import resolve_asset
from stardust_gitops.assets.sniff import read_head
from stardust_gitops.content.model import Delivery
from stardust_gitops.delivery.package import Package
from stardust_gitops.delivery.transports.base import Source, VerificationError

STALE_LOCK = "the file has changed since it was measured: run `stardust-gitops assets lock`"


def open_sources(
    root: Path, delivery: Delivery, package: Package, *, hash_algorithm: str
) -> Mapping[str, Source]:
    """A source for each file of a package, by its path at the recipient. `hash_algorithm` is the
    one whose sums the message holds.

    A file is found by its SHA-256, so that it may have been moved since it was intended. Raises
    `AssetError` where a file is missing, unreadable or a Git LFS pointer, `VerificationError`
    where it has not the size that was measured. Its digest is checked while it is sent.
    """
    places = {asset.sha256: asset for asset in delivery.assets}
    sources: dict[str, Source] = {}
    for file in package.files:
        asset = places.get(file.sha256)
        if asset is None:
            raise VerificationError(
                f"no file of release {delivery.icpn} has the SHA-256 {file.sha256[:12]}… that was "
                f"announced to the recipient as {file.uri}",
                hint=STALE_LOCK,
            )
        path = resolve_asset(root, asset.path)
        _inspect(path, asset.path, file.size)
        sources[file.path] = Source.of_file(
            path,
            size=file.size,
            sha256=file.sha256,
            md5=asset.md5 if hash_algorithm == "MD5" else None,
        )
    return sources


def _inspect(path: Path, reference: str, size: int) -> None:
    try:
        read_head(path)
        present = path.stat().st_size
    except AssetError as error:
        raise error.of(reference) from error
    except OSError as error:
        raise VerificationError(f"{reference} cannot be read: {error}") from error
    if present != size:
        raise VerificationError(f"{reference} has {present} bytes, not {size}", hint=STALE_LOCK)
