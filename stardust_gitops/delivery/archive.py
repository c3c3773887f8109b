"""A release as one zip file, made while it is sent (PKWARE APPNOTE 6.3).

Nothing is deflated, audio would not get smaller. The bytes follow from the entries alone: times are
fixed, sizes and checksums stand before the data, so that every reader can take it as a stream. That
costs one more reading of each file before the first byte leaves, and needs no space for the zip.
"""

from __future__ import annotations

import bisect
import hashlib
import io
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import BinaryIO

import orjson

from stardust_gitops.delivery.transports.base import ChangedError, Source
from stardust_gitops.delivery.transports.checks import checked_blocks

_BLOCK = 1 << 20
_MOST_32 = 0xFFFFFFFF
_MOST_16 = 0xFFFF
_DATE = 0x0021  # 1980-01-01, the first day that a zip knows
_UTF8 = 0x0800
_UNIX_FILE = (3 << 8, 0o100644 << 16)

Find = Callable[[], Mapping[str, Source]]
"""Finds the sources of the entries, by their SHA-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file in the zip."""

    name: str
    size: int
    sha256: str
    crc32: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A zip by what is in it. Kept with the shipment, so that every attempt sends the same."""

    entries: tuple[Entry, ...]
    sha256: str

    @property
    def size(self) -> int:
        """Its bytes."""
        return archive_size([(entry.name, entry.size) for entry in self.entries])

    def as_bytes(self) -> bytes:
        """As it is kept."""
        entries = [asdict(entry) for entry in self.entries]
        return orjson.dumps({"format": 1, "sha256": self.sha256, "entries": entries})

    @classmethod
    def from_bytes(cls, data: bytes) -> Archive:
        """Back from what was kept."""
        values = orjson.loads(data)
        entries = tuple(Entry(**entry) for entry in values["entries"])
        return cls(entries=entries, sha256=values["sha256"])

    def source(self, name: str, find: Find) -> Source:
        """The zip as a source; the files in it are found when it is opened."""
        return Source(
            name=name,
            size=self.size,
            sha256=self.sha256,
            open=lambda: io.BufferedReader(_Stream(self.entries, find()), _BLOCK),
        )


def measure(files: Sequence[tuple[str, Source]]) -> Archive:
    """The zip of these files, by name. Each is read twice, the second time most likely from the
    memory of the system. `ChangedError` where one is not what was recorded."""
    entries: list[Entry] = []
    digest = hashlib.sha256()
    offset, directory = 0, b""
    for name, source in files:
        crc = 0
        for block in checked_blocks(source, _BLOCK):
            crc = zlib.crc32(block, crc)
        entry = Entry(name=name, size=source.size, sha256=source.sha256, crc32=crc)
        head = _local(entry)
        digest.update(head)
        for block in _again(source, crc):
            digest.update(block)
        directory += _central(entry, offset)
        offset += len(head) + entry.size
        entries.append(entry)
    digest.update(directory)
    digest.update(_end(len(entries), len(directory), offset))
    return Archive(entries=tuple(entries), sha256=digest.hexdigest())


def _again(source: Source, crc: int) -> Iterator[bytes]:
    """The bytes of a source that was found right a moment ago, and is still the same."""
    try:
        with source.open() as stream:
            found = 0
            while block := stream.read(_BLOCK):
                found = zlib.crc32(block, found)
                yield block
    except OSError as error:
        raise _changed(source) from error
    if found != crc:
        raise _changed(source)


def _changed(source: Source) -> ChangedError:
    return ChangedError(
        f"{source.name} changed while it was read",
        hint="wait until nobody writes to it any more, then apply again",
    )


def archive_size(files: Sequence[tuple[str, int]]) -> int:
    """The bytes of a zip of files with these names and sizes."""
    return _Layout([Entry(name=n, size=s, sha256="", crc32=0) for n, s in files]).size


class _Layout:
    """Where each piece of a zip begins: heads, files, directory."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.pieces: list[bytes | Entry] = []
        self.starts: list[int] = []
        self.size = 0
        directory = b""
        for entry in entries:
            directory += _central(entry, self.size)
            self._add(_local(entry))
            self._add(entry)
        start = self.size
        self._add(directory + _end(len(entries), len(directory), start))

    def _add(self, piece: bytes | Entry) -> None:
        length = len(piece) if isinstance(piece, bytes) else piece.size
        if length:
            self.pieces.append(piece)
            self.starts.append(self.size)
            self.size += length


