"""What is wrong with a YAML file, all that can be said at once, in words for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from itertools import islice

from yaml import YAMLError
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from stardust_gitops.catalog.yaml_nodes import MAX_BYTES, MAX_DEPTH, Place, Visit, place, visits
from stardust_gitops.catalog.yaml_syntax import explain
from stardust_gitops.diagnostics import Finding, Pointer, Severity

MOST_FINDINGS = 100
"""A file with more has one cause; the rest of its findings would only hide it."""

FORBIDDEN_IN_TEXT = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
"""Characters that neither YAML nor XML 1.0 (production 2, Char) takes, and the C1 controls."""

# In the file itself also what libyaml takes as the end of a line and no editor does, and a byte
# order mark that is not at the start.
_forbidden_in_file = re.compile(FORBIDDEN_IN_TEXT[:-1] + "\x85\u2028\u2029]|(?<!\\A)\ufeff")
_forbidden_in_text = re.compile(FORBIDDEN_IN_TEXT)
_line_break = re.compile("\r\n|\r|\n")


class YamlCode(StrEnum):
    """The stable codes of findings about reading YAML; those below SG1010 are about whole files."""

    SYNTAX = "SG1010"
    TAB = "SG1011"
    DUPLICATE_KEY = "SG1012"
    ANCHOR = "SG1013"
    ALIAS = "SG1014"
    TAG = "SG1015"
    MERGE_KEY = "SG1016"
    SEVERAL_DOCUMENTS = "SG1017"
    KEY = "SG1018"
    EMPTY = "SG1019"
    ENCODING = "SG1020"
    BINARY = "SG1021"
    CHARACTER = "SG1022"
    TOO_DEEP = "SG1023"
    TOO_LARGE = "SG1024"
    ROOT = "SG1025"


def diagnose(data: bytes, file: str) -> tuple[Finding, ...]:
    """Every finding about these bytes, in the order of the file, at most `MOST_FINDINGS`: of more,
    the last one says how many are left out.

    Empty exactly where `yaml_strict.parse` accepts them. Trouble with the bytes or characters is
    reported alone, since nothing after it can be trusted; a syntax error is the last finding.
    """
    return _limited(_byte_findings(data, file)) or _limited(_node_findings(data, file))


def _limited(found: Iterator[Finding]) -> tuple[Finding, ...]:
    findings = list(islice(found, MOST_FINDINGS))
    rest = sum(1 for _ in found)
    if rest:
        message = f"from here on {rest + 1:,} findings in this file are left out"
        remedy = "correct the others first: many have one cause"
        findings[-1] = replace(findings[-1], message=message, remedy=remedy)
    return tuple(findings)


def _finding(
    code: YamlCode,
    file: str,
    where: Place,
    message: str,
    remedy: str,
    pointer: Pointer = (),
) -> Finding:
    return Finding(
        code=code.value,
        severity=Severity.ERROR,
        message=message,
        remedy=remedy,
        file=file,
        pointer=pointer,
        line=where[0],
        column=where[1],
    )


def _byte_findings(data: bytes, file: str) -> Iterator[Finding]:
    start = (1, 1)
    save = "save the file as UTF-8"
    if len(data) > MAX_BYTES:
        message = f"the file has more than {MAX_BYTES:,} bytes"
        remedy = "split it: one file for each release or track"
        yield _finding(YamlCode.TOO_LARGE, file, start, message, remedy)
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield _finding(YamlCode.ENCODING, file, start, "the file is in UTF-16, not UTF-8", save)
    elif b"\0" in data:
        yield _finding(
            YamlCode.BINARY,
            file,
            _place_of(data[: data.index(b"\0")].decode("utf-8", "replace")),
            "this is a binary file, not a text: it has a NUL byte",
            "put a YAML file here, or move this one out of the catalogue's folders",
        )
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            where = _place_of(data[: error.start].decode("utf-8"))
            message = f"the file is not UTF-8: byte 0x{data[error.start]:02X} does not belong here"
            yield _finding(YamlCode.ENCODING, file, where, message, save)
        else:
            yield from _character_findings(text, file)


def _character_findings(text: str, file: str) -> Iterator[Finding]:
    line, column, seen = 1, 1, 0
    for match in _forbidden_in_file.finditer(text):
        lines, last = _place_of(text[seen : match.start()])
        line, column = line + lines - 1, last if lines > 1 else column + last - 1
        seen = match.start()
        yield _finding(
            YamlCode.CHARACTER,
            file,
            (line, column),
            f"the invisible character U+{ord(match[0]):04X} stands here",
            "delete it; retype the text around it if it came from a copy",
        )


def _place_of(before: str) -> Place:
    """Where a text ends, as libyaml and editors count."""
    lines = _line_break.split(before.removeprefix("\ufeff"))
    return len(lines), len(lines[-1]) + 1


def _node_findings(data: bytes, file: str) -> Iterator[Finding]:
    documents = nodes = 0
    try:
        for visit in visits(data):
            if isinstance(visit.event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    yield _several_documents(visit.event, file)
                    return
                continue
            nodes += 1
            if nodes == 1:
                yield from _root_findings(visit.event, file)
            yield from _visit_findings(visit, file)
            if isinstance(visit.event, CollectionStartEvent) and visit.depth >= MAX_DEPTH:
                yield _too_deep(visit, file)
                return
    except YAMLError as error:
        yield _syntax_finding(error, data, file)
        return
    if not nodes:
        yield _empty(file)


def _root_findings(root: Event, file: str) -> Iterator[Finding]:
    if isinstance(root, ScalarEvent) and not root.value and not root.style:
        yield _empty(file)
    elif not isinstance(root, MappingStartEvent):
        yield _finding(
            YamlCode.ROOT,
            file,
            place(root),
            "the file does not hold a mapping (lines of the form  key: value)",
            "begin with a key, as in  title: Breakwater",
        )


def _visit_findings(visit: Visit, file: str) -> Iterator[Finding]:
    event, pointer, where = visit.event, visit.pointer, place(visit.event)
    if isinstance(event, AliasEvent):
        message = f"the alias *{event.anchor} is not allowed"
        remedy = "write the value out; a text that begins with * goes in quotes"
        yield _finding(YamlCode.ALIAS, file, where, message, remedy, pointer)
        return
    if isinstance(event, ScalarEvent | CollectionStartEvent):
        if event.anchor is not None:
            message = f"the anchor &{event.anchor} is not allowed"
            remedy = "write the value out wherever it is used; a text with & goes in quotes"
            yield _finding(YamlCode.ANCHOR, file, where, message, remedy, pointer)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag {tag} is not allowed"
            remedy = (
                "remove it: every value is read as text; a text that begins with ! goes in quotes"
            )
            yield _finding(YamlCode.TAG, file, where, message, remedy, pointer)
    if isinstance(event, ScalarEvent) and (match := _forbidden_in_text.search(event.value)):
        message = (
            f"an escape stands for the character U+{ord(match[0]):04X}, which no message can hold"
        )
        yield _finding(YamlCode.CHARACTER, file, where, message, "remove the escape", pointer)
    if visit.is_key:
        yield from _key_findings(visit, file)


def _key_findings(visit: Visit, file: str) -> Iterator[Finding]:
    event, where = visit.event, place(visit.event)
    if not isinstance(event, ScalarEvent):
        message = "a list or a mapping stands where a key should"
        remedy = "a key is one word; a text with braces or brackets goes in quotes"
        yield _finding(YamlCode.KEY, file, where, message, remedy, visit.pointer)
        return
    pointer = (*visit.pointer, event.value)
    if visit.repeats:
        message = (
            f'the key "{event.value}" stands twice: in line {visit.repeats} and in line {where[0]}'
        )
        remedy = "keep one of the two"
        yield _finding(YamlCode.DUPLICATE_KEY, file, where, message, remedy, pointer)
    elif event.value == "<<":
        message = "the merge key << is not allowed"
        remedy = "write the keys out; shared values go in defaults: of stardust.yaml"
        yield _finding(YamlCode.MERGE_KEY, file, where, message, remedy, pointer)
    elif not event.value:
        message, remedy = "the key before the colon is empty", "write the key, or remove the line"
        yield _finding(YamlCode.KEY, file, where, message, remedy, pointer)


def _several_documents(event: Event, file: str) -> Finding:
    message = "a second document begins here; a file holds one"
    remedy = "make a file of its own of it, or remove the line  ---"
    return _finding(YamlCode.SEVERAL_DOCUMENTS, file, place(event), message, remedy)


def _too_deep(visit: Visit, file: str) -> Finding:
    message = f"lists and mappings lie more than {MAX_DEPTH} deep"
    remedy = "look for brackets that are not closed; no file of a catalogue needs so many levels"
    # The pointer itself would fill the screen.
    return _finding(YamlCode.TOO_DEEP, file, place(visit.event), message, remedy)


def _empty(file: str) -> Finding:
    message = "the file is empty"
    remedy = "fill it (`stardust-gitops new` writes a first version), or delete it"
    return _finding(YamlCode.EMPTY, file, (1, 1), message, remedy)


def _syntax_finding(error: YAMLError, data: bytes, file: str) -> Finding:
    marked = error if isinstance(error, MarkedYAMLError) else MarkedYAMLError(problem=str(error))
    where, message, remedy, is_tab = explain(marked, data)
    return _finding(YamlCode.TAB if is_tab else YamlCode.SYNTAX, file, where, message, remedy)
