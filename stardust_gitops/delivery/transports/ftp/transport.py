"""A recipient that is reached by FTP or FTPS."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from stardust_gitops.delivery.transports.base import (
    PassingError,
    Progress,
    RemoteFile,
    Source,
    TransportError,
    VerificationError,
)
from stardust_gitops.delivery.transports.checks import checked_blocks, file_parts, relative_parts
from stardust_gitops.delivery.transports.ftp.connection import BLOCK_SIZE, FtpConnection
from stardust_gitops.delivery.transports.ftp.listing import (
    Entry,
    Kind,
    parse_list,
    parse_mlsd,
    parse_names,
)
from stardust_gitops.delivery.transports.ftp.refusal import (
    UNKNOWN_COMMANDS,
    FtpRefusal,
    transport_error,
)
from stardust_gitops.delivery.transports.settings import FtpSettings

MAX_DEPTH = 64
"""Folders within folders that are looked into; deeper is a server that makes fun of us."""


def connect(settings: FtpSettings) -> FtpTransport:
    """Log in to the server.

    Raises `HostKeyError` (a certificate that is not trusted), `AuthenticationError`,
    `PassingError` or `TransportError`.
    """
    return FtpTransport(FtpConnection(settings), settings)


class FtpTransport:
    """One connection. See `base.Transport`.

    Once a `PassingError` was raised the connection is dead; the caller connects again. Links at
    the server are never followed to delete what they point to, as far as it shows them. The
    folder `settings.path` itself is not made: if it is missing, then most likely the path is
    wrong, and files would go where nobody looks.
    """

    def __init__(self, connection: FtpConnection, settings: FtpSettings) -> None:
        self._connection = connection
        self._host = settings.host
        self._root = posixpath.join(connection.folder, settings.path)

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
        with self._translated(path):
            final, aside = self._remote(parts), self._remote((*parts[:-1], temporary))
            try:
                self._fill(source, aside, parts[:-1], progress, resume=resume)
                self._verify_size(aside, source)
                self._replace(aside, final)
            except BaseException as error:
                # What is not this source's beginning is of no use to anybody.
                if not resume or isinstance(error, VerificationError):
                    self._discard(aside)
                raise

    def stat(self, path: str) -> RemoteFile | None:
        with self._translated(path):
            size = self._size(self._remote(file_parts(path)))
        return None if size is None else RemoteFile(path=path, size=size)

    def read(self, path: str) -> Iterator[bytes]:
        with self._translated(path):
            remote = self._remote(file_parts(path))
            yield from self._connection.receive(remote)

    def list(self, folder: str) -> list[RemoteFile]:
        parts = relative_parts(folder)
        with self._translated(folder or "."):
            return sorted(self._walk(parts), key=lambda file: file.path)

    def delete(self, path: str) -> None:
        with self._translated(path):
            remote = self._remote(file_parts(path))
            try:
                self._connection.ask("DELE", remote)
            except FtpRefusal as refusal:
                # 550 means missing, or forbidden: some servers do not say which.
                if refusal.code != 550 or self._size(remote) is not None:
                    raise

    def remove_folder(self, folder: str) -> None:
        with self._translated(folder):
            remote = self._remote(file_parts(folder))
            # A link, which the server would follow, is deleted as a file is; a folder is not.
            if not self._deleted(remote) and self._is_folder(remote):
                self._remove_tree(remote, MAX_DEPTH)

    def close(self) -> None:
        self._connection.close()

    # -- writing

    def _fill(
        self,
        source: Source,
        aside: str,
        folder: tuple[str, ...],
        progress: Progress,
        *,
        resume: bool,
    ) -> None:
        # What one block holds is sent anew in less time than it takes to ask.
        there = self._size(aside) if resume and source.size > BLOCK_SIZE else None
        if there and there <= source.size and self._carry_on(source, aside, there, progress):
            return
        try:
            self._send("STOR", source, aside, progress)
        except FtpRefusal as refusal:
            if not folder or refusal.code not in (550, 553):
                raise
            # The folder is made only if the server misses it: nothing has to be remembered of
            # what exists, and a folder that was swept is made again.
            self._make_folder(folder)
            self._send("STOR", source, aside, progress)

    def _carry_on(self, source: Source, aside: str, there: int, progress: Progress) -> bool:
        """Send only what is missing after `there` bytes; false where the server cannot do that.

        The last block of what is there is sent again, as the cut may have torn it. A server that
        cannot begin within a file (RFC 3659, section 5) can perhaps append to it.
        """
        for verb, offset in (("STOR", max(0, there - BLOCK_SIZE)), ("APPE", there)):
            try:
                self._send(verb, source, aside, progress, offset=offset)
                return True
            except FtpRefusal as refusal:
                if refusal.code // 100 != 5 or refusal.code == 552:
                    raise
        return False

    def _send(
        self, verb: str, source: Source, path: str, progress: Progress, *, offset: int = 0
    ) -> None:
        with closing(checked_blocks(source, BLOCK_SIZE, skip=offset)) as blocks:
            self._connection.send(verb, path, blocks, progress, offset=offset)

    def _make_folder(self, parts: tuple[str, ...]) -> None:
        path = self._remote(parts)
        if self._is_folder(path):
            return
        if len(parts) > 1:
            self._make_folder(parts[:-1])
        try:
            self._connection.ask("MKD", path)
        except FtpRefusal:
            if not self._is_folder(path):  # another connection may have been faster
                raise

    def _verify_size(self, path: str, source: Source) -> None:
        found = self._size(path)
        if found is not None and found < source.size:
            # Servers take the end of the connection, however it came, for that of the file.
            raise PassingError(
                f"{self._host} holds {found} bytes of {source.name}, not the {source.size} sent: "
                "the connection for the data was cut"
            )
        if found != source.size:
            holds = "does not tell the size" if found is None else f"holds {found} bytes"
            raise VerificationError(
                f"{self._host} {holds} of {source.name}, not the {source.size} sent",
                hint="run apply again; if it happens again, ask the recipient",
            )

    def _replace(self, old: str, new: str) -> None:
        """Rename over what is there.

        A server may refuse to do that (RFC 959 does not say). Then the old file is deleted first,
        and for the time of one request there is neither. If the connection is lost just then, the
        file is missing until `apply` runs again; it is never half.
        """
        try:
            self._rename(old, new)
        except FtpRefusal as refusal:
            if refusal.passing or not self._deleted(new):
                raise
            self._rename(old, new)

    def _rename(self, old: str, new: str) -> None:
        self._connection.ask("RNFR", old)
        self._connection.ask("RNTO", new)

    def _discard(self, aside: str) -> None:
        """Delete the temporary file if the connection still stands. What led here is what the
        user has to know, not that this failed as well."""
        if self._connection.broken:
            return
        try:
            self._connection.ask("DELE", aside)
        except (FtpRefusal, PassingError):
            return

    def _deleted(self, path: str) -> bool:
        """Delete the file at `path` if the server lets us."""
        try:
            self._connection.ask("DELE", path)
        except FtpRefusal as refusal:
            if refusal.code // 100 != 5:
                raise
            return False
        return True

    def _remove_tree(self, folder: str, depth: int) -> None:
        if not depth:
            raise TransportError(f"{self._host} has folders more than {MAX_DEPTH} deep")
        for entry in self._entries(folder):
            path = posixpath.join(folder, entry.name)
            try:
                self._connection.ask("DELE", path)
            except FtpRefusal:
                # Only now is it a folder for certain: a link to one would be gone.
                if entry.kind is not Kind.FOLDER:
                    raise
                self._remove_tree(path, depth - 1)
        self._connection.ask("RMD", folder)

    # -- looking

    def _remote(self, parts: tuple[str, ...]) -> str:
        path = posixpath.join(self._root, *parts)
        # The end of a line would begin another command; 255 begins one of Telnet's.
        encoded = path.encode("utf-8", "surrogateescape")
        if any(byte in encoded for byte in (b"\r", b"\n", b"\xff")):
            raise TransportError(
                f"{path!r} holds a character that FTP cannot carry",
                hint="choose a name without line breaks",
            )
        return path

    def _size(self, path: str) -> int | None:
        """Size of the file at `path`; ``None`` where there is no file (RFC 3659, section 4)."""
        self._connection.binary()
        try:
            reply = self._connection.ask("SIZE", path)
        except FtpRefusal as refusal:
            if refusal.code in UNKNOWN_COMMANDS:
                return self._listed_size(path)
            if refusal.code != 550 or refusal.denied:
                raise
            return None
        size = reply[3:].strip()
        if not (size.isascii() and size.isdecimal()):
            raise VerificationError(
                f"{self._host} does not tell the size of {path}: {reply}",
                hint="its FTP service leaves out what a delivery is verified by; ask the recipient",
            )
        return int(size)

    def _listed_size(self, path: str) -> int | None:
        folder, name = posixpath.split(path)
        if not self._is_folder(folder):
            return None
        for entry in self._entries(folder):
            if entry.name == name and entry.kind is Kind.FILE:
                return entry.size
        return None

    def _is_folder(self, path: str) -> bool:
        try:
            self._connection.ask("CWD", path)
        except FtpRefusal as refusal:
            if refusal.code // 100 != 5:
                raise
            return False
        return True

    def _entries(self, folder: str) -> Sequence[Entry]:
        """What is in a folder that is there.

        A listing as `ls -l` makes it is the only one in which every server shows a link for what
        it is; MLSD shows what it points to.
        """
        # The path of the folder goes with CWD: LIST would take a blank or a dash in it for more.
        self._connection.ask("CWD", folder)
        try:
            listed = parse_list(self._lines("LIST -a", "LIST"))
        except FtpRefusal as refusal:
            if refusal.code not in UNKNOWN_COMMANDS:
                raise
            listed = None
        if listed is not None:
            return listed
        if "MLST" in self._connection.features:
            return parse_mlsd(self._connection.lines("MLSD"))
        return [
            self._asked(name, posixpath.join(folder, name))
            for name in parse_names(self._lines("NLST -a", "NLST"))
        ]

    def _lines(self, command: str, plain: str) -> Sequence[str]:
        """With hidden files, from servers that know them by that name."""
        try:
            return self._connection.lines(command)
        except FtpRefusal as refusal:
            if refusal.code // 100 != 5 and refusal.code != 450:
                raise
        try:
            return self._connection.lines(plain)
        except FtpRefusal as refusal:
            if refusal.code in (450, 550) and not refusal.denied:  # so some say: nothing in it
                return []
            raise

    def _asked(self, name: str, path: str) -> Entry:
        size = self._size(path)
        if size is not None:
            return Entry(name=name, kind=Kind.FILE, size=size)
        kind = Kind.FOLDER if self._is_folder(path) else Kind.OTHER
        return Entry(name=name, kind=kind)

    def _walk(self, parts: tuple[str, ...]) -> Iterator[RemoteFile]:
        if len(parts) > MAX_DEPTH:
            raise TransportError(f"{self._host} has folders more than {MAX_DEPTH} deep")
        folder = self._remote(parts)
        if not self._is_folder(folder):
            if not parts:  # without the target's own folder nobody can say what lies there
                raise TransportError(
                    f"{self._host}: there is no folder {folder}",
                    hint="check transport.path of the target; that folder has to exist",
                )
            return
        for entry in self._entries(folder):
            inner = (*parts, entry.name)
            if entry.kind is Kind.FOLDER:
                yield from self._walk(inner)
            elif entry.kind is Kind.FILE:
                yield RemoteFile(path="/".join(inner), size=entry.size)

    # -- errors

    @contextmanager
    def _translated(self, path: str) -> Iterator[None]:
        """What the server refuses, as our errors."""
        where = f"{self._host}: {path}"
        try:
            yield
        except PassingError as error:
            hint = error.hint or "run apply again"
            raise PassingError(f"{where}: {error.message}", hint=hint) from error
        except FtpRefusal as refusal:
            raise transport_error(refusal, where) from refusal
