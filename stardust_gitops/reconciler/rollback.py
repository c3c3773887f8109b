"""A release as it was for a delivery, brought back into the work tree.

Only its own files are: what others use too is told of, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from stardust_gitops.assets.lock import LOCK_SUFFIX, lock_path
from stardust_gitops.catalog.loading import CONFIG_NAME
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.errors import GitOpsError, SafetyError, UsageError
from stardust_gitops.git.repository import Repository
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.deliveries import Delivered
from stardust_gitops.reconciler.workspace import Workspace

CHANGES = "+changes"
"""What stands behind a commit in the ledger where uncommitted changes were delivered."""
_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A file of the release: its content now and then, ``None`` where it is not there."""

    file: str
    now: bytes | None
    then: bytes | None

    @property
    def differs(self) -> bool:
        """Whether there is anything to bring back."""
        return self.now != self.then


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What brings a release back: its own files, and the `shared` ones that it used and that have
    changed since."""

    commit: str
    files: tuple[Restored, ...]
    shared: tuple[str, ...]


def choose(found: Iterable[Delivered], number: int, target: str | None) -> Delivered:
    """The delivery with this number, by its begin or its end. `UsageError` where there is none, or
    where targets had different commits under it."""
    known = [entry for entry in found if target is None or entry.target == target]
    chosen = [entry for entry in known if number in (entry.version, entry.begun)]
    if not chosen:
        numbers = ", ".join(f"{entry.version} ({entry.target})" for entry in known)
        raise UsageError(
            f"there is no delivery {number}",
            hint=f"its deliveries are {numbers}; see  history"
            if numbers
            else "nothing was delivered there",
        )
    if len({entry.commit for entry in chosen}) > 1:
        names = ", ".join(sorted(entry.target for entry in chosen))
        raise UsageError(f"{number} is a delivery to each of {names}", hint="give --target")
    return chosen[0]


def prepare(workspace: Workspace, release: str, delivered: Delivered) -> Rollback:
    """What to bring back of a release (GTIN-14). `SafetyError` where git does not know what was
    delivered, or where files have changes that are not committed."""
    repository, commit = _commit_of(workspace, delivered)
    was = _file_at(workspace, repository, commit, release)
    if was is None:
        raise UsageError(
            f"{shown_icpn(release)} is in no file at {commit[:10]}",
            hint="it was delivered from another catalogue; see  history --format json",
        )
    file = _file_now(workspace, release) or was
    _refuse_another(workspace, file, release)
    locks = {lock_path(was): lock_path(file)}
    contents = repository.read_at(commit, workspace.root, {was, *locks})
    files = tuple(
        Restored(file=now, now=_read(workspace.root / now), then=contents.get(then))
        for then, now in {was: file, **locks}.items()
    )
    _refuse_changes(workspace, [entry for entry in files if entry.differs])
    shared = _shared(workspace, repository, commit, contents[was], delivered.target)
    own = {entry.file for entry in files}
    return Rollback(commit=commit, files=files, shared=tuple(sorted(set(shared) - own)))


def restore(root: Path, files: Iterable[Restored]) -> None:
    """Write them, each whole or not at all."""
    for entry in files:
        path = root / entry.file
        try:
            if entry.then is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f".{path.name}.rollback")
            aside.write_bytes(entry.then)
            aside.replace(path)
        except OSError as error:
            raise GitOpsError(
                f"{entry.file} cannot be written: {error.strerror}", hint="make it writable"
            ) from error


def _commit_of(workspace: Workspace, delivered: Delivered) -> tuple[Repository, str]:
    if workspace.repository is None:
        raise UsageError("rollback needs a git repository", hint="run it in a clone")
    commit = delivered.commit
    if commit is None or commit.endswith(CHANGES):
        base = "" if commit is None else f" on top of {commit.removesuffix(CHANGES)[:10]}"
        raise SafetyError(
            f"delivery {delivered.version} was of files that nobody had committed{base}: git does"
            " not know them",
            hint="choose another delivery, or write the old values into the file by hand",
            code="SG7004",
        )
    return workspace.repository, workspace.repository.commit_of(commit)


def _file_at(workspace: Workspace, repository: Repository, commit: str, release: str) -> str | None:
    """The file that described a release at a commit."""
    ids = repository.ids_at(commit, workspace.root)
    blobs = {path: blob for path, blob in ids.items() if _is_yaml(path, "releases/")}
    for path, (_, data) in zip(blobs, repository.read_blobs(blobs.values()), strict=True):
        if _release_of(data, path) == release:
            return path
    return None


def _file_now(workspace: Workspace, release: str) -> str | None:
    """The file that describes a release now, ``None`` where none can be read that does."""
    for file in workspace.catalogue.release_files:
        data = _read(workspace.root / file)
        if data is not None and _release_of(data, file) == release:
            return file
    return None


def _refuse_another(workspace: Workspace, file: str, release: str) -> None:
    """The file of then may be that of another release now."""
    data = _read(workspace.root / file)
    now = None if data is None else _release_of(data, file)
    if now is not None and now != release:
        raise UsageError(
            f"{file} describes {shown_icpn(now)} now",
            hint="move that to another file first, and commit it",
        )


def _release_of(data: bytes, file: str) -> str | None:
    icpn = _document(data, file).get("icpn")
    try:
        return to_gtin14(icpn) if isinstance(icpn, str) else None
    except ValueError:
        return None


def _document(data: bytes, file: str) -> dict[str, Any]:
    """What stands in a file; nothing where it does not read."""
    try:
        return parse(data, file)
    except YamlInvalid:
        return {}


def _refuse_changes(workspace: Workspace, files: Sequence[Restored]) -> None:
    dirty = [
        entry.file
        for entry in files
        if entry.file in workspace.modified
        or (entry.now is not None and entry.file not in workspace.git_ids)
    ]
    if dirty:
        raise SafetyError(
            f"not committed, and would be lost: {', '.join(dirty)}",
            hint="commit the changes or take them back, then run it again",
            code="SG7001",
        )


def _shared(
    workspace: Workspace, repository: Repository, commit: str, release: bytes, target: str
) -> Iterator[str]:
    """The files that the release was made of beside its own, where they differ now."""
    changed = repository.changed_since(commit, workspace.root)
    described = {path for path in changed if _is_yaml(path, "")}
    then = repository.read_at(commit, workspace.root, described)
    config = workspace.catalogue.config.defaults.model_dump(mode="json")
    used = {*_leaves(_document(release, "")), *_leaves(config)}
    for path in then:  # what its shared recordings were made of, it was made of, too
        if path.startswith("tracks/"):
            document = _document(then[path], path)
            if document.get("isrc") in used:
                used |= set(_leaves(document))
    known = workspace.catalogue.targets.get(target)
    fixed = {CONFIG_NAME, f"targets/{target}.yaml"}
    if known is not None:
        fixed |= {known.file, f"genre_maps/{known.model.genre_map}.yaml"}
    for path in changed:
        if path in fixed or path in used or used & _names(path, then):
            yield path


def _names(path: str, then: Mapping[str, bytes]) -> set[str]:
    """What a shared file was called by those that use it."""
    if path.endswith(LOCK_SUFFIX) or not path.startswith(("tracks/", "parties/", "labels/")):
        return set()
    document = _document(then.get(path, b""), path)
    names = (document.get(key) for key in ("isrc", "id", "name"))
    return {PurePosixPath(path).stem, *(name for name in names if isinstance(name, str))}


def _leaves(value: object) -> Iterator[str]:
    """All texts of a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _leaves(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _leaves(entry)


def _is_yaml(path: str, folder: str) -> bool:
    return path.startswith(folder) and path.endswith(_YAML)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GitOpsError(
            f"{path.name} cannot be read: {error.strerror}", hint="make it readable"
        ) from error
