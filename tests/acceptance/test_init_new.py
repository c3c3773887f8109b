"""A new catalogue, and the way from there to a delivery, as a user goes it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stardust_gitops.cli.main import run
from tests.first_release import FILE, ICPN, tree

PROGRAM = (sys.executable, "-m", "stardust_gitops")


def test_from_nothing_to_an_empty_plan(tmp_path: Path, full: list[str]) -> None:
    def program(*arguments: str, cwd: Path) -> str:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    folder = tmp_path / "my-catalog"
    program("init", "my-catalog", cwd=tmp_path)
    program(*full, cwd=folder)
    program("validate", "--strict", cwd=folder)
    program("fmt", "--check", cwd=folder)
    assert "1 insert" in program("plan", cwd=folder)
    program("apply", "--auto-approve", cwd=folder)
    assert "No changes" in program("plan", cwd=folder)
    assert len(list(folder.glob(f"delivered/local/*/{ICPN}/resources/*"))) == 3


def test_in_git_everything_can_be_committed_and_is_then_clean(
    fresh: Path, full: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(full) == 0
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "all")):
        subprocess.run(["git", *who, *command], check=True)
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)
    assert set(listed.stdout.split()) == set(tree(fresh))
    capsys.readouterr()
    assert run(["validate", "--strict"]) == 0
    assert run(["apply", "--auto-approve"]) == 0
    assert run(["plan", "--detailed-exitcode"]) == 0


def test_the_hook_of_a_new_catalogue_runs(
    fresh: Path, tmp_path: Path, full: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Path(sys.executable).parent
    if not (beside / "stardust-gitops").exists():
        pytest.skip("the command is not installed beside this Python")
    monkeypatch.setenv("PATH", f"{beside}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    assert run(full) == 0
    good = (fresh / FILE).read_text()
    for command in (("init", "-q"), ("add", ".")):
        subprocess.run(["git", *command], check=True)
    hook = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    assert subprocess.run(hook, capture_output=True, check=False).returncode == 0
    (fresh / FILE).write_text("titel: Breakwater\n")
    subprocess.run(["git", "add", "."], check=True)
    done = subprocess.run(hook, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "did you mean title?" in done.stdout
    (fresh / FILE).write_text(good.replace("icpn:", "icpn:  "))
    subprocess.run(["git", "add", "."], check=True)
    done = subprocess.run(hook, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "+icpn: " in done.stdout


@pytest.mark.parametrize("folder", ["parties", "labels"])
def test_the_examples_of_a_new_catalogue_are_valid(fresh: Path, folder: str) -> None:
    (text,) = re.findall("```yaml\n(.*?)```", (fresh / folder / "README.md").read_text(), re.DOTALL)
    (fresh / folder / "example.yaml").write_text(text)
    assert run(["validate", "--strict"]) == 0


def test_a_new_catalogue_is_valid_and_has_an_empty_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my catalog"
    assert run(["init", str(folder)]) == 0
    told = capsys.readouterr().out
    for path in tree(folder):
        assert f"  {path}\n" in told
    assert f"cd '{folder}'\n" in told
    assert "git init && git add ." in told
    assert "The sender in stardust.yaml is an example" in told
    assert not (folder / ".git").exists()
    assert run(["validate", "--strict", "--catalog", str(folder)]) == 0
    assert run(["fmt", "--check", "--catalog", str(folder)]) == 0
    assert run(["plan", "--detailed-exitcode", "--catalog", str(folder)]) == 0


def test_the_sender_is_what_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sender = ("--sender-dpid", "PA-DPIDA-2026112201-U", "--sender-name", "Alpha: Tide")
    assert run(["init", "--id", "alpha", *sender]) == 0
    text = (tmp_path / "stardust.yaml").read_text()
    assert "dpid: PADPIDA2026112201U\n" in text
    assert 'name: "Alpha: Tide"\n' in text
    told = capsys.readouterr().out
    assert "example" not in told
    assert "  cd " not in told
    assert run(["validate", "--strict"]) == 0


def test_a_wrong_check_character_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sender = ("--sender-dpid", "PADPIDA2014120301U", "--sender-name", "A")
    assert run(["init", str(tmp_path / "x"), *sender]) == 0
    assert "the last character of PADPIDA2014120301U should be L" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--sender-dpid", "123"), "sender.dpid"),
        (("--sender-dpid", ""), "sender.dpid"),
        (("--sender-name", " "), "sender.name"),
        (("--id", "Not A Name"), "id:"),
        (("--id", "No!", "--sender-dpid", "123"), "2 values are not valid"),
    ],
)
def test_bad_values_leave_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    assert run(["init", str(tmp_path / "x"), *options]) == 64
    assert words in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("inside", ["", "releases", "new/catalogue"])
def test_a_catalogue_is_never_made_in_a_catalogue(
    fresh: Path, capsys: pytest.CaptureFixture[str], inside: str
) -> None:
    before = tree(fresh)
    assert run(["init", str(fresh / inside)]) == 1
    error = capsys.readouterr().err
    assert "SG9020" in error
    assert "ledger init" in error
    assert tree(fresh) == before


def test_other_files_are_kept_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "targets").mkdir()
    mine = {"README.md": b"mine", ".gitignore": b"/delivered/\n", "targets/local.yaml": b"x"}
    for path, data in mine.items():
        (tmp_path / path).write_bytes(data)
    assert run(["init", str(tmp_path), "--id", "x"]) == 0
    told = capsys.readouterr().out
    made, kept = told.split("Kept as they were:\n")
    for path, data in mine.items():
        assert (tmp_path / path).read_bytes() == data
        assert f"  {path}\n" in kept
        assert f"  {path}\n" not in made
    assert "Add to .gitignore: /.stardust/\n" in kept


def test_a_ledger_of_old_is_not_given_to_a_new_catalogue(
    fresh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (fresh / "stardust.yaml").unlink()
    ledger = (fresh / ".stardust/ledger.db").read_bytes()
    assert run(["init"]) == 4
    assert "never overwritten" in capsys.readouterr().err
    assert not (fresh / "stardust.yaml").exists()
    assert (fresh / ".stardust/ledger.db").read_bytes() == ledger
    (fresh / ".stardust/ledger.db").unlink()
    assert run(["init"]) == 0


def test_in_a_work_tree_git_init_is_not_proposed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert run(["init", str(tmp_path / "music")]) == 0
    told = capsys.readouterr().out
    assert "git add ." in told
    assert "git init" not in told


def test_without_git_lfs_its_attributes_are_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    assert run(["init", str(tmp_path / "x")]) == 0
    assert "# *.flac filter=lfs" in (tmp_path / "x/.gitattributes").read_text()
    assert "Git LFS is not set up here" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="Git LFS is not installed")
def test_with_git_lfs_its_attributes_are_active(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text('[filter "lfs"]\n\tclean = git-lfs clean -- %f\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    assert run(["init", str(tmp_path / "x")]) == 0
    assert "\n*.flac filter=lfs" in (tmp_path / "x/.gitattributes").read_text()
    assert "Git LFS" not in capsys.readouterr().out


@pytest.mark.parametrize("folder", ["file", "file/below", "x" * 300])
def test_a_folder_that_cannot_be_is_diagnosed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    (tmp_path / "file").write_text("mine")
    assert run(["init", f"{tmp_path}/{folder}"]) in (1, 64)
    assert "SG90" in capsys.readouterr().err
    assert tree(tmp_path) == {"file": b"mine"}


def test_a_file_where_a_folder_should_be_stops_before_there_is_a_catalogue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "releases").write_text("mine")
    assert run(["init", str(tmp_path), "--id", "x"]) == 1
    assert "releases/.gitkeep cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "stardust.yaml").exists()
    (tmp_path / "releases").unlink()
    assert run(["init", str(tmp_path), "--id", "x"]) == 0
