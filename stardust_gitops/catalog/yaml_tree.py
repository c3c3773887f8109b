"""A YAML file as a tree that keeps its comments and blank lines: for rewriting a file.

Comments are read from the text between libyaml's tokens, so that none can be lost, wherever it
stands: at the end of a line, on lines of its own, within brackets.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml._yaml import CParser
from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    MappingStartEvent,
    ScalarEvent,
)

from stardust_gitops.catalog.yaml_nodes import place

_BEFORE_ALL = -1
"""The column of a comment behind a dash, and the line of a token that no comment can follow."""


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment from its ``#`` to the end of the line. `line` and `column` count from 0; `blank`
    tells that a blank line stands above it."""

    text: str
    index: int
    line: int
    column: int
    blank: bool = False


@dataclass(slots=True, kw_only=True)
class Scalar:
    """A value; `text` is ``None`` for a key without one. `plain` tells that it had no quotes."""

    text: str | None
    plain: bool = False


@dataclass(slots=True, kw_only=True)
class Collection:
    """A list or mapping. `tail` are the comments below its last entry. `flow`: in brackets."""

    is_mapping: bool
    flow: bool
    column: int
    entries: list[Entry] = field(default_factory=list)
    tail: list[Comment] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Entry:
    """An item of a list (its key is empty) or an entry of a mapping. `leading` are the comments
    above it, `trailing` those on its line; `blank` tells that a blank line stands above it."""

    key: str = ""
    value: Scalar | Collection
    leading: list[Comment] = field(default_factory=list)
    trailing: list[Comment] = field(default_factory=list)
    blank: bool = False


def read_tree(text: str) -> Collection:
    """The tree of a file that `yaml_strict.parse` accepts. Its lines end with LF, the last too."""
    return _Builder(text).root()


def read_comments(text: str) -> list[str]:
    """The comments of such a file, in its order."""
    events = list(_events(text))
    return [comment.text for comment in _comments(text, text.split("\n"), events)]


def _events(text: str) -> Iterator[Any]:
    # The stubs know only the base class of events, whose marks may lack.
    next_event = CParser(text).get_event
    while (event := next_event()) is not None:
        yield event


def _comments(text: str, lines: list[str], events: list[Any]) -> Iterator[Comment]:
    """What follows a ``#`` between two tokens; and in the first line of a block of text."""
    if "#" not in text:
        return
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    position = 0
    for event in _tokens(events):
        begin = event.start_mark.index
        if text.find("#", position, begin) >= 0:
            yield from _comments_between(text, lines, starts, position, begin)
        if _is_block_text(event):
            header = text.index("\n", begin)
            yield from _comments_between(text, lines, starts, begin, header)
        position = event.end_mark.index
    yield from _comments_between(text, lines, starts, position, len(text))


def _tokens(events: list[Any]) -> Iterator[Any]:
    """The events that stand in the text: scalars and brackets."""
    flows: list[bool] = []
    for event in events:
        if isinstance(event, CollectionStartEvent):
            flows.append(bool(event.flow_style))
            is_token = flows[-1]
        elif isinstance(event, CollectionEndEvent):
            is_token = flows.pop()
        else:
            is_token = isinstance(event, ScalarEvent)
        if is_token and event.start_mark.index < event.end_mark.index:
            yield event


def _is_scalar(event: Any) -> bool:
    # A function, as the stubs' marks may lack where `isinstance` narrows.
    return isinstance(event, ScalarEvent)


def _is_block_text(event: Any) -> bool:
    return isinstance(event, ScalarEvent) and event.style in ("|", ">")


def _comments_between(
    text: str, lines: list[str], starts: list[int], begin: int, end: int
) -> Iterator[Comment]:
    while (index := text.find("#", begin, end)) >= 0:
        line = bisect_right(starts, index) - 1
        before = text[max(begin, starts[line]) : index]
        yield Comment(
            text=lines[line][index - starts[line] :].rstrip(),
            index=index,
            line=line,
            column=_BEFORE_ALL if "-" in before else index - starts[line],
            blank=_is_blank(lines, line - 1),
        )
        begin = starts[line + 1]


