"""The ledger on a git branch: packed segments and snapshots."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
from contextlib import closing
from datetime import timedelta

import pytest

from stardust_gitops.clock import SystemClock, instant_text
from stardust_gitops.ledger.branch import layout
from stardust_gitops.ledger.branch import log as branch_log
from stardust_gitops.ledger.events import RECEIPTS_SUBJECT, Kind
from stardust_gitops.ledger.open import open_ledger
from stardust_gitops.ledger.segments import snapshots
from stardust_gitops.ledger.store import LedgerError, LedgerStore
from tests.contract.git_kit import BRANCH, URL, Team, served
from tests.git_servers import HttpServer, clone, git
from tests.ledger_samples import CATALOGUE, NOON, OTHER, STREAM, deliver, intention, write
from tests.ledger_samples import digest as ledger_digest


def _deliver_often(ledger: LedgerStore, first: int, last: int) -> None:
    for number in range(first, last):
        deliver(ledger, f"{number}", stream=STREAM._replace(subject=f"{number:014}"))


def test_many_segments_are_packed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_log, "PACK_FROM", 8)
    ada, bob = team.open("ada"), team.open("bob")
    _deliver_often(ada, 0, 2)
    bob.snapshot("production", since="")  # it knows a part of what will be packed
    _deliver_often(ada, 2, 4)
    ada.checkpoint()
    names = git(team.remote, "ls-tree", "-r", "--name-only", BRANCH, "segments").splitlines()
    assert names == ["segments/packed/000000001-000000013.gz"]
    _deliver_often(bob, 4, 5)
    for name in ("ada", "bob", "new"):
        ledger = team.open(name)
        assert len(ledger.snapshot("production", since="").releases) == 5
        assert ledger.verify() == []
        ledger.rebuild()
        assert ledger.verify() == []


def test_a_pack_that_says_something_else_is_noticed(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch_log, "PACK_FROM", 2)
    ada, bob = team.open("ada"), team.open("bob")
    deliver(ada)
    bob.snapshot("production", since="")
    ada.checkpoint()
    (path,) = git(team.remote, "ls-tree", "-r", "--name-only", BRANCH, "segments").splitlines()
    team.put(path, team.get(path)[:-9])
    with pytest.raises(LedgerError, match="damaged"):
        bob.snapshot("production", since="")


@pytest.fixture
def with_snapshot(team: Team, monkeypatch: pytest.MonkeyPatch) -> LedgerStore:
    """A ledger with a snapshot, some events behind it, and more before it."""
    monkeypatch.setattr(snapshots, "EVERY", 4)
    ada = team.open("ada")
    for number, days in enumerate((9, 1, 0)):
        stream, time = STREAM._replace(subject=f"{number:014}"), NOON - timedelta(days=days)
        ada.store(f"content {number}".encode())
        ada.store(f"message {number}".encode())
        write(ada, Kind.INTENDED, intention(f"{number}"), stream=stream, time=time)
        if number < 2:
            write(ada, Kind.COMPLETED, stream=stream, time=time)
    ada.checkpoint()
    _deliver_often(ada, 7, 8)
    assert git(team.remote, "ls-tree", "-r", "--name-only", BRANCH, "snapshot") == (
        "snapshot/000000000005.gz"
    )
    return ada


def test_a_large_snapshot_lies_there_in_pieces(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "EVERY", 4)
    monkeypatch.setattr(layout, "PIECE", 400)
    ada = team.open("ada")
    for first in (0, 3):
        _deliver_often(ada, first, first + 3)
        ada.checkpoint()
        names = git(team.remote, "ls-tree", "-r", "--name-only", BRANCH, "snapshot").splitlines()
        assert len(names) > 2
        assert {name[:22] for name in names} == {f"snapshot/{9 * (first // 3 + 1):012}-"}
    bob = team.open("bob")
    assert _in_tables(team, "bob") == [18]
    assert bob.snapshot("production", since="") == ada.snapshot("production", since="")


def _in_tables(team: Team, name: str) -> list[int]:
    (tables,) = team.mirror(name).glob("*.db")
    with closing(sqlite3.connect(tables)) as shell:
        return [p for (p,) in shell.execute("SELECT position FROM events ORDER BY 1")]


def test_a_new_machine_begins_with_the_snapshot(team: Team, with_snapshot: LedgerStore) -> None:
    since = instant_text(NOON - timedelta(hours=47))
    bob = team.open("bob")
    assert bob.snapshot("production", since=since) == with_snapshot.snapshot(
        "production", since=since
    )
    opened = STREAM._replace(subject=f"{2:014}")
    assert [one.kind for _, one in bob.events(stream=opened)] == [Kind.INTENDED]
    write(bob, Kind.COMPLETED, stream=opened)
    assert [position for position, _ in bob.events(after=5)] == [6, 7, 8, 9]
    assert _in_tables(team, "bob") == [5, 6, 7, 8, 9]
    bob.checkpoint()
    assert with_snapshot.verify() == []
    assert list(bob.events()) == list(with_snapshot.events())
    assert _in_tables(team, "bob") == list(range(1, 10))
    assert bob.verify() == []


@pytest.mark.parametrize(
    "way", ["stream", "histories", "since", "verify", "rebuild", "checkpoints"]
)
def test_events_before_the_snapshot_are_read_when_they_are_needed(
    team: Team, with_snapshot: LedgerStore, way: str
) -> None:
    bob = team.open("bob")
    first = STREAM._replace(subject=f"{0:014}")
    if way == "stream":
        assert len(list(bob.events(stream=first))) == 2
    elif way == "histories":
        assert list(bob.histories([OTHER])) == []  # nothing there: nothing is read
        assert len(_in_tables(team, "bob")) < 8
        assert list(bob.histories([first])) == list(with_snapshot.histories([first]))
    elif way == "since":
        assert len(bob.snapshot("production", since="2026").recent) == 4
    elif way == "verify":
        assert bob.verify() == []
    elif way == "checkpoints":
        assert list(bob.checkpoints()) == list(with_snapshot.checkpoints())
    else:
        bob.rebuild()
    assert _in_tables(team, "bob") == list(range(1, 9))
    assert bob.snapshot("production", since="") == with_snapshot.snapshot("production", since="")


def test_a_snapshot_that_was_changed_is_refused_and_a_newer_one_passed_over(
    team: Team, with_snapshot: LedgerStore
) -> None:
    path = "snapshot/000000000005.gz"
    whole = gzip.decompress(team.get(path))
    team.put(path, gzip.compress(whole.replace(b"takedown", b"takeover").replace(b"live", b"Live")))
    with pytest.raises(LedgerError, match="snapshot in the ledger is damaged"):
        team.open("bob")
    team.put(path, gzip.compress(whole.replace(b'"format":1', b'"format":2', 1)))
    cid = team.open("cid")
    assert _in_tables(team, "cid") == list(range(1, 9))
    assert cid.verify() == []


def test_a_new_clone_fetches_no_bytes_that_nobody_asks_for(team: Team) -> None:
    ada = team.open()
    deliver(ada)
    baseline = ada.state(STREAM).baseline
    assert baseline is not None
    blob = git(team.remote, "rev-parse", f"{BRANCH}:bytes/000000/000/{baseline.content}")
    bob = team.open("bob")
    objects = f"--git-dir={team.mirror('bob') / 'mirror.git'}"
    present = subprocess.run(["git", objects, "cat-file", "-e", blob], check=False)
    assert present.returncode != 0
    assert bob.fetch(baseline.content) == b"content a"
    assert git(team.folder, objects, "rev-list", "--count", "refs/stardust/known") == "1"


def test_bytes_that_are_read_one_by_one_are_fetched_many_at_a_time(
    team: Team, git_http: HttpServer
) -> None:
    _deliver_often(team.open(), 0, 20)
    remote = served(team, git_http)
    root = clone(git_http.url(remote), team.folder / "far")
    ledger = open_ledger(URL, root, CATALOGUE, SystemClock())
    team.views.append(ledger)
    before = len(git_http.requests)
    for number in range(20):
        assert ledger.fetch(ledger_digest(f"content {number}")) == f"content {number}".encode()
    assert len(git_http.requests) - before < 12  # two or three requests each time


def test_a_new_machine_knows_which_answers_were_read_without_the_past(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "EVERY", 4)
    ada = team.open("ada")
    read = STREAM._replace(subject=RECEIPTS_SUBJECT)
    for number in range(2):
        data = {"path": f"ack/{number}.xml", "size": 7, "receipts": 0}
        write(ada, Kind.RECEIPT_READ, data, stream=read)
    _deliver_often(ada, 1, 3)
    ada.checkpoint()
    _deliver_often(ada, 3, 4)
    bob = team.open("bob")
    paths = [event.data["path"] for _, event in bob.events(stream=read)]
    assert paths == ["ack/0.xml", "ack/1.xml"]
    assert _in_tables(team, "bob") == [1, 2, 8, 9, 10, 11], "the first deliveries were not needed"
    assert bob.verify() == []
