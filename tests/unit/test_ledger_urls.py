"""What `ledger:` may say, and which package it takes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.ledger.open import create_ledger, open_ledger
from tests.ledger_samples import CATALOGUE


@pytest.mark.parametrize("url", ["mysql://h/d", "ledger.db", ""])
def test_other_backends_are_not_there_yet(tmp_path: Path, url: str) -> None:
    for way_in in (open_ledger, create_ledger):
        with pytest.raises(UsageError, match="not available in this version"):
            way_in(url, tmp_path, CATALOGUE, SystemClock())


@pytest.mark.parametrize(
    ("url", "module", "extra"),
    [
        ("postgresql://ada@db.example.com/x", "psycopg", "postgres"),
        ("s3://bucket/prefix", "boto3", "aws"),
        ("azure://container/prefix?account=name", "azure.storage.blob", "azure"),
    ],
)
def test_a_package_that_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(GitOpsError, match="not installed") as caught:
        open_ledger(url, tmp_path, CATALOGUE, SystemClock())
    assert f"stardust-gitops[{extra}]" in (caught.value.hint or "")


def test_a_url_says_where(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no place"):
        open_ledger("sqlite:", tmp_path, CATALOGUE, SystemClock())
    elsewhere = tmp_path / "elsewhere" / "ledger.db"
    create_ledger(f"sqlite:{elsewhere}", tmp_path, CATALOGUE, SystemClock()).close()
    assert elsewhere.is_file()
