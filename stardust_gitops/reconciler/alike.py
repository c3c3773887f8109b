"""What of a survey holds for another commit too: a release is not read twice where nothing that it
is made of has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from stardust_gitops.assets.lock import lock_path
from stardust_gitops.reconciler.surveyor import ReleaseSurvey
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.rules.index import ReleaseRow, opened

_SHARED = "tracks/"
"""What releases share and the catalogue does not hold: the locks of recordings are in there."""


def entries_alike(
    entries: Mapping[str, ReleaseSurvey], here: Workspace, then: Workspace
) -> dict[str, ReleaseSurvey]:
    """Those `entries` of the catalogue `here` that a survey of the same catalogue at another commit
    would find again, by file.

    That is certain where git has the same ids for the file, its lock and each asset, none of them
    is modified, and all that releases share is equal. In doubt a release is left out.
    """
    if not _share_alike(here, then):
        return {}
    wanted = set(then.catalogue.release_files)
    return {
        file: entry
        for file, entry in entries.items()
        if file in wanted and entry.row is not None and _is_alike(opened(entry.row), here, then)
    }


def _share_alike(here: Workspace, then: Workspace) -> bool:
    """Whether settings, targets, genre maps, recordings, parties and labels are equal."""
    ours = here.catalogue
    if replace(then.catalogue, root=ours.root, release_files=ours.release_files) != ours:
        return False
    paths = {path for ids in (here.git_ids, then.git_ids) for path in ids}
    paths |= here.modified
    return all(_is_same(path, here, then) for path in paths if path.startswith(_SHARED))


def _is_alike(row: ReleaseRow, here: Workspace, then: Workspace) -> bool:
    # Beside a video the row does not name the audio that a track may have too.
    if any(track.video for track in row.tracks):
        return False
    return all(_is_same(path, here, then) for path in _made_of(row))


def _is_same(path: str, here: Workspace, then: Workspace) -> bool:
    blob = then.git_ids.get(path)
    return blob is not None and blob == here.git_ids.get(path) and path not in here.modified


def _made_of(row: ReleaseRow) -> Iterator[str]:
    """The paths of a release's file, its lock, and all its assets."""
    yield row.file
    yield lock_path(row.file)
    for path in (row.cover, row.booklet):
        if path is not None:
            yield path
    for track in row.tracks:
        if track.audio is not None:
            yield track.audio
        yield from track.beside
