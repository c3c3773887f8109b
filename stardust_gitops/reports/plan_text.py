"""The plan on a terminal: grouped by target, then release; one line each, changes beneath.

Everything from a catalogue goes through `Script.show`, and into `rich.text.Text`, which knows no
markup: a title cannot colour, move or break anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.model import Action, Item, Plan
from stardust_gitops.reports.changes_text import change_lines
from stardust_gitops.reports.plan_words import (
    SYMBOLS,
    circuit_note,
    comparison_note,
    details,
    next_steps,
    not_sent,
    summary_line,
    target_counts,
)
from stardust_gitops.reports.wording import Script

_NARROWEST, _WIDEST = 80, 140
_ACTION = 8
_BENEATH = 6
_CHANGES = 20


def render_plan(
    plan: Plan,
    console: Console,
    *,
    descriptions: Mapping[str, str],
    all_items: bool = False,
    limit: int = 50,
    advise: bool = True,
    branch: str | None = None,
) -> None:
    """Print a plan.

    `descriptions` says of each target what it is (``ERN 4.3 over SFTP``). Without `all_items`
    unchanged items are counted only, and at most `limit` items of a target are shown. `advise`
    ends with what to do next; `branch` as for `next_steps`.
    """
    page = _Page(
        console=console,
        script=Script(ascii_only=not console.encoding.lower().startswith("utf")),
        width=min(max(console.width, _NARROWEST), _WIDEST),
        all_items=all_items,
        limit=limit,
    )
    if plan.environment != "production":
        page.line(("Environment ", ""), (plan.environment, "bold"))
    page.paragraph(comparison_note(plan), "bold")
    notes = {circuit.target: circuit_note(circuit) for circuit in plan.circuits}
    for target, group in groupby(plan.items, key=lambda item: item.target):
        page.target(target, descriptions.get(target, ""), list(group), notes.get(target, ""))
    page.stops(plan)
    page.line((summary_line(plan), "bold" if plan.items else ""))
    page.paragraph(not_sent(plan), "bold red")
    for step in next_steps(plan, branch=branch) if advise else ():
        page.line((step, "dim"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where things stand on the lines of one target."""

    icpn: int
    name: int
    detail: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The terminal that is written to, and how much is shown."""

    console: Console
    script: Script
    width: int
    all_items: bool
    limit: int

    def line(self, *parts: tuple[str, str]) -> None:
        """One line of (text, style)."""
        text = Text()
        for part, style in parts:
            text.append(self.script.show(part), style=style)
        text.rstrip()
        self.console.print(text, soft_wrap=True, highlight=False)

    def paragraph(self, text: str, style: str) -> None:
        """A text that takes as many lines as it needs, none where it is empty."""
        if text:
            for line in Text(self.script.show(text)).wrap(self.console, self.width):
                self.line((line.plain, style))

    def target(self, target: str, description: str, items: Sequence[Item], note: str) -> None:
        """The heading of a target, with a note where there is something to say, and its items."""
        show = self.script.show
        left = show(f"{target}   {description}".rstrip())
        right = show(target_counts(items))
        gap = self.width - cell_len(left) - cell_len(right)
        name, about = show(target), left[len(show(target)) :]
        if gap >= 3:
            self.line((name, "bold"), (about + " " * gap, ""), (right, "dim"))
        else:
            self.line((name, "bold"), (about, ""))
            self.line((" " * _BENEATH + right, "dim"))
        self.paragraph(note and f"  ! {note}", "bold yellow")
        listed = [item for item in items if self.all_items or item.action is not Action.UNCHANGED]
        shown = listed if self.all_items else listed[: self.limit]
        columns = self._columns(shown)
        for item in shown:
            self._item(item, columns)
        if len(listed) > len(shown):
            rest = target_counts(listed[len(shown) :])
            more = f"    … and {len(listed) - len(shown):,} more ({rest}): --all shows them"
            self.line((more, "dim"))

    def _columns(self, items: Iterable[Item]) -> _Columns:
        names = [(cell_len(self.script.show(i.icpn)), cell_len(self._name(i))) for i in items]
        icpn = min(max((width for width, _ in names), default=0), 14)
        room = self.width - 4 - icpn - 2
        name = min(max((width for _, width in names), default=0), room * 9 // 20)
        return _Columns(icpn=icpn, name=name, detail=room - name - 2 - _ACTION - 2)

    def _name(self, item: Item) -> str:
        return self.script.show(item.name)

    def _item(self, item: Item, columns: _Columns) -> None:
        symbol, style = SYMBOLS[item.action]
        name = self._name(item)
        if cell_len(name) > columns.name:
            end = self.script.show("…")
            name = set_cell_size(name, columns.name - len(end)) + end
        said = [self.script.show(text) for text in details(item)]
        beside = said[0] if len(said) == 1 and cell_len(said[0]) <= columns.detail else ""
        self.line(
            (f"  {symbol} ", style),
            (set_cell_size(self.script.show(item.icpn), columns.icpn) + "  ", ""),
            (set_cell_size(name, columns.name) + "  ", "dim" if style == "dim" else ""),
            (f"{item.action:<{_ACTION}}", style),
            (f"  {beside}", "dim" if item.action is Action.UNCHANGED else ""),
        )
        self._beneath([] if beside else said, style)
        self._warnings(item.findings)
        self._changes(item)

    def _beneath(self, texts: Iterable[str], style: str) -> None:
        for text in texts:
            for line in self._wrapped(text):
                self.line((" " * _BENEATH + line, style if style != "dim" else ""))

    def _wrapped(self, text: str) -> Iterator[str]:
        room = self.width - _BENEATH
        return (line.plain for line in Text(text).wrap(self.console, room))

    def _warnings(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if finding.severity is Severity.WARNING:
                text = self.script.show(f"! {finding.code} {finding.message}")
                self._beneath([text], "yellow")

    def _changes(self, item: Item) -> None:
        lines = list(change_lines(item.changes))
        shown = lines if self.all_items else lines[:_CHANGES]
        show = self.script.show
        rows = [(show(line.path), show(line.text), show(line.origin)) for line in shown]
        indent = " " * _BENEATH
        fitting = [
            cell_len(path) + 2 + cell_len(text)
            for path, text, origin in rows
            if _BENEATH + cell_len(path) + cell_len(text) + cell_len(origin) + 4 <= self.width
        ]
        middle = max(fitting, default=0)
        for path, text, origin in rows:
            used = cell_len(path) + 2 + cell_len(text)
            if not origin:
                self.line((indent + path, "cyan"), (f"  {text}", ""))
            elif _BENEATH + max(used, middle) + 2 + cell_len(origin) <= self.width:
                pad = " " * (max(used, middle) - used + 2)
                self.line((indent + path, "cyan"), (f"  {text}{pad}", ""), (origin, "dim"))
            else:
                self.line((indent + path, "cyan"), (f"  {text}", ""))
                self.line((f"{indent}    {origin}", "dim"))
        if len(lines) > len(shown):
            self.line((f"{indent}… and {len(lines) - len(shown):,} more changes", "dim"))

    def stops(self, plan: Plan) -> None:
        """The guards that stop an apply."""
        for reason in plan.stops:
            self.paragraph(f"Stopped by {reason.code}: {reason.text}", "bold red")
