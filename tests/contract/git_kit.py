"""A remote with a ledger on a branch, and machines that use it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from stardust_gitops.clock import Clock, SystemClock
from stardust_gitops.ledger.open import open_ledger
from stardust_gitops.ledger.store import LedgerStore
from tests.git_servers import HttpServer, clone, git
from tests.ledger_samples import CATALOGUE

URL = "git:stardust-ledger"
BRANCH = "refs/heads/stardust-ledger"
WITNESS = "refs/stardust/tips/stardust-ledger/last"
SPOTIFY = "refs/stardust/leases/stardust-ledger/production/spotify"
FORKED = multiprocessing.get_context("fork")


@dataclass
class Team:
    """A remote and the machines that use it, each with a clone of its own."""

    folder: Path
    remote: Path
    url: str
    ssh: str = ""
    views: list[LedgerStore] = field(default_factory=list)

    def machine(self, name: str) -> Path:
        """A clone."""
        folder = self.folder / name
        if folder.exists():
            return folder
        if not self.ssh:
            return clone(self.url, folder)
        option = f"core.sshCommand={self.ssh}"
        return clone(self.url, folder, "-c", option, GIT_SSH_COMMAND=self.ssh)

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


def shim(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a `git` first in the path which runs `script` before the real one, ``$GIT``."""
    real = shutil.which("git")
    path = folder / "shim" / "git"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nGIT={real}\n{script}\nexec "$GIT" "$@"\n')
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")


def hide_process(team: Team) -> None:
    """A lease as another host would have taken it. (This one would know that its holder lives.)"""
    body = git(team.remote, "cat-file", "commit", SPOTIFY)
    changed = body.replace(str(Path("/proc/self/ns/pid").readlink()), "another host")
    (team.folder / "body").write_text(changed + "\n")
    note = git(team.remote, "hash-object", "-t", "commit", "-w", str(team.folder / "body"))
    git(team.remote, "update-ref", SPOTIFY, note)


def served(team: Team, server: HttpServer) -> Path:
    """The team's remote, moved to where the server finds it."""
    place = server.root / team.folder.name
    shutil.copytree(team.remote, place)
    return place
