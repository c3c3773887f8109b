"""The keys of an SSH login: those that the server may prove, and those that we prove."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from stardust_gitops.delivery.transports.base import AuthenticationError, HostKeyError
from stardust_gitops.delivery.transports.settings import SshSettings

HOST_KEY_ALGORITHMS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""Type of key → signature algorithms to negotiate for it. SHA-1 is not among them."""


def pinned_keys(settings: SshSettings) -> dict[bytes, str]:
    """Public key in SSH's encoding → its type, for every key that the server may show.

    Raises `HostKeyError` where there is none, or one that cannot be checked.
    """
    pinned: dict[bytes, str] = {}
    for line in settings.host_key.splitlines():
        fields = line.split()
        if fields and not fields[0].startswith("#"):
            blob = _public_key(fields)
            if blob is None:
                raise _unusable(
                    settings, f"{fields[0]!r} does not begin a public key that we can check"
                )
            pinned[blob] = fields[0]
    if settings.known_hosts is not None:
        pinned |= _known_keys(settings, settings.known_hosts)
    if not pinned:
        raise _unusable(settings, "none is pinned")
    return pinned


def _public_key(fields: list[str]) -> bytes | None:
    """The key that `type base64` stand for, if it is of a type that we can check."""
    try:
        blob = binascii.a2b_base64(fields[1], strict_mode=True)
        stated = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii")
    except (IndexError, ValueError):  # includes binascii.Error and UnicodeDecodeError
        return None
    return blob if stated == fields[0] and stated in HOST_KEY_ALGORITHMS else None


def _known_keys(settings: SshSettings, file: Path) -> dict[bytes, str]:
    """Those of the host in a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). Keys that
    are marked as revoked are none, certificates' authorities are not looked at."""
    host = settings.host.lower()
    name = host if settings.port == 22 else f"[{host}]:{settings.port}"
    try:
        text = file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise HostKeyError(
            f"{file} cannot be read: {error}",
            hint="correct transport.known_hosts; it is relative to the catalogue",
        ) from error
    known: dict[bytes, str] = {}
    revoked: set[bytes] = set()
    for line in text.splitlines():
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#") or not _names(fields[0], name):
            continue
        blob = _public_key(fields[1:])
        if blob is not None and marker == "@revoked":
            revoked.add(blob)
        elif blob is not None and not marker:
            known[blob] = fields[1]
    found = {blob: kind for blob, kind in known.items() if blob not in revoked}
    if not found and not settings.host_key:
        raise _unusable(settings, f"{file.name} has none of {name}")
    return found


def _names(patterns: str, name: str) -> bool:
    """Whether the first field of a line speaks of the host `name`."""
    if patterns.startswith("|1|"):
        try:
            salt, digest = (base64.b64decode(part) for part in patterns[3:].split("|"))
        except ValueError:  # includes binascii.Error
            return False
        return hmac.compare_digest(hmac.new(salt, name.encode(), hashlib.sha1).digest(), digest)
    found = False
    for pattern in patterns.lower().split(","):
        plain = re.escape(pattern.removeprefix("!")).replace(r"\*", ".*").replace(r"\?", ".")
        if re.fullmatch(plain, name):
            if pattern.startswith("!"):
                return False
            found = True
    return found


def _unusable(settings: SshSettings, why: str) -> HostKeyError:
    return HostKeyError(
        f"the host key of {settings.host} cannot be checked: {why}",
        hint="write 'ssh-ed25519 AAAA…' (or ecdsa-sha2-nistp256, ssh-rsa) to transport.host_key",
    )


def fingerprint(blob: bytes) -> str:
    """A public key as `ssh-keygen -l` shows it."""
    digest = hashlib.sha256(blob).digest()
    return "SHA256:" + binascii.b2a_base64(digest, newline=False).decode().rstrip("=")


@contextmanager
def login_keys(settings: SshSettings) -> Iterator[list[paramiko.PKey]]:
    """The keys to log in with, in the order in which they are tried. Those of the agent sign only
    for as long as the context lasts."""
    own = _private_key(settings)
    keys = [] if own is None else [own]
    if not settings.agent:
        if not keys and settings.password is None:
            raise _no_key(settings, "neither a private key nor a password is given")
        yield keys
        return
    try:
        agent = paramiko.Agent()
    except (paramiko.SSHException, OSError) as error:
        raise _no_key(settings, f"the SSH agent does not answer: {error}") from error
    try:
        keys += agent.get_keys()
        if not keys and settings.password is None:
            raise _no_key(settings, "no SSH agent is running, or it holds no key")
        yield keys
    finally:
        agent.close()


def _private_key(settings: SshSettings) -> paramiko.PKey | None:
    """The key to log in with. The errors of the parsers are left out: no part of a key is shown."""
    if settings.private_key is None:
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


def _no_key(settings: SshSettings, why: str) -> AuthenticationError:
    return AuthenticationError(
        f"cannot log in to {settings.host} as {settings.username}: {why}",
        hint="check transport.private_key, transport.passphrase and transport.agent",
    )
