"""What a change of files may have made right or wrong: ``--changed-since``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from stardust_gitops.assets.lock import LOCK_SUFFIX, lock_path
from stardust_gitops.catalog.loading import CONFIG_NAME, Catalogue
from stardust_gitops.diagnostics import Finding
from stardust_gitops.errors import UsageError
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.rules.index import CatalogueIndex, ReleaseRow

_REFERENCES = frozenset({"SG1201", "SG1206"})
_REFERRED_TO = ("targets/", "genre_maps/", "tracks/", "parties/", "labels/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The files that changed and all that depends on them. `references` tells that a name may
    have appeared or gone, so that whoever refers to it is affected, wherever that is."""

    everything: bool = False
    files: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    references: bool = False

    def concerns(self, finding: Finding) -> bool:
        """Whether a finding may come from the change."""
        return (
            self.everything
            or finding.file in self.files
            or finding.target in self.targets
            or (self.references and finding.code in _REFERENCES)
        )


def changed_since(workspace: Workspace, ref: str) -> set[str]:
    """The files of the catalogue that differ from a commit; `UsageError` outside git."""
    if workspace.repository is None:
        raise UsageError(
            "--changed-since needs a git repository", hint="leave it out to look at everything"
        )
    return workspace.repository.changed_since(ref, workspace.root)


def affected_by(changed: Collection[str], catalogue: Catalogue, index: CatalogueIndex) -> Affected:
    """What depends on the changed files; paths are relative to the catalogue's root."""
    files = {name for path in changed for name in _described(path)}
    if CONFIG_NAME in files:
        return Affected(everything=True)
    maps = {PurePosixPath(path).stem for path in files if path.startswith("genre_maps/")}
    targets = {
        target.id
        for target in catalogue.targets.values()
        if target.file in files or target.model.genre_map in maps
    }
    files |= set(_users(index.releases, frozenset(files)))
    return Affected(
        files=frozenset(files),
        targets=frozenset(targets),
        references=any(path.startswith(_REFERRED_TO) for path in files),
    )


def _described(path: str) -> tuple[str, ...]:
    """A lock stands for the file beside it, and goes with it."""
    if not path.startswith(("releases/", "tracks/")):
        return (path,)
    if path.endswith(LOCK_SUFFIX):
        stem = path.removesuffix(LOCK_SUFFIX)
        return path, f"{stem}.yaml", f"{stem}.yml"
    return path, lock_path(path)


def _users(rows: Iterable[ReleaseRow], files: Collection[str]) -> Iterator[str]:
    """The files that are made of some of these: by a recording, by one of its files, by cover or
    booklet, by a party or the label."""
    for row in rows:
        if row.cover in files or row.booklet in files or not row.shared.isdisjoint(files):
            yield row.file
        for track in row.tracks:
            changed = track.audio in files or any(path in files for path in track.beside)
            if changed:
                yield track.origin
            if changed or track.origin in files:
                yield row.file
