"""An SFTP account."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from stardust_gitops.catalog.models.scalars import Flag, Model, Positive, Text, refuse
from stardust_gitops.catalog.models.transports.values import RelativePath, Secret


class _SshAccount(Model):
    """A login at a server whose key is pinned: written here, or in a file of the catalogue in
    the form of OpenSSH's known_hosts."""

    host: Text
    port: Positive = 22
    username: Text
    password: Secret | None = None
    private_key: Secret | None = None
    passphrase: Secret | None = None
    agent: Flag = False
    host_key: Text | tuple[Text, ...] = ()
    known_hosts: RelativePath | None = None

    @model_validator(mode="after")
    def _pinned(self) -> _SshAccount:
        if not self.host_key and self.known_hosts is None:
            refuse(
                "SG1144",
                f"no key of {self.host} is pinned",
                "write host_key: with the key that the recipient names, or known_hosts: with a "
                "file of the catalogue that has it",
            )
        return self


class JumpHost(_SshAccount):
    """A server on the way, from which the recipient's can be reached."""


class _Sftp(Model):
    """What tells it from other transports; a base of its own, so that it is written first."""

    protocol: Literal["sftp"]


class SftpTransport(_SshAccount, _Sftp):
    """An SFTP server. Secrets are references."""

    jump: JumpHost | None = None
    path: RelativePath = "."
    connections: Positive = 2
    timeout: Positive = 60
