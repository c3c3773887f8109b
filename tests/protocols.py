"""One recipient for each protocol, at real servers, as a catalogue describes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.delivery.transports.settings import (
    AzureSettings,
    DirectorySettings,
    FtpSettings,
    S3Settings,
    SftpSettings,
)
from tests.ftp_servers import FtpServer
from tests.http_servers import CLIENT_ID, CLIENT_SECRET, DELIVERIES, FILES, upload_api
from tests.http_targets import oauth2, settings_of
from tests.inboxes import PREFIX, BucketInbox, ContainerInbox, FolderInbox, Inbox
from tests.object_servers import AZURE_KEY, KEYS

PROTOCOLS = ("directory", "sftp", "ftp", "ftps", "s3", "azure", "http")
SERVERS = {
    "sftp": "sshd",
    "ftp": "ftp_vsftpd",
    "ftps": "ftps_vsftpd",
    "s3": "moto",
    "azure": "azurite",
}
"""Protocols → the fixtures of their servers."""

STATUS = {"path": "/deliveries/{delivery}", "state": "/data/status", "open": ["open"]}
API = {**FILES, **DELIVERIES, "status": STATUS}
"""An HTTP API that says of a delivery whether it has begun, shows its files and deletes them."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A recipient: its inbox, `transport:` of the target's file, the secrets that this refers to,
    and files of the catalogue that it names."""

    inbox: Inbox
    transport: dict[str, Any]
    environ: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def secrets(self) -> list[str]:
        """What must be printed nowhere."""
        texts = (text for name, text in self.environ.items() if not name.endswith("_USER"))
        return [line for text in texts for line in text.splitlines() if "-----" not in line]


@contextmanager
def way_of(protocol: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Way]:
    """A recipient with an empty inbox: where it is a folder, one of this name below `folder`."""
    server: Any = request.getfixturevalue(SERVERS[protocol]) if protocol in SERVERS else None
    place = folder / protocol
    if protocol not in ("s3", "azure"):
        place.mkdir(parents=True)
    match protocol:
        case "directory":
            yield _directory(place)
        case "sftp":
            settings = server.settings(place)
            yield _sftp(FolderInbox(place, settings), settings)
        case "ftp" | "ftps":
            yield _ftp(protocol, FolderInbox(place, server.settings(place)), server)
        case "s3":
            yield _s3(BucketInbox(server, sums=True))
        case "azure":
            yield _azure(ContainerInbox(server))
        case _:
            with upload_api(place, folder / "partial", login="oauth2") as api:
                login = oauth2(api.url, client_id="env:API_USER", client_secret="env:API_SECRET")
                inbox = FolderInbox(place, settings_of(api.url, API, folder, auth=oauth2(api.url)))
                yield Way(
                    inbox=inbox,
                    transport={"protocol": "http", "url": api.url, "auth": login, **API},
                    environ={"API_USER": CLIENT_ID, "API_SECRET": CLIENT_SECRET},
                )


def _directory(place: Path) -> Way:
    inbox = FolderInbox(place, DirectorySettings(path=place))
    return Way(inbox=inbox, transport={"protocol": "directory", "path": str(place)})


def _sftp(inbox: Inbox, settings: SftpSettings) -> Way:
    return Way(
        inbox=inbox,
        transport={
            "protocol": "sftp",
            "host": settings.host,
            "port": str(settings.port),
            "username": settings.username,
            "private_key": "env:SFTP_KEY",
            "host_key": settings.host_key,
            "path": settings.path,
        },
        environ={"SFTP_KEY": settings.private_key or ""},
    )


def _ftp(protocol: str, inbox: Inbox, server: FtpServer) -> Way:
    settings = inbox.settings
    assert isinstance(settings, FtpSettings)
    ca = {} if server.ca is None else {"keys/ca.pem": server.ca.read_bytes()}
    return Way(
        inbox=inbox,
        transport={
            "protocol": protocol,
            "host": settings.host,
            "port": str(settings.port),
            "username": "env:FTP_USER",
            "password": "env:FTP_PASSWORD",
            "path": settings.path,
            **({"ca": name} if (name := next(iter(ca), "")) else {}),
        },
        environ={"FTP_USER": server.username, "FTP_PASSWORD": server.password},
        files=ca,
    )


def _s3(inbox: BucketInbox) -> Way:
    settings = inbox.settings
    assert isinstance(settings, S3Settings)
    return Way(
        inbox=inbox,
        transport={
            "protocol": "s3",
            "bucket": settings.bucket,
            "path": PREFIX,
            "endpoint": settings.access.endpoint,
            "region": settings.access.region,
            "access_key": "env:S3_USER",
            "secret_key": "env:S3_SECRET",
        },
        environ={
            "S3_USER": KEYS["AWS_ACCESS_KEY_ID"],
            "S3_SECRET": KEYS["AWS_SECRET_ACCESS_KEY"],
        },
    )


def _azure(inbox: ContainerInbox) -> Way:
    settings = inbox.settings
    assert isinstance(settings, AzureSettings)
    return Way(
        inbox=inbox,
        transport={
            "protocol": "azure",
            "endpoint": settings.access.endpoint,
            "container": settings.access.container,
            "path": PREFIX,
            "account_key": "env:AZURE_KEY",
        },
        environ={"AZURE_KEY": AZURE_KEY},
    )
