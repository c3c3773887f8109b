"""The ledger on a git branch: several machines, and the user's own repository."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.open import open_ledger
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import ConflictError, LeaseHeldError, LeaseLostError, LedgerError
from tests.contract.git_kit import BRANCH, URL, Team, hide_process
from tests.git_servers import clone, git
from tests.ledger_samples import (
    CATALOGUE,
    OTHER,
    STREAM,
    HandClock,
    deliver,
    event,
    intention,
    write,
)

# Several machines


def test_machines_see_what_the_others_wrote(team: Team) -> None:
    ada, bob = team.open("ada"), team.open("bob")
    deliver(ada)
    assert bob.state(STREAM).version == 0  # a network is asked when it matters, not at every look
    assert bob.snapshot("production", since="").releases[STREAM].phase is Phase.LIVE
    assert bob.fetch(ada.store(b"content a")) == b"content a"
    deliver(bob, "b", stream=OTHER)
    assert [one.stream for _, one in ada.events()] == [STREAM] * 3 + [OTHER] * 3
    assert (ada.verify(), bob.verify()) == ([], [])


def test_a_stale_machine_conflicts_and_then_knows(team: Team) -> None:
    ada, bob = team.open("ada"), team.open("bob")
    deliver(ada)
    with pytest.raises(ConflictError):
        bob.append([event(Kind.INTENDED, intention())])
    assert bob.state(STREAM).version == 3
    write(bob, Kind.INTENDED, intention("b", "update"))
    with pytest.raises(ConflictError):
        ada.append([event(Kind.FORGOTTEN, version=4, previous=ada.state(STREAM).head)])


def test_machines_that_write_at_once_lose_nothing(team: Team) -> None:
    def work(name: str) -> None:
        ledger = team.open(name)
        for number in range(6):
            stream = STREAM._replace(subject=f"{name}-{number}")
            write(ledger, Kind.INTENDED, intention(f"{name} {number}"), stream=stream)

    names = ["ada", "bob", "cid"]
    for name in names:
        team.machine(name)
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(work, names))
    views = [list(team.open(name).events()) for name in names]
    assert views[0] == views[1] == views[2]
    assert len(views[0]) == 18
    assert git(team.remote, "rev-list", "--count", BRANCH) == "19"  # one commit for each append


def test_a_writer_whose_lease_was_taken_is_kept_out(team: Team) -> None:
    ada, bob = team.open("ada"), team.open("bob", HandClock())
    lease = ada.take_lease("production", "spotify", holder="ada")
    hide_process(team)
    with pytest.raises(LeaseHeldError, match="ada"):
        bob.take_lease("production", "spotify", holder="bob")
    taken = bob.take_lease("production", "spotify", holder="bob", wait=61)
    head = team.head()
    with pytest.raises(LeaseLostError):
        ada.append([event(Kind.INTENDED, intention())], lease=lease)
    with pytest.raises(LeaseLostError):
        ada.renew_lease(lease)
    ada.release_lease(lease)
    assert team.head() == head
    bob.append([event(Kind.INTENDED, intention())], lease=taken)
    assert ada.snapshot("production", since="").releases[STREAM].version == 1


def test_a_lease_that_changed_hands_without_a_trace_on_the_branch(team: Team) -> None:
    ada, bob = team.open("ada"), team.open("bob")
    lease = ada.take_lease("production", "spotify", holder="ada")
    team.open("ada").release_lease(lease)  # by another process that knows it
    bob.take_lease("production", "spotify", holder="bob")
    head = team.head()
    with pytest.raises(LeaseLostError):
        ada.append([event(Kind.INTENDED, intention())], lease=lease)
    assert team.head() == head


def test_a_beat_on_its_own_and_an_append_do_not_lose_a_lease(team: Team) -> None:
    ledger = team.open()
    lease = ledger.take_lease("production", "spotify", holder="ada")

    def beat() -> None:
        for _ in range(6):
            ledger.renew_lease(lease)

    with ThreadPoolExecutor(2) as pool:
        beating = pool.submit(beat)
        for number in range(6):
            stream = STREAM._replace(subject=f"{number:014}")
            ledger.append([event(Kind.INTENDED, intention(), stream=stream)], lease=lease)
        beating.result()
    ledger.release_lease(lease)
    assert team.open("bob").take_lease("production", "spotify", holder="bob").fence == 2


def test_bytes_travel_with_the_event_that_refers_to_them(team: Team) -> None:
    ada, bob = team.open("ada"), team.open("bob")
    content, message = ada.store(b"content a"), ada.store(b"message a")
    never = ada.store(b"a draft that was never intended")
    with pytest.raises(LedgerError, match="missing"):
        bob.fetch(content)
    write(ada, Kind.INTENDED, intention())
    bob.snapshot("production", since="")
    assert (bob.fetch(content), bob.fetch(message)) == (b"content a", b"message a")
    with pytest.raises(LedgerError, match="missing"):
        bob.fetch(never)
    assert bob.verify() == []


# The user's repository


def _facts(folder: Path) -> list[str]:
    verbs = ("for-each-ref", "status --porcelain", "rev-parse HEAD", "count-objects -v")
    index = folder / ".git/index"
    return [
        *(git(folder, *verb.split()) for verb in (*verbs, "config --list --local", "fsck")),
        index.read_bytes().hex() if index.exists() else "",
        str(sorted(path.name for path in (folder / ".git").iterdir() if path.name != "stardust")),
    ]


def test_nothing_of_the_users_repository_is_touched(team: Team) -> None:
    root = team.machine("bob")
    (root / "new.yaml").write_text("staged")
    git(root, "add", "new.yaml")
    (root / "other.yaml").write_text("untracked")
    before = _facts(root)
    ledger = team.open("bob")
    lease = ledger.take_lease("production", "spotify", holder="bob")
    deliver(ledger)
    ledger.release_lease(lease)
    ledger.checkpoint()
    assert ledger.verify() == []
    assert _facts(root) == before


def test_shallow_clones_work_trees_and_folders_below(team: Team) -> None:
    deliver(team.open())
    shallow = clone(team.url, team.folder / "shallow", "--depth=1")
    beside = team.folder / "beside"
    git(shallow, "worktree", "add", "-q", "--detach", str(beside))
    (beside / "catalogue").mkdir()
    ledger = open_ledger(URL, beside / "catalogue", CATALOGUE, SystemClock())
    team.views.append(ledger)
    deliver(ledger, "b", stream=OTHER)
    assert ledger.verify() == []
    assert (shallow / ".git/stardust").is_dir()


def test_a_remote_with_another_name_and_a_relative_address(team: Team) -> None:
    root = team.machine("cid")
    git(root, "remote", "rename", "origin", "up@stream")
    git(root, "remote", "set-url", "up@stream", "../remote.git")
    with pytest.raises(UsageError, match="no remote 'stream'"):
        open_ledger("git:stardust-ledger@up@stream", root, CATALOGUE, SystemClock())
    git(root, "remote", "rename", "up@stream", "upstream")
    ledger = open_ledger("git:stardust-ledger@upstream", root, CATALOGUE, SystemClock())
    team.views.append(ledger)
    deliver(ledger)
    assert ledger.verify() == []


def test_commits_are_signed_where_the_user_signs(team: Team) -> None:
    root, key = team.machine("ada"), team.folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    git(root, "config", "gpg.format", "ssh")
    git(root, "config", "user.signingKey", str(key))
    git(root, "config", "commit.gpgSign", "true")
    deliver(team.open())
    assert "SSH SIGNATURE" in git(team.remote, "cat-file", "commit", BRANCH)
    assert git(team.remote, "log", "-1", "--format=%an <%ae>", BRANCH) == "Ada <ada@example.com>"
    ledger, head = team.open(), team.head()
    key.unlink()
    with pytest.raises(LedgerError, match="commit-tree"):
        write(ledger, Kind.FORGOTTEN)
    assert team.head() == head
    assert ledger.state(STREAM).version == 3
