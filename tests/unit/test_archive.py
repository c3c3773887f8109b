"""Zip packages: deterministic, streamed, readable by others, 64 bits where they are needed."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.delivery import archive as module
from stardust_gitops.delivery.archive import Archive, archive_size, measure
from stardust_gitops.delivery.transports.base import ChangedError, Source
from stardust_gitops.delivery.transports.checks import checked_blocks

FILES = [
    ("4006381333931/4006381333931.xml", b"<NewReleaseMessage/>"),
    ("4006381333931/audio/4006381333931_01_001.flac", os.urandom(2_500_000)),
    ("4006381333931/audio/empty.txt", b""),
    ("4006381333931/audio/ü.jpg", b"cover"),
]


def made(files: list[tuple[str, bytes]]) -> tuple[Archive, Source]:
    sources = [(name, Source.of_bytes(name, data)) for name, data in files]
    archive = measure(sources)
    found = {source.sha256: source for _, source in sources}
    return archive, archive.source("x.zip", lambda: found)


def whole(source: Source) -> bytes:
    return b"".join(checked_blocks(source, 100_000))


def test_what_is_in_it_comes_out_again(tmp_path: Path) -> None:
    archive, source = made(FILES)
    data = whole(source)
    assert len(data) == archive.size == archive_size([(n, len(d)) for n, d in FILES])
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert [(info.filename, opened.read(info)) for info in opened.infolist()] == FILES
        assert {info.compress_type for info in opened.infolist()} == {zipfile.ZIP_STORED}
        assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not any(info.flag_bits & 0x8 for info in opened.infolist()), "sizes go before data"
    (tmp_path / "x.zip").write_bytes(data)
    subprocess.run(["python3", "-m", "zipfile", "-t", str(tmp_path / "x.zip")], check=True)


def test_it_has_the_same_bytes_each_time_and_from_its_record() -> None:
    archive, source = made(FILES)
    again, other = made(FILES)
    assert (archive, whole(source)) == (again, whole(other))
    assert Archive.from_bytes(archive.as_bytes()) == archive
    assert source.sha256 == hashlib.sha256(whole(source)).hexdigest()
    assert b"flac" in archive.as_bytes()
    assert len(archive.as_bytes()) < 1000


def test_it_can_be_read_from_anywhere() -> None:
    _, source = made(FILES)
    data = whole(source)
    with source.open() as stream:
        for at in (0, 1, 29, 1_000_000, len(data) - 30, 5):
            stream.seek(at)
            assert stream.read(1000) == data[at : at + 1000]
        assert stream.seek(0, io.SEEK_END) == len(data)
        assert stream.read(1) == b""


def test_more_than_32_bits() -> None:
    large = [("a.wav", 5_000_000_000), ("b.wav", 20)]
    entries = tuple(
        module.Entry(name=name, size=size, sha256=name, crc32=0) for name, size in large
    )
    stream_of = lambda: io.BufferedReader(Zeros(5_000_000_000))  # noqa: E731
    zeros = Source(name="z", size=0, sha256="", open=stream_of)
    archive = Archive(entries=entries, sha256="")
    with (
        archive.source("x.zip", lambda: {"a.wav": zeros, "b.wav": zeros}).open() as stream,
        zipfile.ZipFile(stream) as opened,
    ):
        assert [(info.filename, info.file_size) for info in opened.infolist()] == large
        assert opened.infolist()[1].header_offset > 5_000_000_000
        with opened.open("a.wav") as inside:
            assert inside.read(10) == bytes(10)


class Zeros(io.RawIOBase):
    """A large file of zeros."""

    def __init__(self, size: int) -> None:
        self._size, self._at = size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._at = offset
        return offset

    def readinto(self, buffer: Any, /) -> int:
        count = min(len(buffer), self._size - self._at)
        buffer[:count] = bytes(count)
        self._at += count
        return count


def test_a_file_that_changes_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"before" * 1000)
    source = Source.of_file(file, size=6000, sha256=hashlib.sha256(b"before" * 1000).hexdigest())
    archive = measure([("a.wav", source)])
    zipped = archive.source("x.zip", lambda: {source.sha256: source})
    for changed in (b"after!" * 1000, b"short"):
        file.write_bytes(changed)
        with pytest.raises(ChangedError):
            whole(zipped)
        with pytest.raises(ChangedError):
            measure([("a.wav", source)])
    file.unlink()
    with pytest.raises(ChangedError):
        whole(zipped)


def test_a_file_that_changes_while_it_is_measured_is_noticed() -> None:
    data = b"before" * 1000
    streams = [io.BytesIO(data), io.BytesIO(b"after!" * 1000)]
    source = Source(
        name="a.wav",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        open=lambda: streams.pop(0),
    )
    with pytest.raises(ChangedError, match="while it was read"):
        measure([("a.wav", source)])
