"""Findings as SARIF 2.1.0 (OASIS), for code scanning and editors."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from stardust_gitops import __version__
from stardust_gitops.diagnostics import Finding, Severity, format_pointer
from stardust_gitops.reports.wording import counted
from stardust_gitops.rules.book import rule_book
from stardust_gitops.rules.registry import Rule

MOST_RESULTS = 25_000
"""GitHub refuses a run with more results (docs.github.com, "SARIF support for code scanning")."""

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_document(findings: Iterable[Finding], *, prefix: str = "") -> dict[str, Any]:
    """A log of one run. `prefix` is the catalogue's folder in the repository with its slash. Of
    more than `MOST_RESULTS` the gravest are told, and how many were left out."""
    known = sorted(findings, key=lambda finding: _RANK[finding.severity])
    ordered = sorted(known[:MOST_RESULTS], key=Finding.sort_key)
    codes = sorted({finding.code for finding in ordered})
    driver = {
        "name": "stardust-gitops",
        "semanticVersion": __version__,
        "rules": [_rule(rule_book()[code]) for code in codes],
    }
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                **_left_out(len(known) - len(ordered)),
                "results": _results(ordered, codes, prefix),
            }
        ],
    }


def _left_out(number: int) -> dict[str, Any]:
    """A run without all of its results says so."""
    if not number:
        return {}
    text = f"{counted(number, 'finding')} left out: run  stardust-gitops validate"
    notification = {"level": "warning", "message": {"text": text}}
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": [notification]}
    return {"invocations": [invocation]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.remedy}\n\nExample:\n{rule.example}\n\nSource: {rule.source}",
            "markdown": f"{rule.remedy}\n\n```yaml\n{rule.example}\n```\n\nSource: {rule.source}",
        },
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _results(ordered: Sequence[Finding], codes: list[str], prefix: str) -> list[dict[str, Any]]:
    places = {code: place for place, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    results = []
    for finding in ordered:
        identity = _identity(finding)
        seen[identity] += 1
        text = finding.message + (f"\n{finding.remedy}" if finding.remedy else "")
        results.append(
            {
                "ruleId": finding.code,
                "ruleIndex": places[finding.code],
                "level": finding.severity.value,
                "message": {"text": text},
                "locations": [_location(finding, prefix)],
                "partialFingerprints": {"stardustFinding/v1": f"{identity}:{seen[identity]}"},
                "properties": {"release": finding.release, "target": finding.target},
            }
        )
    return results


def _identity(finding: Finding) -> str:
    """Equal for the same finding after lines have moved and values have changed."""
    pointer = format_pointer(finding.pointer)
    parts = (finding.code, finding.file, pointer, finding.release or "", finding.target or "")
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _location(finding: Finding, prefix: str) -> dict[str, Any]:
    # `safe` keeps what a path of a URI may hold; names that are not UTF-8 are written out before.
    uri = quote((prefix + finding.file).encode("utf-8", "backslashreplace"), safe="/")
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
    if finding.line:
        physical["region"] = {"startLine": finding.line, "startColumn": max(finding.column, 1)}
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.pointer:
        name = format_pointer(finding.pointer)
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    return location
