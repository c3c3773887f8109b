"""An SSH connection to a server whose host key is pinned, opened with keys or a password.

Nothing is read from ~/.ssh, and no agent is asked unless the target says so.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    PassingError,
    TransportError,
)
from stardust_gitops.delivery.transports.settings import SftpSettings, SshSettings
from stardust_gitops.delivery.transports.ssh_keys import (
    HOST_KEY_ALGORITHMS,
    fingerprint,
    login_keys,
    pinned_keys,
)

CIPHERS = (
    "aes128-gcm@openssh.com",  # with AES instructions 1.5 times as fast as paramiko's first choice
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)

_KEEPALIVE = 30  # seconds; servers and firewalls drop connections that are silent for minutes

# paramiko reports whole tracebacks to its logger, and so to stderr. What matters is raised.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


def open_connection(settings: SftpSettings) -> SshConnection:
    """Connect and log in, through the jump host where there is one. Raises `TransportError`."""
    jump = None if settings.jump is None else SshConnection(settings.jump)
    return SshConnection(settings, jump)


class SshConnection:
    """An authenticated connection, open until `close`, and the one that it goes through."""

    def __init__(self, settings: SshSettings, jump: SshConnection | None = None) -> None:
        """Connect, check the host key, log in. Raises `TransportError` and leaves nothing open,
        `jump` neither."""
        self._settings = settings
        self._jump = jump
        self._transport: paramiko.Transport | None = None
        self._socket: socket.socket | paramiko.Channel | None = None
        try:
            pinned = pinned_keys(settings)
            with login_keys(settings) as keys:
                self._socket = _dial(settings) if jump is None else jump.reach(settings)
                self._transport = paramiko.Transport(self._socket)
                with _failures(settings):
                    self._shake_hands(self._transport, pinned)
                    self._log_in(self._transport, keys)
        except BaseException:
            self.close()
            raise

    def reach(self, settings: SshSettings) -> paramiko.Channel:
        """A connection from this server to that of `settings`."""
        assert self._transport is not None
        where = f"{settings.host}:{settings.port}"
        try:
            return self._transport.open_channel(
                "direct-tcpip",
                (settings.host, settings.port),
                ("127.0.0.1", 0),
                timeout=settings.timeout,
            )
        except paramiko.ChannelException as error:
            kind = TransportError if error.code == _PROHIBITED else PassingError
            raise kind(
                f"{self._settings.host} does not lead on to {where}: {error.text}",
                hint="check transport.host and port as the jump host knows them, and whether the "
                "account may forward there",
            ) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise PassingError(f"{self._settings.host} does not lead on to {where}") from error

    def open_sftp(self) -> paramiko.Channel:
        """A channel to the server's SFTP service."""
        assert self._transport is not None
        settings = self._settings
        with _failures(settings):
            try:
                channel = self._transport.open_session(timeout=settings.timeout)
                channel.settimeout(settings.timeout)
                channel.invoke_subsystem("sftp")
            except paramiko.SSHException as error:
                if not self._transport.is_active():
                    raise
                raise TransportError(
                    f"{settings.host} lets {settings.username} in, but offers no SFTP",
                    hint="ask the recipient whether the account is enabled for SFTP",
                ) from error
        return channel

    def close(self) -> None:
        """Hang up. The threads that served the connection have ended when this returns."""
        if self._socket is not None:
            # The other end may have been faster.
            with suppress(OSError, EOFError, paramiko.SSHException):
                self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        if self._transport is not None:
            self._transport.close()
            # A handshake that fails leaves its timer running; as it is no daemon, it would keep
            # the whole process from ending.
            self._transport.packetizer.complete_handshake()
        if self._socket is not None:
            self._socket.close()
        if self._transport is not None and self._transport.is_alive():
            self._transport.join(timeout=5)
        if self._jump is not None:
            self._jump.close()

    def _shake_hands(self, transport: paramiko.Transport, pinned: dict[bytes, str]) -> None:
        settings = self._settings
        options = transport.get_security_options()
        options.ciphers = CIPHERS
        # The server must prove a key of a type that we know one of, not whichever it prefers.
        types = dict.fromkeys(pinned.values())
        options.key_types = tuple(name for kind in types for name in HOST_KEY_ALGORITHMS[kind])
        transport.banner_timeout = settings.timeout
        transport.handshake_timeout = settings.timeout
        transport.auth_timeout = settings.timeout
        try:
            transport.start_client()  # bounded by the limits above
        except IncompatiblePeer as error:
            if "host key" not in str(error):
                raise
            raise HostKeyError(
                f"{settings.host} has no host key of type {' or '.join(types)}; "
                f"pinned is {_all_of(pinned)}",
                hint=_KEY_HINT,
            ) from error
        shown = transport.get_remote_server_key().asbytes()
        if shown not in pinned:
            raise HostKeyError(
                f"{settings.host} shows host key {fingerprint(shown)}; pinned is {_all_of(pinned)}",
                hint=_KEY_HINT,
            )
        transport.set_keepalive(_KEEPALIVE)

    def _log_in(self, transport: paramiko.Transport, keys: list[paramiko.PKey]) -> None:
        settings = self._settings
        user, password = settings.username, settings.password
        try:
            # What is left is what the server wants besides: a list of methods.
            left = _prove(transport, user, keys) if keys else ["password"]
            if left and password is not None:
                # paramiko answers by keyboard-interactive where that is what the server has.
                left = transport.auth_password(user, password)
        except paramiko.BadAuthenticationType as error:
            kinds = ", ".join(error.allowed_types)
            raise _refused(settings, f"it takes only: {kinds}") from error
        except paramiko.AuthenticationException as error:
            if "timeout" in str(error):
                raise PassingError(f"{settings.host} did not answer the login in time") from error
            raise _refused(settings, "wrong user, key or password") from error
        if left:
            raise _refused(settings, f"it wants also: {', '.join(left)}")


