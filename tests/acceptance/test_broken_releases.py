"""Broken releases: exactly what is wrong is found, at its line and column, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from stardust_gitops.diagnostics import Finding
from tests.broken import BROKEN
from tests.broken.case import Broken
from tests.release_lab import RELEASE, Case, judge, second_release


def shown(findings: Sequence[Finding]) -> list[str]:
    """Findings as the tables of `tests.broken` write them."""
    texts = (f"{entry.file}:{entry.line}:{entry.column} {entry.code}" for entry in findings)
    return [text.removeprefix(f"{RELEASE}:") for text in texts]


def test_what_is_not_broken_is_clean(tmp_path: Path) -> None:
    assert judge(tmp_path, Case(files={"releases/b.yaml": second_release()})) == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name.replace(" ", "_"))
def test_a_broken_release(broken: Broken, tmp_path: Path) -> None:
    findings = judge(tmp_path, broken.case)
    assert shown(findings) == list(broken.found)
    assert all(finding.message and finding.remedy for finding in findings)


def test_there_are_enough_of_them() -> None:
    assert len(BROKEN) >= 60
    assert len({broken.name for broken in BROKEN}) == len(BROKEN)
    assert all(broken.found for broken in BROKEN)
