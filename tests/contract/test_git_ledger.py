"""The ledger on a git branch: several machines, crashes, and what people and servers do to it."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from stardust_gitops.clock import Clock, SystemClock, instant_text
from stardust_gitops.errors import GitOpsError, SafetyError, UsageError
from stardust_gitops.ledger import lease as lease_module
from stardust_gitops.ledger.branch import log as branch_log
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.segments import snapshots
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import (
    ConflictError,
    LeaseHeldError,
    LeaseLostError,
    LedgerError,
    LedgerStore,
)
from tests.git_servers import HttpServer, bare_remote, clone, git
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
from tests.ledger_samples import digest as ledger_digest
from tests.servers import SshServer, free_port

URL = "git:stardust-ledger"
BRANCH = "refs/heads/stardust-ledger"
SPOTIFY = "refs/stardust/leases/stardust-ledger/production/spotify"
FORKED = multiprocessing.get_context("fork")


@dataclass
class Team:
    """A remote and the machines that use it, each with a clone of its own."""

    folder: Path
    remote: Path
    url: str
    views: list[LedgerStore] = field(default_factory=list)

    def machine(self, name: str) -> Path:
        """A clone."""
        folder = self.folder / name
        return folder if folder.exists() else clone(self.url, folder)

    def open(self, name: str = "ada", clock: Clock | None = None) -> LedgerStore:
        """The ledger, as seen from a machine."""
        ledger = open_ledger(URL, self.machine(name), CATALOGUE, clock or SystemClock())
        self.views.append(ledger)
        return ledger

    def head(self) -> str:
        """Where the branch stands."""
        return git(self.remote, "rev-parse", BRANCH)

    def mirror(self, name: str = "ada") -> Path:
        """What a machine keeps of the branch."""
        return self.machine(name) / ".git/stardust/stardust-ledger@origin"

    def put(self, path: str, data: bytes) -> None:
        """Somebody commits a file to the branch by hand."""
        env = {"GIT_INDEX_FILE": str(self.folder / "index")}
        (self.folder / "file").write_bytes(data)
        git(self.remote, "read-tree", BRANCH, **env)
        blob = git(self.remote, "hash-object", "-w", str(self.folder / "file"))
        entry = f"100644,{blob},{path}"
        git(self.remote, "update-index", "--add", "--cacheinfo", entry, **env)
        tree = git(self.remote, "write-tree", **env)
        commit = git(self.remote, "commit-tree", tree, "-p", self.head(), "-m", "by hand")
        git(self.remote, "update-ref", BRANCH, commit)

    def get(self, path: str) -> bytes:
        """A file of the branch."""
        return subprocess.run(
            ["git", "show", f"{BRANCH}:{path}"], cwd=self.remote, capture_output=True, check=True
        ).stdout


@pytest.fixture(autouse=True)
def nobody_elses_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    remote = bare_remote(tmp_path / "remote.git")
    found = Team(folder=tmp_path, remote=remote, url=remote.as_uri())
    create_ledger(URL, found.machine("ada"), CATALOGUE, SystemClock()).close()
    yield found
    for view in found.views:
        view.close()


def _shim(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a `git` first in the path which runs `script` before the real one, ``$GIT``."""
    real = shutil.which("git")
    path = folder / "shim" / "git"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nGIT={real}\n{script}\nexec "$GIT" "$@"\n')
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


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
    _hide_process(team)
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


def _hide_process(team: Team) -> None:
    """A lease as another host would have taken it. (This one would know that its holder lives.)"""
    body = git(team.remote, "cat-file", "commit", SPOTIFY)
    changed = body.replace(str(Path("/proc/self/ns/pid").readlink()), "another host")
    (team.folder / "body").write_text(changed + "\n")
    note = git(team.remote, "hash-object", "-t", "commit", "-w", str(team.folder / "body"))
    git(team.remote, "update-ref", SPOTIFY, note)


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


# Crashes


