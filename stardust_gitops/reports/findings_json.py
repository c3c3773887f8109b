"""Findings as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.document import finding_document

FORMAT_VERSION = "1.0"


def findings_document(findings: Iterable[Finding]) -> dict[str, Any]:
    """Findings in the order of reports, with their number by severity."""
    ordered = sorted(findings, key=Finding.sort_key)
    return {
        "format_version": FORMAT_VERSION,
        "summary": {
            severity.value: sum(finding.severity is severity for finding in ordered)
            for severity in Severity
        },
        "findings": [finding_document(finding) for finding in ordered],
    }


def findings_json(findings: Iterable[Finding]) -> bytes:
    """The JSON of findings, indented, ending in a newline."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(findings_document(findings), option=options)
