"""What a text file is: a booklet or a text sung, recognised by its content."""

from __future__ import annotations

import os
import re
from pathlib import Path

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import TextFacts
from stardust_gitops.assets.sniff import check_suffix, foreign_name, read_head, unreadable
from stardust_gitops.assets.timed_text import check_srt, check_vtt, lrc_codec

_SUFFIXES = {
    "PDF": (".pdf",),
    "TTML": (".ttml", ".xml"),
    "SimpleLRC": (".lrc",),
    "EnhancedLRC": (".lrc",),
    "SRT": (".srt",),
    "VTT": (".vtt",),
    "UTF8Text": (".txt",),
}

_LARGEST = 16 << 20
"""Bytes of a text that is read whole. The longest lyrics are a thousandth of this."""
_PDF_TAIL = 1024
"""Where its end is looked for: some programs write a line behind it."""
_PDF_HEAD = re.compile(rb"%PDF-[12]\.[0-9]")
_PDF_END = re.compile(rb"startxref\s+([0-9]{1,12})\s+%%EOF")
_XML = re.compile(r"\s*<[?!A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TTML = "http://www.w3.org/ns/ttml"


def measure_text(path: Path) -> TextFacts:
    """The DDEX TextCodecType of a PDF, of timed lyrics (TTML, LRC, SRT, VTT) or of plain UTF-8.

    Raises `AssetError` for a file that is missing, empty, cut off, damaged, misnamed or in another
    format. A PDF is known by its header and its end, the rest is read through.
    """
    head = read_head(path)
    if head.startswith(b"%PDF"):
        _check_pdf(path, head)
        codec = "PDF"
    else:
        codec = _codec_of(_decoded(path, head))
    check_suffix(path, codec, _SUFFIXES[codec])
    return TextFacts(codec=codec)


def _check_pdf(path: Path, head: bytes) -> None:
    """ISO 32000-1, 7.5.2 and 7.5.5: the version, and behind all the place of the last table."""
    if not _PDF_HEAD.match(head):
        raise _damaged("the PDF does not say its version")
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - _PDF_TAIL))
            end = _PDF_END.search(file.read(_PDF_TAIL))
    except OSError as error:
        raise unreadable(error) from error
    if end is None:
        raise AssetError(
            "the PDF is cut off: its end (%%EOF) is missing",
            code=AssetProblem.TRUNCATED,
            hint="copy or export the file again",
        )
    if int(end[1]) >= size:
        raise AssetError(
            f"the PDF is cut off: its table should be at byte {int(end[1])} of {size}",
            code=AssetProblem.TRUNCATED,
            hint="copy or export the file again",
        )


def _decoded(path: Path, head: bytes) -> str:
    """The text of the file, its line ends unified and without the mark of its byte order."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise unreadable(error) from error
    if len(data) > _LARGEST:
        raise AssetError(
            f"the text has more than {_LARGEST} bytes",
            code=AssetProblem.TOO_LARGE,
            hint="refer to the lyrics alone; a booklet is a PDF",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(head, f"its bytes are no UTF-8 from byte {error.start}") from None
    control = _CONTROL.search(text)
    if control is not None:
        line = text.count("\n", 0, control.start()) + 1
        raise _no_text(head, f"line {line} has the control character U+{ord(control[0]):04X}")
    if not text.strip():
        raise AssetError(
            "the file holds white space alone",
            code=AssetProblem.EMPTY,
            hint="put the real file in its place",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _codec_of(text: str) -> str:
    if _XML.match(text):
        _check_ttml(text)
        return "TTML"
    if re.match(r"WEBVTT(?![^\s])", text):
        check_vtt(text)
        return "VTT"
    if re.match(r"\s*[0-9]+[ \t]*\n[0-9:,. ]+-->", text):
        check_srt(text)
        return "SRT"
    return lrc_codec(text) or "UTF8Text"


def _check_ttml(text: str) -> None:
    """TTML2, 8.1.1: a document of XML whose root is ``tt``. No DTD and no entity is read."""
    from lxml import etree

    if "<!DOCTYPE" in text:
        raise AssetError(
            "the XML has a document type (DOCTYPE), which can hold entities",
            code=AssetProblem.UNSUPPORTED,
            hint="export the lyrics as TTML without a DOCTYPE",
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise AssetError(
            f"the XML is cut off or damaged: {error}",
            code=AssetProblem.TRUNCATED,
            hint="copy or export the file again",
        ) from None
    name = etree.QName(root)
    if (name.namespace, name.localname) != (_TTML, "tt"):
        raise AssetError(
            f"the file is XML, but not TTML: its root is {name.localname}"
            f" of {name.namespace or 'no namespace'}",
            code=AssetProblem.UNSUPPORTED,
            hint=f"export the lyrics as TTML, with the root tt of {_TTML}",
        )
    body = root.find(f"{{{_TTML}}}body")
    if body is None or not "".join(map(str, body.itertext())).strip():
        raise AssetError(
            "the TTML holds no text",
            code=AssetProblem.EMPTY,
            hint="export the lyrics again",
        )


def _no_text(head: bytes, problem: str) -> AssetError:
    named = foreign_name(head)
    what = problem if named == foreign_name(b"") else f"it is {named}"
    return AssetError(
        f"the file is not PDF, TTML, LRC, SRT, VTT or plain UTF-8 text: {what}",
        code=AssetProblem.UNSUPPORTED,
        hint="save lyrics as UTF-8, or export a booklet as PDF",
    )


def _damaged(problem: str) -> AssetError:
    return AssetError(
        f"the text is damaged: {problem}",
        code=AssetProblem.DAMAGED,
        hint="export the file again",
    )
