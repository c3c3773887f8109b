"""The wire of an FTP control connection: lines and replies, in clear or encrypted."""

from __future__ import annotations

import ftplib
import re
import socket
import ssl
from contextlib import suppress

from stardust_gitops.delivery.transports.base import HostKeyError
from stardust_gitops.delivery.transports.ftp.refusal import shown
from stardust_gitops.delivery.transports.settings import FtpSettings

_MAX_REPLY = 10_000  # lines

_is_code = re.compile(r"[1-5][0-9][0-9]").fullmatch


class FtpWire(ftplib.FTP):
    """ftplib's control connection, for names that need not be UTF-8."""

    peer: tuple[str, int]

    def dial(self, settings: FtpSettings) -> None:
        """Connect; the greeting is still to be read."""
        connection = socket.create_connection((settings.host, settings.port), settings.timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Silent for as long as a large file is under way, which some routers take for dead.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), 30)
        self.af = connection.family
        self.peer = connection.getpeername()[:2]
        self._use(connection)

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on encrypted. What was received in clear and not read yet is not trusted."""
        assert self.sock is not None
        plain, self.sock = self.sock, None
        try:
            secured = context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        if self.file is not None:
            self.file.close()
        self._use(secured)

    def close(self) -> None:
        """End the connection. Whoever waits for an answer gets an error of the system's."""
        if self.sock is not None:
            hang_up(self.sock)
        if self.file is not None:
            self.file.close()

    def getmultiline(self) -> str:
        """A reply, of one line or of many that end with its code again (RFC 959, section 4.2)."""
        lines = [self.getline()]
        code = lines[0][:3]
        if not _is_code(code):
            raise ftplib.error_proto("the server does not answer in FTP")
        if lines[0][3:4] == "-":
            while not (lines[-1].startswith(code) and lines[-1][3:4] != "-"):
                if len(lines) > _MAX_REPLY:
                    raise ftplib.error_proto("the server does not come to the end of its reply")
                lines.append(self.getline())
        return "\n".join(lines)

    def putline(self, line: str) -> None:
        """Send a line. ``ValueError`` for one that would be several."""
        assert self.sock is not None
        if any(character in line for character in "\r\n\0"):
            raise ValueError("a line break within a command")
        self.sock.sendall(line.encode("utf-8", "surrogateescape") + b"\r\n")

    def _use(self, connection: socket.socket) -> None:
        self.sock = connection
        self.file = connection.makefile(
            "r", encoding="utf-8", errors="surrogateescape", newline="\n"
        )


def tls_context(settings: FtpSettings) -> ssl.SSLContext:
    """What is trusted. `HostKeyError` where the target's own file is of no use."""
    try:
        context = ssl.create_default_context(cafile=settings.ca)
    except (OSError, ssl.SSLError) as error:
        raise HostKeyError(
            f"the certificates in {settings.ca} cannot be used: {reason(error)}",
            hint="ca: has to name a file in PEM form",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def hang_up(connection: socket.socket) -> None:
    """Close a connection, and wake a thread that waits for it."""
    with suppress(OSError):  # the other end may have been faster
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def reason(error: BaseException | None) -> str:
    """Why a connection failed, in words."""
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    if isinstance(error, EOFError):
        return "the server ended the session"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return shown(str(error)) or type(error).__name__
