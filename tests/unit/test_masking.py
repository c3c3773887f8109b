"""Secrets that GitHub does not know are masked in the log of a job."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.cli.masking import hide_secrets_in_logs
from stardust_gitops.secrets import references
from stardust_gitops.secrets.references import parse_reference, resolve

KEY = "-----BEGIN KEY-----\nc2VjcmV0IGxpbmU=\nend\n-----END KEY-----"


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "_noticed", [])


def test_github_is_told_of_a_secret_and_of_its_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for _ in range(2):
        hide_secrets_in_logs()
    resolve(parse_reference("env:KEY"), environ={"KEY": KEY + "%"}, root=tmp_path)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "::add-mask::-----BEGIN KEY-----",
        "::add-mask::-----BEGIN KEY-----%0Ac2VjcmV0IGxpbmU=%0Aend%0A-----END KEY-----%25",
        "::add-mask::-----END KEY-----%25",
        "::add-mask::c2VjcmV0IGxpbmU=",
    ]


def test_nobody_else_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    hide_secrets_in_logs()
    resolve(parse_reference("env:KEY"), environ={"KEY": KEY}, root=tmp_path)
    assert capsys.readouterr() == ("", "")
