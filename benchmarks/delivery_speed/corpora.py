"""What is sent: releases whose files have a given number and size."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from stardust_gitops.content.model import Asset, Delivery
from tests.delivery_kit import Studio

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """So many `releases` of so many `tracks`, of `size` bytes each. `small` says that files per
    second are what counts."""

    name: str
    title: str
    releases: int
    tracks: int
    size: int
    small: bool = False

    @property
    def files(self) -> int:
        """Audio files in all."""
        return self.releases * self.tracks


FULL = (
    Mix(name="large", title="1 GiB", releases=1, tracks=1, size=1 << 30),
    Mix(name="album", title="20 × 60 MB", releases=2, tracks=10, size=60_000_000),
    Mix(name="small", title="2,000 × 50 kB", releases=40, tracks=50, size=50_000, small=True),
)
QUICK = (
    Mix(name="large", title="256 MiB", releases=1, tracks=1, size=1 << 28),
    Mix(name="album", title="6 × 60 MB", releases=1, tracks=6, size=60_000_000),
    Mix(name="small", title="500 × 50 kB", releases=10, tracks=50, size=50_000, small=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A mix on disk: `root` is the catalogue's, `files` its folder, flat, which the other tools
    send."""

    mix: Mix
    root: Path
    releases: dict[str, tuple[Delivery, str]]

    @property
    def files(self) -> Path:
        """The folder of the files."""
        return self.root / "assets"

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(asset.size for d, _ in self.releases.values() for asset in d.assets)


def make_corpus(mix: Mix, folder: Path) -> Corpus:
    """Write a mix below `folder`. A release's cover is a few bytes."""
    studio = Studio(folder)
    try:
        for number in range(1, mix.releases + 1):
            release = studio.put_release(number, tracks=mix.tracks, audio=b"a")
            delivery, status = studio.releases[release]
            assets = tuple(
                asset if asset.role == "cover" else _grown(studio.root, asset, mix.size)
                for asset in delivery.assets
            )
            studio.releases[release] = (replace(delivery, assets=assets), status)
        return Corpus(mix=mix, root=studio.root, releases=studio.releases)
    finally:
        studio.ledger.close()


def _grown(root: Path, asset: Asset, size: int) -> Asset:
    """The asset with `size` random bytes in its file."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with (root / asset.path).open("wb") as file:
        for start in range(0, size, _BLOCK):
            block = os.urandom(min(_BLOCK, size - start))
            file.write(block)
            sha256.update(block)
            md5.update(block)
    return replace(asset, size=size, sha256=sha256.hexdigest(), md5=md5.hexdigest())
