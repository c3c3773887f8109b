"""A catalogue where it lies: in a git work tree or outside git, with the locks of its assets."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from stardust_gitops.catalog.loading import CONFIG_NAME, Catalogue, open_catalogue
from stardust_gitops.catalog.models.environment import PRODUCTION
from stardust_gitops.catalog.models.transports.directory import FOLDERS
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.errors import UsageError
from stardust_gitops.git.repository import Repository

CATALOGUE_FOLDERS = tuple(f"{folder}/" for folder in FOLDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What `plan` and `apply` read besides the ledger.

    `git_ids` are git's ids of committed or staged files by path; `modified` the paths that differ
    from the last commit. Both are empty outside git, where `commit` is ``None``.
    """

    catalogue: Catalogue
    repository: Repository | None
    commit: str | None
    git_ids: Mapping[str, str]
    modified: frozenset[str]

    @property
    def root(self) -> Path:
        """The folder of ``stardust.yaml``."""
        return self.catalogue.root

    def in_environment(self, name: str) -> Workspace:
        """The same for one environment, with the targets that it has. `UsageError` for a name that
        ``environments:`` does not have, where there is one."""
        known = self.catalogue.config.environments
        if known and name not in known and name != PRODUCTION:
            near = did_you_mean(name, sorted({*known, PRODUCTION}))
            hint = f"did you mean {near}?" if near else "add it to environments: in stardust.yaml"
            raise UsageError(f"there is no environment {name!r}", hint=hint)
        return replace(self, catalogue=replace(self.catalogue, environment=name))

    def files(self) -> set[str]:
        """The files that the catalogue is read from, genre maps and what does not read left out."""
        frame = self.catalogue
        read = {CONFIG_NAME, *frame.release_files}
        read |= {target.file for target in frame.targets.values()}
        read |= {party.file for party in frame.parties.values()}
        read |= {label.file for label in frame.labels.values()}
        return read | {recording.file for recording in frame.recordings.values()}

    def uncommitted(self) -> list[str]:
        """Files of the catalogue that differ from the last commit, sorted; those too that git
        was told to ignore although the catalogue reads them."""
        if self.repository is None:
            return []
        read = self.files()
        changed = {path for path in self.modified if path.startswith(CATALOGUE_FOLDERS)}
        return sorted(changed | (read & self.modified) | (read - self.git_ids.keys()))


def prefix_of(root: Path) -> str:
    """The catalogue's folder in its repository with a slash; empty at the top and outside git."""
    repository = Repository.find(root)
    if repository is None:
        return ""
    folder = root.resolve().relative_to(repository.root).as_posix()
    return "" if folder == "." else f"{folder}/"


def open_workspace(root: Path) -> Workspace:
    """Read the catalogue's frame and what git knows of its files."""
    repository = Repository.find(root)
    if repository is None:
        return Workspace(
            catalogue=open_catalogue(root),
            repository=None,
            commit=None,
            git_ids={},
            modified=frozenset(),
        )
    with ThreadPoolExecutor() as pool:  # git looks at every file: meanwhile we look at ours
        modified = pool.submit(repository.modified, root)
        git_ids = pool.submit(repository.index_ids, root)
        return Workspace(
            catalogue=open_catalogue(root),
            repository=repository,
            commit=repository.head(),
            git_ids=git_ids.result(),
            modified=frozenset(modified.result()),
        )
