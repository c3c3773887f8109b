"""Printing: consoles that know whether they are a terminal, and JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from stardust_gitops.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from rich.console import Console

MINIMUM_WIDTH, MAXIMUM_WIDTH, PLAIN_WIDTH = 80, 140, 120


def console(*, stderr: bool = False) -> Console:
    """A console: colour only on a terminal, and a fixed width where there is none."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    made = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    width = min(max(made.width, MINIMUM_WIDTH), MAXIMUM_WIDTH) if made.is_terminal else PLAIN_WIDTH
    made.width = width
    return made


def print_json(document: Any) -> None:
    """A JSON document on standard output, indented, with a line end."""
    write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def write_bytes(data: bytes) -> None:
    """Bytes on standard output, as they are."""
    out = sys.stdout.buffer
    out.write(data)
    out.flush()


def show_findings(
    findings: Iterable[Finding], root: Path | None, *, stderr: bool = True, by_rule: bool = False
) -> None:
    """Findings grouped by file, each with its line; but no line of a target's file, where a
    secret may stand that should not, nor of a file outside that a link leads to."""
    from stardust_gitops.reports.findings_text import render_findings

    def source(file: str) -> bytes | None:
        if root is None or file.startswith("targets/"):
            return None
        try:
            path = Path(os.path.realpath(root / file))
            inside = path.is_file() and path.is_relative_to(os.path.realpath(root))
            return path.read_bytes() if inside else None
        except OSError:
            return None  # then the finding is shown without its line

    render_findings(findings, console(stderr=stderr), source=source, by_rule=by_rule)


def failed(findings: Iterable[Finding], *, strict: bool = False) -> bool:
    """Whether findings make a command fail: errors, and warnings under ``--strict``."""
    bad = failing(strict)
    return any(finding.severity in bad for finding in findings)


def failing(strict: bool) -> frozenset[Severity]:
    """The severities that make a command fail."""
    return frozenset({Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR})
