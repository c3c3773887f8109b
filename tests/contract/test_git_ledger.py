"""The ledger on a git branch: what people and servers do to it, and how that is noticed."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger import lease as lease_module
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.open import create_ledger
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import LedgerError
from tests.contract.git_kit import BRANCH, SPOTIFY, URL, WITNESS, Team, served, shim
from tests.git_servers import git
from tests.ledger_places import ssh_command
from tests.ledger_samples import (
    CATALOGUE,
    NOON,
    OTHER,
    PROVENANCE,
    STREAM,
    HandClock,
    deliver,
    event,
    intention,
    write,
)


def test_a_branch_that_was_force_pushed_is_noticed(team: Team) -> None:
    ledger = team.open()
    before = team.head()
    deliver(ledger)
    known = team.head()
    git(team.remote, "update-ref", BRANCH, before)
    for attempt in (lambda: ledger.snapshot("production", since=""), team.open):
        with pytest.raises(SafetyError, match="was rewritten") as caught:
            attempt()
        assert caught.value.exit_code == 4
        assert known in (caught.value.hint or "")
    with pytest.raises(SafetyError, match="was rewritten"):
        write(ledger, Kind.FORGOTTEN)
    git(team.remote, "update-ref", BRANCH, known)
    assert team.open().verify() == []


def test_an_unrelated_branch_in_its_place_is_noticed(team: Team) -> None:
    deliver(team.open())
    git(team.remote, "update-ref", BRANCH, "refs/heads/main")
    for name in ("ada", "new"):
        with pytest.raises(SafetyError, match="was rewritten"):
            team.open(name)
    git(team.remote, "update-ref", "-d", WITNESS)
    with pytest.raises(SafetyError, match="is not a ledger"):
        team.open("new")


def test_a_deleted_branch_is_never_an_empty_ledger(team: Team) -> None:
    ledger = team.open()
    deliver(ledger)
    known = team.head()
    git(team.remote, "update-ref", "-d", BRANCH)
    for attempt in (lambda: write(ledger, Kind.FORGOTTEN), team.open):
        with pytest.raises(SafetyError, match="was deleted") as caught:
            attempt()
        assert caught.value.exit_code == 4
        assert known in (caught.value.hint or "")
    with pytest.raises(SafetyError, match="already"):
        create_ledger(URL, team.machine("ada"), CATALOGUE, SystemClock())
    git(team.remote, "update-ref", "-d", WITNESS)
    with pytest.raises(SafetyError, match="was deleted") as caught:
        team.open()
    assert "from a clone" in (caught.value.hint or "")
    with pytest.raises(SafetyError, match="no ledger"):
        team.open("new")


@pytest.fixture(params=["file", "http", "ssh"])
def far(request: pytest.FixtureRequest, team: Team) -> Team:
    """The team, at a remote that is reached in one of the ways that there are."""
    if request.param == "http":
        server = request.getfixturevalue("git_http")
        team.remote = served(team, server)
        team.url = server.url(team.remote)
        git(team.machine("ada"), "remote", "set-url", "origin", team.remote.as_uri())
    elif request.param == "ssh":
        server = request.getfixturevalue("git_sshd")
        team.ssh = ssh_command(server, team.folder)
        team.url = f"ssh://{server.username}@127.0.0.1:{server.port}{team.remote}"
    return team


def run_hint(team: Team, root: Path, hint: str | None) -> None:
    """Do what a hint says to put the branch back, in a clone that has nothing of it."""
    command = re.search(r"git fetch .* && git push \S+ [0-9a-f]+:\S+?(?=[.;]| |$)", hint or "")
    assert command is not None
    env = os.environ | {"GIT_SSH_COMMAND": team.ssh or "ssh"}
    for part in command[0].split(" && "):
        subprocess.run(part.split(), cwd=root, env=env, check=True, capture_output=True)


def test_a_machine_without_memory_notices_what_was_taken_from_the_branch(far: Team) -> None:
    before = far.head()
    deliver(far.open("ada"))
    known = far.head()
    far.open("first")  # the usual case needs no history
    assert git(far.mirror("first") / "mirror.git", "rev-list", "--count", "--all") == "1"
    git(far.remote, "update-ref", BRANCH, before)
    with pytest.raises(SafetyError, match=f"was rewritten.*{known[:10]}") as caught:
        far.open("second")
    assert (caught.value.code, caught.value.exit_code) == ("SG5014", 4)
    git(far.remote, "update-ref", "-d", BRANCH)
    root = far.machine("third")
    with pytest.raises(SafetyError, match=f"was deleted.*{known[:10]}") as caught:
        far.open("third")
    assert (caught.value.code, caught.value.exit_code) == ("SG5014", 4)
    with pytest.raises(SafetyError, match="already") as refused:
        create_ledger(URL, root, CATALOGUE, SystemClock())
    assert known in (refused.value.hint or "")
    run_hint(far, root, caught.value.hint)
    assert far.head() == known
    for name in ("second", "ada"):
        assert far.open(name).state(STREAM).phase is Phase.LIVE


def test_records_that_were_replaced_by_others_are_missed(team: Team) -> None:
    """A force-push of another line, and one that a later append has covered up."""
    before = team.head()
    deliver(team.open())
    known = team.head()
    git(team.remote, "update-ref", BRANCH, before)
    team.put("segments/recent/000000001", b"other")
    with pytest.raises(SafetyError, match=f"was rewritten.*{known[:10]}") as caught:
        team.open("new")
    git(team.remote, "update-ref", BRANCH, before)
    with pytest.raises(SafetyError, match="was rewritten") as caught:
        team.open("new")
    run_hint(team, team.machine("new"), caught.value.hint)
    assert team.open("new").verify() == []


def test_a_ledger_without_a_witness_gets_one(team: Team) -> None:
    git(team.remote, "update-ref", "-d", WITNESS)
    ledger = team.open("new")
    deliver(ledger)
    assert git(team.remote, "rev-parse", WITNESS) == team.head()
    ledger.checkpoint()
    assert git(team.remote, "rev-parse", WITNESS) == team.head()


def test_a_program_that_knows_no_witness_writes_beside_ours(team: Team) -> None:
    deliver(team.open())
    witness = team.head()
    deliver(team.open("bob"), "b", stream=OTHER)
    git(team.remote, "update-ref", WITNESS, witness)
    for name in ("ada", "new"):  # one knows the past of the branch, the other has to ask
        ledger = team.open(name)
        assert ledger.state(OTHER).phase is Phase.LIVE
    write(ledger, Kind.FORGOTTEN)
    assert git(team.remote, "rev-parse", WITNESS) == team.head()
    assert team.open("bob").verify() == []


def test_an_append_between_the_reading_of_two_refs_is_no_rewriting(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that lists its refs while somebody pushes tells of the branch as it was before, and
    of the witness as it is then."""
    before = team.head()
    deliver(team.open())
    known = team.head()
    git(team.remote, "update-ref", BRANCH, before)
    done = team.folder / "done"
    monkeypatch.setenv("REMOTE", str(team.remote))
    script = f"""case " $* " in *" fetch "*) [ -e {done} ] || {{ touch {done}; "$GIT" "$@"; code=$?
        "$GIT" --git-dir="$REMOTE" update-ref {BRANCH} {known}; exit $code; }} ;; esac"""
    team.machine("new")
    shim(team.folder, monkeypatch, script)
    assert team.open("new").state(STREAM).phase is Phase.LIVE
    assert done.exists()


