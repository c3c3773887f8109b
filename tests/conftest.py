"""Fixtures that several suites use: real servers, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import delivery_kit
from tests.servers import SshServer, ssh_server


@pytest.fixture(autouse=True)
def _close_ledgers() -> Iterator[None]:
    """No test leaves a ledger of its studios open."""
    yield
    while delivery_kit.OPENED:
        delivery_kit.OPENED.pop().close()


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """OpenSSH, with everything that it offers. Tests use folders of their own below its root."""
    with ssh_server(tmp_path_factory.mktemp("sshd") / "home") as server:
        yield server


@pytest.fixture(scope="session")
def plain_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """The same with nothing beyond SFTP version 3, as many other servers are."""
    flags = "-P posix-rename,limits,statvfs"
    with ssh_server(tmp_path_factory.mktemp("plain") / "home", flags=flags) as server:
        yield server
