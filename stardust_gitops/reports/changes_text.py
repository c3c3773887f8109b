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
_INCLUDED, _EXCLUDED = "territories", "excluded_territories"
"""The two sets that say together where an offer holds."""
_WORLD = "Worldwide"
_NAMED = 20
"""Territories that are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One line of changes: where, what, and who says so (``releases/a.yaml:4  1c9e2ab``)."""

    path: str
    text: str
    source: str | None = None
    commit: str | None = None

    @property
    def origin(self) -> str:
        """Who says so, as one text; empty where nobody knows."""
        return "  ".join(part for part in (self.source, self.commit) if part)


def change_lines(changes: Iterable[Change]) -> Iterator[ChangeLine]:
    """Changes as lines; what was added to and removed from one set stands on one line, and so does
    where an offer holds, which two sets say."""
    listed = list(changes)
    areas, told = _areas(listed), set[str]()
    for (path, _), group in groupby(listed, key=_line_key):
        place = _place(path)
        area = None if place is None else areas.get(place)
        if place is None or area is None:
            members = list(group)
            yield _line(path, "  ".join(map(_change, members)), members)
        elif place not in told:
            told.add(place)
            yield area


def _line_key(change: Change) -> tuple[str, int]:
    """Only elements of sets share a line."""
    return (change.path, 0 if _is_set(change) else id(change))


def _place(path: str) -> str | None:
    """The path of the offer, where a path is one of the two that say where one holds."""
    place, dot, name = path.rpartition(".")
    return place + dot if name in (_INCLUDED, _EXCLUDED) else None


def _areas(changes: Iterable[Change]) -> dict[str, ChangeLine]:
    """Where each offer holds that holds elsewhere now: ``Worldwide → Worldwide without JP``.

    One of the two sets is filled, never both (`content.model.Deal`), and ``Worldwide`` stands alone
    in its own: where both change, or it comes or goes, the changes hold all of either side. Else
    they do not, and stand as they are.
    """
    found: dict[str, list[Change]] = {}
    for change in changes:
        place = _place(change.path)
        if place is not None:
            found.setdefault(place, []).append(change)
    lines: dict[str, ChangeLine] = {}
    for place, own in found.items():
        before = _area((change.path, change.before) for change in own)
        after = _area((change.path, change.after) for change in own)
        whole = len({change.path for change in own}) == 2 or _WORLD in (before, after)
        if whole and before and after:
            lines[place] = _line(f"{place}{_INCLUDED}", f"{before} → {after}", own)
    return lines


def _area(elements: Iterable[tuple[str, object]]) -> str:
    """Where an offer holds, of the elements of both sets (path, territory); empty for none."""
    codes: dict[bool, list[str]] = {False: [], True: []}
    for path, code in elements:
        if code:
            codes[path.endswith(_EXCLUDED)].append(str(code))
    listed, excluded = _codes(codes[False]), _codes(codes[True])
    return f"{listed or _WORLD} without {excluded}" if excluded else listed


def _codes(codes: Iterable[str]) -> str:
    ordered = sorted(codes)
    more = f" and {len(ordered) - _NAMED:,} more" if len(ordered) > _NAMED else ""
    return ", ".join(ordered[:_NAMED]) + more


def _line(path: str, text: str, members: Iterable[Change]) -> ChangeLine:
    """The line of changes, with the first place that says so."""
    source, commit = next(((c.source, c.commit) for c in members if c.source), (None, None))
    return ChangeLine(path=path, text=text, source=source, commit=commit)


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
