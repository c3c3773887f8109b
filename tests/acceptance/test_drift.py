"""What lies at the targets against what was delivered there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.github_kit import Runner
from tests.acceptance.store import Store
from tests.catalogues import CatalogueFolder
from tests.http_servers import DELIVERIES, upload_api
from tests.label import EP, EP_FILE, SERVICE, SINGLE, STORE, add_to_target, applied, move_clock


def drift(label: CatalogueFolder, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The targets of the report, by name; the command ends with `code`, and nothing is recorded."""
    position = label.position()
    outcome = label.run("drift", "--format", "json", *arguments)
    assert outcome.code == code, outcome.text
    assert label.position() == position
    return {entry["target"]: entry for entry in outcome.json()["targets"]}


def delivered(label: CatalogueFolder, target: str) -> Path:
    return label.path(f"delivered/{target}")


def folder_of(label: CatalogueFolder, target: str) -> Path:
    """The newest shipment."""
    return max(path for path in delivered(label, target).iterdir() if path.is_dir())


def test_what_was_delivered_and_left_alone_is_present(label: CatalogueFolder) -> None:
    found = drift(label)
    assert {name: entry["summary"] for name, entry in found.items()} == {
        SERVICE: {"present": 1},
        STORE: {"present": 2},
    }
    (batch,) = found[SERVICE]["shipments"]
    assert batch["evidence"] == "sizes"
    assert sorted(batch["releases"]) == [f"0{EP}", f"0{SINGLE}"]
    assert batch["files"] == len(label.delivered(SERVICE)), "with the messages and the manifest"
    text = label.must("drift").stdout.splitlines()
    assert text == ["service  1 present", "store    2 present", "Drift: 2 targets · no drift seen"]


def test_an_emptied_inbox_is_consumed(label: CatalogueFolder) -> None:
    for target in (SERVICE, STORE):
        for path in delivered(label, target).iterdir():
            shutil.rmtree(path)
    found = drift(label)
    assert found[SERVICE]["summary"] == {"consumed": 1}
    assert found[STORE]["summary"] == {"consumed": 2}
    assert {s["evidence"] for s in found[STORE]["shipments"]} == {"absence"}


def test_what_is_otherwise_is_told(label: CatalogueFolder) -> None:
    (batch,) = delivered(label, SERVICE).iterdir()
    audio = next(batch.rglob("*.flac"))
    audio.write_bytes(audio.read_bytes() + b"!")
    gone, whole = sorted(delivered(label, STORE).iterdir())
    next(gone.rglob("*.jpg")).unlink()
    (whole / "stranger.txt").write_text("?")
    (whole / f"{EP}.xml.part-7").write_text("half")
    trial = delivered(label, STORE) / "test" / f"stardust-gitops-{'0' * 32}.bin"
    trial.parent.mkdir()
    trial.write_bytes(b"x")
    (delivered(label, STORE) / "note [x](y).txt").write_text("?")
    found = drift(label, code=2)
    (changed,) = found[SERVICE]["shipments"]
    assert changed["state"] == "changed"
    (change,) = changed["changes"]
    size = audio.stat().st_size
    assert change == {
        "path": audio.relative_to(delivered(label, SERVICE)).as_posix(),
        "before": f"{size - 1} B",
        "after": f"{size} B",
    }
    assert found[STORE]["summary"] == {"present": 1, "partial": 1}
    assert found[STORE]["foreign"] == [f"{whole.name}/stranger.txt", "note [x](y).txt"]
    assert found[STORE]["unfinished"] == [f"{whole.name}/{EP}.xml.part-7", f"test/{trial.name}"]
    text = label.run("drift").stdout
    assert f"{size - 1} B, now {size} B" in text
    assert "1 of 5 files not there: " in text
    assert "Drift: 2 targets · 2 drifted" in text
    markdown = label.run("drift", "--format", "markdown").stdout
    assert "note \\[x\\](y)" not in markdown
    assert "[x](" not in markdown


def test_answers_and_shipments_of_old_are_nobody_s_drift(label: CatalogueFolder) -> None:
    add_to_target(
        label, STORE, 'acknowledgements: {path: "answers", files: "{message_id}_OK.xml"}\n'
    )
    (delivered(label, STORE) / "answers").mkdir()
    (delivered(label, STORE) / "answers" / "M-1_OK.xml").write_text("<x/>")
    (delivered(label, STORE) / "answers" / "read.me").write_text("theirs")
    old = folder_of(label, STORE)
    (old / "acknowledgements").mkdir()
    (old / "acknowledgements" / "ACK_1.xml").write_text("<x/>")
    move_clock(label, days=1)
    label.edit(EP_FILE, "title: Breakwater\nartists", "title: Break Water\nartists")
    applied(label, "--target", STORE)
    found = drift(label, "--target", STORE, "--newest", "1")[STORE]
    (newest,) = found["shipments"]
    assert newest["releases"] == [f"0{EP}"]
    assert found["acknowledgements"] == 3
    assert found["earlier"] > 0
    assert found["foreign"] == []
    since = label.clock.now().date().isoformat()
    assert len(drift(label, "--since", since)[STORE]["shipments"]) == 1
    assert len(drift(label)[STORE]["shipments"]) == 3


