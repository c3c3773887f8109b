"""Lock files whose release or track file is gone: a note, and removed by `assets lock`."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import ICPNS, CatalogueFolder
from tests.label import SHARED_FILE

FIRST, LOCK = f"releases/{ICPNS[0]}.yaml", f"releases/{ICPNS[0]}.lock.json"
OTHER_LOCK = f"releases/{ICPNS[1]}.lock.json"
MEASURED = "0 files measured, 0 of 1 lock files written."


@pytest.fixture
def stray(catalogue: CatalogueFolder) -> CatalogueFolder:
    """A catalogue whose first release was deleted without its lock."""
    catalogue.path(FIRST).unlink()
    return catalogue


def notes(catalogue: CatalogueFolder, *arguments: str) -> list[tuple[str, str]]:
    """Severity and file of what is found about such locks."""
    found: Any = catalogue.must("validate", "--strict", "--format", "json", *arguments).json()
    return [(f["severity"], f["file"]) for f in found["findings"] if f["code"] == "SG3024"]


def test_validate_notes_it_and_says_what_to_do(stray: CatalogueFolder) -> None:
    assert notes(stray) == [("note", LOCK)]
    assert_told(
        stray.run("validate", "--strict"), 0, f"{LOCK}:1:1", "SG3024", "run `stardust-gitops assets"
    )
    assert "SG3024" not in stray.must("plan").text


def test_assets_lock_removes_it_and_says_so(stray: CatalogueFolder) -> None:
    lock = stray.path(LOCK).read_bytes()
    line = f"{LOCK} would be removed: the file that it was for is gone."
    assert_told(stray.run("assets", "lock", "--check"), 3, line)
    assert stray.path(LOCK).read_bytes() == lock
    told = stray.must("assets", "lock").stdout
    assert told == f"{LOCK} removed: the file that it was for is gone.\n{MEASURED}\n"
    assert not stray.path(LOCK).exists()
    assert stray.path(OTHER_LOCK).exists()
    assert stray.must("assets", "lock").stdout == f"{MEASURED}\n"
    assert notes(stray) == []


def test_as_json(stray: CatalogueFolder) -> None:
    document = stray.must("assets", "lock", "--format", "json").json()
    assert document["removed"] == [LOCK]
    assert stray.must("assets", "lock", "--format", "json").json()["removed"] == []


def test_a_file_that_does_not_read_is_there_all_the_same(catalogue: CatalogueFolder) -> None:
    catalogue.write(FIRST, "title: [\n")
    assert catalogue.run("assets", "lock").code == 3
    assert catalogue.path(LOCK).exists()


def test_the_lock_of_a_recording(label: CatalogueFolder) -> None:
    label.path(SHARED_FILE).rename(label.path("tracks/renamed.yml"))
    found = label.run("validate", "--format", "json").json()["findings"]
    assert ("SG3024", "tracks/ebb.lock.json") in {(f["code"], f["file"]) for f in found}
    told = label.must("assets", "lock").stdout
    assert "tracks/ebb.lock.json removed: " in told
    assert label.path("tracks/renamed.lock.json").exists()
    assert notes(label) == []


def test_a_change_that_left_it_behind(label: CatalogueFolder) -> None:
    label.path("releases/single.yaml").unlink()
    assert notes(label, "--changed-since", "HEAD") == [("note", "releases/single.lock.json")]
    label.commit()
    assert notes(label, "--changed-since", "HEAD") == []


def test_only_locks_of_ours_are_removed(catalogue: CatalogueFolder) -> None:
    kept = {"releases/deep/mine.lock.json": b"{}", "tracks/x.lock.json": b"\xff"}
    for name, data in kept.items():
        catalogue.write(name, data)
    hidden = catalogue.write("releases/.drafts/a.lock.json", b"{}")
    elsewhere = catalogue.write("targets/a.lock.json", b"{}")
    catalogue.path("releases/folder.lock.json").mkdir()
    os.mkfifo(catalogue.path("releases/pipe.lock.json"))
    outcome = catalogue.run("assets", "lock")
    assert_told(outcome, 3, *kept, "remove it by hand")
    assert all(catalogue.path(name).read_bytes() == data for name, data in kept.items())
    assert hidden.exists()
    assert elsewhere.exists()
    assert sorted(file for _, file in notes(catalogue)) == sorted(kept)


def test_a_name_that_is_not_utf8(stray: CatalogueFolder) -> None:
    odd = stray.path("releases") / os.fsdecode(b"\xff.lock.json")
    stray.path(LOCK).rename(odd)
    assert notes(stray) == [("note", "releases/\\udcff.lock.json")]
    removed = stray.must("assets", "lock", "--format", "json").json()["removed"]
    assert removed == ["releases/\\udcff.lock.json"]
    assert not odd.exists()
