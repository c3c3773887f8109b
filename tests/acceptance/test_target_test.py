"""`target test`: what it tries, what it says of what fails, and that it leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.store import Store
from tests.catalogues import CatalogueFolder, Outcome

WRITES = ["secrets", "connect", "list", "ask", "write", "size", "read", "compare", "delete"]


def trial(folder: CatalogueFolder, *arguments: str, code: int = 0) -> dict[str, Any]:
    outcome = folder.run("target", "test", "store", "--format", "json", *arguments)
    assert outcome.code == code, outcome.text
    document: dict[str, Any] = outcome.json()
    assert document["passed"] is (code == 0)
    return document


def steps(document: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["state"] for step in document["steps"]}


def with_test_path(store: Store, path: str = "test/ours") -> Store:
    name = "targets/store.yaml"
    text = store.catalogue.path(name).read_text("utf-8")
    store.catalogue.write(name, f"{text}test_path: {path}\n")
    return store


def test_without_a_folder_for_it_nothing_is_written(store: Store) -> None:
    before = store.inbox.stat().st_mtime_ns
    document = trial(store.catalogue)
    assert list(steps(document)) == WRITES[:3]
    assert document["latency_seconds"] is None
    assert document["upload_bytes_per_second"] is None
    assert store.inbox.stat().st_mtime_ns == before
    text = store.catalogue.must("target", "test", "store").stdout
    assert "Nothing was written: test_path:" in text
    assert text.endswith("store works.\n")


def test_a_file_there_and_back(store: Store) -> None:
    document = trial(with_test_path(store).catalogue, "--size", "1")
    assert steps(document) == dict.fromkeys(WRITES, "ok")
    assert document["test_path"] == "test/ours"
    assert document["latency_seconds"] > 0
    assert document["upload_bytes_per_second"] > 0
    assert document["download_bytes_per_second"] > 0
    assert store.files() == []
    text = store.catalogue.must("target", "test", "store", "--size", "1").stdout
    assert "latency " in text
    assert "MB/s · down " in text


def test_what_is_wrong_is_said_with_a_remedy_and_without_a_secret(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(*fragments: str, step: str) -> None:
        outcome: Outcome = store.catalogue.run("target", "test", "store")
        assert outcome.code == 1, outcome.text
        assert outcome.stdout.endswith("store does not work.\n")
        last = [line for line in outcome.stdout.splitlines() if " failed " in line]
        assert [line.split()[0] for line in last] == [step]
        for fragment in fragments:
            assert fragment in outcome.stdout
        for line in store.server.private_key.splitlines():
            assert line not in outcome.text

    store.reach(port=1)
    told("SG6001", step="connect")
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUjQjPpPIYXw1jxKJYdTWkHPe0WlLjhVYsgbJpNkWKG"
    store.reach(host_key=other)
    told("SG6003", "host_key", step="connect")
    store.reach(path=store.server.root / "nowhere")
    told("that folder has to exist", step="list")
    store.reach()
    monkeypatch.delenv("STORE_KEY")
    told("STORE_KEY", step="secrets")
    monkeypatch.setenv("STORE_KEY", "no key at all")
    told(step="connect")


def test_a_file_in_the_way(catalogue: CatalogueFolder) -> None:
    text = catalogue.path("targets/store.yaml").read_text("utf-8")
    catalogue.write("targets/store.yaml", f"{text}test_path: test\n")
    (catalogue.path("delivered/store")).mkdir(parents=True)
    catalogue.write("delivered/store/test", "a file where the folder should be")
    document = trial(catalogue, code=1)
    failed = [step for step in document["steps"] if step["state"] == "failed"]
    assert failed[0]["step"] == "write"
    assert failed[0]["hint"]
    assert catalogue.path("delivered/store/test").read_text() == "a file where the folder should be"


def test_a_folder_of_this_machine(catalogue: CatalogueFolder) -> None:
    assert steps(trial(catalogue)) == dict.fromkeys(WRITES[:3], "ok")
    text = catalogue.path("targets/store.yaml").read_text("utf-8")
    catalogue.write("targets/store.yaml", f"{text}test_path: /test/\n")
    assert steps(trial(catalogue)) == dict.fromkeys(WRITES, "ok")
    assert catalogue.delivered() == []


@pytest.mark.parametrize("path", ["/", ".", "../x", "a/*", "'**'"])
def test_a_folder_that_is_none_of_its_own(catalogue: CatalogueFolder, path: str) -> None:
    text = catalogue.path("targets/store.yaml").read_text("utf-8")
    catalogue.write("targets/store.yaml", f"{text}test_path: {path}\n")
    outcome = catalogue.run("validate")
    assert outcome.code == 3
    assert "SG1119" in outcome.text


def test_a_target_that_there_is_not(catalogue: CatalogueFolder) -> None:
    outcome = catalogue.run("target", "test", "stroe")
    assert outcome.code == 64
    assert "did you mean store?" in outcome.text
