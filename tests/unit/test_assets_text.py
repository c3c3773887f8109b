"""What a text file is, told by its content."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.assets import text
from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import TextFacts
from stardust_gitops.assets.text import measure_text
from stardust_gitops.catalog.vocabulary import allowed
from tests.asset_files import ENHANCED_LRC, LFS_POINTER, LRC, PDF, SRT, TTML, VTT, write_image

BILLION = (
    b'<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/passwd">]>'
    b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p>&b;&c;</p></div></body></tt>'
)


def failure(path: Path) -> AssetError:
    with pytest.raises(AssetError) as caught:
        measure_text(path)
    assert caught.value.hint
    return caught.value


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "codec"),
    [
        ("a.pdf", PDF, "PDF"),
        ("a.PDF", PDF + b"\nwritten by a program that adds a line\n", "PDF"),
        ("a.ttml", TTML, "TTML"),
        ("a.xml", b"\xef\xbb\xbf" + TTML, "TTML"),
        ("a.lrc", LRC, "SimpleLRC"),
        ("a.lrc", LRC.replace(b"\n", b"\r\n"), "SimpleLRC"),
        ("a.lrc", b"[00:01.00][00:09.00]Refrain", "SimpleLRC"),
        ("a.lrc", ENHANCED_LRC, "EnhancedLRC"),
        ("a.srt", SRT, "SRT"),
        ("a.srt", b"\xef\xbb\xbf\r\n" + SRT.replace(b"\n", b"\r\n"), "SRT"),
        ("a.srt", SRT.replace(b"harbour\n", b"harbour\n\nand its light\n"), "SRT"),
        ("a.vtt", VTT, "VTT"),
        ("a.vtt", VTT.replace(b"\n\n", b"\n\nNOTE by hand\n\n1\n"), "VTT"),
        ("a.vtt", VTT.replace(b"00:03.500", b"01:00:00.000"), "VTT"),
        ("a.txt", "The harbour\tholds\nits “breath” – 港 🌊\n".encode(), "UTF8Text"),
        ("a.txt", b"[Verse 1]\nThe harbour holds\n", "UTF8Text"),
        ("a.txt", b"<3 the harbour", "UTF8Text"),
        ("a.txt", b"1\nThe harbour --> the sea\n", "UTF8Text"),
        ("a.txt", b"WEBVTTs are files", "UTF8Text"),
    ],
)
def test_codec(tmp_path: Path, name: str, data: bytes, codec: str) -> None:
    assert measure_text(put(tmp_path / name, data)) == TextFacts(codec=codec)


def test_words_are_those_of_ddex() -> None:
    assert set(text._SUFFIXES) <= allowed("TextCodecType")


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", AssetProblem.EMPTY, "0 bytes"),
        (b" \n\t\n", AssetProblem.EMPTY, "white space"),
        (LFS_POINTER, AssetProblem.LFS_POINTER, "Git LFS pointer"),
        (PDF[:-6], AssetProblem.TRUNCATED, "%%EOF"),
        (PDF[:100], AssetProblem.TRUNCATED, "%%EOF"),
        (PDF.replace(b"\n167\n", b"\n167000\n"), AssetProblem.TRUNCATED, "byte 167000 of"),
        (PDF.replace(b"%PDF-1.7", b"%PDF-x.y"), AssetProblem.DAMAGED, "version"),
        (PDF + bytes(2000), AssetProblem.TRUNCATED, "%%EOF"),
        (TTML[:-8], AssetProblem.TRUNCATED, "XML is cut off or damaged"),
        (TTML[:60], AssetProblem.TRUNCATED, "XML is cut off or damaged"),
        (BILLION, AssetProblem.UNSUPPORTED, "DOCTYPE"),
        (b"<!DOCTYPE html><html></html>", AssetProblem.UNSUPPORTED, "DOCTYPE"),
        (b"<html><body>x</body></html>", AssetProblem.UNSUPPORTED, "root is html"),
        (TTML.replace(b"/ttml", b"/other"), AssetProblem.UNSUPPORTED, "root is tt of http"),
        (TTML.replace(b"The harbour holds its breath", b" "), AssetProblem.EMPTY, "no text"),
        (TTML.replace(b"tt xm", b"tt a='&b;' xm"), AssetProblem.TRUNCATED, "damaged"),
        (b'<tt xmlns="http://www.w3.org/ns/ttml"/>', AssetProblem.EMPTY, "no text"),
        (b"<a>" * 100_000, AssetProblem.TRUNCATED, "XML"),
        (LRC + b"without a time", AssetProblem.DAMAGED, "line 6 has neither a time nor a tag"),
        (SRT.replace(b"2\n00", b"two\n00"), AssetProblem.DAMAGED, "line 6 has no number"),
        (SRT.replace(b"06,000", b"06"), AssetProblem.DAMAGED, "line 6 has times that are none"),
        (SRT.replace(b"06,000", b"03,000"), AssetProblem.DAMAGED, "line 6 ends before"),
        (b"WEBVTT\n\nThe harbour", AssetProblem.EMPTY, "0 cues"),
        (VTT.replace(b"03.500", b"3.5"), AssetProblem.DAMAGED, "line 3 has times"),
        (VTT.replace(b"00:01", b"01:01"), AssetProblem.DAMAGED, "line 3 ends before"),
        (b"caf\xe9", AssetProblem.UNSUPPORTED, "no UTF-8 from byte 3"),
        ("harbour".encode("utf-16"), AssetProblem.UNSUPPORTED, "it is UTF-16 text"),
        (b"one\ntwo\x00", AssetProblem.UNSUPPORTED, "line 2 has the control character U+0000"),
        (b"one\x1b[31m", AssetProblem.UNSUPPORTED, "U+001B"),
        ("one\x85".encode(), AssetProblem.UNSUPPORTED, "U+0085"),
        (b"\xed\xa0\x80", AssetProblem.UNSUPPORTED, "no UTF-8"),
        (b"PK\x03\x04" + bytes(40), AssetProblem.UNSUPPORTED, "it is ZIP"),
        (b"x" * ((16 << 20) + 1), AssetProblem.TOO_LARGE, "16777216 bytes"),
    ],
)
def test_what_is_no_text(tmp_path: Path, data: bytes, code: AssetProblem, words: str) -> None:
    error = failure(put(tmp_path / "a.txt", data))
    assert error.code == code
    assert words in error.message


def test_name_against_content(tmp_path: Path) -> None:
    error = failure(put(tmp_path / "a.lrc", b"The harbour holds\n"))
    assert error.code == AssetProblem.WRONG_SUFFIX
    assert error.message == "the content is UTF8Text, the name ends in .lrc"
    assert failure(put(tmp_path / "a.pdf", TTML)).code == AssetProblem.WRONG_SUFFIX
    assert failure(put(tmp_path / "a.ttml", PDF)).code == AssetProblem.WRONG_SUFFIX


def test_what_is_no_file(tmp_path: Path) -> None:
    assert failure(tmp_path).code == AssetProblem.NOT_A_FILE
    assert failure(tmp_path / "none.pdf").code == AssetProblem.MISSING
    write_image(tmp_path / "a.jpg").rename(tmp_path / "a.pdf")
    assert "it is JPEG" in failure(tmp_path / "a.pdf").message


@given(
    st.sampled_from([b"", b"%PDF-1.7\n", b"<tt>", b"WEBVTT\n", SRT, LRC, TTML[:120]]),
    st.binary(max_size=100) | st.text(max_size=100).map(lambda text: text.encode()),
)
def test_any_bytes_get_facts_or_a_diagnosis(
    tmp_path_factory: pytest.TempPathFactory, start: bytes, tail: bytes
) -> None:
    path = put(tmp_path_factory.getbasetemp() / "any.txt", start + tail)
    try:
        assert measure_text(path).codec == "UTF8Text"
    except AssetError as error:
        assert error.hint