class _Stream(io.RawIOBase):
    """The zip's bytes, from anywhere; one of its files is open at a time."""

    def __init__(self, entries: Sequence[Entry], sources: Mapping[str, Source]) -> None:
        self._layout = _Layout(entries)
        self._sources = sources
        self._at = 0
        self._open: tuple[int, BinaryIO] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._layout.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        layout, wanted = self._layout, len(buffer)
        if self._at >= layout.size or not wanted:
            return 0
        place = bisect.bisect_right(layout.starts, self._at) - 1
        piece, skip = layout.pieces[place], self._at - layout.starts[place]
        if isinstance(piece, bytes):
            data = piece[skip : skip + wanted]
        else:
            data = self._file(place, piece, skip).read(min(wanted, piece.size - skip))
            if not data:
                raise OSError(f"{piece.name} is shorter than it was")
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._drop()
        super().close()

    def _file(self, place: int, entry: Entry, skip: int) -> BinaryIO:
        if self._open is None or self._open[0] != place:
            self._drop()
            self._open = (place, self._sources[entry.sha256].open())
        stream = self._open[1]
        if stream.tell() != skip:
            stream.seek(skip)
        return stream

    def _drop(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            with suppress(OSError):  # it was read, whatever closing it says
                opened[1].close()


def _local(entry: Entry) -> bytes:
    """A local file header (4.3.7)."""
    name, large = entry.name.encode(), entry.size >= _MOST_32
    shown = _MOST_32 if large else entry.size
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size) if large else b""
    return (
        struct.pack(
            "<IHHHHHIIIHH",
            *(0x04034B50, _needs(large), _flags(entry.name), 0, 0, _DATE),
            *(entry.crc32, shown, shown, len(name), len(extra)),
        )
        + name
        + extra
    )


def _central(entry: Entry, offset: int) -> bytes:
    """An entry of the directory (4.3.12), with what needs 64 bits in an extra field (4.5.3)."""
    name, large = entry.name.encode(), entry.size >= _MOST_32
    wide = [entry.size, entry.size] if large else []
    wide += [offset] if offset >= _MOST_32 else []
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    shown = _MOST_32 if large else entry.size
    made_by, attributes = _UNIX_FILE
    return (
        struct.pack(
            "<IHHHHHHIIIHHHHHII",
            *(0x02014B50, made_by | 45, _needs(bool(wide)), _flags(entry.name), 0, 0, _DATE),
            *(entry.crc32, shown, shown, len(name), len(extra), 0, 0, 0, attributes),
            min(offset, _MOST_32),
        )
        + name
        + extra
    )


def _end(count: int, size: int, offset: int) -> bytes:
    """The end of the directory (4.3.16), after that of zip64 (4.3.14, 4.3.15) where it is
    needed."""
    wide = b""
    if count >= _MOST_16 or size >= _MOST_32 or offset >= _MOST_32:
        wide = struct.pack(
            "<IQHHIIQQQQ", 0x06064B50, 44, 3 << 8 | 45, 45, 0, 0, count, count, size, offset
        )
        wide += struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1)
    shown = min(count, _MOST_16)
    sizes = (min(size, _MOST_32), min(offset, _MOST_32))
    return wide + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, shown, shown, *sizes, 0)


def _needs(wide: bool) -> int:
    return 45 if wide else 20


def _flags(name: str) -> int:
    return 0 if name.isascii() else _UTF8


def entries_of(folder: str, icpn: str, paths: Mapping[str, Source]) -> Iterator[tuple[str, Source]]:
    """The names in the zip of what would lie in `folder`: the same below a folder with the
    release's ICPN."""
    for path, source in paths.items():
        yield f"{icpn}/{path.removeprefix(folder + '/')}", source
