"""Findings as annotations of GitHub Actions."""

from __future__ import annotations

from collections.abc import Iterable

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.reports.annotations import Annotation, Kind, annotation_commands

_KINDS: dict[Severity, Kind] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


def github_annotations(findings: Iterable[Finding], *, prefix: str = "") -> str:
    """One command on each line. `prefix` is the catalogue's folder in the repository with its
    slash, as GitHub counts paths from there."""
    found = (annotation_of(finding) for finding in sorted(findings, key=Finding.sort_key))
    return annotation_commands(found, prefix=prefix, rest="run  stardust-gitops validate")


def annotation_of(finding: Finding) -> Annotation:
    """A finding at its line."""
    return Annotation(
        kind=_KINDS[finding.severity],
        file=finding.file,
        title=finding.code + (f" for {finding.target}" if finding.target else ""),
        text=finding.message + (f"\n{finding.remedy}" if finding.remedy else ""),
        line=finding.line,
        column=finding.column,
    )
