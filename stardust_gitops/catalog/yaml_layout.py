"""The one form in which a catalogue file stands: two blanks to a level, lists below their key.

What the author put in brackets stays on one line as long as it fits there and holds no comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stardust_gitops.catalog.yaml_tree import Collection, Comment, Entry, Scalar
from stardust_gitops.catalog.yaml_write import WIDTH, Plain, write_scalar

_INDENT = 2
_GAP = 2
"""Blanks, at least, between a line and the comment that follows on it."""

_digits = re.compile(r"[0-9]+", re.ASCII).fullmatch


def write_tree(root: Collection) -> str:
    """The text of a file. The tree is used up: comments move where they can stand."""
    lines = list(_lines(root, 0)) or ["{}"]
    lines += _comment_lines(root.tail, "")
    return "".join(f"{line}\n" for line in lines)


def _lines(node: Collection, indent: int) -> Iterator[str]:
    pad = " " * indent
    for place, entry in enumerate(node.entries):
        head = f"{pad}{_scalar(entry.key)}:" if node.is_mapping else f"{pad}-"
        lines = list(_entry_lines(entry, head, indent, node))
        yield from _comment_lines(entry.leading, pad, first=place == 0)
        if entry.blank and (place or entry.leading):
            yield ""
        yield from lines


def _entry_lines(entry: Entry, head: str, indent: int, node: Collection) -> Iterator[str]:
    """The lines of an entry of `node`. What cannot stand on them is put to its leading comments."""
    _lead(entry, entry.trailing[:-1])
    del entry.trailing[:-1]
    value, inner = entry.value, indent + _INDENT
    line = _one_line(value, in_brackets=False)
    if line is not None:
        line = f"{head} {line}" if line else head
        if isinstance(value, Scalar) or not value.entries or len(line) <= WIDTH:
            yield _with_comment(line, entry.trailing, moved=node.flow)
            return
    if isinstance(value, Scalar):
        yield from _block_text(value.text or "", head, inner, entry.trailing)
        return
    if node.is_mapping:
        yield _with_comment(head, entry.trailing, moved=node.flow or value.flow)
        yield from _lines(value, inner)
    else:
        _lead(entry, [*entry.trailing, *_lifted(value)])
        first, *rest = _lines(value, inner)
        yield f"{head} {first[inner:]}"
        yield from rest
    yield from _comment_lines(value.tail, " " * inner)


def _lead(entry: Entry, comments: list[Comment]) -> None:
    """Let comments stand above the entry, in their order, before the blank line if there is one."""
    for comment in comments:
        comment.blank = False
    if comments and not entry.leading:
        comments[0].blank, entry.blank = entry.blank, False
    entry.leading.extend(comments)


def _lifted(node: Collection) -> list[Comment]:
    """The comments of what begins on the line of a dash, which can stand only above it."""
    first = node.entries[0]
    lifted, first.leading, first.blank = [*first.leading, *first.trailing[:-1]], [], False
    del first.trailing[:-1]
    if isinstance(first.value, Collection) and not node.is_mapping and first.value.entries:
        lifted += [*first.trailing, *_lifted(first.value)]
        first.trailing = []
    return lifted


def _one_line(value: Scalar | Collection, *, in_brackets: bool = True) -> str | None:
    """The value on one line, or ``None`` where it needs more."""
    if isinstance(value, Scalar):
        if value.text is None:
            return ""
        return None if _is_block_text(value.text) else _scalar(value.text, in_brackets)
    if value.entries and not value.flow:
        return None
    parts: list[str] = []
    for entry in value.entries:
        line = None if entry.leading or entry.trailing else _one_line(entry.value)
        if line is None:
            return None
        parts.append(f"{_scalar(entry.key)}: {line}" if value.is_mapping else line)
    if value.tail:
        return None
    return f"{{{', '.join(parts)}}}" if value.is_mapping else f"[{', '.join(parts)}]"


def _scalar(text: str, in_brackets: bool = True) -> str:
    if isinstance(text, Plain):  # equal to a text that is not, for a cache
        return str(text)
    return f'"{text}"' if _digits(text) else _written(text, in_brackets)


@lru_cache(maxsize=2**16)
def _written(text: str, in_brackets: bool) -> str:
    return write_scalar(text, in_brackets=in_brackets)


def _is_block_text(text: str) -> bool:
    """Whether a text has several lines and can stand as such."""
    return (
        "\n" in text
        and not text[:1].isspace()
        and not text.endswith("\n\n")
        and all(line.isprintable() and line == line.rstrip() for line in text.split("\n"))
    )


def _block_text(text: str, head: str, indent: int, trailing: list[Comment]) -> Iterator[str]:
    mark = "|" if text.endswith("\n") else "|-"
    yield _with_comment(f"{head} {mark}", trailing)
    for line in text.removesuffix("\n").split("\n"):
        yield f"{' ' * indent}{line}" if line else ""


def _with_comment(line: str, comments: list[Comment], *, moved: bool = False) -> str:
    """The comment in the column where it was, so that those of several lines stay below one
    another; next to the line where that became another."""
    for comment in comments:
        column = 0 if moved else comment.column
        line = f"{line.ljust(max(column, len(line) + _GAP))}{comment.text}"
    return line


def _comment_lines(comments: list[Comment], pad: str, *, first: bool = False) -> Iterator[str]:
    for place, comment in enumerate(comments):
        if comment.blank and not (first and place == 0):
            yield ""
        yield f"{pad}{comment.text}"
