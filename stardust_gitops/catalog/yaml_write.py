"""Writing catalogue files: YAML that reads well and comes back as it was, in any reader.

A text stands without quotes where every reader takes it for that text; ``NO``, ``3:45``, ``1e3``
and digits alone are quoted, though our own reader would not need it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

WIDTH = 100
"""Columns up to which a list or mapping may stand on one line."""

_SHORT_ITEM = 2
"""Keys up to which an item of a list stands on one line."""

# What YAML 1.2 and its dialects take for a number, a date, a time or a flag and PyYAML does not.
_ambiguous = re.compile(r"[-+]?[0-9.][0-9A-Za-z_.:+-]*|[yYnN]|<<|=").fullmatch


class Plain(str):
    """A text that stands without quotes: a date, which other readers may take for one."""

    __slots__ = ()


def write_yaml(document: Mapping[str, Any]) -> str:
    """The text of a file, in the order of the document, one key to a line.

    Its leaves are str. Empty lists and mappings are left out; a list of mappings has one item to
    a line, or one key to a line where an item has more than two.
    """
    return "".join(f"{line}\n" for line in _mapping(document))


def write_scalar(text: str, *, in_brackets: bool = True) -> str:
    """A text as it may stand anywhere in a file, on one line; not `in_brackets` it needs no quotes
    for a comma, a bracket or a colon within it (``env:NAME``)."""
    if isinstance(text, Plain):
        return str(text)
    if not _ambiguous(text) and (
        _dumped(text, None) == text or (not in_brackets and _stands_after_key(text))
    ):
        return text
    return _dumped(text, '"')


def _stands_after_key(text: str) -> bool:
    dumped = yaml.dump({"key": text}, Dumper=yaml.SafeDumper, allow_unicode=True, width=2**31)
    return bool(dumped == f"key: {text}\n")


def _dumped(text: str, style: str | None) -> str:
    """Within brackets, where YAML is strictest: what can stand there can stand anywhere."""
    listed = yaml.dump(
        [text],
        Dumper=yaml.SafeDumper,  # not libyaml's, which escapes emoji
        default_style=style,
        default_flow_style=True,
        allow_unicode=True,
        width=2**31,
    )
    return listed[1:-2]


def _mapping(document: Mapping[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        name = f"{write_scalar(key)}:"
        if isinstance(value, str):
            yield f"{name} {write_scalar(value, in_brackets=False)}"
        elif not value:
            continue
        elif _stands_on_one_line(value) and len(line := f"{name} {_flow(value)}") <= WIDTH:
            yield line
        else:
            yield name
            inner = _mapping(value) if isinstance(value, Mapping) else _sequence(value)
            yield from (f"  {line}" for line in inner)


def _stands_on_one_line(value: Mapping[str, Any] | Sequence[Any]) -> bool:
    items = value.values() if isinstance(value, Mapping) else value
    return all(isinstance(item, str) for item in items)


def _sequence(items: Sequence[Any]) -> Iterator[str]:
    for item in items:
        if not isinstance(item, Mapping):
            yield f"- {_item(item)}"
        elif len(item) <= _SHORT_ITEM and len(line := f"- {_flow(item)}") <= WIDTH - 2:
            yield line
        else:
            marks = ("- ", *("  " for _ in item))
            lines = list(_mapping(item))
            yield from (f"{marks[min(place, 1)]}{line}" for place, line in enumerate(lines))


def _item(value: Any) -> str:
    return write_scalar(value, in_brackets=False) if isinstance(value, str) else _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return write_scalar(value)
    if isinstance(value, Mapping):
        pairs = (f"{write_scalar(key)}: {_flow(entry)}" for key, entry in value.items())
        return f"{{{', '.join(pairs)}}}"
    return f"[{', '.join(_flow(entry) for entry in value)}]"
