"""Collects findings while one release is resolved."""

from __future__ import annotations

from dataclasses import dataclass, field

from stardust_gitops.diagnostics import Finding, Pointer, Severity


@dataclass(slots=True)
class Problems:
    """Findings about one file, for one release and perhaps one target."""

    file: str
    release: str | None = None
    target: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        code: str,
        pointer: Pointer,
        message: str,
        remedy: str,
        file: str | None = None,
    ) -> None:
        """Add a finding; about another file where `file` says so."""
        self.findings.append(
            Finding(
                code=code,
                severity=severity,
                message=message,
                remedy=remedy,
                file=file or self.file,
                pointer=pointer,
                release=self.release,
                target=self.target,
            )
        )

    def error(
        self, code: str, pointer: Pointer, message: str, remedy: str, file: str | None = None
    ) -> None:
        """Add an error."""
        self.add(Severity.ERROR, code, pointer, message, remedy, file)

    def warning(
        self, code: str, pointer: Pointer, message: str, remedy: str, file: str | None = None
    ) -> None:
        """Add a warning."""
        self.add(Severity.WARNING, code, pointer, message, remedy, file)
