"""Policies of the user's own house: what must hold before something is sent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from regopy import Interpreter  # type: ignore[import-untyped]

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    applied,
    move_clock,
    phase_of,
    set_status,
)
from tests.source_tree import ROOT

POLICIES = """
policies:
  - name: takedowns need a label
    when: item.operation == 'takedown'
    require: "'takedown' in review.labels"
    message: put the label takedown on the pull request
  - name: no new release on a Friday
    when: item.action == 'insert'
    require: now.weekday != 'Friday'
  - name: prices need finance
    when: item.changes.exists(change, change.path.matches('price|deals'))
    require: "'finance' in review.teams"
"""


@pytest.fixture
def strict(label: CatalogueFolder) -> CatalogueFolder:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", config + POLICIES)
    return label


def items(outcome: Any) -> dict[tuple[str, str], dict[str, Any]]:
    return {(item["icpn"], item["target"]): item for item in outcome.json()["items"]}


def review(label: CatalogueFolder, **words: list[str]) -> Path:
    return label.write("../review.json", json.dumps(words))


def test_a_takedown_waits_for_its_label(strict: CatalogueFolder) -> None:
    set_status(strict, SINGLE_FILE, "takedown")
    planned = strict.run("plan", "--format", "json")
    assert planned.code == 3
    blocked = items(planned)[SINGLE, STORE]
    assert (blocked["action"], blocked["operation"]) == ("blocked", "takedown")
    text = "takedowns need a label: put the label takedown on the pull request"
    assert blocked["reasons"] == [{"code": "policy", "text": text}]
    assert_told(strict.run("plan"), 3, text)
    applied(strict, code=3)
    assert phase_of(strict, SINGLE, STORE) == "live"

    other = review(strict, labels=["bug"], approvals=["ada"])
    assert strict.run("plan", "--review", other).code == 3
    labelled = review(strict, labels=["takedown"])
    assert strict.must("plan", "--format", "json", "--review", labelled).json()["items"]
    applied(strict, "--review", labelled)
    assert {phase_of(strict, SINGLE, target) for target in BOTH} == {"taken_down"}
    assert strict.must("plan", "--format", "json").json()["items"] == []


def test_the_rest_is_sent_and_the_run_still_fails(strict: CatalogueFolder) -> None:
    set_status(strict, SINGLE_FILE, "takedown")
    strict.edit(EP_FILE, "title: Undertow", "title: Undertow II")
    result = applied(strict, code=3)
    assert {item["operation"] for item in result["items"]} == {"update"}
    assert phase_of(strict, SINGLE, STORE) == "live"


def test_days_are_those_of_the_catalogues_place(strict: CatalogueFolder) -> None:
    new = (
        strict.path(SINGLE_FILE)
        .read_text("utf-8")
        .replace(f'icpn: "{SINGLE}"', 'icpn: "4006381333955"')
    )
    strict.write("releases/new.yaml", new)
    strict.lock()
    # eleven at night on a Friday: in Auckland it is Saturday by then
    now = strict.clock.now()
    friday = (4 - now.weekday()) % 7
    move_clock(strict, days=friday)
    move_clock(strict, hours=23 - strict.clock.now().hour)
    planned = strict.run("plan", "--format", "json")
    assert planned.code == 3
    reasons = items(planned)["4006381333955", STORE]["reasons"]
    assert reasons == [{"code": "policy", "text": "no new release on a Friday"}]
    strict.edit("stardust.yaml", "Europe/London", "Pacific/Auckland")
    assert items(strict.must("plan", "--format", "json"))["4006381333955", STORE]


def test_a_change_of_a_price_waits_for_the_team(strict: CatalogueFolder) -> None:
    strict.edit(EP_FILE, "price_code: Mid, track_price_code: Mid", "price_code: Mid")
    planned = strict.run("plan", "--format", "json")
    assert planned.code == 3
    assert items(planned)[EP, STORE]["reasons"][0]["text"] == "prices need finance"
    assert strict.must("plan", "--review", review(strict, teams=["finance"]))


def test_a_policy_that_only_warns_stops_nothing(strict: CatalogueFolder) -> None:
    config = strict.path("stardust.yaml").read_text("utf-8")
    strict.write("stardust.yaml", config.replace("    require", "    enforce: warn\n    require"))
    set_status(strict, SINGLE_FILE, "takedown")
    planned = items(strict.must("plan", "--format", "json"))[SINGLE, STORE]
    assert planned["action"] == "takedown"
    (finding,) = planned["findings"]
    assert (finding["code"], finding["severity"]) == ("SG7030", "warning")
    assert_told(strict.run("plan"), 0, "takedowns need a label")


@pytest.mark.parametrize(
    ("require", "why"),
    [
        ("item.nothing == 1", "nothing"),
        ("item.upload_bytes / 0 == 1", "zero"),
        ("environment + 1 == 2", ""),
        ("unknown.thing", "unknown"),
    ],
)
def test_what_cannot_be_judged_does_not_go(label: CatalogueFolder, require: str, why: str) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", f"{config}policies: [{{name: odd, require: {require!r}}}]\n")
    set_status(label, SINGLE_FILE, "takedown")
    planned = label.run("plan", "--format", "json")
    assert planned.code == 3
    text = items(planned)[SINGLE, STORE]["reasons"][0]["text"]
    assert text.startswith("odd: cannot be judged")
    assert why in text


def test_an_expression_that_does_not_parse_is_told_where_it_stands(
    label: CatalogueFolder,
) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", f"{config}policies: [{{name: odd, require: now.weekday =}}]\n")
    assert_told(label.run("validate"), 3, "stardust.yaml", "SG1130", "no expression of CEL")
    assert label.run("plan").code == 3


@pytest.mark.parametrize("text", ["", "[]", '{"labels": "takedown"}', '{"labels": [1]}'])
def test_a_review_that_does_not_read(label: CatalogueFolder, text: str) -> None:
    broken = label.write("../broken.json", text)
    assert_told(label.run("plan", "--review", broken), 64, "broken.json is no review")
    assert_told(label.run("plan", "--review", "missing.json"), 64, "missing.json")


def test_a_guard_counts_what_the_policies_leave(strict: CatalogueFolder) -> None:
    strict.edit("stardust.yaml", "policies:", "safety: {takedowns: {count: 0}}\npolicies:")
    set_status(strict, SINGLE_FILE, "takedown")
    planned = strict.run("plan", "--format", "json")
    assert planned.json()["stops"] == [], "nothing is taken down"
    agreed = ("--review", review(strict, labels=["takedown"]))
    plan = strict.must("plan", "--format", "json", *agreed).json()
    assert [stop["code"] for stop in plan["stops"]] == ["guard_takedowns"] * 2
    assert plan["plan_hash"] in plan["stops"][0]["text"]


def test_a_plan_that_policies_have_cut_can_be_allowed(strict: CatalogueFolder) -> None:
    strict.edit("stardust.yaml", "policies:", "safety: {updates: {count: 0}}\npolicies:")
    set_status(strict, SINGLE_FILE, "takedown")
    strict.edit(EP_FILE, "title: Undertow", "title: Underflow")
    plan = strict.run("plan", "--format", "json").json()
    assert strict.apply().code == 4
    outcome = strict.apply("--allow-plan", plan["plan_hash"])
    assert_told(outcome, 3, "2 sent")
    assert phase_of(strict, SINGLE, STORE) == "live"


def test_the_rego_of_the_documentation_judges_a_plan(label: CatalogueFolder) -> None:
    text = (ROOT / "docs" / "planning.md").read_text("utf-8")
    (policy,) = re.findall("```rego\n(.*?)```", text, re.DOTALL)

    def denied() -> list[str]:
        """What conftest denies, which asks for data.main.deny, by the engine of Rego itself."""
        engine = Interpreter()
        engine.add_module("policy/plan.rego", policy)
        engine.set_input(label.must("plan", "--format", "json").json())
        (found,) = json.loads(str(engine.query("denied := data.main.deny")))["bindings"].values()
        return sorted(found)

    label.edit(EP_FILE, "title: Undertow", "title: Undertow II")
    assert denied() == []
    set_status(label, SINGLE_FILE, "takedown")
    assert denied() == [f"{SINGLE} is taken down at {target}" for target in BOTH]
