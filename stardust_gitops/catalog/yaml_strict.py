"""Strict YAML: every plain scalar is the text that stands in the file.

``NO`` stays Norway, ``0012345670`` keeps its zeros and ``3:45`` is not 225. A key without a value
is None. What makes YAML surprising is refused: duplicate keys, anchors, aliases, tags, merge keys,
several documents.

Built straight on libyaml's events, and so that a good file costs little more than those events: no
places are kept, and the first thing out of order sends the bytes to `yaml_findings`, which reads
them again, slowly, and says all that is wrong and where.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from yaml import YAMLError
from yaml._yaml import CParser
from yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from stardust_gitops.catalog.yaml_findings import FORBIDDEN_IN_TEXT, diagnose
from stardust_gitops.catalog.yaml_nodes import MAX_BYTES, MAX_DEPTH
from stardust_gitops.diagnostics import Finding

__all__ = ["MAX_BYTES", "MAX_DEPTH", "YamlInvalid", "parse"]

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# libyaml takes these as ends of lines (YAML 1.1) where no editor does: NEL, LS, PS.
_INVISIBLE_BREAKS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
_UTF8_MARK = b"\xef\xbb\xbf"

_forbidden_in_text = re.compile(FORBIDDEN_IN_TEXT).search


class YamlInvalid(Exception):  # noqa: N818 - it carries findings and is no error of the program
    """The file is not strict YAML; `findings` say what is wrong, and there is at least one."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


class _OutOfOrderError(Exception):
    """Something is not as it should be; what it is, the diagnosis finds out."""


def parse(data: bytes, file: str) -> dict[str, Any]:
    """The mapping that the file holds: its leaves are str or None.

    `file` is the name for findings. A UTF-8 byte order mark at the start is accepted. Raises
    `YamlInvalid` with every finding that can be made at once.
    """
    try:
        return _build(data)
    except (_OutOfOrderError, YAMLError):
        raise YamlInvalid(diagnose(data, file)) from None


def _build(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES or data.startswith(_UTF16_MARKS) or data.find(_UTF8_MARK, 1) > 0:
        raise _OutOfOrderError
    for invisible in _INVISIBLE_BREAKS:
        if invisible in data:
            raise _OutOfOrderError
    # The stubs know only the base class of events, and narrowing each would cost a call.
    next_event: Callable[[], Any] = CParser(data).get_event
    next_event()  # the start of the stream
    next_event()  # the start of the document, or the end of an empty stream
    root = next_event()
    if type(root) is not MappingStartEvent or root.anchor is not None or root.tag is not None:
        raise _OutOfOrderError
    result = _mapping(next_event, MAX_DEPTH)
    next_event()  # the end of the document
    if type(next_event()) is not StreamEndEvent:
        raise _OutOfOrderError
    return result


def _mapping(next_event: Callable[[], Any], levels: int) -> dict[str, Any]:
    """The mapping that was just opened, when `levels` may still be opened, itself included."""
    if not levels:
        raise _OutOfOrderError
    result: dict[str, Any] = {}
    while True:
        event = next_event()
        if type(event) is not ScalarEvent:
            if type(event) is MappingEndEvent and "" not in result and "<<" not in result:
                return result
            raise _OutOfOrderError  # a key that is no scalar, an empty key or a merge key
        key = event.value
        if key in result or event.anchor is not None or event.tag is not None:
            raise _OutOfOrderError
        if event.style and _forbidden_in_text(key):
            raise _OutOfOrderError
        event = next_event()
        # An alias has an anchor and no tag, so it ends here too.
        if event.anchor is not None or event.tag is not None:
            raise _OutOfOrderError
        kind = type(event)
        if kind is ScalarEvent:
            result[key] = _text(event) if event.style else event.value or None
        elif kind is MappingStartEvent:
            result[key] = _mapping(next_event, levels - 1)
        else:
            result[key] = _sequence(next_event, levels - 1)


def _sequence(next_event: Callable[[], Any], levels: int) -> list[Any]:
    if not levels:
        raise _OutOfOrderError
    result: list[Any] = []
    while True:
        event = next_event()
        kind = type(event)
        if kind is SequenceEndEvent:
            return result
        if event.anchor is not None or event.tag is not None:
            raise _OutOfOrderError
        if kind is ScalarEvent:
            result.append(_text(event) if event.style else event.value or None)
        elif kind is MappingStartEvent:
            result.append(_mapping(next_event, levels - 1))
        else:
            result.append(_sequence(next_event, levels - 1))


def _text(event: Any) -> str:
    """A quoted or block scalar. Only an escape can bring in what no XML message may hold."""
    value: str = event.value
    if not value.isprintable() and _forbidden_in_text(value):
        raise _OutOfOrderError
    return value
