"""How a target is reached: the settings of each transport, with secrets already resolved.

Kept apart from the transports so that reading a catalogue imports no protocol library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySettings:
    """A folder of this machine, or one that is mounted; made with the first file if missing."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpSettings:
    """An SFTP account and the server that it is on.

    `host_key` holds the server's public keys, one `type base64` per line as `ssh-keyscan` prints
    them without the host; at least one is required, no key is ever accepted unseen.
    `private_key` is the text of a key (OpenSSH or PEM), `passphrase` opens it. With both a key
    and a password the key goes first and the password answers a server that asks for it too.
    `path` is the folder that everything is relative to: absolute, or relative to where the login
    ends; it must exist. `timeout` is in seconds, for each answer of the server. `connections` is
    how many the runner may hold open at once. Secrets are not shown in `repr`.
    """

    host: str
    username: str
    host_key: str
    port: int = 22
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    path: str = ""
    timeout: float = 30.0
    connections: int = 1
