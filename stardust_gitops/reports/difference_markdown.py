"""Differences of messages as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

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
from stardust_gitops.reports.markdown import escape_html, escaped
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
        part = difference_block([pair], everything=everything)
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


def difference_block(pairs: Sequence[Compared], *, everything: bool = False) -> str:
    """What messages say otherwise that say the same, one for each target; foldable."""
    item, comparison = pairs[0]
    title = heading(item, comparison)
    title += "".join(f", {other.target}" for other, _ in pairs[1:])
    if len(pairs) > 1 and comparison.against is not None:
        comparison = replace(comparison, against="the last of each")
    title += f": {outcome(comparison)}"
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


def alike(pairs: Iterable[Compared]) -> list[list[Compared]]:
    """Messages that say the same otherwise, together."""
    groups: list[list[Compared]] = []
    for pair in pairs:
        for group in groups:
            if _said(group[0]) == _said(pair):
                group.append(pair)
                break
        else:
            groups.append([pair])
    return groups


def _said(pair: Compared) -> tuple[object, ...]:
    item, comparison = pair
    return item.icpn, replace(comparison, against=None)


def _lines(entry: Entry, *, everything: bool) -> Iterator[str]:
    """``diff`` knows additions and removals only: a change is one of each, below its path."""
    difference = entry.difference
    path = " ".join(part for part in (difference.path or "the message", entry.others) if part)
    if entry.words:
        yield f"! {entry.words}"
    elif entry.brief:
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
