"""A recipient that is a folder: of this machine, or mounted from another."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from stardust_gitops.delivery.transports.base import (
    NoSpaceError,
    PermissionDeniedError,
    Progress,
    RemoteFile,
    Source,
    TransportError,
    VerificationError,
)
from stardust_gitops.delivery.transports.checks import checked_blocks, file_parts, relative_parts

BLOCK_SIZE = 1 << 20
"""Bytes read and written at a time."""


class DirectoryTransport:
    """Files below `root`, which is made with the first file. See `base.Transport`.

    Symbolic links inside `root` are followed as long as they stay inside. A file is durable
    (fsync of file and folder) before `put` returns.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real_root = os.path.realpath(root)

    def put(
        self,
        source: Source,
        path: str,
        *,
        temporary: str,
        progress: Progress,
        resume: bool = False,
        completes: bool = False,
    ) -> None:
        parts = file_parts(path, temporary)
        with _translated(path):
            folder = self._folder(parts)
            _make_folder(folder)
            aside = folder / temporary
            try:
                _write(source, aside, progress)
                os.replace(aside, folder / parts[-1])  # noqa: PTH105 -- atomic, also over a file
            except BaseException:
                with suppress(OSError):
                    aside.unlink(missing_ok=True)
                raise
            _sync_folder(folder)

    def stat(self, path: str) -> RemoteFile | None:
        file = self._file(path)
        with _translated(path):
            try:
                size = file.stat().st_size if file.is_file() else None
            except FileNotFoundError:
                return None
        return None if size is None else RemoteFile(path=path, size=size)

    def read(self, path: str) -> Iterator[bytes]:
        file = self._file(path)
        with _translated(path), file.open("rb") as stream:
            while block := stream.read(BLOCK_SIZE):
                yield block

    def list(self, folder: str) -> list[RemoteFile]:
        parts = relative_parts(folder)
        with _translated(folder or "."):
            start = self._inside(self._root.joinpath(*parts), folder)
            return sorted(_files(start, folder), key=lambda file: file.path)

    def delete(self, path: str) -> None:
        parts = file_parts(path)
        with _translated(path), suppress(FileNotFoundError, NotADirectoryError):
            self._folder(parts).joinpath(parts[-1]).unlink()

    def remove_folder(self, folder: str) -> None:
        parts = file_parts(folder)
        with _translated(folder), suppress(FileNotFoundError, NotADirectoryError):
            victim = self._folder(parts) / parts[-1]
            if victim.is_symlink():
                victim.unlink()
            else:
                shutil.rmtree(victim)  # does not follow links either

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _file(self, path: str) -> Path:
        parts = file_parts(path)
        return self._inside(self._root.joinpath(*parts), path)

    def _folder(self, parts: tuple[str, ...]) -> Path:
        """The folder that holds the last of `parts`."""
        return self._inside(self._root.joinpath(*parts[:-1]), "/".join(parts))

    def _inside(self, place: Path, path: str) -> Path:
        """`place` if it is in `root` once all links are followed; else `PermissionDeniedError`."""
        real = os.path.realpath(place)
        inside = real == self._real_root or real.startswith(f"{self._real_root.rstrip('/')}/")
        # What is still a link when all links are followed is a loop of them.
        if not inside or os.path.islink(real):  # noqa: PTH114 -- a `Path` takes as long again
            raise PermissionDeniedError(
                f"{path!r} leaves {self._root} through a symbolic link",
                hint="remove the link from the target's folder",
            )
        return place


def _write(source: Source, aside: Path, progress: Progress) -> None:
    """Fill `aside`. What lies there already is replaced in one step and never just removed: for as
    long as it lies there it proves, whenever we are killed, that the rename has not happened."""
    if not os.path.lexists(aside):
        _fill(source, aside, progress)
        return
    fresh = aside.with_name(f"new-{aside.name}")
    fresh.unlink(missing_ok=True)
    try:
        _fill(source, fresh, progress)
        os.replace(fresh, aside)  # noqa: PTH105 -- atomic, also over a file
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def _fill(source: Source, new: Path, progress: Progress) -> None:
    # O_EXCL promises that we write neither through somebody's link nor into a file that somebody
    # else has open.
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with (
        os.fdopen(descriptor, "wb", buffering=0) as file,
        closing(checked_blocks(source, BLOCK_SIZE)) as blocks,
    ):
        for block in blocks:
            rest = memoryview(block)
            while rest:
                rest = rest[file.write(rest) :]
            progress(len(block))
        os.fsync(descriptor)
        written = os.fstat(descriptor).st_size
    if written != source.size:
        raise VerificationError(f"{new} holds {written} bytes, not {source.size}")


def _make_folder(folder: Path) -> None:
    """`folder`, with its parents, durable: a new name is, once the folder that holds it is."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files(folder: Path, name: str) -> Iterator[RemoteFile]:
    """Regular files below `folder`, called `name`; links are not followed."""
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        path = f"{name}/{entry.name}" if name else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), path)
        elif entry.is_file(follow_symlinks=False):
            # A file that is swept while we look is not there.
            with suppress(FileNotFoundError):
                yield RemoteFile(path=path, size=entry.stat(follow_symlinks=False).st_size)


@contextmanager
def _translated(path: str) -> Iterator[None]:
    """The operating system's errors as ours."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpaceError(
                f"{path}: {reason}", hint="make room in the target's folder, then run apply again"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise PermissionDeniedError(
                f"{path}: {reason}", hint="let this user write to the target's folder"
            ) from error
        raise TransportError(
            f"{path}: {reason}", hint="check transport.path of the target, and what is there"
        ) from error
