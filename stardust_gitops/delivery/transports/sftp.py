"""A recipient that is reached by SFTP."""

from __future__ import annotations

import posixpath
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager

from stardust_gitops.delivery.transports import sftp_wire as wire
from stardust_gitops.delivery.transports.base import (
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    Progress,
    RemoteFile,
    Source,
    TransportError,
    VerificationError,
)
from stardust_gitops.delivery.transports.checks import checked_blocks, file_parts, relative_parts
from stardust_gitops.delivery.transports.settings import SftpSettings
from stardust_gitops.delivery.transports.sftp_session import POSIX_RENAME, SftpSession
from stardust_gitops.delivery.transports.sftp_wire import Attributes, SftpStatus
from stardust_gitops.delivery.transports.ssh import SshConnection, open_connection

_MISSING = (wire.NO_SUCH_FILE, wire.NO_SUCH_PATH)
_FULL = (wire.NO_SPACE, wire.QUOTA_EXCEEDED)

MAX_DEPTH = 64
"""Folders within folders that are looked into; deeper is a server that makes fun of us."""


def connect(settings: SftpSettings) -> SftpTransport:
    """Log in to the server and open its file transfer.

    Raises `HostKeyError`, `AuthenticationError`, `PassingError` or `TransportError`.
    """
    connection = open_connection(settings)
    try:
        return SftpTransport(connection, SftpSession(connection.open_sftp()), settings)
    except BaseException:
        connection.close()
        raise