def _prove(transport: paramiko.Transport, user: str, keys: list[paramiko.PKey]) -> list[str]:
    """Log in with the first of `keys` that the server takes; what it wants besides."""
    for key in keys[:-1]:
        try:
            return transport.auth_publickey(user, key)
        except paramiko.BadAuthenticationType:
            raise
        except paramiko.AuthenticationException:
            if not transport.is_active():
                raise
    return transport.auth_publickey(user, keys[-1])


_KEY_HINT = (
    "ask the recipient for the key by another way than this connection, "
    "then write it to transport.host_key"
)

_PROHIBITED = 1
"""SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254, section 5.1)."""


def _all_of(pinned: dict[bytes, str]) -> str:
    return " or ".join(map(fingerprint, pinned))


def _dial(settings: SshSettings) -> socket.socket:
    where = f"{settings.host}:{settings.port}"
    try:
        connection = socket.create_connection((settings.host, settings.port), settings.timeout)
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
    # Without this every request waits for a delayed acknowledgement, 40 ms: 22 files a second.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # paramiko's own writes to the socket know no time limit; the kernel's do.
        limit = int(settings.timeout * 1000)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)
    return connection


@contextmanager
def _failures(settings: SshSettings) -> Iterator[None]:
    """What goes wrong before the session stands."""
    where = f"{settings.host}:{settings.port}"
    try:
        yield
    except IncompatiblePeer as error:
        raise TransportError(
            f"{where} and we have no algorithm in common: {error}",
            hint="ask the recipient to enable aes128-gcm@openssh.com or aes128-ctr, "
            "and curve25519-sha256",
        ) from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        reason = str(error) or "the server did not finish the handshake"
        raise PassingError(
            f"{where}: no SSH session: {reason}",
            hint="run apply again; if it happens again, check that an SSH server is at this port",
        ) from error


def _refused(settings: SshSettings, why: str) -> AuthenticationError:
    return AuthenticationError(
        f"{settings.host} refuses the login of {settings.username}: {why}",
        hint="check the target's username and the secrets that it refers to",
    )