def test_what_cannot_be_looked_at_is_unknown(label: CatalogueFolder, tmp_path: Path) -> None:
    shutil.move(delivered(label, STORE), tmp_path / "elsewhere")
    found = drift(label, code=1)
    assert found[STORE]["summary"] == {"unknown": 2}
    assert "is it mounted?" in found[STORE]["reason"]
    assert found[SERVICE]["summary"] == {"present": 1}, "others are looked at all the same"
    label.path(f"targets/{STORE}.yaml").unlink()
    found = drift(label)
    assert found[STORE]["summary"] == {"unknown": 2}
    assert "no valid target 'store'" in found[STORE]["reason"]


@pytest.mark.parametrize("shows", [{}, {"list": {"path": "/deliveries/{delivery}/files"}}])
def test_an_api_that_lists_nothing_is_unknown_and_not_bothered(
    label: CatalogueFolder, tmp_path: Path, shows: dict[str, Any]
) -> None:
    local = "{protocol: directory, path: delivered/store}"
    with upload_api(tmp_path / "api", tmp_path / "partial") as server:
        api = {"protocol": "http", "url": server.url, **DELIVERIES, **shows}
        label.edit(f"targets/{STORE}.yaml", local, json.dumps(api))
        found = drift(label, "--target", STORE)[STORE]
        assert server.asked == []
    assert (found["summary"], found["failed"]) == ({"unknown": 2}, False)
    assert "SG6008" in found["reason"]


def test_a_disabled_target_is_looked_at_when_it_is_named(label: CatalogueFolder) -> None:
    add_to_target(label, STORE, "enabled: false\n")
    assert drift(label).keys() == {SERVICE}
    assert drift(label, "--target", "st*").keys() == {STORE}
    assert label.run("drift", "--target", "nobody").code == 64


def test_a_server(store: Store, tmp_path: Path) -> None:
    label = store.catalogue
    assert label.must("drift").stdout == "Nothing was delivered yet.\n"
    assert label.apply().code == 0
    out = tmp_path / "drift.json"
    found = drift(label, "--out", str(out))["store"]
    assert found["summary"] == {"present": 2}
    (entry,) = json.loads(out.read_text("utf-8"))["targets"]
    assert entry == found
    store.inbox.rename(store.inbox.with_name("moved"))
    found = drift(label, code=1)["store"]
    assert found["summary"] == {"unknown": 2}, "not: consumed"
    assert "that folder has to exist" in found["reason"]
    store.inbox.with_name("moved").rename(store.inbox)
    store.reach(port=1)
    found = drift(label, code=1)["store"]
    assert found["summary"] == {"unknown": 2}
    assert "127.0.0.1" in found["reason"] or "localhost" in found["reason"]


def test_out_that_cannot_be_written(label: CatalogueFolder, tmp_path: Path) -> None:
    outcome = label.run("drift", "--out", str(tmp_path))
    assert outcome.code == 1
    assert "cannot be written" in outcome.stderr


@pytest.mark.parametrize("output_format", ["text", "markdown"])
def test_nothing_delivered(catalogue: CatalogueFolder, output_format: str) -> None:
    outcome = catalogue.must("drift", "--format", output_format)
    assert "Nothing was delivered yet." in outcome.stdout


def test_the_action_tells_it_as_outputs(runner: Runner) -> None:
    done = runner.step(command="drift")
    assert (done.code, done.log.splitlines()[-1]) == (0, "Drift: 2 targets · no drift seen")
    assert done.outputs == {"exitcode": "0", "drifted": "false", "unknown-targets": "0"}
    (delivered(runner.label, STORE) / "stranger.txt").write_text("?")
    shutil.rmtree(delivered(runner.label, SERVICE))
    done = runner.step(command="drift", extra_args="--target\nstore")
    assert done.code == 0, "drift fails no job"
    assert done.outputs == {"exitcode": "2", "drifted": "true", "unknown-targets": "0"}
    done = runner.step(command="drift")
    assert done.outputs == {"exitcode": "1", "drifted": "true", "unknown-targets": "1"}
    assert done.code == 1
    done = runner.step(command="receipts")
    assert done.outputs == {"exitcode": "0"}
    assert "No target says where its recipient answers" in done.log
