"""Findings: what is wrong with the user's input, as data.

Codes are stable and grouped: SG10 reading YAML, SG11 the shape of a file, SG12 references between
files, SG13 identifiers, SG20 rules of the catalogue, SG21 rules of a recipient, SG30 assets and
locks, SG40 messages, SG50 ledger, SG60 transport and delivery, SG70 safety.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Pointer: TypeAlias = tuple[str | int, ...]
"""The way from the root of a document to a node: ``("tracks", 1, "title")``."""


class Severity(StrEnum):
    """How much a finding matters: an error blocks what depends on the file."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem: where it is, what is wrong, and what to do.

    `file` is relative to the catalogue's root, with slashes. `line` and `column` are 1-based and
    0 until the finding was located (see `catalog.locate`). `release` (GTIN-14) and `target` say
    for whom it counts; a finding with a `target` concerns that recipient alone.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    file: str
    pointer: Pointer = ()
    line: int = 0
    column: int = 0
    release: str | None = None
    target: str | None = None

    def sort_key(self) -> tuple[str, int, int, str, str, str]:
        """Order of reports: by file, place, code."""
        return (self.file, self.line, self.column, self.code, self.target or "", self.message)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def format_pointer(pointer: Pointer) -> str:
    """``("tracks", 1, "title")`` as people write it: ``tracks[1].title``."""
    text = ""
    for step in pointer:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
