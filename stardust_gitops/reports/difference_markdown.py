"""Differences of messages as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stardust_gitops.reports.difference_words import (
    Compared,
    Entry,
    cut,
    element_lines,
    entries,
    heading,
    left_out,
    outcome,
)
from stardust_gitops.reports.plan_markdown import escape_html, escaped
from stardust_gitops.reports.wording import visible


def differences_markdown(
    compared: Iterable[Compared],
    *,
    skipped: int = 0,
    everything: bool = False,
    budget: int = 30_000,
) -> str:
    """What each message says otherwise, in ```` ```diff ```` fences; at most about `budget` bytes.

    Every line of a fence has its sign before it, so that nothing of a catalogue can end it.
    """
    parts: list[str] = []
    used, dropped = 0, 0
    for pair in compared:
        part = _part(pair, everything=everything)
        used += len(part.encode())
        if used > budget:
            dropped += 1
        else:
            parts.append(part)
    if dropped:
        parts.append(f"… and the differences of {dropped:,} more, for which there is no room here.")
    if skipped:
        parts.append(escaped(left_out(skipped)))
    return "\n\n".join(parts)


def _part(pair: Compared, *, everything: bool) -> str:
    item, comparison = pair
    title = f"{heading(item, comparison)}: {outcome(comparison)}"
    listed = entries(comparison.differences, everything=everything)
    if not listed:
        return escaped(title)
    shown, rest = cut(listed, everything=everything)
    lines = [text for entry in shown for text in _lines(entry, everything=everything)]
    if rest:
        lines.append(f"# {rest}")
    body = "\n".join(visible(text) for text in lines)
    summary = f"<details><summary>{escape_html(title)}</summary>"
    return f"{summary}\n\n```diff\n{body}\n```\n\n</details>"


def _lines(entry: Entry, *, everything: bool) -> Iterator[str]:
    """``diff`` knows additions and removals only: a change is one of each, below its path."""
    difference = entry.difference
    path = " ".join(part for part in (difference.path or "the message", entry.others) if part)
    if entry.brief:
        yield f"{entry.sign if entry.sign != '~' else '!'} {path}"
    elif difference.is_xml:
        yield f"@@ {path} @@"
        yield from (f"{entry.sign} {text}" for text in element_lines(entry, everything=everything))
    else:
        yield f"@@ {path} @@"
        if difference.before is not None:
            yield f"- {difference.before}"
        if difference.after is not None:
            yield f"+ {difference.after}"
