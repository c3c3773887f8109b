"""Field changes in words: ``title  "Night Jar" → "Nightjar"``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from stardust_gitops.planning.differences import SET_FIELDS
from stardust_gitops.planning.model import Change

_LONGEST = 72
_CONTEXT = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One line of changes: where, what, and who says so (``releases/a.yaml:4  1c9e2ab``)."""

    path: str
    text: str
    origin: str


def change_lines(changes: Iterable[Change]) -> Iterator[ChangeLine]:
    """Changes as lines; what was added to and removed from one set stands on one line."""
    for (path, _), group in groupby(changes, key=_line_key):
        members = list(group)
        origin = "  ".join(part for part in (members[0].source, members[0].commit) if part)
        text = "  ".join(_change(change) for change in members)
        yield ChangeLine(path=path, text=text, origin=origin)


def _line_key(change: Change) -> tuple[str, int]:
    """Only elements of sets share a line."""
    return (change.path, 0 if _is_set(change) else id(change))


def _is_set(change: Change) -> bool:
    return change.path.rpartition(".")[2] in SET_FIELDS


def _change(change: Change) -> str:
    bare = _is_set(change)
    if change.before is None:
        return f"+ {_value(change.after, bare=bare)}"
    if change.after is None:
        return f"- {_value(change.before, bare=bare)}"
    if isinstance(change.before, str) and isinstance(change.after, str):
        before, after = _window(change.before, change.after)
        return f'"{before}" → "{after}"'
    return f"{_value(change.before)} → {_value(change.after)}"


def _window(before: str, after: str) -> tuple[str, str]:
    """Two long texts, cut so that their first difference is in view."""
    if max(len(before), len(after)) <= _LONGEST:
        return before, after
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    start = max(0, same - _CONTEXT)
    lead = "…" if start else ""
    return lead + _cut(before[start:]), lead + _cut(after[start:])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _value(value: Any, *, bare: bool = False) -> str:
    return _cut(_compact(value, bare=bare))


def _compact(value: Any, *, bare: bool = False) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if bare else f'"{value}"'
    if isinstance(value, dict):
        pairs = (f"{name}: {_compact(entry)}" for name, entry in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_compact(entry, bare=True) for entry in value) + "]"
    return str(value)
