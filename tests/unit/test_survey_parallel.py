"""Many processes find what one finds, in the same order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stardust_gitops.reconciler import survey as module
from stardust_gitops.reconciler.survey import Survey, survey_releases
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[2]


def _survey(root: Path) -> Survey:
    workspace = open_workspace(root)
    return survey_releases(Surveyor(workspace), workspace)


def test_processes_find_what_one_process_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "catalogue"
    ignored = shutil.ignore_patterns(".stardust", "delivered")
    shutil.copytree(ROOT / "catalog_example", root, ignore=ignored)
    (root / "releases" / "broken.yaml").write_text("icpn: [\n")
    (root / "releases" / "again.yaml").write_bytes(
        (root / "releases" / "4006381333931.yaml").read_bytes()
    )
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    alone = _survey(root)
    monkeypatch.setattr(module, "_FILES_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(module, "_CHUNK", 1)
    together = _survey(root)
    assert together == alone
    assert alone.unreadable
    assert {finding.code for finding in alone.findings} == {"SG1010", "SG1204", "SG3021"}
    assert len(alone.desired) == 19
