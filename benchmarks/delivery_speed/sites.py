"""Where to: a fresh server of each protocol, with an empty inbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.delivery_speed.corpora import Corpus
from stardust_gitops.delivery.transports.registry import TransportSettings, open_transport
from stardust_gitops.delivery.transports.settings import DirectorySettings
from tests.ftp_servers import vsftpd
from tests.object_servers import azure_server, rclone_server
from tests.servers import ssh_server

BUCKET = "inbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A recipient that runs: how we reach it, and `server`, from which the other tools learn how
    they do. `inbox` is its folder, where it has one."""

    settings: TransportSettings
    inbox: Path
    server: Any = None

    def check(self, corpus: Corpus) -> None:
        """Every byte has to have arrived."""
        with closing(open_transport(self.settings)) as transport:
            sizes = [file.size for file in transport.list("")]
        files = sum(len(delivery.assets) for delivery, _ in corpus.releases.values())
        if len(sizes) < files or sum(sizes) < corpus.size:
            raise RuntimeError(f"{len(sizes)} files of {sum(sizes)} bytes arrived: too few")


def open_site(protocol: str, home: Path) -> AbstractContextManager[Site]:
    """Start the server of a protocol; it ends with the context. Skips where it is missing."""
    return _SITES[protocol](home)


@contextmanager
def _directory(home: Path) -> Iterator[Site]:
    inbox = _inbox(home)
    yield Site(settings=DirectorySettings(path=inbox), inbox=inbox)


@contextmanager
def _sftp(home: Path) -> Iterator[Site]:
    with ssh_server(home / "server") as server:
        inbox = _inbox(home)
        (server.home / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
        yield Site(settings=server.settings(inbox), inbox=inbox, server=server)


@contextmanager
def _ftp(home: Path, *, tls: bool) -> Iterator[Site]:
    with vsftpd(home / "server", tls=tls) as server:
        inbox = _inbox(home)
        yield Site(settings=server.settings(inbox), inbox=inbox, server=server)


@contextmanager
def _s3(home: Path) -> Iterator[Site]:
    (home / "server").mkdir()
    with rclone_server(home / "server") as server:
        server.make_bucket(BUCKET)
        yield Site(settings=server.settings(BUCKET), inbox=home / "server", server=server)


@contextmanager
def _azure(home: Path) -> Iterator[Site]:
    (home / "server").mkdir()
    with azure_server(home / "server") as server:
        server.make_container(BUCKET)
        yield Site(settings=server.settings(BUCKET), inbox=home / "server", server=server)


def _inbox(home: Path) -> Path:
    inbox = home / "inbox"
    inbox.mkdir()
    return inbox


_SITES: dict[str, Callable[[Path], AbstractContextManager[Site]]] = {
    "directory": _directory,
    "SFTP": _sftp,
    "FTP": lambda home: _ftp(home, tls=False),
    "FTPS": lambda home: _ftp(home, tls=True),
    "S3": _s3,
    "Azure": _azure,
}
