"""An FTP server that one is logged in at, and one data connection to it at a time."""

from __future__ import annotations

import ftplib
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress

from stardust_gitops.delivery.transports.base import PassingError, Progress, TransportError
from stardust_gitops.delivery.transports.ftp.control import FtpControl
from stardust_gitops.delivery.transports.ftp.refusal import FtpRefusal
from stardust_gitops.delivery.transports.ftp.wire import FtpWire, hang_up, reason
from stardust_gitops.delivery.transports.settings import FtpSettings

BLOCK_SIZE = 1 << 18
"""Bytes sent and received at a time: with TLS 1.5 times as fast as ftplib's 8 KiB."""

_MAX_LISTING = 1 << 26  # bytes; no honest folder is listed in more


class _Lost(Exception):  # noqa: N818 -- never leaves this module
    """The data connection failed; the reason may still come by the other one."""


class FtpConnection:
    """Commands and transfers; fails as `FtpControl` does. For one thread.

    A file may be read while other commands are given: its transfer is broken off and taken up
    again at the same byte.
    """

    def __init__(self, settings: FtpSettings) -> None:
        """Connect, check the certificate, log in. Raises `TransportError` and leaves nothing
        open."""
        self._settings = settings
        self._control = FtpControl(settings)
        self._data: socket.socket | None = None
        self._extended = True
        self._type = ""

    @property
    def broken(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._control.broken

    @property
    def features(self) -> frozenset[str]:
        """What the server offers beyond RFC 959 (RFC 2389)."""
        return self._control.features

    @property
    def folder(self) -> str:
        """Where the login ends."""
        return self._control.folder

    def close(self) -> None:
        """Hang up; also from another thread, when the time of the one that waits is over."""
        data = self._data
        if data is not None:
            hang_up(data)
        self._control.close()

    def ask(self, verb: str, argument: str = "") -> str:
        """See `FtpControl.ask`."""
        self._settle()
        return self._control.ask(verb, argument)

    def binary(self) -> None:
        """Files as they are. Also before SIZE, which else would be that of a converted text."""
        self._set_type("I")

    # -- transfers

    def send(
        self,
        verb: str,
        path: str,
        blocks: Iterable[bytes],
        progress: Progress,
        *,
        offset: int = 0,
    ) -> None:
        """Send `blocks` to the file at `path` by STOR, from `offset` on, or to its end by APPE.

        When this returns the server has said that the file is whole. When it fails, what arrived
        stays there.
        """
        self.binary()
        data = self._begin(f"{verb} {path}", 0 if verb == "APPE" else offset)
        try:
            for block in blocks:
                _pour(data, block)
                progress(len(block))
            _end(data)
        except _Lost as lost:
            if isinstance(lost.__cause__, TimeoutError):
                self.close()  # a server that reads nothing for so long has nothing to say either
            with suppress(PassingError):
                self._finish()  # the reason, where the server tells it
            raise PassingError(f"connection lost: {reason(lost.__cause__)}") from lost.__cause__
        except BaseException:
            _end(data)  # in order, so that what was sent is not thrown away on the way
            self._settle()
            raise
        self._finish()

    def receive(self, path: str) -> Iterator[bytes]:
        """The bytes of the file at `path`."""
        offset = 0
        while True:
            self.binary()
            data = self._begin(f"RETR {path}", offset)
            try:
                while self._data is data:
                    block = _draw(data)
                    if not block:
                        self._finish()
                        return
                    offset += len(block)
                    yield block
            except _Lost as lost:
                self._control.broken = True
                raise PassingError(f"connection lost: {reason(lost.__cause__)}") from lost
            finally:
                if self._data is data:
                    self._settle()

    def lines(self, command: str) -> list[str]:
        """What LIST, NLST or MLSD answers."""
        self._set_type("A")
        data = self._begin(command, 0)
        received = bytearray()
        try:
            while block := _draw(data):
                received += block
                if len(received) > _MAX_LISTING:
                    raise TransportError(f"{self._settings.host} lists more than 64 MiB of names")
        except _Lost as lost:
            self._control.broken = True
            raise PassingError(f"connection lost: {reason(lost.__cause__)}") from lost
        except BaseException:
            self._settle()
            raise
        self._finish()
        text = received.decode("utf-8", "surrogateescape")
        return [line.removesuffix("\r") for line in text.split("\n") if line.strip("\r")]

    def _begin(self, command: str, offset: int) -> socket.socket:
        """Open a data connection and give the command that uses it."""
        self._settle()
        with self._control.exchange() as wire:
            data = self._dial_data(wire)
            try:
                data.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if offset:
                    wire.sendcmd(f"REST {offset}")
                reply = wire.sendcmd(command)
                if reply[0] == "2":  # some servers confirm before they begin
                    reply = wire.getresp()
                if reply[0] != "1":
                    raise ftplib.error_reply(reply)
                if self._control.context is not None:
                    # Servers demand the session of the control connection: a thief of the port
                    # that was announced does not have it.
                    control = wire.sock
                    session = control.session if isinstance(control, ssl.SSLSocket) else None
                    data = self._control.context.wrap_socket(
                        data, server_hostname=self._settings.host, session=session
                    )
            except BaseException:
                data.close()
                raise
        self._data = data
        return data

    def _dial_data(self, wire: FtpWire) -> socket.socket:
        # The host that PASV names is not followed: it may be anybody's (RFC 2577), and behind a
        # router it is often nobody's. The server itself is meant.
        peer = wire.peer
        if self._extended:
            try:
                _host, port = ftplib.parse229(wire.sendcmd("EPSV"), peer)
                return self._dial((peer[0], port))
            except ftplib.error_perm:
                self._extended = False
                if wire.af != socket.AF_INET:
                    raise
        _host, port = ftplib.parse227(wire.sendcmd("PASV"))
        return self._dial((peer[0], port))

    def _dial(self, address: tuple[str, int]) -> socket.socket:
        try:
            return socket.create_connection(address, self._settings.timeout)
        except OSError as error:
            raise PassingError(
                f"port {address[1]}, which {self._settings.host} opened for the data, "
                f"cannot be reached: {error.strerror or error}",
                hint="let the firewall pass the server's passive ports",
            ) from error

    def _finish(self) -> None:
        """Take the server's word that the transfer is over."""
        data, self._data = self._data, None
        if data is not None:
            data.close()
        with self._control.exchange() as wire:
            wire.voidresp()

    def _settle(self) -> None:
        """Break off what is being transferred, if anything is."""
        if self._data is not None:
            # What the server says of it is of no interest: it was our wish.
            with suppress(FtpRefusal, PassingError):
                self._finish()

    def _set_type(self, kind: str) -> None:
        if self._type != kind:
            self.ask("TYPE", kind)
            self._type = kind


def _pour(data: socket.socket, block: bytes) -> None:
    rest = memoryview(block)
    try:
        while rest:
            rest = rest[data.send(rest) :]
    except OSError as error:
        raise _Lost from error


def _draw(data: socket.socket) -> bytes:
    try:
        return data.recv(BLOCK_SIZE)
    except OSError as error:
        raise _Lost from error


def _end(data: socket.socket) -> None:
    """Say that no more comes. By TLS's own word too, where it is spoken: without it the server
    could not tell the end of the file from a cut."""
    if isinstance(data, ssl.SSLSocket):
        with suppress(OSError, ValueError):  # some servers just hang up; the size is verified
            data.unwrap()
