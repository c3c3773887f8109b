"""Annotations of GitHub Actions: workflow commands on standard output.

GitHub shows ten of each kind for a step and drops the rest without a word, so the tenth says how
many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from stardust_gitops.reports.markdown import shortened
from stardust_gitops.reports.wording import counted

MOST_OF_A_KIND = 10
_LONGEST = 4_000

Kind: TypeAlias = Literal["error", "warning", "notice"]
_KINDS: tuple[Kind, ...] = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """Something said about a line; `line` and `column` are 0 where it is about the whole file."""

    kind: Kind
    file: str
    title: str
    text: str
    line: int = 0
    column: int = 0


def annotation_commands(found: Iterable[Annotation], *, prefix: str, rest: str) -> str:
    """One command on each line, the most important first. `prefix` is the catalogue's folder in
    the repository with its slash, as GitHub counts paths from there; `rest` says where those are
    for which there is no room."""
    known = list(found)
    lines: list[str] = []
    for kind in _KINDS:
        lines += _of_kind(kind, [each for each in known if each.kind == kind], prefix, rest)
    return "".join(f"{line}\n" for line in lines)


def _of_kind(kind: Kind, group: Sequence[Annotation], prefix: str, rest: str) -> list[str]:
    shown = group if len(group) <= MOST_OF_A_KIND else group[: MOST_OF_A_KIND - 1]
    lines = [_command(each, prefix) for each in shown]
    if more := len(group) - len(shown):
        noun = "note" if kind == "notice" else kind
        text = f"{counted(more, f'more {noun}')} left out: {rest}"
        lines.append(f"::{kind} title=stardust-gitops::{_data(text)}")
    return lines


def _command(each: Annotation, prefix: str) -> str:
    properties = {"file": prefix + each.file, "title": each.title}
    if each.line:
        properties |= {"line": str(each.line), "col": str(max(each.column, 1))}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{each.kind} {told}::{_data(shortened(each.text, _LONGEST))}"


def _data(text: str) -> str:
    """Text behind the second pair of colons: nothing in it can begin another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