def test_a_server_that_lets_nobody_write_the_witness(team: Team) -> None:
    hook = team.remote / "hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/stardust/tips/*) exit 1;; esac\n')
    hook.chmod(0o755)
    ledger, head = team.open(), team.head()
    with pytest.raises(LedgerError, match=r"does not let us write.*refs/stardust/tips") as caught:
        deliver(ledger)
    assert "refs/stardust/" in (caught.value.hint or "")
    assert team.head() == head


def test_a_run_ends_when_its_ledger_is_deleted(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "BEAT_INTERVAL", 0.05)
    ledger, lost = team.open(), threading.Event()
    with lease_module.holding_lease(
        ledger, "production", "spotify", provenance=PROVENANCE, lost=lost
    ) as lease:
        git(team.remote, "update-ref", "-d", BRANCH)
        git(team.remote, "update-ref", "-d", SPOTIFY)
        assert lost.wait(60)
        with pytest.raises(SafetyError, match="was deleted"):
            ledger.append([event(Kind.INTENDED, intention())], lease=lease)


def test_a_push_that_is_always_too_late(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMOTE", str(team.remote))
    shim(
        team.folder,
        monkeypatch,
        """case " $* " in *" push "*)
        other() { "$GIT" --git-dir="$REMOTE" -c user.name=o -c user.email=o@example.com "$@"; }
        old=$(other rev-parse stardust-ledger)
        new=$(other commit-tree "$old^{tree}" -p "$old" -m other)
        other update-ref refs/heads/stardust-ledger "$new" ;;
        esac""",
    )
    ledger = team.open(clock=HandClock())
    digest = ledger.store(b"content a")
    with pytest.raises(LedgerError, match="20 times") as caught:
        write(ledger, Kind.INTENDED, intention())
    assert caught.value.code == "SG5016"
    assert caught.value.hint
    assert ledger.state(STREAM).version == 0
    assert team.open("bob").verify() == []
    assert ledger.fetch(digest) == b"content a"
    assert git(team.remote, "ls-tree", "-r", "--name-only", BRANCH, "segments", "bytes") == ""


def test_a_clock_that_runs_backwards(team: Team) -> None:
    ledger = team.open()
    write(ledger, Kind.INTENDED, intention(), time=NOON)
    write(ledger, Kind.COMPLETING, time=NOON - timedelta(days=300))
    write(ledger, Kind.COMPLETED, time=NOON - timedelta(days=400))
    view = team.open("bob")
    assert [position for position, _ in view.events()] == [1, 2, 3]
    assert view.state(STREAM).phase is Phase.LIVE
    assert all("bytes" in problem for problem in view.verify())


def test_an_event_file_with_a_flipped_bit(team: Team) -> None:
    warm = team.open()
    deliver(warm)
    path = "segments/recent/000000002"
    data = bytearray(team.get(path))
    data[-20] ^= 4
    team.put(path, bytes(data))
    with pytest.raises(LedgerError, match=r"000000002.*changed") as caught:
        warm.snapshot("production", since="")
    assert "verify" in (caught.value.hint or "")
    with pytest.raises(LedgerError, match=r"000000002.*damaged") as caught:
        team.open("new")
    assert caught.value.code == "SG5006"
    assert warm.state(STREAM).phase is Phase.LIVE


def test_an_object_that_is_damaged_on_this_machine(team: Team) -> None:
    digest = team.open().store(b"content a" * 50)
    ledger = team.open()
    data = intention() | {"content": digest}
    write(ledger, Kind.INTENDED, data)
    blob = git(team.remote, "rev-parse", f"{BRANCH}:bytes/000000/000/{digest}")
    (path,) = (team.mirror() / "mirror.git/objects" / blob[:2]).glob(blob[2:])
    path.chmod(0o644)
    path.write_bytes(b"noise")
    with pytest.raises(LedgerError, match="damaged or missing") as caught:
        ledger.fetch(digest)
    assert "only a copy" in (caught.value.hint or "")


def test_bytes_that_were_changed_show(team: Team) -> None:
    ledger = team.open()
    deliver(ledger)
    digest = ledger.state(STREAM).baseline
    assert digest is not None
    team.put(f"bytes/000000/000/{digest.content}", b"something else")
    (problem,) = ledger.verify()
    assert f"{digest.content} are damaged" in problem
    with pytest.raises(LedgerError, match="damaged"):
        ledger.fetch(digest.content)


@pytest.mark.parametrize("path", ["segments/recent/notes", "segments/recent/000000009"])
def test_a_file_that_does_not_belong_there(team: Team, path: str) -> None:
    deliver(team.open())
    team.put(path, b"notes\n")
    for name in ("ada", "new"):
        with pytest.raises(LedgerError, match=path):
            team.open(name)


@pytest.mark.parametrize(
    ("about", "match"),
    [
        (b"{", "is not a ledger"),
        (b'{"format": 1, "catalogue": "another"}', "'another'"),
        (b'{"format": 2, "catalogue": "alpha-tide"}', "newer version"),
    ],
)
def test_a_branch_of_somebody_else_or_later(team: Team, about: bytes, match: str) -> None:
    team.put("ledger.json", about)
    with pytest.raises(SafetyError, match=match):
        team.open("new")


def test_segments_of_a_later_version_are_refused(team: Team) -> None:
    deliver(team.open())
    data = team.get("segments/recent/000000003").replace(b'"format":1', b'"format":2', 1)
    team.put("segments/recent/000000004", data.replace(b'"segment":3', b'"segment":4'))
    with pytest.raises(SafetyError, match="newer than 1"):
        team.open()
