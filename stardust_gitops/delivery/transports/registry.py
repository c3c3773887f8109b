"""Which module speaks which protocol. A new transport is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable

from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.settings import DirectorySettings, SftpSettings

TransportSettings = DirectorySettings | SftpSettings


def _directory(settings: DirectorySettings) -> Transport:
    from stardust_gitops.delivery.transports.directory import DirectoryTransport

    return DirectoryTransport(settings.path)


def _sftp(settings: SftpSettings) -> Transport:
    from stardust_gitops.delivery.transports.sftp import connect

    return connect(settings)


_OPENERS: dict[type[TransportSettings], Callable[..., Transport]] = {
    DirectorySettings: _directory,
    SftpSettings: _sftp,
}


def open_transport(settings: TransportSettings) -> Transport:
    """Connect to the recipient that `settings` describe; the caller closes the transport.

    Raises `TransportError`; `passing` says whether trying again makes sense.
    """
    return _OPENERS[type(settings)](settings)