def _is_blank(lines: list[str], line: int) -> bool:
    return line >= 0 and not lines[line].strip()


class _Builder:
    """Builds the tree from the events; each comment goes to the entry that it is about.

    A comment at the end of a line belongs to the entry whose last token stands there. One on a
    line of its own belongs to what follows, unless it is indented deeper than that: then it is
    the end of the list or mapping that it is indented as.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        events = list(_events(text))
        self._waiting = deque(_comments(text, self._lines, events))
        self._events = iter(events)
        self._owner: Entry | None = None
        self._line = _BEFORE_ALL

    def root(self) -> Collection:
        """The whole tree."""
        start = next(event for event in self._events if isinstance(event, MappingStartEvent))
        entry = Entry(value=Scalar(text=None))
        root = self._collection(start, entry)
        root.tail += [*entry.trailing, *entry.leading, *self._waiting]
        return root

    def _collection(self, start: Any, around: Entry) -> Collection:
        is_mapping = isinstance(start, MappingStartEvent)
        node = Collection(
            is_mapping=is_mapping, flow=bool(start.flow_style), column=place(start)[1] - 1
        )
        if node.flow:
            self._pass_token(start, around)
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                self._close(node, event, around)
                break
            node.entries.append(self._entry(node, event))
        if not node.entries:
            around.leading.extend(node.tail)
            node.tail = []
        return node

    def _entry(self, node: Collection, event: Any) -> Entry:
        """The entry that begins with this event: with its key, or as an item of a list."""
        entry = Entry(value=Scalar(text=None), blank=_is_blank(self._lines, place(event)[0] - 2))
        self._take(entry, event)
        if node.is_mapping:
            entry.key = event.value
            self._pass_token(event, entry)
            event = next(self._events)
            if isinstance(event, ScalarEvent) or event.flow_style:
                self._take(entry, event)
        entry.value = self._value(event, entry)
        return entry

    def _value(self, event: Any, entry: Entry) -> Scalar | Collection:
        if not _is_scalar(event):
            return self._collection(event, entry)
        if _is_block_text(event):
            while self._waiting and self._waiting[0].index < event.end_mark.index:
                entry.trailing.append(self._waiting.popleft())
        if event.start_mark.index < event.end_mark.index:
            self._pass_token(event, entry)
        if _is_block_text(event):  # it ends at the start of a line, which is not its own
            self._line = _BEFORE_ALL
        return Scalar(
            text=event.value if event.style else event.value or None, plain=not event.style
        )

    def _pass_token(self, event: Any, entry: Entry) -> None:
        self._owner, self._line = entry, event.end_mark.line

    def _take(self, entry: Entry, event: Any) -> None:
        """The comments before a token go to the entry before, or to this one."""
        if _is_scalar(event) and event.start_mark.index == event.end_mark.index:
            return  # no token: what follows is taken with the next
        while self._waiting and self._waiting[0].index < event.start_mark.index:
            comment = self._waiting.popleft()
            if self._owner is not None and comment.line == self._line:
                self._owner.trailing.append(comment)
            else:
                entry.leading.append(comment)

    def _close(self, node: Collection, end: Any, around: Entry) -> None:
        """The comments before the end of a list or mapping that are in it."""
        following = end.start_mark
        while self._waiting and self._waiting[0].index < following.index:
            comment = self._waiting[0]
            if self._owner is not None and comment.line == self._line:
                self._owner.trailing.append(comment)
            elif node.flow or comment.column >= max(node.column, following.column + 1):
                node.tail.append(comment)
            else:
                break
            self._waiting.popleft()
        if node.flow and following.index < end.end_mark.index:
            self._pass_token(end, around)
