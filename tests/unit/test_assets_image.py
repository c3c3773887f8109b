"""Facts of image files."""

from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import ImageFacts
from stardust_gitops.assets.image import measure_image
from tests.asset_files import LFS_POINTER, wave_bytes, write_image


def failure(path: Path) -> AssetError:
    with pytest.raises(AssetError) as caught:
        measure_image(path)
    assert caught.value.hint
    return caught.value


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises that many pixels and has none."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    length, check = struct.pack(">I", len(head) - 4), struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + length + head + check + b"\0\0\0\1IDAT"


@pytest.mark.parametrize(
    ("name", "mode", "codec"),
    [
        ("a.jpg", "RGB", "JPEG"),
        ("a.JPEG", "CMYK", "JPEG"),
        ("a.jpg", "L", "JPEG"),
        ("a.png", "RGBA", "PNG"),
        ("a.png", "P", "PNG"),
        ("a.tif", "RGB", "TIFF"),
        ("a.tiff", "CMYK", "TIFF"),
    ],
)
def test_facts(tmp_path: Path, name: str, mode: str, codec: str) -> None:
    path = write_image(tmp_path / name, size=(301, 299), mode=mode)
    assert measure_image(path) == ImageFacts(codec=codec, width=301, height=299, mode=mode)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
@pytest.mark.parametrize("keep", [0.95, 0.5, 0.05, 0.0003])
def test_cut_off(tmp_path: Path, name: str, keep: float) -> None:
    path = write_image(tmp_path / name, size=(300, 300))
    data = path.read_bytes()
    error = failure(put(path, data[: int(len(data) * keep)]))
    assert error.code == AssetProblem.TRUNCATED
    assert "cut off" in error.message


@pytest.mark.parametrize("side", [10_000, 60_000])
def test_decompression_bomb(tmp_path: Path, side: int) -> None:
    error = failure(put(tmp_path / "a.png", png_header(side, side)))
    assert error.code == AssetProblem.TOO_LARGE
    assert "pixels" in error.message


def test_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    bomb = put(tmp_path / "bomb.png", png_header(10_000, 10_000))
    good = write_image(tmp_path / "good.jpg")

    def outcome(path: Path) -> str:
        try:
            return measure_image(path).codec
        except AssetError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(outcome, [bomb, good] * 20))
    assert found == [AssetProblem.TOO_LARGE.value, "JPEG"] * 20


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", AssetProblem.EMPTY, "0 bytes"),
        (LFS_POINTER, AssetProblem.LFS_POINTER, "Git LFS pointer"),
        (b"GIF89a" + bytes(50), AssetProblem.UNSUPPORTED, "GIF"),
        (wave_bytes(), AssetProblem.UNSUPPORTED, "not a JPEG, PNG or TIFF"),
        (b"<!DOCTYPE html>", AssetProblem.UNSUPPORTED, "web page"),
    ],
)
def test_what_is_no_image(tmp_path: Path, data: bytes, code: AssetProblem, words: str) -> None:
    error = failure(put(tmp_path / "a.jpg", data))
    assert error.code == code
    assert words in error.message


def test_name_against_content(tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.jpg", form="PNG")
    error = failure(path)
    assert error.code == AssetProblem.WRONG_SUFFIX
    assert error.message == "the content is PNG, the name ends in .jpg"


def test_what_is_no_file(tmp_path: Path) -> None:
    assert failure(tmp_path).code == AssetProblem.NOT_A_FILE
    assert failure(tmp_path / "none.jpg").code == AssetProblem.MISSING


@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0"]))
def test_any_bytes_get_facts_or_a_diagnosis(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes, magic: bytes
) -> None:
    path = put(tmp_path_factory.getbasetemp() / "any.jpg", magic + tail)
    try:
        assert measure_image(path).width > 0
    except AssetError as error:
        assert error.hint
