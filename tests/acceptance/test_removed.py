"""Releases whose files are gone: nothing happens until `removed:` decides."""

from __future__ import annotations

import pytest

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder
from tests.label import BOTH, SERVICE, SINGLE, SINGLE_FILE, STORE, applied, phase_of, plan_of


@pytest.fixture
def gone(label: CatalogueFolder) -> CatalogueFolder:
    label.path(SINGLE_FILE).unlink()
    assert plan_of(label).actions == {(SINGLE, target): "orphaned" for target in BOTH}
    return label


def test_it_is_named_as_it_was_sent_last_with_its_version(label: CatalogueFolder) -> None:
    name = "Kestrel & Sons – Ebb (Live)"
    label.edit(SINGLE_FILE, "title: Ebb\n", "title: Ebb\nversion: Live\n")
    assert f"~ {SINGLE}  {name}  update" in label.must("plan").stdout
    assert "– Ebb (Live) (update: " in label.must("plan", "--format", "markdown").stdout
    label.commit("live")
    assert f"store: {SINGLE} {name}: sent\n" in label.must("apply", "--auto-approve").stderr
    newest = label.must("history", f"{SINGLE}@{STORE}").stdout.splitlines()
    assert newest[0].endswith(f"  {name}")
    assert newest[-1].endswith("  Kestrel & Sons – Ebb")
    label.path(SINGLE_FILE).unlink()
    assert f"? {SINGLE}  {name}  orphaned" in label.must("plan").stdout
    assert plan_of(label).items[SINGLE, STORE]["title"] == "Ebb (Live)"
    assert label.must("status", "--release", SINGLE).stdout.count(f" {name}\n") == 2


def decide(label: CatalogueFolder, decision: str) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", f'{config}removed: {{"{SINGLE}": {decision}}}\n')


def test_a_removed_release_is_taken_down_by_what_was_sent_last(gone: CatalogueFolder) -> None:
    decide(gone, "{decision: takedown, reason: sold to another label}")
    plan = plan_of(gone)
    assert plan.actions == {(SINGLE, target): "takedown" for target in BOTH}
    item = plan.items[SINGLE, STORE]
    assert item["reasons"][0] == {
        "code": "removed",
        "text": "is removed from the catalogue: sold to another label",
    }
    assert item["title"] == "Ebb"
    applied(gone)
    assert {phase_of(gone, SINGLE, target) for target in BOTH} == {"taken_down"}
    assert plan_of(gone).actions == {}


def test_a_removed_release_may_be_left_alone(gone: CatalogueFolder) -> None:
    decide(gone, "{decision: forget, reason: the contract ended}")
    assert plan_of(gone).actions == {}
    assert "removed" in plan_of(gone, "--all").reasons(SINGLE)
    applied(gone)
    assert {phase_of(gone, SINGLE, target) for target in BOTH} == {"live"}


def test_the_decision_may_be_for_one_target_alone(gone: CatalogueFolder) -> None:
    decide(gone, f"{{decision: takedown, reason: sold, targets: [{SERVICE}]}}")
    assert plan_of(gone).actions == {(SINGLE, SERVICE): "takedown", (SINGLE, STORE): "orphaned"}


def test_a_release_that_is_there_is_not_removed(label: CatalogueFolder) -> None:
    decide(label, "{decision: takedown, reason: by mistake}")
    assert plan_of(label).actions == {}


def test_a_broken_file_is_not_a_removed_one(label: CatalogueFolder) -> None:
    decide(label, "{decision: takedown, reason: by mistake}")
    label.write(SINGLE_FILE, "title: [\n")
    assert "takedown" not in plan_of(label).actions.values()


def test_a_guard_counts_them(gone: CatalogueFolder) -> None:
    decide(gone, "{decision: takedown, reason: sold}")
    gone.edit("stardust.yaml", "removed:", "safety: {takedowns: {count: 0}}\nremoved:")
    assert_told(gone.apply(), 4, "SG7002")
    assert phase_of(gone, SINGLE, STORE) == "live"


@pytest.mark.parametrize(
    "decision", ["takedown", "{decision: takedown}", "{decision: delete, reason: x}"]
)
def test_a_decision_needs_a_reason(gone: CatalogueFolder, decision: str) -> None:
    decide(gone, decision)
    assert gone.run("validate").code == 3
    assert gone.run("plan").code == 3
