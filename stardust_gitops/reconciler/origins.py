"""Where a change comes from: the file and line that say so now, and the commit that wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from stardust_gitops.catalog.loading import Target, read_bytes
from stardust_gitops.catalog.locate import locate
from stardust_gitops.content.effective import Place
from stardust_gitops.content.resolve import Base, Resolver
from stardust_gitops.diagnostics import Pointer
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.model import Change
from stardust_gitops.reconciler.places import places_of
from stardust_gitops.reconciler.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, and the commit that wrote it so far as git can tell."""

    file: str
    number: int
    commit: str | None


MOST_BLAMES = 500
"""Files that are blamed for one plan: beyond that, finding commits would take longer than the
plan itself, and changes are told without them."""


class Origins:
    """Finds the origin of changes; each file is read, located and blamed once."""

    def __init__(self, workspace: Workspace, resolver: Resolver) -> None:
        self._workspace = workspace
        self._resolver = resolver
        self._numbers: dict[Place, int] = {}
        self._commits: dict[str, list[str | None]] = {}
        self._newest: dict[frozenset[str], str | None] = {}

    def trace(self, changes: Iterable[Change], base: Base, target: Target) -> tuple[Change, ...]:
        """The changes of one item with their origins, so far as they can be told."""
        catalogue = self._workspace.catalogue
        found = [
            (change, tuple(places_of(change, base, target, catalogue, self._resolver)))
            for change in changes
        ]
        self._locate({place for _, places in found for place in places})
        return tuple(self._with_origin(change, places) for change, places in found)

    def _with_origin(self, change: Change, places: tuple[Place, ...]) -> Change:
        lines = [
            Line(file, number, self._commit(file, number))
            for file, pointer in places
            if (number := self._numbers.get((file, pointer)))
        ]
        if not lines:
            return change
        line = self._last_written(lines)
        return replace(change, source=f"{line.file}:{line.number}", commit=line.commit)

    def _locate(self, places: set[Place]) -> None:
        """Note the lines of places that are not known yet, reading each file once."""
        wanted: dict[str, list[Pointer]] = {}
        for file, pointer in places:
            if (file, pointer) not in self._numbers:
                wanted.setdefault(file, []).append(pointer)
        for file, pointers in wanted.items():
            try:
                data = read_bytes(self._workspace.root, file)
            except OSError:
                continue  # gone since it was planned: the change is told without its line
            for pointer, (number, _) in locate(data, pointers).items():
                self._numbers[file, pointer] = number

    def _commit(self, file: str, line: int) -> str | None:
        repository = self._workspace.repository
        if repository is None or self._workspace.commit is None:
            return None
        if file not in self._commits:
            if len(self._commits) >= MOST_BLAMES:
                return None
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
