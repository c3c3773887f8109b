"""``fmt`` as people, hooks and editors use it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.diagnosis import run_without_root
from tests.catalogues import CatalogueFolder, run_cli

MESSY = """\
# A single.
title: Breakwater # the title
icpn: 400-6381333931
"""
TIDY = """\
# A single.
icpn: "4006381333931"
title: Breakwater  # the title
"""
FILE = "releases/messy.yaml"


@pytest.fixture
def messy(catalogue: CatalogueFolder) -> CatalogueFolder:
    """A catalogue in canonical form but for one file."""
    catalogue.must("fmt")
    catalogue.write(FILE, MESSY)
    return catalogue


def stdin(text: str | bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Format standard input, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "stardust_gitops", "fmt", *arguments, "-"],
        input=text.encode() if isinstance(text, str) else text,
        capture_output=True,
        check=False,
    )


def test_it_writes_and_lists_what_changed(messy: CatalogueFolder) -> None:
    outcome = messy.must("fmt")
    assert f"{FILE} formatted" in outcome.stdout
    assert "1 file formatted" in outcome.stdout
    assert messy.path(FILE).read_text() == TIDY
    again = messy.must("fmt").stdout
    assert FILE not in again
    assert " formatted" not in again


def test_check_writes_nothing_and_fails(messy: CatalogueFolder) -> None:
    outcome = messy.run("fmt", "--check")
    assert outcome.code == 1
    assert f"{FILE} would be formatted" in outcome.stdout
    assert messy.path(FILE).read_text() == MESSY
    messy.must("fmt")
    messy.must("fmt", "--check")


def test_diff_is_one_that_git_applies(messy: CatalogueFolder) -> None:
    messy.commit()
    outcome = messy.must("fmt", "--diff")
    assert messy.path(FILE).read_text() == MESSY
    assert "\x1b" not in outcome.stdout
    assert messy.run("fmt", "--diff", "--check").code == 1
    messy.write(".stardust/fmt.diff", outcome.stdout)
    messy.git("apply", ".stardust/fmt.diff")
    assert messy.path(FILE).read_text() == TIDY


def test_json(messy: CatalogueFolder) -> None:
    messy.write("releases/broken.yaml", "a: [\n")
    outcome = messy.run("fmt", "--check", "--diff", "--format", "json")
    document = outcome.json()
    assert outcome.code == 3
    assert document["changed"] == [FILE]
    assert document["written"] is False
    assert list(document["diffs"]) == [FILE]
    assert [entry["file"] for entry in document["findings"]] == ["releases/broken.yaml"]


def test_a_file_that_does_not_read_is_told_and_left_alone(messy: CatalogueFolder) -> None:
    broken = "a: 1\na: 2\n"
    messy.write("releases/broken.yaml", broken)
    outcome = messy.run("fmt")
    assert outcome.code == 3
    assert "releases/broken.yaml:2:1" in outcome.stderr
    assert "SG1012" in outcome.stderr
    assert messy.path("releases/broken.yaml").read_text() == broken
    assert messy.path(FILE).read_text() == TIDY


def test_files_and_folders(messy: CatalogueFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    messy.write("releases/other.yaml", MESSY)
    monkeypatch.chdir(messy.path("releases"))
    assert "1 file formatted" in run_cli("fmt", "messy.yaml").stdout
    assert messy.path("releases/other.yaml").read_text() == MESSY
    assert run_cli("fmt", "--check", "messy.yaml").code == 0
    assert run_cli("fmt", "--check", ".").code == 1
    assert run_cli("fmt", "--check", "../targets").code == 0


@pytest.mark.parametrize("name", ["../else.yaml", "README.md", "assets", ".pre-commit-config.yaml"])
def test_other_files_are_refused(messy: CatalogueFolder, name: str) -> None:
    path = messy.path(name)
    if name != "assets":
        path.write_text(MESSY)
    outcome = messy.run("fmt", path)
    if name == "assets":
        assert (outcome.code, outcome.stdout) == (0, "No files.\n")
    else:
        assert outcome.code == 64
        assert path.read_text() == MESSY


def test_a_file_that_is_not_there(messy: CatalogueFolder) -> None:
    outcome = messy.run("fmt", messy.path("releases/nothing.yaml"))
    assert outcome.code == 3
    assert "No such file" in outcome.stderr


def test_what_is_said_stays(catalogue: CatalogueFolder) -> None:
    catalogue.lock()
    assert catalogue.apply().code == 0
    catalogue.edit("releases/4006381333931.yaml", "\ntracks:", "\n\n# a comment\ntracks:   ")
    catalogue.must("fmt")
    assert "No changes" in catalogue.must("plan").stdout


def test_permissions_and_links_stay(messy: CatalogueFolder) -> None:
    real = messy.write("releases/real/a.yaml", MESSY)
    real.chmod(0o640)
    link = messy.path("releases/link.yaml")
    link.symlink_to("real/a.yaml")
    messy.must("fmt", link)
    assert link.is_symlink()
    assert real.read_text() == TIDY
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_link_that_leaves_the_catalogue_is_not_followed(
    messy: CatalogueFolder, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(MESSY)
    messy.path("releases/link.yaml").symlink_to(outside)
    outcome = messy.run("fmt")
    assert outcome.code == 3
    assert "leaves the catalogue" in outcome.stderr
    assert outside.read_text() == MESSY


def test_a_folder_that_takes_no_file(messy: CatalogueFolder) -> None:
    folder = messy.path("releases")
    folder.chmod(0o555)
    try:
        outcome = run_without_root(messy, "fmt")
    finally:
        folder.chmod(0o755)
    assert outcome.code == 3
    assert "SG1027" in outcome.text
    assert messy.path(FILE).read_text() == MESSY


def test_a_name_that_is_not_utf8(messy: CatalogueFolder) -> None:
    name = os.fsencode(messy.path("releases")) + b"/\xff.yaml"
    with open(name, "wb") as stream:  # noqa: PTH123 -- a path of bytes
        stream.write(MESSY.encode())
    outcome = messy.run("fmt")
    assert outcome.code == 3
    assert "not UTF-8" in outcome.stderr


def test_standard_input() -> None:
    done = stdin(MESSY)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, TIDY, b"")
    assert stdin(MESSY, "--check").returncode == 1
    assert stdin(TIDY, "--check").returncode == 0
    assert b'\n+icpn: "4006381333931"\n' in stdin(MESSY, "--diff").stdout


def test_standard_input_that_does_not_read() -> None:
    done = stdin(b"a: \xff\n")
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"SG1020" in done.stderr


def test_standard_input_stands_alone(messy: CatalogueFolder) -> None:
    assert messy.run("fmt", "-", messy.path(FILE)).code == 64


def test_a_new_release_is_in_canonical_form(catalogue: CatalogueFolder) -> None:
    catalogue.must("fmt")
    catalogue.must(
        *("new", "release", "4006381333955", "--title", "Tides, Pt. 2: More", "--label", "A, B"),
        *("--artist", "Kestrel, Sons & Co", "--release-date", "2026-12-04", "--deal", "streaming"),
    )
    catalogue.must("fmt", "--check")
