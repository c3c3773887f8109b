"""Where a change comes from: the file and line that say so now, and the commit that wrote it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from stardust_gitops.catalog.loading import Target, read_bytes
from stardust_gitops.catalog.locate import locate
from stardust_gitops.content.resolve import Base, Resolver
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.model import Change
from stardust_gitops.reconciler.places import Place, places_of
from stardust_gitops.reconciler.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, and the commit that wrote it so far as git can tell."""

    file: str
    number: int
    commit: str | None


class Origins:
    """Finds the origin of changes; files and blames are read once each."""

    def __init__(self, workspace: Workspace, resolver: Resolver) -> None:
        self._workspace = workspace
        self._resolver = resolver
        self._files: dict[str, bytes] = {}
        self._commits: dict[str, list[str | None]] = {}
        self._newest: dict[frozenset[str], str | None] = {}

    def trace(self, change: Change, base: Base, target: Target) -> Change:
        """The change with its origin, so far as it can be told."""
        catalogue = self._workspace.catalogue
        places = places_of(change, base, target, catalogue, self._resolver)
        lines = [line for place in places if (line := self._line(place)) is not None]
        if not lines:
            return change
        line = self._last_written(lines)
        return replace(change, source=f"{line.file}:{line.number}", commit=line.commit)

    def _line(self, place: Place) -> Line | None:
        file, pointer = place
        try:
            data = self._files.setdefault(file, read_bytes(self._workspace.root, file))
            number, _ = locate(data, [pointer])[pointer]
        except (OSError, ValueError, KeyError):
            return None
        return Line(file, number, self._commit(file, number))

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

    def _last_written(self, lines: list[Line]) -> Line:
        """Of the lines that together make a field, the one that was written last; the first,
        which is the release's own, where nobody can tell."""
        for line in lines:
            if line.commit is None and line.file in self._workspace.modified:
                return line
        commits = frozenset(line.commit for line in lines if line.commit is not None)
        newest = next(iter(commits), None) if len(commits) < 2 else self._newest_of(commits, lines)
        return next((line for line in lines if line.commit == newest), lines[0])

    def _newest_of(self, commits: frozenset[str], lines: list[Line]) -> str | None:
        repository = self._workspace.repository
        if commits not in self._newest and repository is not None:
            files = sorted({self._workspace.root / line.file for line in lines})
            self._newest[commits] = repository.newest(commits, files)
        return self._newest.get(commits)
