"""The lock file: what was measured of each asset of one release or track file.

JSON with sorted keys and one field per line, so that it diffs and merges well; it holds no clock,
machine or version, so that measuring the same bytes again gives the same file. It is made by
``stardust-gitops assets lock`` and by nobody else: a conflict in it is resolved by running that.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, NotRequired, TypeAlias

import orjson
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import (
    AssetKind,
    AudioFacts,
    Facts,
    FileFacts,
    ImageFacts,
    TextFacts,
    VideoFacts,
)
from stardust_gitops.assets.paths import check_reference
from stardust_gitops.diagnostics import Finding

LOCK_SUFFIX = ".lock.json"
_REMEDY = "run `stardust-gitops assets lock`, which measures the files and writes it anew"
_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


class LockedAsset(NamedTuple):
    """What stands in the lock of one asset; `path` is its reference in the catalogue."""

    path: str
    file: FileFacts
    facts: Facts

    @property
    def kind(self) -> AssetKind:
        """What it was measured as."""
        return _KINDS[type(self.facts)]


_KINDS: Mapping[type[Facts], AssetKind] = {
    AudioFacts: "audio",
    ImageFacts: "image",
    VideoFacts: "video",
    TextFacts: "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The measured assets of one catalogue file, by reference."""

    assets: Mapping[str, LockedAsset]


class LockInvalid(AssetError):  # noqa: N818 - it names a state of the file, as the finding does
    """A lock file that cannot be read. `finding` says so to those who only read it."""

    def __init__(self, problem: str, *, file: str, hint: str = _REMEDY) -> None:
        super().__init__(problem, code=AssetProblem.LOCK_INVALID, hint=hint, asset=file)
        self.finding: Finding = self.as_finding(file=file)


def lock_path(file: str) -> str:
    """Where the lock of a catalogue file stands: ``releases/x.lock.json``."""
    return file.removesuffix(".yaml").removesuffix(".yml") + LOCK_SUFFIX


def read_lock(data: bytes, file: str) -> Lock:
    """The lock in `data`; `file` is its path in the catalogue, for the finding.

    Raises `LockInvalid` for everything that `dump_lock` could not have written, save white space
    and the order of keys.
    """
    try:
        document = ADAPTER.validate_json(data)
    except ValidationError as error:
        raise _invalid(data, error, file) from error
    # JSON lets the last of two equal keys win; a merge that kept both sides leaves such.
    if data.count(b'"sha256"') != len(document["assets"]):
        raise LockInvalid("the lock file names an asset twice", file=file)
    assets = {}
    for path, entry in document["assets"].items():
        try:
            check_reference(path)
        except AssetError as error:
            raise LockInvalid(f"the lock file is not valid: {error.message}", file=file) from error
        assets[path] = _asset(path, entry)
    return Lock(assets=assets)


def dump_lock(lock: Lock) -> bytes:
    """The bytes of a lock file; equal locks give equal bytes."""
    entries = {path: _entry(asset) for path, asset in lock.assets.items()}
    return orjson.dumps({"format": 1, "assets": entries}, option=_OPTIONS)


