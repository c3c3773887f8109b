"""An SSH connection to a server whose host key is pinned, opened with a key or a password.

Nothing is read from ~/.ssh and no agent is asked: what the target says is all there is.
"""

from __future__ import annotations

import binascii
import hashlib
import io
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from paramiko.ssh_exception import IncompatiblePeer

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    PassingError,
    TransportError,
)
from stardust_gitops.delivery.transports.settings import SftpSettings

CIPHERS = (
    "aes128-gcm@openssh.com",  # with AES instructions 1.5 times as fast as paramiko's first choice
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)

_HOST_KEY_ALGORITHMS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""Type of key → signature algorithms to negotiate for it. SHA-1 is not among them."""

_KEEPALIVE = 30  # seconds; servers and firewalls drop connections that are silent for minutes

# paramiko reports whole tracebacks to its logger, and so to stderr. What matters is raised.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False


class SshConnection:
    """An authenticated connection and its one SFTP channel, open until `close`."""

    def __init__(self, settings: SftpSettings) -> None:
        """Connect, check the host key, log in. Raises `TransportError` and leaves nothing open."""
        pinned = _pinned_keys(settings)
        key = _private_key(settings)
        self._socket = _dial(settings)
        self._transport = paramiko.Transport(self._socket)
        try:
            with _failures(settings):
                self._shake_hands(settings, pinned)
                self._log_in(settings, key)
                self.channel = self._open_channel(settings)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up. The threads that served the connection have ended when this returns."""
        with suppress(OSError):  # the other end may have been faster
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads
        self._transport.close()
        # A handshake that fails leaves its timer running; as it is no daemon, it would keep the
        # whole process from ending.
        self._transport.packetizer.complete_handshake()
        self._socket.close()
        if self._transport.is_alive():
            self._transport.join(timeout=5)

    def _shake_hands(self, settings: SftpSettings, pinned: dict[bytes, str]) -> None:
        transport = self._transport
        options = transport.get_security_options()
        options.ciphers = CIPHERS
        # The server must prove a key of a type that we know one of, not whichever it prefers.
        types = dict.fromkeys(pinned.values())
        options.key_types = tuple(name for kind in types for name in _HOST_KEY_ALGORITHMS[kind])
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
                f"pinned is {_fingerprints(pinned)}",
                hint=_KEY_HINT,
            ) from error
        shown = transport.get_remote_server_key().asbytes()
        if shown not in pinned:
            raise HostKeyError(
                f"{settings.host} shows host key {_fingerprint(shown)}; "
                f"pinned is {_fingerprints(pinned)}",
                hint=_KEY_HINT,
            )
        transport.set_keepalive(_KEEPALIVE)

    def _log_in(self, settings: SftpSettings, key: paramiko.PKey | None) -> None:
        user, password = settings.username, settings.password
        try:
            # What is left is what the server wants besides: a list of methods.
            left = self._transport.auth_publickey(user, key) if key else ["password"]
            if left and password is not None:
                left = self._transport.auth_password(user, password)
        except paramiko.BadAuthenticationType as error:
            kinds = ", ".join(error.allowed_types)
            raise _refused(settings, f"it takes only: {kinds}") from error
        except paramiko.AuthenticationException as error:
            if "timeout" in str(error):
                raise PassingError(f"{settings.host} did not answer the login in time") from error
            raise _refused(settings, "wrong user, key or password") from error
        if left:
            raise _refused(settings, f"it wants also: {', '.join(left)}")

    def _open_channel(self, settings: SftpSettings) -> paramiko.Channel:
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


_KEY_HINT = (
    "ask the recipient for the key by another way than this connection, "
    "then write it to transport.host_key"
)


def _dial(settings: SftpSettings) -> socket.socket:
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
def _failures(settings: SftpSettings) -> Iterator[None]:
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


def _refused(settings: SftpSettings, why: str) -> AuthenticationError:
    return AuthenticationError(
        f"{settings.host} refuses the login of {settings.username}: {why}",
        hint="check the target's username and the secrets that it refers to",
    )


def _pinned_keys(settings: SftpSettings) -> dict[bytes, str]:
    """Public key in SSH's encoding → its type, for every pinned key."""
    pinned: dict[bytes, str] = {}
    for line in settings.host_key.splitlines():
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        try:
            blob = binascii.a2b_base64(fields[1], strict_mode=True)
            stated = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii")
        except (IndexError, ValueError):  # includes binascii.Error and UnicodeDecodeError
            stated = ""
        if stated != fields[0] or stated not in _HOST_KEY_ALGORITHMS:
            raise _unusable(
                settings, f"{fields[0]!r} does not begin a public key that we can check"
            )
        pinned[blob] = stated
    if not pinned:
        raise _unusable(settings, "none is pinned")
    return pinned


def _unusable(settings: SftpSettings, why: str) -> HostKeyError:
    return HostKeyError(
        f"the host key of {settings.host} cannot be checked: {why}",
        hint="write 'ssh-ed25519 AAAA…' (or ecdsa-sha2-nistp256, ssh-rsa) to transport.host_key",
    )


def _fingerprint(blob: bytes) -> str:
    digest = hashlib.sha256(blob).digest()
    return "SHA256:" + binascii.b2a_base64(digest, newline=False).decode().rstrip("=")


def _fingerprints(pinned: dict[bytes, str]) -> str:
    return " or ".join(map(_fingerprint, pinned))


def _private_key(settings: SftpSettings) -> paramiko.PKey | None:
    """The key to log in with. The errors of the parsers are left out: no part of a key is shown."""
    if settings.private_key is None:
        if settings.password is None:
            raise _no_key(settings, "neither a private key nor a password is given")
        return None
    # A secret that came through an environment variable often lost its last newline.
    text = settings.private_key.strip().encode() + b"\n"
    passphrase = settings.passphrase.encode() if settings.passphrase else None
    load = (
        serialization.load_ssh_private_key
        if b"BEGIN OPENSSH PRIVATE KEY" in text
        else serialization.load_pem_private_key
    )
    try:
        key = load(text, password=passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        why = (
            "the private key is no OpenSSH or PEM key, or the pass-phrase is wrong"
            if passphrase
            else "the private key is no OpenSSH or PEM key, or needs a pass-phrase"
        )
        raise _no_key(settings, why) from None
    kind: type[paramiko.PKey]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        kind = paramiko.Ed25519Key
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        kind = paramiko.ECDSAKey
    elif isinstance(key, rsa.RSAPrivateKey):
        kind = paramiko.RSAKey
    else:
        raise _no_key(settings, "the private key is none of Ed25519, ECDSA and RSA")
    # paramiko reads fewer formats than cryptography, but all know this one.
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    ).decode()
    return kind.from_private_key(io.StringIO(plain))


def _no_key(settings: SftpSettings, why: str) -> AuthenticationError:
    return AuthenticationError(
        f"cannot log in to {settings.host} as {settings.username}: {why}",
        hint="check transport.private_key and transport.passphrase of the target",
    )
