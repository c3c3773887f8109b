"""The tree of a ledger branch: which path is what."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence

from stardust_gitops.git.mirror import Change
from stardust_gitops.ledger.segments.segment import damaged

ABOUT = "ledger.json"
SEGMENTS, RECENT, PACKED = "segments", "segments/recent", "segments/packed"
BYTES, SNAPSHOT = "bytes", "snapshot"
GZIP = ".gz"


def recent_path(number: int) -> str:
    """The file of one append."""
    return f"{RECENT}/{number:09}"


def bytes_path(number: int, digest: str) -> str:
    """Where bytes lie: by the segment that brought them, so that few trees change at a time."""
    return f"{BYTES}/{number >> 12:06}/{number >> 4 & 255:03}/{digest}"


def unpacked(path: str, data: bytes) -> bytes:
    """The segments in a file. Files of many are compressed: git would look for likeness among
    them in vain, and at length."""
    if not path.endswith(GZIP):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        raise damaged(path, str(error)) from error


def numbers(path: str) -> tuple[int, int]:
    """The numbers of the first and last segment in a file."""
    first, _, last = path.rpartition("/")[2].removesuffix(GZIP).partition("-")
    try:
        return int(first), int(last or first)
    except ValueError:
        raise damaged(path, "nothing of this name belongs there") from None


def added(changes: Sequence[Change]) -> dict[str, str]:
    """The files that came; `LedgerError` where one has changed, or gone without being packed."""
    added = {change.path: change.blob for change in changes if change.kind == "A"}
    spans = [numbers(path) for path in added]
    for change in changes:
        if change.kind == "A":
            continue
        number, _ = numbers(change.path)
        if change.kind != "D" or not any(first <= number <= last for first, last in spans):
            raise damaged(change.path, "it was changed or deleted")
    return added
