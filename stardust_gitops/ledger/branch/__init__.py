"""The ledger on a branch of the catalogue's own repository: ``git:BRANCH`` (its remote is
``origin``) or ``git:BRANCH@REMOTE``."""

from __future__ import annotations

from pathlib import Path

from stardust_gitops.clock import Clock
from stardust_gitops.errors import UsageError
from stardust_gitops.git.carried import git_directory, has_remote
from stardust_gitops.git.command import GitError, execute
from stardust_gitops.git.mirror import Mirror
from stardust_gitops.ledger.branch.log import BranchLog
from stardust_gitops.ledger.contents import Contents
from stardust_gitops.ledger.segments.ledger import SegmentLedger

__all__ = ["create", "open_ledger"]

_REMOTE = "origin"


def create(
    location: str,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> SegmentLedger:
    """A new ledger: a branch at the remote. `SafetyError` where there is one."""
    log, _ = _find(location, catalogue_id, root)
    log.create()
    return open_ledger(location, catalogue_id, root=root, clock=clock, outside=outside)


def open_ledger(
    location: str,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> SegmentLedger:
    """The ledger on a branch. `LedgerMissingError`, `WrongLedgerError`, `SafetyError` where the
    branch was rewritten, `LedgerError`."""
    log, folder = _find(location, catalogue_id, root)
    log.must_exist()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_as_name(catalogue_id)}.db"
    return SegmentLedger(path, catalogue_id, log, clock=clock, outside=outside)


def _find(location: str, catalogue_id: str, root: Path) -> tuple[BranchLog, Path]:
    """The log, and the folder for what is kept of it on this machine."""
    branch, at, remote = location.rpartition("@")
    if not at:
        branch, remote = location, _REMOTE
    try:
        common = git_directory(root)
    except GitError as error:
        raise UsageError(
            f"ledger git:{location} needs a git repository, and {root} is in none that can be read:"
            f" {error.stderr}",
            hint="run `git init` and add a remote, or write  ledger: sqlite:.stardust/ledger.db",
        ) from error
    if execute(root, "check-ref-format", f"refs/heads/{branch}").returncode or not remote:
        raise UsageError(
            f"ledger git:{location} names no branch", hint="write  ledger: git:stardust-ledger"
        )
    if not has_remote(root, remote):
        raise UsageError(
            f"ledger git:{location}: the repository has no remote {remote!r}",
            hint=f"add it (git remote add {remote} ADDRESS), or name another after an @",
        )
    folder = common / "stardust" / _as_name(f"{branch}@{remote}")
    return BranchLog(Mirror(folder / "mirror.git", root, remote), branch, catalogue_id), folder


def _as_name(text: str) -> str:
    """A text as a file's name: readable, and never one that means something to the system."""
    return "".join(c if c.isalnum() or c in "-_@" else f"%{ord(c):02x}" for c in text)
