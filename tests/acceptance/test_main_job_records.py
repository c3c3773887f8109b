"""The main job: what happened can be seen afterwards, by people and by programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree

from stardust_gitops import __version__
from tests.catalogues import CatalogueFolder, run_cli
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SERVICE,
    SHARED_FILE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    applied,
    delivered_message,
    move_clock,
    plan_of,
    sends_nothing,
    set_status,
)


def lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def of(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == name]


def test_events_tell_the_whole_run(label: CatalogueFolder, tmp_path: Path) -> None:
    file = tmp_path / "run.ndjson"
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    set_status(label, SINGLE_FILE, "takedown")
    result = applied(label, "--events", file, "--resend", "--target", STORE)
    events = lines(file)
    assert all({"event", "time"} <= event.keys() for event in events)
    assert [events[0]["event"], events[-1]["event"]] == ["run_started", "run_done"]
    assert (events[0]["items"], events[0]["targets"]) == (2, 1)
    started = {(e["release"], e["target"]): e for e in of(events, "item_started")}
    done = {(e["release"], e["target"]): e["outcome"] for e in of(events, "item_done")}
    assert started.keys() == done.keys() == {(f"0{i}", STORE) for i in (EP, SINGLE)}
    assert started[f"0{SINGLE}", STORE]["operation"] == "takedown"
    assert started[f"0{EP}", STORE]["operation"] == "resend"
    assert set(done.values()) == {"sent"}
    files = [e["path"] for e in of(events, "file_done")]
    assert len(files) == 4 == started[f"0{EP}", STORE]["files"]
    assert sorted(files) == sorted(e["path"] for e in of(events, "file_started"))
    sources = sum(p.stat().st_size for p in label.path("assets").iterdir() if SINGLE not in p.name)
    assert sum(e["size"] for e in of(events, "file_done")) == sources
    # A message that goes alone is put twice: aside, as a witness, and under its name.
    assert sum(e["bytes"] for e in started.values()) <= result["bytes_sent"]
    assert events[-1]["bytes"] == result["bytes_sent"]
    assert events[-1]["outcomes"]["sent"] == 2
    assert events[-1]["interrupted"] is False


def test_events_are_added_to(label: CatalogueFolder, tmp_path: Path) -> None:
    file = tmp_path / "run.ndjson"
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    applied(label, "--events", file)
    first = lines(file)
    label.edit(EP_FILE, "    title: Undertows\n", "    title: Undertaken\n")
    applied(label, "--events", file)
    assert lines(file)[: len(first)] == first
    assert len(of(lines(file), "run_done")) == 2


def test_a_failure_is_told_and_carried_on(label: CatalogueFolder, tmp_path: Path) -> None:
    file = tmp_path / "run.ndjson"
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    label.edit("targets/store.yaml", "delivered/store", "blocked/store")
    label.write("blocked", b"a file where a folder should be")
    result = applied(label, "--events", file, code=6)
    outcomes = {item["target"]: item for item in result["items"]}
    assert outcomes[SERVICE]["outcome"] == "sent"
    assert outcomes[STORE]["outcome"] == "failed"
    told = [e for e in lines(file) if e["event"] in ("item_failed", "target_failed")]
    assert told
    assert all(e["target"] == STORE and e["error"] and e["code"] for e in told)
    plan = plan_of(label)
    assert plan.actions == {(EP, STORE): "update"}
    label.path("blocked").unlink()
    applied(label)
    sends_nothing(label)


def test_the_message_can_be_shown_again(label: CatalogueFolder) -> None:
    for icpn in (EP, SINGLE):
        for target in BOTH:
            shown = label.run_process("show", f"{icpn}@{target}", "--message")
            assert shown.code == 0
            assert shown.stdout.encode() == delivered_message(label, icpn, target)
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    applied(label)
    text = label.must("show", f"{EP}@{STORE}", "--message").stdout
    assert text.encode() == delivered_message(label, EP)
    assert "Undertows" in text


def test_show_says_what_a_target_has(label: CatalogueFolder) -> None:
    text = label.must("show", f"{EP}@{STORE}").stdout
    assert f"{EP} at {STORE} (production): live" in text
    document = label.must("show", f"{EP}@{STORE}", "--format", "json").json()
    assert (document["release"], document["target"]) == (f"0{EP}", STORE)
    assert (document["phase"], document["under_way"]) == ("live", None)
    assert document["delivered"]["operation"] == "insert"
    message = etree.fromstring(delivered_message(label, EP))
    assert message.findtext(".//MessageId") == document["delivered"]["message_id"]
    assert message.findtext(".//MessageCreatedDateTime") == document["delivered"]["created"]
    for wrong in ("4006381333931", "4006381333931@", "4006381333932@store"):
        assert label.run("show", wrong).code == 64


def test_history_tells_it_newest_first(label: CatalogueFolder) -> None:
    set_status(label, EP_FILE, "takedown")
    commit = label.commit("off")
    applied(label, "--target", STORE)
    events = label.must("history", EP, "--format", "json").json()["events"]
    assert [e["kind"] for e in events[:2]] == ["completed", "intended"]
    assert events[1]["data"]["operation"] == "takedown"
    assert events[1]["commit"] == commit
    assert events[1]["program"] == __version__
    assert {e["stream"][2] for e in events} == {f"0{EP}"}
    times = [e["time"] for e in events]
    assert times == sorted(times, reverse=True)
    text = label.must("history", f"{EP}@{STORE}").stdout.splitlines()
    assert len(text) == 4  # intended and completed, twice
    assert "takedown" in text[0]
    assert commit[:7] in text[0]
    assert len(label.must("history", "--limit", "3").stdout.splitlines()) == 3


def test_status_lists_everything(label: CatalogueFolder) -> None:
    label.write("releases/idea.yaml", "status: draft\n")
    label.path(EP_FILE).unlink()
    document = label.must("status", "--format", "json").json()
    rows = {(row["icpn"], row["target"]): row for row in document["items"]}
    assert rows.keys() == {(i, t) for i in (EP, SINGLE) for t in BOTH}
    assert rows[SINGLE, STORE]["title"] == "Kestrel & Sons – Ebb"
    assert {row["phase"] for row in rows.values()} == {"live"}
    assert rows[EP, STORE]["status"] == "not in the catalogue"
    text = label.must("status", "--target", STORE).stdout.splitlines()
    assert len(text) == 3
    assert text[-1] == "Status: 2 delivered"


def test_ledger_show_and_verify(label: CatalogueFolder) -> None:
    shown = label.must("ledger", "show", "--format", "json").json()
    assert shown["catalogue"] == "alpha-tide"
    assert shown["targets"] == {SERVICE: {"live": 2}, STORE: {"live": 2}}
    assert shown["open_batches"] == 0
    assert "2 live" in label.must("ledger", "show").stdout
    assert label.must("ledger", "verify", "--format", "json").json()["problems"] == []
    assert label.must("ledger", "verify").stdout == "The ledger is sound.\n"


def test_every_plan_fits_its_published_schema(label: CatalogueFolder) -> None:
    schema = run_cli("schema", "plan").json()
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)

    def plan(*arguments: str) -> None:
        check.validate(label.must("plan", "--format", "json", *arguments).json())

    plan()
    plan("--all")
    plan("--resend", "--target", STORE)
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb and Flow")
    plan()
    set_status(label, EP_FILE, "takedown", "takedown_from: 2027-01-01")
    plan()
    label.edit(SINGLE_FILE, "genre: HOUSE-00", "genre: UNHEARD-OF")
    plan()
    label.write(SINGLE_FILE, "title: [\n")
    check.validate(label.run("plan", "--format", "json").json())
    label.path(SINGLE_FILE).unlink()
    plan("--environment", "staging")
    out = label.path("plan.json")
    label.must("plan", "--out", out)
    check.validate(json.loads(out.read_bytes()))


def test_a_plan_is_the_same_twice(label: CatalogueFolder) -> None:
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb and Flow")
    for words in (("--format", "json"), ("--format", "markdown"), ("--explain",), ("--all",)):
        first = label.must("plan", *words).stdout
        assert label.must("plan", *words).stdout == first
        assert first


def test_explain_names_what_is_delivered(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    explained = label.must("plan", "--explain", "--target", SERVICE).stdout
    before = set(label.delivered(SERVICE))
    move_clock(label, hours=1)
    applied(label, "--target", SERVICE)
    new = sorted(set(label.delivered(SERVICE)) - before)
    batch = new[0].partition("/")[0]
    assert len(new) == 2
    for name in new:
        assert name.replace(batch, "<BatchId>") in explained


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_plan_for_people_has_no_terminal_codes_in_a_pipe(
    label: CatalogueFolder, form: str
) -> None:
    label.edit(EP_FILE, "title: Breakwater\nartists", 'title: "[red]x[/]"\nartists')
    shown = label.run_process("plan", "--format", form)
    assert shown.code == 0
    assert "\x1b" not in shown.stdout
    assert "red" in shown.stdout
