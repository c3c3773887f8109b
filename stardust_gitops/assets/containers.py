"""The outermost layer of a video file: which container it is, and whether it is all there.

MP4 (ISO/IEC 14496-12) and QuickTime are rows of boxes, AVI (Microsoft, "AVI RIFF File Reference",
with the OpenDML extension) a row of RIFF chunks; each says how long it is, which shows a file that
was cut off. Only those headers are read.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.sniff import foreign_name, unreadable

Container = Literal["MP4", "QuickTime", "AVI"]
"""A DDEX ContainerFormat."""

_MAX_BOXES = 100_000
_FIRST_OF_QUICKTIME = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""A QuickTime file of the last century has no ``ftyp``."""


def is_container(head: bytes) -> bool:
    """Whether a file that begins with `head` is one of these."""
    return _is_avi(head) or head[4:8] in (b"ftyp", *_FIRST_OF_QUICKTIME)


def _is_avi(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"AVI "


def read_container(path: Path, head: bytes) -> Container:
    """The container of a video file that begins with `head`.

    Raises `AssetError`: another format, cut off, or damaged.
    """
    if not is_container(head):
        raise AssetError(
            f"the file is not MP4, QuickTime or AVI video but {foreign_name(head)}",
            code=AssetProblem.UNSUPPORTED,
            hint="export the video as QuickTime (.mov) or MP4",
        )
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if _is_avi(head):
                _walk_riff(file, size)
                return "AVI"
            names = dict.fromkeys(_walk_boxes(file, size))
    except OSError as error:
        raise unreadable(error) from error
    if b"moov" not in names:
        raise _cut("the box that describes the streams (moov) is missing")
    if b"mdat" not in names:
        raise _cut("the box with picture and sound (mdat) is missing")
    named_quicktime = head[4:8] != b"ftyp" or head[8:12] == b"qt  "
    return "QuickTime" if named_quicktime else "MP4"


def _walk_boxes(file: BinaryIO, size: int) -> Iterator[bytes]:
    position = 0
    for _ in range(_MAX_BOXES):
        if position + 8 > size:
            return
        file.seek(position)
        header = file.read(16)
        length, name = struct.unpack_from(">I4s", header)
        least = 8
        if length == 1:
            if len(header) < 16:
                raise _cut("its last box is incomplete")
            (length,), least = struct.unpack_from(">Q", header, 8), 16
        elif length == 0:  # to the end of the file
            length = size - position
        if length < least:
            raise _damaged(f"a box at byte {position} is shorter than its own header")
        _check_end(position, length, size, name)
        yield name
        position += length
    raise _damaged(f"it has more than {_MAX_BOXES} boxes")


def _walk_riff(file: BinaryIO, size: int) -> None:
    position = 0
    while position + 12 <= size:
        file.seek(position)
        name, length, form = struct.unpack("<4sI4s", file.read(12))
        if name != b"RIFF" or form not in (b"AVI ", b"AVIX"):
            return  # something of the writer's own behind the video
        _check_end(position, 8 + length, size, form)
        position += 8 + length + length % 2


def _check_end(position: int, length: int, size: int, name: bytes) -> None:
    if position + length > size:
        shown = name.decode("ascii", "backslashreplace").strip()
        raise _cut(f"{shown} promises {length} bytes, the file has {size - position}")


def _cut(problem: str) -> AssetError:
    return AssetError(
        f"the video is cut off: {problem}",
        code=AssetProblem.TRUNCATED,
        hint="copy or export the file again, as one file that refers to no other",
    )


def _damaged(problem: str) -> AssetError:
    return AssetError(
        f"the video is damaged: {problem}",
        code=AssetProblem.DAMAGED,
        hint="export the file again",
    )
