"""How a target is reached: the settings of each transport, with secrets already resolved.

Kept apart from the transports so that reading a catalogue imports no protocol library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from stardust_gitops.delivery.transports.http.description import Auth, Description
from stardust_gitops.objects.azure import AzureAccess
from stardust_gitops.objects.s3 import S3Access


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySettings:
    """A folder of this machine, or one that is mounted; made with the first file if missing."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSettings:
    """An account at an SSH server.

    `host_key` holds the server's public keys, one `type base64` per line as `ssh-keyscan` prints
    them without the host; `known_hosts` is a file in OpenSSH's form that has more. At least one
    key is required, no key is ever accepted unseen.
    `private_key` is the text of a key (OpenSSH or PEM), `passphrase` opens it; with `agent` the
    keys of the running SSH agent are tried after it. With both a key and a password the key goes
    first and the password answers a server that asks for it too, also where it asks by
    keyboard-interactive. `timeout` is in seconds, for each answer of the server. Secrets are not
    shown in `repr`.
    """

    host: str
    username: str
    host_key: str = ""
    known_hosts: Path | None = None
    port: int = 22
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    agent: bool = False
    timeout: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpSettings(SshSettings):
    """An SFTP account and the server that it is on, reached through the server `jump` if given.

    `path` is the folder that everything is relative to: absolute, or relative to where the login
    ends; it must exist. `connections` is how many the runner may hold open at once.
    """

    jump: SshSettings | None = None
    path: str = ""
    connections: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """An HTTP API, described request by request. `url` is its base, without a slash at its end.

    `staging` are the settings of the store that files go into where the recipient pulls them;
    their addresses live for `url_lifetime` seconds. `ca` is a file of certificates to trust in
    place of the usual ones. `timeout` is in seconds, for each answer of the server as a whole.
    """

    url: str
    api: Description
    auth: Auth | None = None
    staging: S3Settings | AzureSettings | None = None
    url_lifetime: int = 48 * 3600
    ca: str | None = None
    timeout: float = 60.0
    connections: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    """A bucket and who asks for it.

    `path` is the folder that everything is relative to. `encryption` (``AES256`` or ``aws:kms``,
    with `kms_key`), `acl` and `storage_class` go with every object as S3 names them. With `sums`
    the store checks a SHA-256 of each request's bytes, which Amazon's does; else their MD5, which
    all do. `connections` is how many the runner may hold open at once.
    """

    bucket: str
    access: S3Access
    path: str = ""
    encryption: str | None = None
    kms_key: str | None = None
    acl: str | None = None
    storage_class: str | None = None
    sums: bool = False
    connections: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureSettings:
    """A container and who asks for it. `path` is the folder that everything is relative to,
    `connections` how many the runner may hold open at once."""

    access: AzureAccess
    path: str = ""
    connections: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FtpSettings:
    """An FTP account and the server that it is on.

    With `tls` the connection is encrypted before the login (RFC 4217, AUTH TLS), and the data
    connections too; the server's certificate has to be for `host` and of an authority that this
    machine trusts, or that is in the file `ca` (PEM). Without, the password is sent for everybody
    on the way to read. `path`, `timeout` and `connections` as of `SftpSettings`.
    """

    host: str
    username: str
    password: str = field(repr=False)
    tls: bool
    ca: Path | None = None
    port: int = 21
    path: str = ""
    timeout: float = 30.0
    connections: int = 1
