"""Findings as JUnit's XML: one test case for each file of the catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.reports.wording import counted

MOST_OF_A_FILE = 100
_not_xml = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold (production 2, Char)."""


def junit_xml(
    findings: Iterable[Finding], files: Iterable[str], *, failing: Collection[Severity]
) -> bytes:
    """A test suite over `files`, which were all looked at, and whatever else has findings.
    `failing` severities make a test case fail; others are told as its output."""
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=Finding.sort_key):
        by_file[finding.file].append(finding)
    names = sorted({*files, *by_file})
    failed = sum(any(f.severity in failing for f in group) for group in by_file.values())
    counts = {"tests": str(len(names)), "failures": str(failed), "errors": "0", "skipped": "0"}
    root = Element("testsuites", {"name": "stardust-gitops", **counts})
    suite = SubElement(root, "testsuite", {"name": "validate", **counts})
    for name in names:
        _case(suite, name, by_file.get(name, ()), failing)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _case(
    suite: Element, file: str, findings: Sequence[Finding], failing: Collection[Severity]
) -> None:
    shown, folder = _clean(file), _clean(file.partition("/")[0])
    case = SubElement(suite, "testcase", {"classname": folder, "name": shown, "file": shown})
    failures = [finding for finding in findings if finding.severity in failing]
    if failures:
        first = f"{failures[0].code} {failures[0].message}"
        more = f" (and {len(failures) - 1:,} more)" if len(failures) > 1 else ""
        failure = SubElement(
            case, "failure", {"type": failures[0].code, "message": _clean(first + more)}
        )
        failure.text = _lines(failures)
    others = [finding for finding in findings if finding.severity not in failing]
    if others:
        SubElement(case, "system-out").text = _lines(others)


def _lines(findings: Sequence[Finding]) -> str:
    lines = []
    for finding in findings[:MOST_OF_A_FILE]:
        where = f" for {finding.target}" if finding.target else ""
        place = f"{finding.line}:{finding.column}" if finding.line else "-"
        lines.append(f"{place} {finding.severity}{where} {finding.code} {finding.message}")
        if finding.remedy:
            lines.append(f"    {finding.remedy}")
    if (rest := len(findings) - MOST_OF_A_FILE) > 0:
        lines.append(f"{counted(rest, 'more finding')} left out")
    return _clean("\n".join(lines))


def _clean(text: str) -> str:
    return _not_xml.sub("\ufffd", text)
