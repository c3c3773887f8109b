"""`init --github`: workflows and a ledger for a new catalogue, and for one that is there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from stardust_gitops.cli.main import run
from tests.first_release import tree


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_init_github_makes_workflows_and_a_ledger_on_a_branch(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(tmp_path, "init", "-q", "-b", "main", "clone")
    clone = tmp_path / "clone"
    git(clone, "remote", "add", "origin", "../remote.git")
    monkeypatch.chdir(clone)
    assert run(["init", "--github"]) == 0
    assert (clone / ".github/workflows/review.yml").is_file()
    assert "refs/heads/stardust-ledger" in git(clone, "ls-remote", "origin")
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", "a new catalogue")
    assert run(["validate"]) == 0
    assert run(["fmt", "--check"]) == 0
    assert run(["plan", "--detailed-exitcode"]) == 0
    told = capfd.readouterr().out
    assert "ledger init" not in told
    assert 'git commit -m "A new catalogue" && git push\n' in told
    assert "the environments production, with reviewers" in told
    assert "its pull request shows" in (clone / "README.md").read_text("utf-8")


def test_init_github_delivers_the_head_of_main_only(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(tmp_path, "init", "-q", "-b", "main", "clone")
    clone = tmp_path / "clone"
    git(clone, "remote", "add", "origin", "../remote.git")
    monkeypatch.chdir(clone)
    assert run(["init", "--github"]) == 0
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", "a new catalogue")
    git(clone, "push", "-q", "origin", "main")
    assert run(["apply", "--auto-approve"]) == 0
    git(clone, "commit", "-q", "--allow-empty", "-m", "nobody has reviewed this")
    assert run(["apply", "--auto-approve"]) == 4
    assert "SG7003" in capfd.readouterr().err


def test_init_github_before_there_is_a_remote(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new"
    assert run(["init", "--github", str(folder)]) == 0
    assert "stardust-gitops ledger init" in capfd.readouterr().out
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", "../remote.git")
    monkeypatch.chdir(folder)
    assert run(["plan"]) == 4, "a ledger is never made by accident"
    assert run(["ledger", "init"]) == 0
    assert run(["plan"]) == 0


@pytest.fixture
def old(fresh: Path) -> Path:
    """A catalogue of old, in git, that was kept on a laptop; its configuration has comments."""
    git(fresh, "init", "-q", "-b", "main")
    git(fresh.parent, "init", "-q", "--bare", "remote.git")
    git(fresh, "remote", "add", "origin", "../remote.git")
    text = (fresh / "stardust.yaml").read_text()
    kept = [line for line in text.splitlines() if not line.startswith(("ledger:", "# The record"))]
    (fresh / "stardust.yaml").write_text("\n".join([*kept, "# the end"]) + "\n")
    return fresh


def test_init_github_adds_what_a_catalogue_lacks(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (old / ".stardust/ledger.db").unlink()
    before, text = tree(old), (old / "stardust.yaml").read_text()
    capsys.readouterr()
    assert run(["init", "--github"]) == 0
    told = capsys.readouterr().out
    after = tree(old)
    new = after.keys() - before.keys()
    assert {path for path in new if path.startswith(".github/")} == new
    assert len(new) == 7
    for path in (*new, "stardust.yaml: ledger", "stardust.yaml: environments"):
        assert f"  {path}\n" in told
    assert {path for path in before if before[path] != after[path]} == {"stardust.yaml"}
    config = (old / "stardust.yaml").read_text()
    lines = iter(config.splitlines())
    assert all(line in lines for line in text.splitlines() if line), "what there was stays"
    for key in ("ledger: git:stardust-ledger", "  production: {branch: main}", '{every: "1h"}'):
        assert key in config
    assert "ledger init\nif nothing was ever delivered" in told
    assert run(["validate", "--strict"]) == 0
    assert run(["fmt", "--check"]) == 0
    assert run(["plan"]) == 4, "a ledger is never made by accident"

    capsys.readouterr()
    assert run(["init", "--github"]) == 0
    assert "nothing changed" in capsys.readouterr().out
    assert tree(old) == after


def test_init_github_keeps_what_is_there(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = {
        ".github/workflows/deliver.yml": b"name: Website\n",
        "CODEOWNERS": b"* @ada\n",
        "stardust.yaml": (old / "stardust.yaml").read_bytes().replace(b"\n", b"\r\n")
        + b"environments:  {test: {}}  # mine\r\nschedule: {every: 1d}",
    }
    (old / ".github/workflows").mkdir(parents=True)
    for path, data in mine.items():
        (old / path).write_bytes(data)
    ledger = (old / ".stardust/ledger.db").read_bytes()
    capsys.readouterr()
    for _ in range(2):
        assert run(["init", "--github"]) == 0
        told = capsys.readouterr().out
        assert told.count("\n  .github/workflows/deliver.yml\n") == 1
        assert "Kept as they were, though" in told
        assert "ledger migrate --to git:stardust-ledger" in told
        assert "names no branch for the environment production" in told
    assert {path: (old / path).read_bytes() for path in mine} == mine
    assert not (old / ".github/CODEOWNERS").exists(), "GitHub would no longer read theirs"
    assert (old / ".github/workflows/review.yml").is_file()
    assert (old / ".stardust/ledger.db").read_bytes() == ledger


def test_keys_in_braces_are_left_to_the_user(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "{format: 1, id: x, sender: {dpid: PADPIDA2026112201U, name: Alpha}}\n"
    (old / "stardust.yaml").write_text(text)
    assert run(["init", "--github"]) == 1
    error = capsys.readouterr().err
    assert "SG9021" in error
    assert "environments:\n  production: {branch: main}" in error
    assert (old / "stardust.yaml").read_text() == text
    assert not (old / ".github").exists()
    assert run(["fmt"]) == 0
    assert run(["init", "--github"]) == 0


@pytest.mark.parametrize(
    ("options", "config", "code", "said"),
    [
        (("--id", "other"), None, 64, "give --github alone"),
        (("--sender-name", "Other"), None, 64, "give --github alone"),
        ((), "format: [\n", 3, "stardust.yaml"),
    ],
)
def test_init_github_changes_nothing_where_it_cannot_go_on(
    old: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    config: str | None,
    code: int,
    said: str,
) -> None:
    if config is not None:
        (old / "stardust.yaml").write_text(config)
    before = tree(old)
    assert run(["init", "--github", *options]) == code
    assert said in capsys.readouterr().err
    assert tree(old) == before


def test_workflows_stand_at_the_top_of_a_repository(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    assert run(["init", "--github", str(tmp_path / "music")]) == 64
    assert "GitHub reads those of" in capfd.readouterr().err
    assert not (tmp_path / "music").exists()
