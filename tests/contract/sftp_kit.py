"""Connections to SFTP servers for the tests of what they refuse."""

from __future__ import annotations

import subprocess
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stardust_gitops.delivery.transports.base import Source, Transport, TransportError
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.delivery.transports.settings import SftpSettings
from tests.servers import SshServer

PASSWORD = "correct horse battery staple"


@contextmanager
def opened(settings: SftpSettings) -> Iterator[Transport]:
    transport = open_transport(settings)
    try:
        yield transport
    finally:
        transport.close()


def put(transport: Transport, path: str, data: bytes = b"x") -> None:
    transport.put(Source.of_bytes("x", data), path, temporary=".x.7", progress=lambda _: None)


def refused(settings: SftpSettings, error: type[TransportError]) -> TransportError:
    """The error that connecting with `settings` ends with: of that very type, with a remedy, and
    without any secret wherever it might be shown."""
    with pytest.raises(TransportError) as caught:
        open_transport(settings)
    assert type(caught.value) is error
    assert caught.value.hint
    shown = "".join(traceback.format_exception(caught.value)) + repr(settings)
    secrets = [settings.password, settings.passphrase, *(settings.private_key or "").splitlines()]
    for secret in secrets:
        assert not secret or secret.startswith("-----") or secret not in shown
    return caught.value


def fingerprint(public: Path) -> str:
    output = subprocess.check_output(["ssh-keygen", "-l", "-f", str(public)], text=True)
    return output.split()[1]


def authorise(server: SshServer, key: Path) -> None:
    with (server.home / "authorized_keys").open("a") as file:
        file.write(key.with_name(key.name + ".pub").read_text())
