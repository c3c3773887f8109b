"""A ledger branch: which path of its tree is what, and the ref that is its witness."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping, Sequence

from stardust_gitops.git.mirror import Change
from stardust_gitops.ledger.segments.segment import damaged

README = """\
This branch is a ledger of stardust-gitops: it records what every recipient was sent. The program
writes it. Do not edit, merge, rebase, force-push or delete it: what is lost here, nobody knows any
more, and nothing will be sent until it is back.
"""
ABOUT = "ledger.json"
SEGMENTS, RECENT, PACKED = "segments", "segments/recent", "segments/packed"
BYTES, SNAPSHOT = "bytes", "snapshot"
GZIP = ".gz"
PIECE = 32 * 2**20
"""No file is larger, in bytes: GitHub refuses files of more than 100 MB."""
_AND = "+"


def witness(branch: str) -> str:
    """The ref that every append moves together with the branch. No `git push` of people's reaches
    it by accident: where the branch does not follow it, something was taken from the branch."""
    return f"{witnesses(branch)}/last"


def witnesses(branch: str) -> str:
    """The folder of that ref, which is fetched whether the ref is there or not."""
    return f"refs/stardust/tips/{branch}"


def recent_path(number: int) -> str:
    """The file of one append."""
    return f"{RECENT}/{number:09}"


def bytes_path(number: int, digest: str) -> str:
    """Where bytes lie: by the segment that brought them, so that few trees change at a time."""
    return f"{BYTES}/{number >> 12:06}/{number >> 4 & 255:03}/{digest}"


def snapshot_files(position: int, data: bytes) -> dict[str, bytes]:
    """The files of a snapshot: one, or pieces where servers would find it too large."""
    name = f"{SNAPSHOT}/{position:012}"
    if len(data) <= PIECE:
        return {f"{name}{GZIP}": data}
    pieces = [data[begin : begin + PIECE] for begin in range(0, len(data), PIECE)]
    return {f"{name}-{number:03}{GZIP}": piece for number, piece in enumerate(pieces)}


def newest_snapshot(files: Mapping[str, str]) -> tuple[int, str] | None:
    """Position and place of the newest snapshot among these files (path → blob)."""
    position = max((numbers(path)[0] for path in files), default=None)
    if position is None:
        return None
    paths = sorted((path for path in files if numbers(path)[0] == position), key=numbers)
    return position, _AND.join(files[path] for path in paths)


def blobs_at(place: str) -> list[str]:
    """The blobs that make up what is at a place."""
    return place.split(_AND)


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
