"""An FTP account, plain or over explicit TLS."""

from __future__ import annotations

from typing import Literal

from stardust_gitops.catalog.models.scalars import Model, Positive, Text
from stardust_gitops.catalog.models.transports.values import RelativePath, Secret


class _FtpAccount(Model):
    host: Text
    port: Positive = 21
    username: Text
    password: Secret
    path: RelativePath = "."
    connections: Positive = 2
    timeout: Positive = 60


class FtpTransport(_FtpAccount):
    """An FTP server without encryption: the password, too, is there for everybody to read."""

    protocol: Literal["ftp"]


class FtpsTransport(_FtpAccount):
    """An FTP server that encrypts when asked to (AUTH TLS). `ca` is a file of the catalogue with
    the certificates to trust, in PEM form, in place of those that this machine trusts."""

    protocol: Literal["ftps"]
    ca: RelativePath | None = None
