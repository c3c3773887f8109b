"""What a shell proposes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from stardust_gitops.cli.main import cli, run
from tests.first_release import FILE, ICPN


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_STARDUST_GITOPS_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_an_unknown_shell_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "csh"]) == 64
    assert "'bash', 'zsh', 'fish'" in capsys.readouterr().err


@pytest.fixture
def complete() -> Callable[..., list[str]]:
    """What a shell would propose for the last word."""

    def proposals(*words: str) -> list[str]:
        shell = BashComplete(cli, {}, "stardust-gitops", "_STARDUST_GITOPS_COMPLETE")
        return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]

    return proposals


def test_releases_and_targets_are_proposed(
    tmp_path: Path,
    complete: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fresh = tmp_path / "my-catalog"
    assert run(["init", str(fresh)]) == 0
    (fresh / FILE).write_text("anything")
    monkeypatch.chdir(fresh)
    assert complete("plan", "--release", "40") == [ICPN]
    assert complete("apply", "--target", "") == ["local"]
    assert complete("plan", "--exclude", "") == [ICPN, "local"]
    assert complete("plan", "--label", "") == []
    assert complete("plan", "--target", "x") == []
    assert complete("comp") == ["completion"]
    monkeypatch.chdir(tmp_path)
    assert complete("plan", "--target", "") == []
    assert complete("plan", "--catalog", str(fresh), "--target", "l") == ["local"]
    assert complete("plan", "--catalog", "no\0where", "--target", "l") == []
