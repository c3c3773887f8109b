"""A file that is staged in blocks and committed, and carried on where a part of them is staged.

A block's id names the content that it is of, the size of its blocks and its number; so blocks of
another content are never committed with it, and a commit drops them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stardust_gitops.delivery.transports.base import Progress, Source
from stardust_gitops.delivery.transports.checks import checked_blocks
from stardust_gitops.delivery.transports.stores.pieces import (
    BLOCK_SIZE,
    Piece,
    Way,
    filled,
    noted,
    send_all,
)
from stardust_gitops.objects import azure
from stardust_gitops.objects.failures import Failure, StoreError

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient

SIZE = 16 << 20
"""Bytes of a block; more where a file would have more blocks than may be."""

MOST = 50_000
"""Blocks that a blob may have."""


def about(source: Source, md5: bytes) -> dict[str, Any]:
    """What goes with a blob, as arguments of its client."""
    from azure.storage.blob import ContentSettings

    return {
        "content_settings": ContentSettings(content_md5=bytearray(md5)),
        "metadata": {"sha256": source.sha256.lower()},
    }


@dataclass(frozen=True, slots=True)
class AzureBlocks:
    """The blocks of one blob."""

    blob: BlobClient

    def put(
        self, source: Source, progress: Progress, *, resume: bool, before: Callable[[], None]
    ) -> None:
        """Stage what is not staged, and commit it, after `before`. `StoreError`,
        `ChangedError`."""
        from azure.storage.blob import BlobBlock

        size = max(SIZE, -(-source.size // MOST))
        staging = _Staging(self.blob, _mark(source, size), self._staged() if resume else {})
        digest = hashlib.md5(usedforsecurity=False)
        with closing(checked_blocks(source, BLOCK_SIZE)) as blocks:
            # A sum that the source knows is checked as it is: no need to form it twice.
            sent = blocks if source.md5 is not None else noted(blocks, digest)
            names = send_all(filled(sent, size), staging.send, progress)
        md5 = digest.digest() if source.md5 is None else bytes.fromhex(source.md5)
        before()
        with azure.failures():
            self.blob.commit_block_list(
                [BlobBlock(block_id=name) for name in names], **about(source, md5)
            )

    def _staged(self) -> dict[str, int]:
        """Id and size of what an attempt before this one has staged."""
        try:
            with azure.failures():
                _, staged = self.blob.get_block_list("uncommitted")
        except StoreError as error:
            if error.failure in (Failure.ABSENT, Failure.FORBIDDEN):
                return {}
            raise
        return {str(block.id): block.size for block in staged}


@dataclass(frozen=True, slots=True)
class _Staging:
    """The blocks of one content under way."""

    blob: BlobClient
    mark: str
    staged: dict[str, int]

    def send(self, piece: Piece, way: Way) -> str:
        """The id of a block, which is staged now."""
        name, size = f"{self.mark}-{piece.number:05}", len(piece.data)
        if self.staged.get(name) != size:
            way.sent(0)
            with azure.failures():
                self.blob.stage_block(name, piece.data, length=size, validate_content=True)
            way.sent(size)
        return name


def _mark(source: Source, size: int) -> str:
    return f"{source.sha256.lower()[:32]}-{size:x}"
