"""Measuring assets, and bringing locks up to date: only what changed is measured again."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from stardust_gitops.assets.audio import measure_audio
from stardust_gitops.assets.digest import changed_meanwhile, digest_file
from stardust_gitops.assets.errors import AssetError
from stardust_gitops.assets.facts import AssetKind, Facts
from stardust_gitops.assets.image import measure_image
from stardust_gitops.assets.lock import (
    Lock,
    LockedAsset,
    LockInvalid,
    disagreement,
    dump_lock,
    lock_path,
    read_lock,
    write_lock,
)
from stardust_gitops.assets.paths import resolve_asset
from stardust_gitops.assets.sniff import read_head, unreadable
from stardust_gitops.assets.text import measure_text
from stardust_gitops.assets.video import measure_video

Reference: TypeAlias = tuple[str, AssetKind]
"""A path as the catalogue writes it, and what the file there should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """How git names the content of an unmodified file: its blob id, or its Git LFS oid."""

    blob_id: str | None = None
    lfs_oid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LockResult:
    """A lock brought up to date.

    `measured` are the references whose facts were read from the file, `dropped` those that the
    catalogue no longer has. An asset with an error keeps its old entry, if it has one: what was
    measured once is still what apply verifies against.
    """

    lock: Lock
    measured: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    errors: tuple[AssetError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockJob:
    """One catalogue file (relative to the root, with slashes) and all assets it refers to."""

    file: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOutcome:
    """What became of a job; `changed` tells whether the lock file differs from before."""

    job: LockJob
    result: LockResult
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    reference: str
    asset: LockedAsset | None
    measured: bool = False
    error: AssetError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    job: LockJob
    old: Lock | None
    before: bytes | None
    error: AssetError | None = None
    futures: list[Future[_Settled]] = field(default_factory=list)


def measure(root: Path, reference: str, kind: AssetKind) -> LockedAsset:
    """Digests and facts of one asset. Raises `AssetError`, naming the asset."""
    return _measure(root, reference, kind, None)[0]


def facts_of(path: Path, kind: AssetKind) -> Facts:
    """The facts of a file, which is to be of that kind. Raises `AssetError`, not naming it."""
    return _READERS[kind](path)


_READERS: Mapping[AssetKind, Callable[[Path], Facts]] = {
    "audio": measure_audio,
    "image": measure_image,
    "video": measure_video,
    "text": measure_text,
}


def update_lock(
    root: Path,
    references: Sequence[Reference],
    old: Lock | None,
    *,
    known: Mapping[str, KnownFile] | None = None,
    force: bool = False,
) -> LockResult:
    """The lock of one catalogue file, measuring only what `old` does not answer for.

    An entry stays without the file being opened where git names the content (`known`) and the
    entry agrees. Otherwise the file is hashed, and measured only if its SHA-256 is new. `force`
    measures everything. Touches no lock file.
    """
    known = known or {}
    settled = [
        _settle(root, ref, _entry(old, ref), known.get(ref[0]), force)
        for ref in dict.fromkeys(references)
    ]
    return _assemble(settled, old)


def update_locks(
    root: Path,
    jobs: Iterable[LockJob],
    *,
    known: Mapping[str, KnownFile] | None = None,
    force: bool = False,
    write: bool = True,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Iterator[LockOutcome]:
    """Bring the lock files of many catalogue files up to date, several assets at a time.

    Outcomes come in the order of `jobs`, each after its lock was written (`write`). A lock file
    that cannot be read counts as absent. Errors are data in the outcomes; nothing stops at the
    first. `progress` is called in the calling thread with each reference that is done. `workers`
    defaults to the number of cores. When the iterator is closed early, the rest is not begun.
    """
    count = workers or os.cpu_count() or 1
    known = known or {}
    pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix="measure")
    window: deque[_Pending] = deque()
    try:
        for job in jobs:
            pending = _load(root, job)
            for ref in dict.fromkeys(job.references):
                entry, name = _entry(pending.old, ref), known.get(ref[0])
                pending.futures.append(pool.submit(_settle, root, ref, entry, name, force))
            window.append(pending)
            if len(window) > 4 * count:
                yield _finish(root, window.popleft(), write, progress)
        while window:
            yield _finish(root, window.popleft(), write, progress)
    finally:
        pool.shutdown(cancel_futures=True)


def _measure(
    root: Path, reference: str, kind: AssetKind, old: LockedAsset | None
) -> tuple[LockedAsset, bool]:
    """The asset as it is now, and whether its facts were read (not taken from `old`)."""
    path = resolve_asset(root, reference)
    try:
        read_head(path)
        before = _stamp(path)
        file = digest_file(path)
        if old is not None and old.file == file:
            return old, False
        facts = facts_of(path, kind)
        if _stamp(path) != before:
            raise changed_meanwhile()
    except AssetError as error:
        raise error.of(reference) from error
    return LockedAsset(path=reference, file=file, facts=facts), True


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise unreadable(error) from error
    return status.st_size, status.st_mtime_ns


def _settle(
    root: Path,
    ref: Reference,
    old: LockedAsset | None,
    known: KnownFile | None,
    force: bool,
) -> _Settled:
    reference, kind = ref
    if old is not None and old.kind != kind:
        old = None
    if old is not None and not force and _vouched(old, known):
        return _Settled(reference=reference, asset=old)
    try:
        asset, measured = _measure(root, reference, kind, None if force else old)
    except AssetError as error:
        error.reference = reference
        return _Settled(reference=reference, asset=old, error=error)
    return _Settled(reference=reference, asset=asset, measured=measured)


def _vouched(old: LockedAsset, known: KnownFile | None) -> bool:
    """Whether git's name for the content says that `old` still holds."""
    if known is None or (known.lfs_oid is None and len(known.blob_id or "") != 40):
        return False
    return disagreement(old, blob_id=known.blob_id, lfs_oid=known.lfs_oid) is None


def _entry(lock: Lock | None, ref: Reference) -> LockedAsset | None:
    return lock.assets.get(ref[0]) if lock is not None else None


def _assemble(settled: Sequence[_Settled], old: Lock | None) -> LockResult:
    assets = {each.reference: each.asset for each in settled if each.asset is not None}
    gone = set(old.assets if old is not None else ()) - {each.reference for each in settled}
    return LockResult(
        lock=Lock(assets=assets),
        measured=tuple(each.reference for each in settled if each.measured),
        dropped=tuple(sorted(gone)),
        errors=tuple(each.error for each in settled if each.error is not None),
    )


def _load(root: Path, job: LockJob) -> _Pending:
    name = lock_path(job.file)
    try:
        data = (root / name).read_bytes()
    except FileNotFoundError:
        return _Pending(job=job, old=None, before=None)
    except OSError as error:
        return _Pending(job=job, old=None, before=None, error=unreadable(error).of(name))
    try:
        return _Pending(job=job, old=read_lock(data, name), before=data)
    except LockInvalid:
        return _Pending(job=job, old=None, before=data)


def _finish(
    root: Path, pending: _Pending, write: bool, progress: Callable[[str], None] | None
) -> LockOutcome:
    settled = []
    for future in pending.futures:
        settled.append(future.result())
        if progress is not None:
            progress(settled[-1].reference)
    result = _assemble(settled, pending.old)
    changed = (dump_lock(result.lock) if result.lock.assets else None) != pending.before
    error = pending.error
    if write and changed and error is None:
        name = lock_path(pending.job.file)
        try:
            write_lock(root / name, result.lock)
        except AssetError as refused:
            error = refused.of(name)
    if error is not None:
        result, changed = replace(result, errors=(*result.errors, error)), False
    return LockOutcome(job=pending.job, result=result, changed=changed)