def _die_at(team: Team, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A process stores, intends, and is killed where the script says."""
    armed = team.folder / "armed"

    def child() -> None:
        ledger = team.open()
        ledger.store(b"content a")
        ledger.store(b"message a")
        armed.touch()
        write(ledger, Kind.INTENDED, intention())
        os._exit(7)

    with monkeypatch.context() as patched:
        _shim(team.folder, patched, f"ARMED={armed}\n{script}")
        process = FORKED.Process(target=child)
        process.start()
        process.join(30)
    assert process.exitcode == -signal.SIGKILL


KILLED_BEFORE = '[ -e "$ARMED" ] && case " $* " in *" {verb} "*) kill -9 $PPID; exit 1;; esac'
KILLED_AFTER = (
    '[ -e "$ARMED" ] && case " $* " in *" {verb} "*) "$GIT" "$@"; kill -9 $PPID; exit 1;; esac'
)


@pytest.mark.parametrize(
    ("script", "verb", "versions"),
    [
        (KILLED_BEFORE, "fast-import", 0),
        (KILLED_AFTER, "fast-import", 0),
        (KILLED_AFTER, "commit-tree", 0),
        (KILLED_BEFORE, "push", 0),
        (KILLED_AFTER, "push", 1),
        (KILLED_AFTER, "update-ref", 1),
    ],
)
def test_a_process_that_is_killed_leaves_all_or_nothing(
    team: Team, monkeypatch: pytest.MonkeyPatch, script: str, verb: str, versions: int
) -> None:
    _die_at(team, monkeypatch, script.format(verb=verb))
    for name in ("ada", "bob"):
        ledger = team.open(name)
        assert ledger.state(STREAM).version == versions
        assert ledger.verify() == []
    ledger = team.open("ada")
    if not versions:
        write(ledger, Kind.INTENDED, intention())  # its bytes were kept on this machine
    write(ledger, Kind.COMPLETING)
    write(ledger, Kind.COMPLETED)
    assert team.open("bob").verify() == []


def test_an_interrupt_from_the_keyboard_does_not_cut_off_a_push(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def child() -> None:
        os.setpgrp()  # a terminal sends its ^C to the whole group
        heard: list[int] = []
        signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
        ledger = team.open()
        write(ledger, Kind.INTENDED, intention())
        os._exit(0 if heard else 7)

    script = 'case " $* " in *" push "*) kill -INT -$PPID; sleep 0.1;; esac'
    with monkeypatch.context() as patched:
        _shim(team.folder, patched, script)
        process = FORKED.Process(target=child)
        process.start()
        process.join(30)
    assert process.exitcode == 0
    assert team.open("bob").state(STREAM).version == 1


def test_locks_that_a_killed_process_left_are_no_obstacle(team: Team) -> None:
    deliver(team.open("bob"))
    mirror = team.mirror() / "mirror.git"
    for name in ("refs/stardust/fetched.lock", "shallow.lock"):
        (mirror / name).touch()
    assert team.open().state(STREAM).phase is Phase.LIVE


@pytest.mark.parametrize("damage", ["gone", "noise", "another"])
def test_the_tables_of_this_machine_are_a_copy(team: Team, damage: str) -> None:
    team.open().close()
    (tables,) = team.mirror().glob("*.db")
    deliver(team.open("bob"))
    if damage == "gone":
        tables.unlink()
    elif damage == "noise":
        tables.write_bytes(b"noise" * 1000)
    else:
        shutil.rmtree(team.mirror() / "mirror.git")
    ledger = team.open()
    assert ledger.state(STREAM).phase is Phase.LIVE
    assert ledger.verify() == []


# Bad input


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
    with pytest.raises(SafetyError, match="was rewritten"):
        team.open()
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
    with pytest.raises(SafetyError, match="no ledger"):
        team.open("new")


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
    _shim(
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


# Servers


def _served(team: Team, server: HttpServer) -> Path:
    """The team's remote, moved to where the server finds it."""
    place = server.root / team.folder.name
    shutil.copytree(team.remote, place)
    return place


def test_a_token_without_permission(team: Team, git_http: HttpServer) -> None:
    remote = _served(team, git_http)
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
    remote = _served(team, git_http)
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


# Many events


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


@pytest.mark.parametrize("way", ["stream", "since", "verify", "rebuild", "checkpoints"])
def test_events_before_the_snapshot_are_read_when_they_are_needed(
    team: Team, with_snapshot: LedgerStore, way: str
) -> None:
    bob = team.open("bob")
    first = STREAM._replace(subject=f"{0:014}")
    if way == "stream":
        assert len(list(bob.events(stream=first))) == 2
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
    remote = _served(team, git_http)
    root = clone(git_http.url(remote), team.folder / "far")
    ledger = open_ledger(URL, root, CATALOGUE, SystemClock())
    team.views.append(ledger)
    before = len(git_http.requests)
    for number in range(20):
        assert ledger.fetch(ledger_digest(f"content {number}")) == f"content {number}".encode()
    assert len(git_http.requests) - before < 12  # two or three requests each time


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


def test_outside_of_git(tmp_path: Path) -> None:
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
