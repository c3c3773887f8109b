"""Findings on a terminal: by file, with the line, a caret under the column, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.reports.wording import Script, counted
from stardust_gitops.rules.book import rule_book

SourceText = Callable[[str], bytes | None]
"""The bytes of a file of the catalogue, or ``None`` where there are none to show."""

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}

_WINDOW = 100
"""Characters of a long line that are shown around the column."""


def render_findings(
    findings: Iterable[Finding],
    console: Console,
    *,
    source: SourceText,
    limit: int = 20,
    by_rule: bool = False,
) -> None:
    """Print findings, at most `limit` of each file, and a line that counts them all; with
    `by_rule`, before it, how often each rule was broken."""
    ordered = sorted(findings, key=Finding.sort_key)
    page = _Page(
        console=console,
        script=Script(ascii_only=not console.encoding.lower().startswith("utf")),
    )
    for file, group in groupby(ordered, key=lambda finding: finding.file):
        members = list(group)
        located = any(finding.line for finding in members)
        lines = _lines(source(file)) if located else []
        for finding in members[:limit]:
            page.finding(finding, lines)
        if len(members) > limit:
            page.line((f"{file}: and {len(members) - limit:,} more", "dim"))
            page.line(("", ""))
    if by_rule and len(ordered) > 1:
        page.rules(ordered)
    if ordered:
        page.line((findings_summary(ordered), "bold"))


def findings_summary(findings: Sequence[Finding]) -> str:
    """``2 errors, 1 warning in 2 files``."""
    counts = Counter(finding.severity for finding in findings)
    parts = [counted(counts[severity], severity) for severity in Severity if counts[severity]]
    files = len({finding.file for finding in findings})
    return f"{', '.join(parts) or 'No findings'} in {counted(files, 'file')}"


def title_of(code: str) -> str:
    """What a rule is about, in a few words."""
    return rule_book()[code].title


def place_of(finding: Finding) -> str:
    """``releases/a.yaml:4:8``, as far as the place is known."""
    place = finding.file
    if finding.line:
        place += f":{finding.line}"
        if finding.column:
            place += f":{finding.column}"
    return place


def _lines(data: bytes | None) -> list[str]:
    """The lines as YAML counts them: only CR, LF and CRLF end one (NEL and U+2028 do not here)."""
    if not data:
        return []
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


_NOT_QUOTED = {"SG1118"}
"""The line holds a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    console: Console
    script: Script

    def line(self, *parts: tuple[str, str]) -> None:
        text = Text()
        for part, style in parts:
            text.append(self.script.show(part), style=style)
        text.rstrip()
        self.console.print(text, soft_wrap=True, highlight=False)

    def finding(self, finding: Finding, lines: Sequence[str]) -> None:
        """One finding: place, what is wrong, the line with a caret, what to do."""
        where = f" for {finding.target}" if finding.target else ""
        self.line(
            (place_of(finding), "bold"),
            ("  ", ""),
            (f"{finding.severity}{where}", STYLES[finding.severity]),
            (f"  {finding.code}  ", "dim"),
            (finding.message, ""),
        )
        if 0 < finding.line <= len(lines) and finding.code not in _NOT_QUOTED:
            self._excerpt(finding, lines[finding.line - 1])
        if finding.remedy:
            self.line(("    " + finding.remedy, "green"))
        self.line(("", ""))

    def rules(self, findings: Sequence[Finding]) -> None:
        """How often each rule was broken, the most frequent first."""
        severity = {finding.code: finding.severity for finding in findings}
        for code, number in Counter(finding.code for finding in findings).most_common():
            self.line((f"{code} ×{number:<5,}", STYLES[severity[code]]), (f" {title_of(code)}", ""))
        self.line(("", ""))

    def _excerpt(self, finding: Finding, line: str) -> None:
        column = min(max(finding.column, 1), len(line) + 1)
        start = max(0, column - 1 - _WINDOW // 2) if len(line) > _WINDOW else 0
        shown = line[start : start + _WINDOW]
        before = self.script.show(("…" if start else "") + line[start : column - 1])
        after = self.script.show(shown[column - 1 - start :])
        end = self.script.show("…") if start + _WINDOW < len(line) else ""
        number = str(finding.line)
        self.line((f"    {number} │ ", "dim"), (before + after + end, ""))
        if finding.column:
            pad = " " * (4 + len(number))
            caret = " " * cell_len(before) + "^"
            self.line((f"{pad} │ ", "dim"), (caret, STYLES[finding.severity]))