def write_lock(path: Path, lock: Lock) -> bool:
    """Bring the lock file at `path` up to date; whether anything was changed on disk.

    The file appears whole or not at all (written aside, then renamed), is left alone where its
    bytes are equal already, and is removed where the lock is empty. Raises `AssetError` when the
    disk refuses.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if not lock.assets:
            existed = path.exists()
            path.unlink(missing_ok=True)
            return existed
        data = dump_lock(lock)
        if path.is_file() and path.read_bytes() == data:
            return False
        try:
            aside.write_bytes(data)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        return True
    except OSError as error:
        raise AssetError(
            f"the lock file cannot be written: {error.strerror or error}",
            code=AssetProblem.LOCK_NOT_WRITTEN,
            hint="check the folder's permissions and the space on the disk",
        ) from error


def disagreement(
    locked: LockedAsset,
    *,
    blob_id: str | None = None,
    lfs_oid: str | None = None,
    size: int | None = None,
) -> str | None:
    """What says that a file is no longer the one that was measured, or ``None``. Pure.

    The strongest identity that is given decides: the Git LFS oid (which is the SHA-256), else the
    git blob id, of the file or of its Git LFS pointer, else the size in bytes, which can only tell
    that a file changed, not that it did not. A blob id of a SHA-256 repository is not comparable.
    """
    if lfs_oid is not None:
        if lfs_oid == locked.file.sha256:
            return None
        return f"Git LFS object {lfs_oid[:7]}, measured was {locked.file.sha256[:7]}"
    if blob_id is not None and len(blob_id) == len(locked.file.git_blob):
        if blob_id == locked.file.git_blob or blob_id == _pointer_blob(locked.file):
            return None
        return f"git blob {blob_id[:7]}, measured was {locked.file.git_blob[:7]}"
    if size is not None and size != locked.file.size:
        return f"{size} bytes, measured were {locked.file.size}"
    return None


def _pointer_blob(file: FileFacts) -> str:
    """The git blob id of the Git LFS pointer to a file: LFS writes a pointer in one way only."""
    pointer = (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{file.sha256}\nsize {file.size}\n"
    ).encode()
    return hashlib.sha1(b"blob %d\0" % len(pointer) + pointer, usedforsecurity=False).hexdigest()


def _hex(digits: int) -> StringConstraints:
    return StringConstraints(pattern=rf"^[0-9a-f]{{{digits}}}$")


_Count = Annotated[int, Field(ge=1)]
_Seconds = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]*)(\.[0-9]{0,5}[1-9])?$")]
_STRICT = with_config(ConfigDict(extra="forbid", strict=True))


class _FileEntry(TypedDict):
    sha256: Annotated[str, _hex(64)]
    md5: Annotated[str, _hex(32)]
    git_blob: Annotated[str, _hex(40)]
    size: _Count


@_STRICT
class _AudioEntry(_FileEntry):
    kind: Literal["audio"]
    codec: Literal["FLAC", "PCM", "DolbyAtmosMasterADM"]
    container: NotRequired[Literal["WAV", "AIFF"]]
    sample_rate: _Count
    channels: _Count
    duration: _Seconds
    bit_depth: NotRequired[_Count]


@_STRICT
class _ImageEntry(_FileEntry):
    kind: Literal["image"]
    codec: Literal["JPEG", "PNG", "TIFF"]
    width: _Count
    height: _Count
    mode: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9;]+$")]


@_STRICT
class _VideoEntry(_FileEntry):
    kind: Literal["video"]
    container: Literal["MP4", "QuickTime", "AVI"]
    codec: Literal[
        "AVC",
        "H.261",
        "H.263",
        "HEVC",
        "MPEG-1",
        "MPEG-2",
        "MPEG-4",
        "ProRes-422",
        "ProRes-422_HQ",
        "ProRes-422_LT",
        "ProRes-422_Proxy",
        "ProRes-4444",
        "ProRes-4444_XQ",
    ]
    width: _Count
    height: _Count
    frame_rate: _Seconds
    duration: _Seconds
    audio_codec: NotRequired[
        Literal["AAC", "AC-4", "ADPCM", "DolbyDigitalPlus", "FLAC", "MP2", "MP3", "PCM"]
    ]
    audio_channels: NotRequired[_Count]
    audio_sample_rate: NotRequired[_Count]


@_STRICT
class _TextEntry(_FileEntry):
    kind: Literal["text"]
    codec: Literal["PDF", "TTML", "SimpleLRC", "EnhancedLRC", "SRT", "VTT", "UTF8Text"]


_Entry: TypeAlias = _AudioEntry | _ImageEntry | _VideoEntry | _TextEntry


@_STRICT
class _Document(TypedDict):
    format: Literal[1]
    assets: dict[str, Annotated[_Entry, Field(discriminator="kind")]]


ADAPTER = TypeAdapter(_Document)
"""The shape of a lock file."""


def _asset(path: str, entry: _Entry) -> LockedAsset:
    file = FileFacts(entry["sha256"], entry["md5"], entry["git_blob"], entry["size"])
    facts: Facts
    if entry["kind"] == "audio":
        facts = AudioFacts(
            codec=entry["codec"],
            container=entry.get("container"),
            sample_rate=entry["sample_rate"],
            channels=entry["channels"],
            duration=entry["duration"],
            bit_depth=entry.get("bit_depth"),
        )
    elif entry["kind"] == "image":
        facts = ImageFacts(
            codec=entry["codec"], width=entry["width"], height=entry["height"], mode=entry["mode"]
        )
    elif entry["kind"] == "video":
        facts = _video(entry)
    else:
        facts = TextFacts(codec=entry["codec"])
    return LockedAsset(path, file, facts)


def _video(entry: _VideoEntry) -> VideoFacts:
    return VideoFacts(
        container=entry["container"],
        codec=entry["codec"],
        width=entry["width"],
        height=entry["height"],
        frame_rate=entry["frame_rate"],
        duration=entry["duration"],
        audio_codec=entry.get("audio_codec"),
        audio_channels=entry.get("audio_channels"),
        audio_sample_rate=entry.get("audio_sample_rate"),
    )


def _entry(asset: LockedAsset) -> dict[str, object]:
    entry: dict[str, object] = {"kind": asset.kind}
    entry |= asset.file._asdict()
    entry |= {name: value for name, value in asdict(asset.facts).items() if value is not None}
    return entry


def _invalid(data: bytes, error: ValidationError, file: str) -> LockInvalid:
    if b"\n<<<<<<<" in data or data.startswith(b"<<<<<<<"):
        return LockInvalid("the lock file holds the marks of a merge conflict", file=file)
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["loc"] == ("format",):
        return LockInvalid(
            "the lock file has a format that this version does not know",
            file=file,
            hint=f"use the version that wrote it, or {_REMEDY}",
        )
    place = " › ".join(str(step) for step in first["loc"] if step not in _KINDS.values())
    where = f" at {place}" if place else ""
    return LockInvalid(f"the lock file is not valid{where}: {first['msg']}", file=file)
