"""The main job: plan files, which narrow and never widen, and selections."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.catalogues import CatalogueFolder
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SERVICE,
    SHARED_FILE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    Plan,
    applied,
    plan_of,
    sends_nothing,
    set_status,
)


def test_a_plan_file_narrows(label: CatalogueFolder, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    assert label.run("plan", "--out", out).code == 0
    approved = Plan(json.loads(out.read_bytes()))
    assert approved.actions == {(EP, target): "update" for target in BOTH}
    label.edit(SINGLE_FILE, "title: Ebb\n", "title: Ebb!\n")
    outcome = label.run("apply", out, "--allow-dirty", "--format", "json")
    assert outcome.code == 0
    sent = {(i["release"], i["target"]) for i in outcome.json()["items"]}
    assert sent == {(f"0{EP}", target) for target in BOTH}
    assert plan_of(label).actions == {(SINGLE, target): "update" for target in BOTH}


def test_what_is_stale_is_skipped_and_reported(label: CatalogueFolder, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    label.edit(SINGLE_FILE, "title: Ebb\n", "title: Ebb!\n")
    label.must("plan", "--out", out)
    label.edit(EP_FILE, "    title: Undertows\n", "    title: Undertaken\n")
    outcome = label.run("apply", out, "--allow-dirty", "--format", "json")
    assert outcome.code == 6
    result = outcome.json()
    assert {i["release"] for i in result["items"]} == {f"0{SINGLE}"}
    assert {(s["release"], s["target"], s["code"]) for s in result["stale"]} == {
        (f"0{EP}", target, "content_changed") for target in BOTH
    }
    again = label.run("apply", out, "--allow-dirty")
    assert again.code == 6
    assert "stale" in again.stdout
    assert f"{EP}@{STORE}" in again.stdout
    assert plan_of(label).actions == {(EP, target): "update" for target in BOTH}


def test_a_plan_file_that_was_applied_is_stale(label: CatalogueFolder, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb and Flow")
    label.must("plan", "--out", out)
    assert label.run("apply", out, "--allow-dirty").code == 0
    again = label.run("apply", out, "--allow-dirty", "--format", "json")
    assert again.code == 6
    assert [s["code"] for s in again.json()["stale"]] == ["not_sent_now"] * 4
    sends_nothing(label)


def test_files_of_others_are_refused(label: CatalogueFolder, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    label.must("plan", "--out", out)
    staging = label.run("apply", out, "--allow-dirty", "--environment", "staging")
    assert (staging.code, "SG7012" in staging.stderr) == (4, True)
    whole = json.loads(out.read_bytes())
    for change, code in (
        ({"catalogue": "other"}, "SG7012"),
        ({"format_version": "2.0"}, "SG7011"),
        ({"items": whole["items"][:1]}, "SG7013"),
        ({"items": 7}, "SG7010"),
    ):
        out.write_text(json.dumps(whole | change))
        outcome = label.run("apply", out, "--allow-dirty")
        assert (outcome.code, code in outcome.stderr) == (4, True), outcome.text
    out.write_bytes(b"\0")
    assert label.run("apply", out, "--allow-dirty").code == 4


def test_exit_codes_of_plan(label: CatalogueFolder) -> None:
    assert label.run("plan", "--detailed-exitcode").code == 0
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    assert label.run("plan", "--detailed-exitcode").code == 2
    assert label.run("plan").code == 0
    set_status(label, EP_FILE, "hold")
    assert label.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        (("--release", EP), {(EP, SERVICE), (EP, STORE)}),
        (("--release", f"0{EP}"), {(EP, SERVICE), (EP, STORE)}),
        (("--release", "*948"), {(SINGLE, SERVICE), (SINGLE, STORE)}),
        (("--target", "s*", "--release", EP), {(EP, SERVICE), (EP, STORE)}),
        (("--target", STORE), {(EP, STORE), (SINGLE, STORE)}),
        (("--label", "Alpha*"), {(i, t) for i in (EP, SINGLE) for t in BOTH}),
        (("--label", "Other"), {(SINGLE, SERVICE), (SINGLE, STORE)}),
        (("--exclude", EP), {(SINGLE, SERVICE), (SINGLE, STORE)}),
        (("--exclude", f"{EP}@store"), {(EP, SERVICE), (SINGLE, SERVICE), (SINGLE, STORE)}),
        (("--exclude", "*@store"), {(EP, SERVICE), (SINGLE, SERVICE)}),
    ],
)
def test_a_selection(
    label: CatalogueFolder, arguments: tuple[str, ...], chosen: set[tuple[str, str]]
) -> None:
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb and Flow")
    if "Other" in arguments:
        label.edit(SINGLE_FILE, "type: Single\n", "type: Single\nlabel: Other\n")
    assert plan_of(label, *arguments).actions == dict.fromkeys(chosen, "update")
    applied(label, *arguments)
    left = {(i, t) for i in (EP, SINGLE) for t in BOTH} - chosen
    assert plan_of(label).actions == dict.fromkeys(left, "update")


@pytest.mark.parametrize("option", ["--release", "--target", "--label", "--exclude"])
@pytest.mark.parametrize("command", ["plan", "apply", "status"])
def test_a_selection_of_nothing_is_an_error(
    label: CatalogueFolder, command: str, option: str
) -> None:
    outcome = label.run(command, option, "4006381333979")
    assert outcome.code == 64
    assert "matches nothing" in outcome.stderr
