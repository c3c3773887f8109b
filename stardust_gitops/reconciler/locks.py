"""Lock files against the files they measured: what `plan` knows of assets, opening none of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import AssetKind
from stardust_gitops.assets.lock import (
    Lock,
    LockedAsset,
    LockInvalid,
    disagreement,
    lock_path,
    read_lock,
)
from stardust_gitops.assets.paths import resolve_asset
from stardust_gitops.assets.sniff import read_head
from stardust_gitops.catalog.loading import Catalogue, read_bytes
from stardust_gitops.catalog.models.recordings import RecordingFields, TrackEntry
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.problems import Problems
from stardust_gitops.diagnostics import Pointer
from stardust_gitops.reconciler.workspace import Workspace

_RUN_LOCK = "run  stardust-gitops assets lock"


class Reference(NamedTuple):
    """A mention of an asset: which catalogue file says it, where, and what it should be."""

    file: str
    pointer: Pointer
    path: str
    kind: AssetKind


_RARE = frozenset({"immersive", "lyrics", "preview", "screen_capture", "video"})
"""Keys of further files, which few recordings have: they are asked for at once."""


def recording_references(
    file: str, pointer: Pointer, fields: RecordingFields
) -> Iterator[Reference]:
    """All assets that a description of a recording, or a track of a release, mentions itself.
    `pointer` is its place in `file`."""
    if fields.audio is not None:
        yield Reference(file, (*pointer, "audio"), fields.audio, "audio")
    if _RARE.isdisjoint(fields.model_fields_set):
        return
    if fields.video is not None:
        yield Reference(file, (*pointer, "video"), fields.video, "video")
    if fields.immersive is not None:
        place = (*pointer, "immersive", "audio")
        yield Reference(file, place, fields.immersive.audio, "audio")
    if fields.preview is not None and fields.preview.audio is not None:
        yield Reference(file, (*pointer, "preview", "audio"), fields.preview.audio, "audio")
    if fields.screen_capture is not None:
        yield Reference(file, (*pointer, "screen_capture"), fields.screen_capture, "image")
    if fields.lyrics is not None:
        yield Reference(file, (*pointer, "lyrics"), fields.lyrics, "text")


def release_references(file: str, model: ReleaseFile, catalogue: Catalogue) -> Iterator[Reference]:
    """All assets of a release, those of the recordings that it refers to included, unless a track
    gives its own in their place."""
    for place, track in enumerate(model.tracks):
        yield from recording_references(file, ("tracks", place), track)
        recording = None if track.track is None else catalogue.recordings.get(track.track)
        if recording is not None:
            for reference in recording_references(recording.file, (), recording.model):
                if reference.pointer[0] not in track.model_fields_set:
                    yield reference
    if model.cover is not None:
        yield Reference(file, ("cover",), model.cover, "image")
    if model.booklet is not None:
        yield Reference(file, ("booklet",), model.booklet, "text")


@dataclass(slots=True)
class Locks:
    """The locks of a workspace; those of shared recordings are read once."""

    workspace: Workspace
    _shared: dict[str, Lock | LockInvalid | None] = field(default_factory=dict)

    def assets_of(
        self, file: str, model: ReleaseFile, problems: Problems
    ) -> dict[str, LockedAsset]:
        """The measured assets of a release by reference; what is missing, changed or broken is a
        problem."""
        catalogue = self.workspace.catalogue
        for place, track in enumerate(model.tracks):
            if not (track.audio or track.video or self._is_recorded(track)):
                problems.error(
                    "SG2001",
                    ("tracks", place, "audio"),
                    f"track {place + 1} has no audio and no video",
                    "add audio: assets/…, or video: assets/… of a music video",
                )
        locked: dict[str, LockedAsset] = {}
        own = self._read(file)
        reported = False
        for reference in release_references(file, model, catalogue):
            lock = own if reference.file == file else self._recording(reference.file)
            if isinstance(lock, LockInvalid):
                if not reported:
                    problems.findings.append(lock.finding)
                reported = True
                continue
            asset = lock.assets.get(reference.path) if lock else None
            if asset is None or asset.kind != reference.kind:
                code = AssetProblem.LOCK_MISSING if lock is None else AssetProblem.NOT_LOCKED
                self._to_measure(reference, problems, code, "has not been measured")
            elif self._is_known(asset) or self._agrees(reference, asset, problems):
                locked[reference.path] = asset
        return locked

    def _is_recorded(self, track: TrackEntry) -> bool:
        """Whether a track has its file from the recording that it refers to. Of one that is not
        known nobody can tell: that is a problem of its own."""
        if track.track is None:
            return False
        recording = self.workspace.catalogue.recordings.get(track.track)
        if recording is None:
            return True
        model, own = recording.model, track.model_fields_set
        return bool("audio" not in own and model.audio) or bool("video" not in own and model.video)

    def _read(self, file: str) -> Lock | LockInvalid | None:
        name = lock_path(file)
        try:
            data = read_bytes(self.workspace.root, name)
        except FileNotFoundError:
            return None
        except OSError as error:
            return LockInvalid(f"the lock file cannot be read: {error.strerror}", file=name)
        try:
            return read_lock(data, name)
        except LockInvalid as invalid:
            return invalid

    def _recording(self, file: str) -> Lock | LockInvalid | None:
        if file not in self._shared:
            self._shared[file] = self._read(file)
        return self._shared[file]

    def _to_measure(
        self, reference: Reference, problems: Problems, code: AssetProblem, text: str
    ) -> None:
        """The file wants measuring; unless it could not even be measured, for a better reason."""
        try:
            read_head(resolve_asset(self.workspace.root, reference.path))
        except AssetError as error:
            known = error if error.asset else error.of(reference.path)
            self._refuse(reference, known, problems)
            return
        problems.error(
            code, reference.pointer, f"{reference.path} {text}", _RUN_LOCK, reference.file
        )

    @staticmethod
    def _refuse(reference: Reference, error: AssetError, problems: Problems) -> None:
        problems.error(
            error.code,
            reference.pointer,
            error.message,
            error.hint or "",
            reference.file,
        )

    def _is_known(self, asset: LockedAsset) -> bool:
        """Whether git knows the file by just the id that was measured: nearly always."""
        blob = self.workspace.git_ids.get(asset.path)
        return blob == asset.file.git_blob and asset.path not in self.workspace.modified

    def _agrees(self, reference: Reference, asset: LockedAsset, problems: Problems) -> bool:
        try:
            problem = self._compare(reference.path, asset)
        except AssetError as error:
            self._refuse(reference, error, problems)
            return False
        if problem is not None:
            text = f"is not the file that was measured: {problem}"
            self._to_measure(reference, problems, AssetProblem.DISAGREES, text)
        return problem is None

    def _compare(self, path: str, asset: LockedAsset) -> str | None:
        """Git's id decides where git knows the file as it is; else the size, so far as one can
        tell without reading. The digest check of `apply` has the last word."""
        blob = self.workspace.git_ids.get(path)
        if blob is not None and path not in self.workspace.modified:
            return disagreement(asset, blob_id=blob)
        file = resolve_asset(self.workspace.root, path)
        try:
            status = file.stat()
        except OSError as error:
            return f"it cannot be found ({error.strerror})"
        return disagreement(asset, size=status.st_size)
