"""Git LFS pointer files (git-lfs specification, docs/spec.md, "The Pointer")."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LARGEST = 1024
_VERSION = re.compile(
    rb"version (https://git-lfs\.github\.com/spec/v1|https://hawser\.github\.com/spec/v1"
    rb"|http://git-media\.io/v/2)\n"
)
_oid = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_size = re.compile(rb"^size ([0-9]{1,18})$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LfsPointer:
    """What stands in the repository for a large file: its SHA-256 (hex) and its size in bytes."""

    oid: str
    size: int


def lfs_pointer(data: bytes) -> LfsPointer | None:
    """The pointer that these bytes are, or None if they are content.

    `data` is the whole file, or at least its first 1024 bytes: a pointer is shorter.
    """
    if len(data) >= _LARGEST or not _VERSION.match(data):
        return None
    oid, size = _oid.search(data), _size.search(data)
    if oid is None or size is None:
        return None
    return LfsPointer(oid=oid[1].decode("ascii"), size=int(size[1]))
