"""A walk over the nodes of a YAML file, with their places. For what has to be shown, not for speed.

`yaml_strict` reads good files without this; `yaml_findings` and `locate` use it on the few files
about which something has to be said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from yaml._yaml import CParser
from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from stardust_gitops.diagnostics import Pointer

MAX_BYTES = 1024 * 1024
"""Files above this are refused before a byte of them is parsed."""

MAX_DEPTH = 40
"""How many lists and mappings may lie in one another, the root included."""

Place = tuple[int, int]
"""Line and column, both counted from 1; a column is one code point."""


class Visit(NamedTuple):
    """One node, or the start of a document (then `event` is a ``DocumentStartEvent``).

    `pointer` leads to the node, for a key to the mapping it stands in. `depth` counts the lists
    and mappings around it. `key` is the key of an entry's value. `repeats` is, for a key that its
    mapping had already, the line of the first, else 0.
    """

    pointer: Pointer
    depth: int
    event: Event
    key: ScalarEvent | None = None
    is_key: bool = False
    repeats: int = 0


@dataclass(slots=True)
class _Frame:
    """An open list or mapping."""

    pointer: Pointer
    is_mapping: bool
    items: int = 0
    at_value: bool = False
    key: ScalarEvent | None = None
    lines: dict[str, int] = field(default_factory=dict)

    def visit(self, event: NodeEvent, depth: int) -> Visit:
        """The visit of the next node in here."""
        if not self.is_mapping:
            self.items += 1
            return Visit((*self.pointer, self.items - 1), depth, event)
        self.at_value = not self.at_value
        if self.at_value:
            return self._visit_key(event, depth)
        pointer = self.pointer if self.key is None else (*self.pointer, self.key.value)
        return Visit(pointer, depth, event, self.key)

    def _visit_key(self, event: NodeEvent, depth: int) -> Visit:
        self.key = event if isinstance(event, ScalarEvent) else None
        first = 0
        if self.key is not None:
            first = self.lines.get(self.key.value, 0)
            self.lines.setdefault(self.key.value, place(event)[0])
        return Visit(self.pointer, depth, event, None, True, first)


def place(event: Event) -> Place:
    """Where the event begins."""
    mark = event.start_mark
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def visits(data: bytes) -> Iterator[Visit]:
    """Every node of the file in its order; a key comes before its value.

    Raises ``yaml.YAMLError`` at a syntax error. The caller ends the walk where it is too deep.
    """
    next_event = CParser(data).get_event
    stack: list[_Frame] = []
    while (event := next_event()) is not None:
        if isinstance(event, DocumentStartEvent):
            yield Visit((), 0, event)
        elif isinstance(event, CollectionEndEvent):
            stack.pop()
        elif isinstance(event, NodeEvent):
            visit = stack[-1].visit(event, len(stack)) if stack else Visit((), 0, event)
            yield visit
            if isinstance(event, CollectionStartEvent):
                stack.append(_Frame(visit.pointer, isinstance(event, MappingStartEvent)))
