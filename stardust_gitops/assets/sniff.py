"""The first look at a file: is it there, has it content, is it what it should be."""

from __future__ import annotations

import stat
from pathlib import Path

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.git.lfs import lfs_pointer

_HEAD = 1024
"""As much as tells a Git LFS pointer, which is shorter, from content."""


def read_head(path: Path) -> bytes:
    """The first 1024 bytes of a regular, non-empty file that is no Git LFS pointer.

    Raises `AssetError` for everything else. Nothing that blocks (a pipe, a device) is opened.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise AssetError(
                "is not a file",
                code=AssetProblem.NOT_A_FILE,
                hint="refer to the file itself",
            )
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise AssetError(
            "there is no such file",
            code=AssetProblem.MISSING,
            hint="add the file, or correct the reference to it",
        ) from None
    except OSError as error:
        raise unreadable(error) from error
    if not head:
        raise AssetError(
            "the file is empty (0 bytes)",
            code=AssetProblem.EMPTY,
            hint="put the real file in its place",
        )
    if lfs_pointer(head) is not None:
        raise AssetError(
            "a Git LFS pointer stands in place of the file",
            code=AssetProblem.LFS_POINTER,
            hint="run `git lfs pull` to fetch the content",
        )
    return head


def unreadable(error: OSError) -> AssetError:
    """The operating system's refusal, in one line."""
    return AssetError(
        f"cannot be read: {error.strerror or error}",
        code=AssetProblem.UNREADABLE,
        hint="check the file and its permissions",
    )


def check_suffix(path: Path, content: str, suffixes: tuple[str, ...]) -> None:
    """Refuse a name whose ending contradicts the content: recipients go by the ending."""
    if path.suffix.lower() not in suffixes:
        raise AssetError(
            f"the content is {content}, the name ends in {path.suffix or 'nothing'}",
            code=AssetProblem.WRONG_SUFFIX,
            hint=f"rename the file to end in {suffixes[0]}, or put the right file in its place",
        )


def foreign_name(head: bytes) -> str:
    """What a file is that is none of the formats that we take, for the message."""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "RIFF of an unknown kind")
    for magic, at, name in _FOREIGN:
        if head[at : at + len(magic)] == magic:
            return name
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "AAC (ADTS)" if head[1] & 0x06 == 0 else "MP3"
    return "in no format that we know"


_RIFF = {b"AVI ": "AVI", b"WAVE": "WAV", b"WEBP": "WebP"}
_FOREIGN = (
    (b"ID3", 0, "MP3, or other audio behind an ID3 tag"),
    (b"OggS", 0, "Ogg"),
    (b"ftyp", 4, "MP4 or QuickTime"),
    (b"caff", 0, "Core Audio (CAF)"),
    (b"MAC ", 0, "Monkey's Audio"),
    (b"wvpk", 0, "WavPack"),
    (b"0&\xb2u\x8ef\xcf\x11", 0, "Windows Media"),
    (b"FORM", 0, "AIFF"),
    (b"\x1aE\xdf\xa3", 0, "Matroska or WebM"),
    (b"\xff\xd8\xff", 0, "JPEG"),
    (b"\x89PNG", 0, "PNG"),
    (b"GIF8", 0, "GIF"),
    (b"\xff\xfe", 0, "UTF-16 text"),
    (b"\xfe\xff", 0, "UTF-16 text"),
    (b"%PDF", 0, "PDF"),
    (b"PK\x03\x04", 0, "ZIP"),
    (b"fLaC", 0, "FLAC"),
    (b"<", 0, "a web page or XML"),
)
