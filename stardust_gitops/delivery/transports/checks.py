"""What every transport checks by itself: the path it is given and the bytes it sends."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from typing import BinaryIO, Protocol

from stardust_gitops.delivery.transports.base import ChangedError, Source, TransportError

MUCH = 8 << 20
"""Bytes from which on a source is hashed in threads of its own, while it is sent."""


class Digest(Protocol):
    """A digest in the making."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes in."""
        ...


def relative_parts(path: str) -> tuple[str, ...]:
    """The components of a path below the target's folder; none for the folder itself (``""``).

    Raises `TransportError` for a path that could leave it, or that is not in its plain form:
    absolute, with `.`, `..`, empty components or NUL.
    """
    if not path:
        return ()
    parts = tuple(path.split("/"))
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise TransportError(
            f"{path!r} is not a plain path below the target's folder",
            hint="use a relative path with slashes and without '.', '..' or empty parts",
        )
    return parts


def file_parts(path: str, temporary: str | None = None) -> tuple[str, ...]:
    """The components of the path of a file; as `relative_parts`, and neither empty nor nested
    where `temporary`, the name to write under, is concerned."""
    parts = relative_parts(path)
    if not parts:
        raise TransportError("the target's folder itself cannot stand for something in it")
    if temporary is not None and (len(relative_parts(temporary)) != 1 or temporary == parts[-1]):
        raise TransportError(f"{temporary!r} is not a name to write {path!r} under")
    return parts


def checked_blocks(source: Source, size: int, *, skip: int = 0) -> Generator[bytes, None, None]:
    """The bytes of `source` from `skip` on, in blocks of at most `size`, hashed in the same pass.

    The end of the iteration means that number and SHA-256 were right; `ChangedError` that
    they were not, or that the source could not be read. No byte beyond `source.size` is yielded.
    """
    digest = hashlib.sha256()
    told = hashlib.md5(usedforsecurity=False) if source.md5 is not None else None
    count = 0
    try:
        stream = source.open()
    except OSError as error:
        raise _unreadable(source, error) from error
    digests = [digest] if told is None else [digest, told]
    with stream, ThreadPoolExecutor(len(digests)) if source.size >= MUCH else nullcontext() as pool:
        while block := _read(source, stream, min(size, skip - count) if count < skip else size):
            count += len(block)
            if count > source.size:
                raise _mismatch(source, f"more than the {source.size} bytes recorded")
            hashed = _hash(block, digests, pool)
            if count > skip:
                yield block
            for each in hashed:
                each.result()
    if count != source.size:
        raise _mismatch(source, f"{count} bytes, not the {source.size} recorded")
    if digest.hexdigest() != source.sha256.lower():
        raise _mismatch(source, f"SHA-256 {digest.hexdigest()}, not {source.sha256} as recorded")
    if told is not None and told.hexdigest() != source.md5:
        raise _mismatch(source, f"MD5 {told.hexdigest()}, not {source.md5} as recorded")


def _hash(
    block: bytes, digests: Sequence[Digest], pool: ThreadPoolExecutor | None
) -> list[Future[None]]:
    """Take a block into all digests: now, or in a pool, whose work has to be waited for."""
    if pool is not None:
        return [pool.submit(digest.update, block) for digest in digests]
    for digest in digests:
        digest.update(block)
    return []


def _read(source: Source, stream: BinaryIO, size: int) -> bytes:
    # Only the source's own errors are turned here: those of the other end look alike (OSError)
    # but mean something else.
    try:
        return stream.read(size)
    except OSError as error:
        raise _unreadable(source, error) from error


def _unreadable(source: Source, error: OSError) -> ChangedError:
    return ChangedError(
        f"{source.name} cannot be read: {error.strerror or error}",
        hint="restore the file, then run apply again",
    )


def _mismatch(source: Source, what: str) -> ChangedError:
    return ChangedError(
        f"{source.name} has {what}",
        hint="the file changed since it was measured: run `stardust-gitops assets lock`",
    )
