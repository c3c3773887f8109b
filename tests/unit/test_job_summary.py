"""The summary of a job stays within what GitHub takes, and says what it left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.cli.job_summary import add_validate_summary
from stardust_gitops.diagnostics import Finding, Severity

MOST = 1024 * 1024
"""Bytes. GitHub drops the summary of a step that has more, all of it."""


def test_ten_thousand_findings_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    findings = [
        Finding(
            code="SG2104",
            severity=Severity.WARNING if number else Severity.ERROR,
            message="ü" * 5_000,
            remedy="",
            file=f"releases/{number}.yaml",
            line=3,
        )
        for number in range(10_000)
    ]
    add_validate_summary("alpha-tide", findings)
    data = file.read_bytes()
    assert MOST // 2 < len(data) < MOST
    text = data.decode()
    assert "**1 error, 9,999 warnings**" in text
    assert text.index("releases/0.yaml") < text.index("### Warnings")
    shown = text.count("releases/")
    assert f"… and {10_000 - shown:,} more lines: see the log of the run." in text


def test_outside_of_github_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    add_validate_summary("alpha-tide", [])
    assert capsys.readouterr() == ("", "")
