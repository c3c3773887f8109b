"""The rule book on a terminal and as JSON: ``validate --list-rules`` and ``--explain``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from stardust_gitops.rules.docs import group_of, looks_at
from stardust_gitops.rules.registry import Rule

FORMAT_VERSION = "1.0"


def rules_table(rules: Iterable[Rule]) -> str:
    """Every rule on a line, by group; the last column says which are fixed."""
    lines: list[str] = []
    for group, members in groupby(rules, key=lambda rule: group_of(rule.id)):
        lines += ["", group]
        for rule in members:
            fixed = "  (fixed)" if rule.fixed else ""
            lines.append(f"  {rule.id}  {rule.severity:<7}  {rule.title}{fixed}")
    return "\n".join(lines[1:])


def rule_text(rule: Rule) -> str:
    """All that there is to say of one rule."""
    fixed = ", fixed: it cannot be changed or suppressed" if rule.fixed else ""
    example = "\n".join(f"    {line}" for line in rule.example.splitlines())
    return (
        f"{rule.id}  {rule.title}\n"
        f"{rule.severity}, {looks_at(rule)}{fixed}\n\n"
        f"{rule.why}\n\n"
        f"Example:\n{example}\n\n"
        f"To do: {rule.remedy}\n"
        f"Source: {rule.source}"
    )


def rule_document(rule: Rule) -> dict[str, Any]:
    """A rule as JSON values."""
    return {
        "id": rule.id,
        "severity": rule.severity.value,
        "fixed": rule.fixed,
        "looks_at": [scope.value for scope in rule.scopes],
        "title": rule.title,
        "why": rule.why,
        "example": rule.example,
        "remedy": rule.remedy,
        "source": rule.source,
    }


def rules_document(rules: Iterable[Rule]) -> dict[str, Any]:
    """The rule book as JSON values."""
    return {"format_version": FORMAT_VERSION, "rules": [rule_document(rule) for rule in rules]}
