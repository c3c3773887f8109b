"""From a target's `transport:` to the settings of the transport, with secrets resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stardust_gitops.catalog.models.transports.azure import AzureTransport
from stardust_gitops.catalog.models.transports.directory import DirectoryTransport
from stardust_gitops.catalog.models.transports.ftp import FtpsTransport, FtpTransport
from stardust_gitops.catalog.models.transports.http import HttpTransport
from stardust_gitops.catalog.models.transports.s3 import S3Transport
from stardust_gitops.catalog.models.transports.sftp import JumpHost, SftpTransport
from stardust_gitops.catalog.models.transports.transport import Transport
from stardust_gitops.delivery.transports.registry import TransportSettings
from stardust_gitops.delivery.transports.settings import (
    AzureSettings,
    DirectorySettings,
    FtpSettings,
    HttpSettings,
    S3Settings,
    SftpSettings,
    SshSettings,
)
from stardust_gitops.objects.azure import AzureAccess
from stardust_gitops.objects.s3 import S3Access
from stardust_gitops.reconciler.reaching_http import http_settings
from stardust_gitops.secrets.references import SOURCES, parse_reference, resolve
from stardust_gitops.secrets.secret import Secret


class Secrets:
    """Resolves what a transport's settings refer to, and remembers it for as long as the
    connection is being made, so that it can be taken out of what a library says."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self._environ = environ
        self.known: list[Secret] = []

    def reveal(self, reference: str) -> str:
        """The secret that a reference names. `GitOpsError` where it is missing."""
        self.known.append(
            resolve(parse_reference(reference), environ=self._environ, root=self.root)
        )
        return self.known[-1].reveal()

    def optional(self, reference: str | None) -> str | None:
        """The same where there may be none."""
        return None if reference is None else self.reveal(reference)

    def shown(self, text: str) -> str:
        """A value that is no secret, or refers to one: a user's name."""
        return self.reveal(text) if text.partition(":")[0] in SOURCES else text


def transport_settings(
    entry: Transport, root: Path, environ: Mapping[str, str]
) -> tuple[TransportSettings, tuple[Secret, ...]]:
    """How the target is reached, and the secrets that are in it. `GitOpsError` where one is
    missing."""
    secrets = Secrets(root, environ)
    return _MAKERS[type(entry)](entry, secrets), tuple(secrets.known)


def connections_of(entry: Transport) -> int:
    """How many connections may be open at once."""
    return 1 if isinstance(entry, DirectoryTransport) else entry.connections


def _azure(entry: AzureTransport, secrets: Secrets) -> AzureSettings:
    account = f"https://{entry.account}.blob.core.windows.net"
    return AzureSettings(
        access=AzureAccess(
            container=entry.container,
            endpoint=entry.endpoint or account,
            key=secrets.optional(entry.account_key),
            sas=secrets.optional(entry.sas),
            connection_string=secrets.optional(entry.connection_string),
            seconds=float(entry.timeout),
        ),
        path="" if entry.path == "." else entry.path,
        connections=entry.connections,
    )


def _directory(entry: DirectoryTransport, secrets: Secrets) -> DirectorySettings:
    return DirectorySettings(path=secrets.root / entry.path)


def _ftp(entry: FtpTransport | FtpsTransport, secrets: Secrets) -> FtpSettings:
    ca = entry.ca if isinstance(entry, FtpsTransport) else None
    return FtpSettings(
        host=entry.host,
        port=entry.port,
        username=secrets.shown(entry.username),
        password=secrets.reveal(entry.password),
        tls=isinstance(entry, FtpsTransport),
        ca=None if ca is None else secrets.root / ca,
        path="" if entry.path == "." else entry.path,
        connections=entry.connections,
        timeout=float(entry.timeout),
    )


def _http(entry: HttpTransport, secrets: Secrets) -> HttpSettings:
    match entry.staging:
        case S3Transport() as bucket:
            return http_settings(entry, secrets, _s3(bucket, secrets))
        case AzureTransport() as container:
            return http_settings(entry, secrets, _azure(container, secrets))
    return http_settings(entry, secrets, None)


def _s3(entry: S3Transport, secrets: Secrets) -> S3Settings:
    external_id = None if entry.external_id is None else secrets.shown(entry.external_id)
    # Only of Amazon's own store is it known that it checks what we would rather have checked.
    checksum = entry.checksum or ("sha256" if entry.endpoint is None else "md5")
    return S3Settings(
        bucket=entry.bucket,
        access=S3Access(
            region=entry.region,
            endpoint=entry.endpoint,
            path_style=entry.path_style,
            profile=entry.profile,
            access_key=secrets.optional(entry.access_key),
            secret_key=secrets.optional(entry.secret_key),
            session_token=secrets.optional(entry.session_token),
            role=entry.role,
            external_id=external_id,
            seconds=float(entry.timeout),
        ),
        path="" if entry.path == "." else entry.path,
        encryption=entry.encryption,
        kms_key=entry.kms_key,
        acl=entry.acl,
        storage_class=entry.storage_class,
        sums=checksum == "sha256",
        connections=entry.connections,
    )


def _sftp(entry: SftpTransport, secrets: Secrets) -> SftpSettings:
    seconds, jump = float(entry.timeout), entry.jump
    return SftpSettings(
        **_ssh(entry, secrets),
        timeout=seconds,
        jump=None if jump is None else SshSettings(**_ssh(jump, secrets), timeout=seconds),
        path="" if entry.path == "." else entry.path,
        connections=entry.connections,
    )


def _ssh(entry: SftpTransport | JumpHost, secrets: Secrets) -> dict[str, Any]:
    keys = (entry.host_key,) if isinstance(entry.host_key, str) else entry.host_key
    known = entry.known_hosts
    return {
        "host": entry.host,
        "port": entry.port,
        "username": secrets.shown(entry.username),
        "password": secrets.optional(entry.password),
        "private_key": secrets.optional(entry.private_key),
        "passphrase": secrets.optional(entry.passphrase),
        "agent": entry.agent,
        "host_key": "\n".join(keys),
        "known_hosts": None if known is None else secrets.root / known,
    }


_MAKERS: dict[type[Transport], Callable[[Any, Secrets], TransportSettings]] = {
    AzureTransport: _azure,
    DirectoryTransport: _directory,
    FtpTransport: _ftp,
    FtpsTransport: _ftp,
    HttpTransport: _http,
    S3Transport: _s3,
    SftpTransport: _sftp,
}
