"""Findings as annotations of GitHub Actions: workflow commands on standard output.

GitHub shows ten of each kind for a step and drops the rest without a word, so the tenth says how
many there are.
"""

from __future__ import annotations

from collections.abc import Iterable

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.reports.wording import counted

MOST_OF_A_KIND = 10
_KINDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github_annotations(findings: Iterable[Finding], *, prefix: str = "") -> str:
    """One command on each line. `prefix` is the catalogue's folder in the repository with its
    slash, as GitHub counts paths from there."""
    ordered = sorted(findings, key=Finding.sort_key)
    lines: list[str] = []
    for severity, kind in _KINDS.items():
        group = [finding for finding in ordered if finding.severity is severity]
        shown = group if len(group) <= MOST_OF_A_KIND else group[: MOST_OF_A_KIND - 1]
        lines.extend(_annotation(kind, finding, prefix) for finding in shown)
        if rest := len(group) - len(shown):
            text = f"{counted(rest, f'more {severity}')} left out: run  stardust-gitops validate"
            lines.append(f"::{kind} title=stardust-gitops::{_data(text)}")
    return "".join(f"{line}\n" for line in lines)


def _annotation(kind: str, finding: Finding, prefix: str) -> str:
    title = finding.code + (f" for {finding.target}" if finding.target else "")
    properties = {"file": prefix + finding.file, "title": title}
    if finding.line:
        properties |= {"line": str(finding.line), "col": str(finding.column)}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = finding.message + (f"\n{finding.remedy}" if finding.remedy else "")
    return f"::{kind} {told}::{_data(text)}"


def _data(text: str) -> str:
    """Text behind the second pair of colons: nothing in it can begin another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
