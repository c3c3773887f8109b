"""Digests of a file in one pass."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import FileFacts
from stardust_gitops.assets.sniff import unreadable

_BLOCK = 1 << 20


def digest_file(path: Path) -> FileFacts:
    """SHA-256, MD5, git blob id and size of a file, reading it once in pieces of 1 MiB.

    The hashes let other threads run. Raises `AssetError` when the file cannot be read, or grows
    or shrinks meanwhile (git's id begins with the size, so it is taken first).
    """
    sha256 = hashlib.sha256(usedforsecurity=False)
    md5 = hashlib.md5(usedforsecurity=False)
    blob = hashlib.sha1(usedforsecurity=False)
    count = 0
    try:
        with path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            blob.update(b"blob %d\0" % size)
            buffer = memoryview(bytearray(_BLOCK))
            while got := file.readinto(buffer):
                piece = buffer[:got]
                sha256.update(piece)
                md5.update(piece)
                blob.update(piece)
                count += got
    except OSError as error:
        raise unreadable(error) from error
    if count != size:
        raise changed_meanwhile()
    return FileFacts(
        sha256=sha256.hexdigest(), md5=md5.hexdigest(), git_blob=blob.hexdigest(), size=size
    )


def changed_meanwhile() -> AssetError:
    """Somebody writes to the file while it is measured."""
    return AssetError(
        "the file changed while it was measured",
        code=AssetProblem.CHANGED_MEANWHILE,
        hint="wait until it is written completely, then run the command again",
    )
