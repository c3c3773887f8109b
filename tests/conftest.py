"""Fixtures that several suites use: real servers, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import delivery_kit
from tests.ftp_servers import FtpServer, pyftpd, vsftpd
from tests.git_servers import HttpServer, http_server
from tests.object_servers import (
    AzureServer,
    S3Server,
    azure_server,
    moto_server,
    rclone_server,
)
from tests.postgres_server import PostgresServer, postgres_server
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


@pytest.fixture(scope="session")
def git_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """OpenSSH that runs commands, as git needs it."""
    with ssh_server(tmp_path_factory.mktemp("git-sshd") / "home", commands=True) as server:
        yield server


@pytest.fixture(scope="session")
def git_http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    """git-http-backend; tests use folders of their own below its root."""
    with http_server(tmp_path_factory.mktemp("git-http")) as server:
        yield server


@pytest.fixture(scope="session")
def ftp_vsftpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    """vsftpd without encryption."""
    with vsftpd(tmp_path_factory.mktemp("vsftpd") / "home", tls=False) as server:
        yield server


@pytest.fixture(scope="session")
def ftps_vsftpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    """vsftpd with TLS, which demands its session again for the data."""
    with vsftpd(tmp_path_factory.mktemp("vsftpd-tls") / "home", tls=True) as server:
        yield server


@pytest.fixture(scope="session")
def ftp_pyftpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    """pyftpdlib without encryption."""
    with pyftpd(tmp_path_factory.mktemp("pyftpd"), tls=False) as server:
        yield server


@pytest.fixture(scope="session")
def ftps_pyftpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FtpServer]:
    """pyftpdlib with TLS, without which it takes nothing."""
    with pyftpd(tmp_path_factory.mktemp("pyftpd-tls"), tls=True) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL; tests use databases of their own."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """S3 as moto has it; tests use buckets of their own."""
    with moto_server(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """S3 as rclone has it, without conditional writes."""
    with rclone_server(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureServer]:
    """Azure Blob Storage; tests use containers of their own."""
    with azure_server(tmp_path_factory.mktemp("azurite")) as server:
        yield server
