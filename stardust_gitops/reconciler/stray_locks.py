"""Lock files that nothing needs any more: their release or track file was removed or renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.lock import LOCK_SUFFIX, Lock, lock_path, read_lock, write_lock
from stardust_gitops.diagnostics import Finding, Severity

_FOLDERS = ("releases", "tracks")
_BY_HAND = "no release or track file is beside it: remove it by hand"


def stray_locks(root: Path) -> Iterator[str]:
    """The lock files with no release or track file beside them, whether that reads or not;
    relative to the root, in sorted order."""
    for top in _FOLDERS:
        for base, folders, names in os.walk(root / top):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            prefix = Path(base).relative_to(root).as_posix()
            needed = {lock_path(name) for name in names if name.endswith((".yaml", ".yml"))}
            for name in sorted(names):
                stray = name.endswith(LOCK_SUFFIX) and name not in needed and name[0] != "."
                if stray and (Path(base) / name).is_file():
                    yield f"{prefix}/{name}"


def stray_lock_findings(root: Path) -> Iterator[Finding]:
    """A note for each of them."""
    for file in stray_locks(root):
        yield Finding(
            code=AssetProblem.STRAY,
            severity=Severity.NOTE,
            message=f"there is no {_shown(file).removesuffix(LOCK_SUFFIX)}.yaml for this lock",
            remedy="run `stardust-gitops assets lock`, which removes it, or bring the file back",
            file=_shown(file),
            line=1,
            column=1,
        )


def remove_stray_locks(root: Path, *, write: bool = True) -> tuple[list[str], list[Finding]]:
    """Remove them, or with `write` unset only look; those removed, and why others were not. What
    is no lock of ours stays, whatever its name."""
    removed: list[str] = []
    findings: list[Finding] = []
    for file in stray_locks(root):
        try:
            read_lock((root / file).read_bytes(), _shown(file))
            if write:
                write_lock(root / file, Lock(assets={}))
        except AssetError as error:
            findings.append(replace(error.as_finding(file=_shown(file)), remedy=_BY_HAND))
        except OSError as error:
            text = f"the lock file cannot be read: {error.strerror}"
            refused = AssetError(text, code=AssetProblem.LOCK_INVALID, hint=_BY_HAND)
            findings.append(refused.as_finding(file=_shown(file)))
        else:
            removed.append(_shown(file))
    return removed, findings


def _shown(file: str) -> str:
    """A name that may be no UTF-8."""
    return file.encode("utf-8", "backslashreplace").decode()
