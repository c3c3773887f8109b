"""A control connection to an FTP server, logged in."""

from __future__ import annotations

import ftplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    PassingError,
    TransportError,
)
from stardust_gitops.delivery.transports.ftp.refusal import (
    UNKNOWN_COMMANDS,
    FtpRefusal,
    login_error,
)
from stardust_gitops.delivery.transports.ftp.wire import FtpWire, reason, tls_context
from stardust_gitops.delivery.transports.settings import FtpSettings


class FtpControl:
    """Commands and replies. For one thread.

    Methods raise `FtpRefusal` for what the server refuses and `PassingError` when the connection
    fails; after the latter, or an interruption in the middle of an exchange, `broken` is true and
    every call fails. `features` are what the server offers beyond RFC 959, `folder` is where the
    login ends.
    """

    def __init__(self, settings: FtpSettings) -> None:
        """Connect, check the certificate, log in. Raises `TransportError` and leaves nothing
        open."""
        self._settings = settings
        self.context = tls_context(settings) if settings.tls else None
        self.wire = FtpWire()
        self.broken = False
        try:
            self._greet()
            self._log_in()
            self.features = self._features()
            self.folder = self._start_folder()
        except PassingError as error:
            self.close()
            if error.hint is not None:
                raise
            raise PassingError(
                f"{settings.host}:{settings.port}: no FTP session: {error.message}",
                hint="run apply again; if it happens again, check that an FTP server is at this "
                "port",
            ) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up. There is nothing left to be saved by a farewell."""
        self.broken = True
        self.wire.close()

    def ask(self, verb: str, argument: str = "") -> str:
        """Give a command that opens no data connection; the server's reply, 2xx or 3xx."""
        with self.exchange() as wire:
            return wire.sendcmd(f"{verb} {argument}" if argument else verb)

    def _greet(self) -> None:
        settings = self._settings
        where = f"{settings.host}:{settings.port}"
        try:
            self.wire.dial(settings)
        except socket.gaierror as error:
            kind = PassingError if error.errno == socket.EAI_AGAIN else TransportError
            raise kind(
                f"{settings.host} is not a known host: {error.strerror}",
                hint="correct transport.host, or the machine's name service",
            ) from error
        except OSError as error:
            raise PassingError(
                f"{where} cannot be reached: {error.strerror or error}",
                hint="check host, port and firewall",
            ) from error
        try:
            with self.exchange() as wire:
                wire.getresp()
        except FtpRefusal as refusal:
            raise PassingError(
                f"{where}: {refusal.text}", hint="run apply again later"
            ) from refusal

    def _log_in(self) -> None:
        settings = self._settings
        if any(character in settings.username + settings.password for character in "\r\n\0"):
            raise AuthenticationError(
                f"the user or the password for {settings.host} holds a line break",
                hint="check the secrets that the target refers to",
            )
        if self.context is not None:
            self._secure(self.context)
        try:
            reply = self.ask("USER", settings.username)
            if reply[0] == "3":
                reply = self.ask("PASS", settings.password)
            if reply[0] != "2":
                raise FtpRefusal(f"530 the server wants more than a password: {reply}")
        except FtpRefusal as refusal:
            raise login_error(refusal, settings.host, settings.username) from refusal
        if self.context is not None:
            try:
                self.ask("PBSZ", "0")
                self.ask("PROT", "P")
            except FtpRefusal as refusal:
                raise TransportError(
                    f"{settings.host} does not encrypt data connections: {refusal.text}",
                    hint="ask the recipient to allow PROT P",
                ) from refusal

    def _secure(self, context: ssl.SSLContext) -> None:
        host = self._settings.host
        try:
            self.ask("AUTH", "TLS")
        except FtpRefusal as refusal:
            if refusal.passing:
                raise PassingError(f"{host}: {refusal.text}", hint="run apply again") from refusal
            raise TransportError(
                f"{host} offers no explicit TLS: {refusal.text}",
                hint="ask the recipient for FTPS or SFTP; protocol: ftp would send the password "
                "for everybody to read",
            ) from refusal
        self.broken = True
        try:
            self.wire.secure(context, host)
        except ssl.SSLCertVerificationError as error:
            raise HostKeyError(
                f"{host}: its certificate is not trusted: {error.verify_message}",
                hint="ask the recipient; a private authority's certificate goes under ca:",
            ) from error
        except OSError as error:
            raise PassingError(
                f"{host}: no TLS session: {reason(error)}",
                hint="run apply again; if it happens again, ask the recipient for TLS 1.2 or newer",
            ) from error
        self.broken = False

    def _features(self) -> frozenset[str]:
        """What the server offers beyond RFC 959 (RFC 2389)."""
        try:
            lines = self.ask("FEAT").splitlines()[1:-1]
        except FtpRefusal as refusal:
            if refusal.code not in (*UNKNOWN_COMMANDS, 530, 550):
                raise
            return frozenset()
        features = frozenset(line.strip().upper().partition(" ")[0] for line in lines)
        if "UTF8" in features:
            with suppress(FtpRefusal):  # most that have it need not be told
                self.ask("OPTS", "UTF8 ON")
        return features

    def _start_folder(self) -> str:
        """Where the login ends. Commands are given whole paths, so that a folder may be looked
        into without losing the way."""
        try:
            folder = ftplib.parse257(self.ask("PWD"))
        except (FtpRefusal, ftplib.error_reply):
            folder = ""
        if not folder.startswith("/") and not self._settings.path.startswith("/"):
            raise TransportError(
                f"{self._settings.host} does not tell in which folder the login ends",
                hint="write transport.path as a path that begins with a slash",
            )
        return folder

    @contextmanager
    def exchange(self) -> Iterator[FtpWire]:
        """Commands are given and answered, or the conversation is over."""
        if self.broken:
            raise PassingError("the connection is closed")
        self.broken = True
        try:
            yield self.wire
        except (ftplib.error_temp, ftplib.error_perm) as error:
            refusal = FtpRefusal(self._masked(str(error)))
            if refusal.code == 421:  # the server hangs up
                raise PassingError(refusal.text, hint="run apply again later") from None
            self.broken = False
            raise refusal from None
        except (OSError, EOFError, ftplib.Error, ValueError) as error:
            raise PassingError(f"connection lost: {reason(error)}") from error
        self.broken = False

    def _masked(self, reply: str) -> str:
        """Without the password, should a server repeat what it was told."""
        password = self._settings.password
        return reply.replace(password, "…") if len(password) > 3 else reply
