"""What a message says otherwise than the content, and why: ``render --explain``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from stardust_gitops.messages.ern.mappings import Mapping
from stardust_gitops.reports.markdown import escaped
from stardust_gitops.reports.wording import Script, counted

_WIDEST = 40
_NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The version of ERN and the profile that a message has (a purge has none)."""

    version: str
    profile: str | None

    def __str__(self) -> str:
        return f"ERN {self.version}" + (f", {self.profile}" if self.profile else "")


def render_mappings(found: Sequence[Mapping], kind: Kind, console: Console) -> None:
    """A table: place, what is said, what is told; the reason below."""
    script = Script(ascii_only=not console.encoding.lower().startswith("utf"))
    rows = [
        [script.show(each) for each in (one.field, one.said, one.told or _NOTHING)] for one in found
    ]
    widths = [min(max(map(cell_len, column)), _WIDEST) for column in zip(*rows, strict=True)]
    for one, row in zip(found, rows, strict=True):
        place, said, told = (_column(text, size) for text, size in zip(row, widths, strict=True))
        arrow = script.show("→")
        console.print(Text.assemble((place, "cyan"), f"  {said}  {arrow}  {told.rstrip()}"))
        console.print(Text(f"    {script.show(one.reason)}", style="dim"))
    console.print(Text(_summary(found, kind), style="bold"))


def _column(text: str, size: int) -> str:
    """At least that wide: what is longer is shown whole, as it is what is asked for."""
    return set_cell_size(text, size) if cell_len(text) < size else text


def mappings_markdown(found: Sequence[Mapping], kind: Kind) -> str:
    """The same as Markdown."""
    lines = [f"**{escaped(_summary(found, kind))}**"]
    if found:
        lines += ["", "| place | said | told | reason |", "|---|---|---|---|"]
    for one in found:
        cells = (one.field, one.said, one.told or _NOTHING, one.reason)
        lines.append("| " + " | ".join(escaped(cell) for cell in cells) + " |")
    return "\n".join(lines)


def mappings_document(found: Sequence[Mapping], kind: Kind) -> dict[str, Any]:
    """The same as JSON values; `told` is null where the message has no place for it."""
    return {
        "format_version": "1.0",
        "version": kind.version,
        "profile": kind.profile,
        "mappings": [
            {"path": one.field, "said": one.said, "told": one.told, "reason": one.reason}
            for one in found
        ],
    }


def _summary(found: Sequence[Mapping], kind: Kind) -> str:
    if not found:
        return f"{kind}: all is said as the catalogue says it."
    return f"{kind}: {counted(len(found), 'thing')} said otherwise than in the catalogue."
