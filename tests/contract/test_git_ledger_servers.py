"""The ledger on a git branch: servers, ways to them, and addresses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import LedgerError
from tests.contract.git_kit import URL, Team, served
from tests.git_servers import HttpServer, clone, git
from tests.ledger_places import ssh_command
from tests.ledger_samples import CATALOGUE, STREAM, HandClock, deliver, event, intention
from tests.servers import SshServer, free_port

# Servers


def test_a_token_without_permission(team: Team, git_http: HttpServer) -> None:
    remote = served(team, git_http)
    git_http.tokens = {"reads": False, "writes": True}
    try:
        root = clone(git_http.url(remote, "reads"), team.folder / "reader")
        ledger = open_ledger(URL, root, CATALOGUE, SystemClock())
        team.views.append(ledger)
        with pytest.raises(LedgerError, match="does not let us write") as caught:
            deliver(ledger)
        assert (caught.value.code, caught.value.exit_code) == ("SG5017", 1)
        assert "contents: write" in (caught.value.hint or "")
        git(root, "remote", "set-url", "origin", git_http.url(remote, "forged"))
        with pytest.raises(LedgerError, match="credentials") as caught:
            open_ledger(URL, root, CATALOGUE, SystemClock())
        assert "forged" not in str(caught.value)
        header = "http.extraHeader=Authorization: Basic eDp3cml0ZXM="  # as CI systems have it
        git(root, "remote", "set-url", "origin", git_http.url(remote))
        git(root, "config", *header.split("=", 1))
        allowed = open_ledger(URL, root, CATALOGUE, SystemClock())
        team.views.append(allowed)
        deliver(allowed)
    finally:
        git_http.tokens = {}


def test_a_rule_of_the_server_that_refuses(team: Team) -> None:
    hook = team.remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'the branch is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    ledger, head = team.open(), team.head()
    with pytest.raises(LedgerError, match="the branch is protected") as caught:
        deliver(ledger)
    assert "no rule of the server" in (caught.value.hint or "")
    assert team.head() == head


def test_offline(team: Team) -> None:
    clock = HandClock()
    ledger = team.open(clock=clock)
    git(team.machine("ada"), "remote", "set-url", "origin", f"http://127.0.0.1:{free_port()}/x")
    with pytest.raises(LedgerError, match="cannot be reached") as caught:
        team.open(clock=clock)
    assert (caught.value.code, caught.value.exit_code) == ("SG5015", 1)
    assert "network" in (caught.value.hint or "")
    deliver(ledger)  # it knows the address that it began with


def test_an_answer_that_gets_lost(team: Team, git_http: HttpServer) -> None:
    remote = served(team, git_http)
    root = clone(git_http.url(remote), team.folder / "far")
    ledger = open_ledger(URL, root, CATALOGUE, HandClock())
    team.views.append(ledger)
    git_http.silent = 1
    lease = ledger.take_lease("production", "spotify", holder="ada")
    assert lease.fence == 1
    git_http.silent = 1
    assert ledger.append([event(Kind.INTENDED, intention())], lease=lease) == 1
    assert git_http.silent == 0
    assert [one.version for _, one in ledger.events()] == [1]
    ledger.release_lease(lease)


def test_over_ssh(team: Team, git_sshd: SshServer) -> None:
    ssh = ssh_command(git_sshd, team.folder)
    url = f"ssh://{git_sshd.username}@127.0.0.1:{git_sshd.port}{team.remote}"
    root = clone(url, team.folder / "far", "-c", f"core.sshCommand={ssh}", GIT_SSH_COMMAND=ssh)
    ledger = open_ledger(URL, root, CATALOGUE, SystemClock())
    team.views.append(ledger)
    deliver(ledger)
    assert team.open().state(STREAM).phase is Phase.LIVE
    git(root, "config", "core.sshCommand", "ssh -oBatchMode=yes -oUserKnownHostsFile=/dev/null")
    with pytest.raises(LedgerError, match="credentials"):
        open_ledger(URL, root, CATALOGUE, SystemClock())


def test_a_server_that_knows_no_filters(team: Team) -> None:
    git(team.remote, "config", "uploadpack.allowFilter", "false")
    deliver(team.open())
    assert team.open("bob").verify() == []


# The address


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("git:a..b", "names no branch"),
        ("git:stardust-ledger@", "names no branch"),
        ("git:stardust-ledger@nowhere", "no remote 'nowhere'"),
        ("git:", "no place"),
    ],
)
def test_an_address_that_cannot_be(team: Team, url: str, match: str) -> None:
    for way_in in (open_ledger, create_ledger):
        with pytest.raises(UsageError, match=match) as caught:
            way_in(url, team.machine("ada"), CATALOGUE, SystemClock())
        assert caught.value.hint


def test_outside_of_git(tmp_path: Path, nobody_elses_configuration: None) -> None:
    with pytest.raises(UsageError, match="needs a git repository"):
        open_ledger(URL, tmp_path / "home", CATALOGUE, SystemClock())


def test_every_error_has_a_remedy(team: Team) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: create_ledger(URL, team.machine("ada"), CATALOGUE, SystemClock()),
        lambda: open_ledger("git:other", team.machine("ada"), CATALOGUE, SystemClock()),
    ]
    for attempt in attempts:
        with pytest.raises(GitOpsError) as caught:
            attempt()
        assert caught.value.hint
        assert caught.value.exit_code == 4
