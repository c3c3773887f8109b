"""Differences of messages on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from stardust_gitops.planning.model import Change
from stardust_gitops.reports.changes_text import change_lines
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
from stardust_gitops.reports.wording import Script

_STYLES = {"+": "green", "-": "red", "~": "yellow"}


def render_differences(
    compared: Iterable[Compared], console: Console, *, skipped: int = 0, everything: bool = False
) -> None:
    """Print what each message says otherwise; `skipped` ones were not compared."""
    script = Script(ascii_only=not console.encoding.lower().startswith("utf"))

    def line(*parts: tuple[str, str]) -> None:
        text = Text()
        for part, style in parts:
            text.append(script.show(part), style=style)
        text.rstrip()
        console.print(text, soft_wrap=True, highlight=False)

    for item, comparison in compared:
        line(("", ""))
        line((heading(item, comparison), "bold"), (f"   {outcome(comparison)}", ""))
        listed = entries(comparison.differences, everything=everything)
        shown, rest = cut(listed, everything=everything)
        for entry in shown:
            for parts in _lines(entry, everything=everything):
                line(*parts)
        if rest:
            line((f"    {rest}", "dim"))
    if skipped:
        line(("", ""))
        line((left_out(skipped), "dim"))


def _lines(entry: Entry, *, everything: bool) -> list[list[tuple[str, str]]]:
    difference, style = entry.difference, _STYLES[entry.sign]
    if entry.words:
        return [[(f"  {entry.sign} ", style), (entry.words, "")]]
    first = [(f"  {entry.sign} ", style), (difference.path or "the message", "cyan")]
    if not difference.is_xml and not entry.brief:
        (said,) = change_lines(
            [Change(path=difference.path, before=difference.before, after=difference.after)]
        )
        # the sign stands before the path already
        text = said.text if entry.sign == "~" else said.text.removeprefix(f"{entry.sign} ")
        first.append((f"  {text}", ""))
    if entry.others:
        first.append((f"  {entry.others}", "dim"))
    below = element_lines(entry, everything=everything)
    return [first, *([(f"      {text}", style)] for text in below)]
