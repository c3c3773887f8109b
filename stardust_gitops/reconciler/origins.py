"""Where a change comes from: the file and line that say so now, and the commit that wrote it."""

from __future__ import annotations

import re
from dataclasses import replace

from stardust_gitops.catalog.loading import read_bytes
from stardust_gitops.catalog.locate import locate
from stardust_gitops.content.resolve import Base
from stardust_gitops.diagnostics import Pointer
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.model import Change
from stardust_gitops.reconciler.workspace import Workspace

_STEP = re.compile(r"([a-z_]+)|\[(\d+)\]")
# Content says `p_line.year`; the catalogue has one text. Deals of the content are per target.
_WHOLE = frozenset({"p_line", "c_line", "deals", "track_deals", "genre", "artists", "contributors"})


class Origins:
    """Finds the origin of changes; files and blames are read once each."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._files: dict[str, bytes] = {}
        self._commits: dict[str, list[str | None]] = {}

    def trace(self, change: Change, base: Base) -> Change:
        """The change with its origin, so far as it can be told."""
        file, pointer = _place(change.path, base)
        try:
            data = self._files.setdefault(file, read_bytes(self._workspace.root, file))
            line, _ = locate(data, [pointer])[pointer]
        except (OSError, ValueError, KeyError):
            return change
        return replace(change, source=f"{file}:{line}", commit=self._commit(file, line))

    def _commit(self, file: str, line: int) -> str | None:
        repository = self._workspace.repository
        if repository is None or self._workspace.commit is None:
            return None
        if file not in self._commits:
            try:
                self._commits[file] = repository.line_commits(self._workspace.root / file)
            except GitOpsError:
                self._commits[file] = []  # not in git yet: no commit wrote it
        commits = self._commits[file]
        return commits[line - 1] if line <= len(commits) else None


def _place(path: str, base: Base) -> tuple[str, Pointer]:
    """The file and the pointer in it that say what a path of the content says."""
    steps: list[str | int] = [
        int(match[2]) if match[2] else match[1] for match in _STEP.finditer(path)
    ]
    if steps[0] == "tracks" and len(steps) > 2 and isinstance(steps[1], int):
        if steps[1] < len(base.tracks):
            file, pointer = base.tracks[steps[1]].pointer(str(steps[2]))
            return file or base.file, pointer
        return base.file, ("tracks",)
    if steps[0] == "tracks" and len(steps) == 2 and isinstance(steps[1], int):
        if steps[1] < len(base.tracks):
            return base.file, ("tracks", base.tracks[steps[1]].place)
        return base.file, ("tracks",)
    first = "deals" if steps[0] == "track_deals" else steps[0]
    return base.file, (first,) if first in _WHOLE else tuple(steps)
