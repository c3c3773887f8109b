"""Which module speaks which protocol. A new transport is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable

from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.settings import (
    AzureSettings,
    DirectorySettings,
    FtpSettings,
    HttpSettings,
    S3Settings,
    SftpSettings,
)

TransportSettings = (
    AzureSettings | DirectorySettings | FtpSettings | HttpSettings | S3Settings | SftpSettings
)


def _azure(settings: AzureSettings) -> Transport:
    from stardust_gitops.delivery.transports.stores.azure import connect

    return connect(settings)


def _directory(settings: DirectorySettings) -> Transport:
    from stardust_gitops.delivery.transports.directory import DirectoryTransport

    return DirectoryTransport(settings.path)


def _ftp(settings: FtpSettings) -> Transport:
    from stardust_gitops.delivery.transports.ftp.transport import connect

    return connect(settings)


def _http(settings: HttpSettings) -> Transport:
    from stardust_gitops.delivery.transports.http.opening import connect

    store = None if settings.staging is None else open_transport(settings.staging)
    return connect(settings, store)


def _s3(settings: S3Settings) -> Transport:
    from stardust_gitops.delivery.transports.stores.s3 import connect

    return connect(settings)


def _sftp(settings: SftpSettings) -> Transport:
    from stardust_gitops.delivery.transports.sftp import connect

    return connect(settings)


_OPENERS: dict[type[TransportSettings], Callable[..., Transport]] = {
    AzureSettings: _azure,
    DirectorySettings: _directory,
    FtpSettings: _ftp,
    HttpSettings: _http,
    S3Settings: _s3,
    SftpSettings: _sftp,
}


def open_transport(settings: TransportSettings) -> Transport:
    """Connect to the recipient that `settings` describe; the caller closes the transport.

    Raises `TransportError`; `passing` says whether trying again makes sense.
    """
    return _OPENERS[type(settings)](settings)