class SftpTransport:
    """One connection. See `base.Transport`.

    Once a `PassingError` was raised the connection is dead; the caller connects again. Links at
    the server are never followed to delete what they point to. The folder `settings.path` itself
    is not made: if it is missing, then most likely the path is wrong, and files would go where
    nobody looks.
    """

    def __init__(
        self, connection: SshConnection, session: SftpSession, settings: SftpSettings
    ) -> None:
        self._connection = connection
        self._session = session
        self._host = settings.host
        self._root = settings.path.encode() or b"."

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
        aside = self._remote((*parts[:-1], temporary))
        with self._translated(path, writing=source.size):
            try:
                self._fill(source, aside, parts[:-1], progress, resume=resume)
                self._replace(aside, self._remote(parts))
            except BaseException as error:
                # What is not this source's beginning is of no use to anybody.
                if not resume or isinstance(error, VerificationError):
                    self._discard(aside)
                raise

    def stat(self, path: str) -> RemoteFile | None:
        with self._translated(path):
            found = self._attributes(self._remote(file_parts(path)))
        if found is None or _is_folder(found):
            return None
        return RemoteFile(path=path, size=_size(found, path))

    def read(self, path: str) -> Iterator[bytes]:
        remote = self._remote(file_parts(path))
        with self._translated(path):
            yield from self._session.read(remote)

    def list(self, folder: str) -> list[RemoteFile]:
        parts = relative_parts(folder)
        with self._translated(folder or "."):
            return sorted(self._walk(parts), key=lambda file: file.path)

    def delete(self, path: str) -> None:
        with self._translated(path):
            self._remove(self._remote(file_parts(path)))

    def remove_folder(self, folder: str) -> None:
        remote = self._remote(file_parts(folder))
        with self._translated(folder):
            found = self._attributes(remote, follow=False)
            if found is None:
                return
            if _is_folder(found):
                self._remove_tree(remote, MAX_DEPTH)
            else:
                self._remove(remote)

    def close(self) -> None:
        self._session.broken = True
        self._connection.close()

    # -- writing

    def _fill(
        self,
        source: Source,
        aside: bytes,
        folder: tuple[str, ...],
        progress: Progress,
        *,
        resume: bool,
    ) -> None:
        if resume:
            handle, offset = self._begin(source, aside, folder)
        else:
            handle, offset = self._open_new(aside, folder, wire.FOR_REPLACING), 0
        size = self._session.request_size
        with closing(checked_blocks(source, size, skip=offset)) as blocks:
            arrived = self._session.write(aside, handle, blocks, progress, offset=offset)
        self._verify_size(aside, arrived, source)

    def _begin(self, source: Source, aside: bytes, folder: tuple[str, ...]) -> tuple[bytes, int]:
        """Open `aside` to write what is missing of it: its handle, and from where on. The last
        request's worth of what is there is sent again, as the cut may have torn it.

        That it is not there is the rule, and costs no request: it has to be new.
        """
        try:
            return self._open_new(aside, folder, wire.FOR_CREATING), 0
        except SftpStatus:
            found = self._attributes(aside)
        # What is longer is nothing of ours, and what cannot be seen is left to the server.
        there = found.size if found is not None and found.size is not None else 0
        offset = max(0, there - self._session.request_size) if there <= source.size else 0
        flags = wire.FOR_CARRYING_ON if offset else wire.FOR_REPLACING
        return self._session.open(aside, flags), offset

    def _open_new(self, path: bytes, folder: tuple[str, ...], flags: int) -> bytes:
        """Open `path` for writing. Its folder is made only if the server misses it: nothing has
        to be remembered of what exists, and a folder that was swept is made again."""
        try:
            return self._session.open(path, flags)
        except SftpStatus as status:
            if not folder or status.code not in (*_MISSING, wire.FAILURE):
                raise
        self._make_folder(folder)
        return self._session.open(path, flags)

    def _make_folder(self, parts: tuple[str, ...]) -> None:
        path = self._remote(parts)
        try:
            self._session.make_folder(path)
        except SftpStatus as status:
            if status.code in _MISSING and len(parts) > 1:
                self._make_folder(parts[:-1])
                self._make_folder(parts)
                return
            # Version 3 has no status for "exists": another connection may have been faster.
            found = self._attributes(path)
            if found is None or not _is_folder(found):
                raise

    def _verify_size(self, path: bytes, found: int | None, source: Source) -> None:
        if found != source.size:
            # Asked too early for a server that finishes a file only after it was closed.
            found = self._session.stat(path).size
        if found != source.size:
            raise VerificationError(
                f"{self._host} holds {found} bytes of {source.name}, not the {source.size} sent",
                hint="run apply again; if it happens again, ask the recipient",
            )

    def _replace(self, old: bytes, new: bytes) -> None:
        """Rename over what is there.

        Without OpenSSH's extension a server refuses to do that (draft, section 6.5). Then the old
        file is deleted first, and for the time of one request there is neither. If the connection
        is lost just then, the file is missing until `apply` runs again; it is never half.
        """
        try:
            self._session.rename(old, new)
        except SftpStatus:
            if POSIX_RENAME in self._session.extensions:
                raise
            found = self._attributes(new, follow=False)
            if found is None or _is_folder(found):
                raise
            self._session.remove(new)
            self._session.rename(old, new)

    def _discard(self, aside: bytes) -> None:
        """Delete the temporary file if the connection still stands. What led here is what the
        user has to know, not that this failed as well."""
        if self._session.broken:
            return
        try:
            self._remove(aside)
        except (SftpStatus, PassingError):
            return

    def _remove(self, path: bytes) -> None:
        try:
            self._session.remove(path)
        except SftpStatus as status:
            if status.code not in _MISSING:
                raise

    def _remove_tree(self, folder: bytes, depth: int) -> None:
        if not depth:
            raise TransportError(f"{self._host} has folders more than {MAX_DEPTH} deep")
        for name, attributes in self._session.entries(folder):
            path = posixpath.join(folder, name)
            if _is_folder(self._known(path, attributes)):
                self._remove_tree(path, depth - 1)
            else:
                self._remove(path)  # a link is a file here: it goes, what it points to stays
        self._session.remove_folder(folder)

    # -- looking

    def _remote(self, parts: tuple[str, ...]) -> bytes:
        names = (part.encode("utf-8", "surrogateescape") for part in parts)
        return posixpath.join(self._root, *names)

    def _attributes(self, path: bytes, *, follow: bool = True) -> Attributes | None:
        try:
            return self._session.stat(path, follow=follow)
        except SftpStatus as status:
            if status.code in _MISSING:
                return None
            raise

    def _known(self, path: bytes, attributes: Attributes) -> Attributes:
        """Some servers list names only and have to be asked what each is."""
        if attributes.mode is not None and attributes.size is not None:
            return attributes
        return self._session.stat(path, follow=False)

    def _walk(self, parts: tuple[str, ...]) -> Iterator[RemoteFile]:
        if len(parts) > MAX_DEPTH:
            raise TransportError(f"{self._host} has folders more than {MAX_DEPTH} deep")
        folder = self._remote(parts)
        try:
            entries = self._session.entries(folder)
        except SftpStatus as status:
            if status.code in _MISSING and parts:
                return
            raise  # without the target's own folder nobody can say what lies there
        for name, listed in entries:
            inner = (*parts, name.decode("utf-8", "surrogateescape"))
            attributes = self._known(posixpath.join(folder, name), listed)
            if _is_folder(attributes):
                yield from self._walk(inner)
            elif attributes.mode is None or stat.S_ISREG(attributes.mode):
                path = "/".join(inner)
                yield RemoteFile(path=path, size=_size(attributes, path))

    # -- errors

    @contextmanager
    def _translated(self, path: str, *, writing: int | None = None) -> Iterator[None]:
        """What the server refuses, as our errors. `writing` is how many bytes were to be sent."""
        where = f"{self._host}: {path}"
        try:
            yield
        except PassingError as error:
            raise PassingError(f"{where}: {error.message}", hint="run apply again") from error
        except SftpStatus as status:
            if status.code == wire.PERMISSION_DENIED:
                raise PermissionDeniedError(
                    f"{where}: permission denied",
                    hint="ask the recipient to let this account write there, or correct "
                    "transport.path",
                ) from status
            if writing is not None and self._is_full(status, writing):
                raise NoSpaceError(
                    f"{where}: no space left at the server", hint="ask the recipient to make room"
                ) from status
            hint = None
            if status.code in _MISSING:
                hint = "check transport.path of the target; that folder has to exist"
            raise TransportError(f"{where}: {status}", hint=hint) from status

    def _is_full(self, status: SftpStatus, size: int) -> bool:
        """Whether a refusal means a full disk. Version 3 has no code for it, so the server is
        asked what room it has; by then the part that was written is deleted again."""
        if status.code in _FULL:
            return True
        text = str(status).lower()
        if "no space" in text or "quota" in text or "disk full" in text:
            return True
        if status.code != wire.FAILURE or self._session.broken:
            return False
        try:
            free = self._session.free_bytes(self._root)
        except (SftpStatus, PassingError):
            return False
        return free is not None and free < size


def _is_folder(attributes: Attributes) -> bool:
    return attributes.mode is not None and stat.S_ISDIR(attributes.mode)


def _size(attributes: Attributes, path: str) -> int:
    if attributes.size is None:
        raise VerificationError(
            f"the server does not tell the size of {path}",
            hint="its SFTP service leaves out what a delivery is verified by; ask the recipient",
        )
    return attributes.size
