"""Where the contract suite of ledgers puts them: one line for each backend and way to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.git_servers import HttpServer, bare_remote, clone
from tests.object_servers import AZURE_KEY, KEYS, AzureServer, S3Server
from tests.postgres_server import PostgresServer
from tests.scale import LONG
from tests.servers import SshServer


@dataclass(frozen=True, kw_only=True)
class Place:
    """A catalogue's folder and the `ledger:` in it. `slow` where every step is a round trip."""

    url: str
    root: Path
    slow: bool = False

    def rounds(self, count: int) -> int:
        """How often to do what is to be done often."""
        return count if LONG or not self.slow else count // 5


def _sqlite(request: pytest.FixtureRequest, folder: Path) -> Place:
    root = folder / "catalogue"
    root.mkdir()
    return Place(url="sqlite:.stardust/ledger.db", root=root)


def _postgres(request: pytest.FixtureRequest, folder: Path) -> Place:
    server: PostgresServer = request.getfixturevalue("postgres")
    root = folder / "catalogue"
    root.mkdir()
    return Place(url=server.url(server.make_database(f"ledger_{uuid4().hex}")), root=root)


def _s3(request: pytest.FixtureRequest, folder: Path) -> Place:
    server: S3Server = request.getfixturevalue("moto")
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    root = folder / "catalogue"
    root.mkdir()
    return Place(url=server.url(server.make_bucket(f"b-{uuid4().hex}")), root=root, slow=True)


def _azure(request: pytest.FixtureRequest, folder: Path) -> Place:
    server: AzureServer = request.getfixturevalue("azurite")
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setenv("AZURE_STORAGE_KEY", AZURE_KEY)
    root = folder / "catalogue"
    root.mkdir()
    return Place(url=server.url(server.make_container(f"c-{uuid4().hex}")), root=root, slow=True)


def _git_file(request: pytest.FixtureRequest, folder: Path) -> Place:
    remote = bare_remote(folder / "remote.git")
    return _cloned(remote.as_uri(), folder)


def _git_http(request: pytest.FixtureRequest, folder: Path) -> Place:
    server: HttpServer = request.getfixturevalue("git_http")
    return _cloned(server.url(bare_remote(server.root / folder.name / "remote.git")), folder)


def _git_ssh(request: pytest.FixtureRequest, folder: Path) -> Place:
    server: SshServer = request.getfixturevalue("git_sshd")
    remote = bare_remote(folder / "remote.git")
    ssh = ssh_command(server, folder)
    url = f"ssh://{server.username}@127.0.0.1:{server.port}{remote}"
    root = clone(url, folder / "catalogue", "-c", f"core.sshCommand={ssh}", GIT_SSH_COMMAND=ssh)
    return Place(url="git:stardust-ledger", root=root, slow=True)


def ssh_command(server: SshServer, folder: Path) -> str:
    """What git has to run to get into the server."""
    hosts = folder / "known_hosts"
    hosts.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
    return f"ssh -F none -oUserKnownHostsFile={hosts} -oBatchMode=yes -i {server.home}/client"


def _cloned(url: str, folder: Path) -> Place:
    return Place(url="git:stardust-ledger", root=clone(url, folder / "catalogue"), slow=True)


PLACES: dict[str, Callable[[pytest.FixtureRequest, Path], Place]] = {
    "sqlite": _sqlite,
    "postgres": _postgres,
    "s3": _s3,
    "azure": _azure,
    "git-file": _git_file,
    "git-http": _git_http,
}
if LONG:
    PLACES["git-ssh"] = _git_ssh  # a login for each step; `test_over_ssh` is always run
