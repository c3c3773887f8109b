"""Environments: targets of their own, test messages, and promotion by fingerprint."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import TARGET, CatalogueFolder
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    add_to_target,
    applied,
    phase_of,
    plan_of,
    set_status,
)

TEST = "store-test"
IN_TEST = ("--environment", "test")
ENVIRONMENTS = f"""\
environments:
  test: {{targets: [{TEST}]}}
  production:
    requires: {{accepted-in-test: {{{STORE}: {TEST}}}}}
"""


@pytest.fixture
def tested(label: CatalogueFolder) -> CatalogueFolder:
    """The store has a test system, that has accepted nothing yet."""
    label.add_target(TEST, text=TARGET)
    label.write("stardust.yaml", label.path("stardust.yaml").read_text("utf-8") + ENVIRONMENTS)
    return label


def accept(label: CatalogueFolder, *arguments: str) -> None:
    label.must(
        *("ledger", "acknowledge", *IN_TEST, "--target", TEST, "--reason", "by mail"),
        *("--auto-approve", *arguments),
    )


def test_each_environment_has_its_own_targets(tested: CatalogueFolder) -> None:
    assert plan_of(tested).actions == {}
    expected = {(icpn, TEST): "insert" for icpn in (EP, SINGLE)}
    assert plan_of(tested, *IN_TEST).actions == expected
    assert {key[1] for key in plan_of(tested, "--all").items} == {STORE, SERVICE}
    assert tested.run("plan", "--target", TEST).code == 64, "nothing of it in production"


def test_what_is_said_to_do_next_is_for_the_environment(tested: CatalogueFolder) -> None:
    told = tested.run("plan", *IN_TEST)
    assert_told(told, 0, "Next: `stardust-gitops apply --environment test` sends this.")


def test_an_environment_that_is_not_there(tested: CatalogueFolder) -> None:
    tested.commit("environments")
    for command in ("plan", "apply", "validate", "status"):
        told = tested.run(command, "--environment", "tset")
        assert_told(told, 64, "there is no environment 'tset'", "did you mean test?")
    assert tested.must("plan", "--environment", "production")


def test_without_environments_any_name_will_do(label: CatalogueFolder) -> None:
    assert len(plan_of(label, "--environment", "trial").actions) == 4


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("test: {targets: [stoer-test]}", "there is no target 'stoer-test'"),
        ("production: {requires: {accepted-in-tst: {store: store}}}", "environment 'tst'"),
        ("production: {requires: {accepted-in-production: {store: store}}}", "'production'"),
        ("production: {requires: {tested: {store: store}}}", "SG1131"),
        ("Test: {targets: [store]}", "SG1131"),
        (
            "{test: {targets: [service]}, production: {requires: {accepted-in-test:"
            " {store: store}}}}",
            "there is no target of test 'store'",
        ),
    ],
)
def test_settings_that_name_nothing_stop_everything(
    label: CatalogueFolder, wrong: str, told: str
) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    wrong = wrong if wrong.startswith("{") else f"{{{wrong}}}"
    label.write("stardust.yaml", f"{config}environments: {wrong}\n")
    assert_told(label.run("validate"), 3, "stardust.yaml", told)
    assert label.run("plan").code == 3


def test_a_target_that_went_elsewhere_is_told_of(label: CatalogueFolder) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", f"{config}environments: {{test: {{targets: [{STORE}]}}}}\n")
    plan = plan_of(label)
    assert plan.actions == {(icpn, STORE): "orphaned" for icpn in (EP, SINGLE)}
    assert plan.reasons(EP) == ["target_elsewhere"]
    applied(label)
    assert phase_of(label, EP, STORE) == "live"


def test_production_waits_for_the_same_content(tested: CatalogueFolder) -> None:
    tested.edit(EP_FILE, "title: Undertow", "title: Underflow")
    item = plan_of(tested).items[EP, STORE]
    assert (item["action"], item["operation"]) == ("held", "update")
    assert item["reasons"][0] == {
        "code": "not_accepted",
        "text": f"waits until {TEST} has accepted it in test: it was not sent there",
    }
    assert plan_of(tested).actions[EP, SERVICE] == "update", "nothing is required of it"
    applied(tested, *IN_TEST)
    text = plan_of(tested).items[EP, STORE]["reasons"][0]["text"]
    assert text.endswith("it was sent there and is not answered")
    before = tested.messages(STORE)
    applied(tested)
    assert tested.messages(STORE) == before
    accept(tested)
    assert plan_of(tested).actions == {(EP, STORE): "update"}
    applied(tested)
    assert plan_of(tested).actions == {}


def test_what_was_accepted_moves_along_with_its_target(tested: CatalogueFolder) -> None:
    tested.edit(EP_FILE, "title: Undertow", "title: Underflow")
    applied(tested, *IN_TEST)
    accept(tested)
    tested.path(f"targets/{TEST}.yaml").rename(tested.path("targets/trial.yaml"))
    config = tested.path("stardust.yaml").read_text("utf-8")
    tested.write("stardust.yaml", config.replace(TEST, "trial"))
    assert plan_of(tested).actions[EP, STORE] == "held"
    tested.must("ledger", "move", TEST, "trial", *IN_TEST, "--auto-approve")
    assert plan_of(tested).actions[EP, STORE] == "update"


def test_other_content_waits_again(tested: CatalogueFolder) -> None:
    tested.edit(EP_FILE, "title: Undertow", "title: Underflow")
    applied(tested, *IN_TEST)
    accept(tested)
    tested.edit(EP_FILE, "title: Underflow", "title: Outflow")
    item = plan_of(tested).items[EP, STORE]
    assert item["action"] == "held"
    assert item["reasons"][0]["text"].endswith("what was accepted there was other content")
    tested.edit(EP_FILE, "title: Outflow", "title: Underflow")
    assert plan_of(tested).actions[EP, STORE] == "update", "accepted once is accepted"


def test_a_takedown_does_not_wait(tested: CatalogueFolder) -> None:
    set_status(tested, SINGLE_FILE, "takedown")
    assert plan_of(tested).actions[SINGLE, STORE] == "takedown"


def test_what_is_held_counts_for_no_guard(tested: CatalogueFolder) -> None:
    tested.edit(EP_FILE, "title: Undertow", "title: Underflow")
    tested.edit("stardust.yaml", "environments:", "safety: {updates: {count: 0}}\nenvironments:")
    assert plan_of(tested, "--target", STORE).stops == []
    assert plan_of(tested).stops == ["guard_updates"], "the service's"


def test_a_comparison_asks_nobody(tested: CatalogueFolder) -> None:
    tested.commit("environments")
    tested.edit(EP_FILE, "title: Undertow", "title: Underflow")
    assert plan_of(tested, "--against", "HEAD").actions[EP, STORE] == "update"


def test_an_acknowledgement_is_recorded_once(tested: CatalogueFolder) -> None:
    applied(tested, *IN_TEST)
    accept(tested)
    at = tested.position()
    accept(tested)
    assert tested.position() == at
    refused = tested.run("ledger", "acknowledge", *IN_TEST, "--reason", "x", "--auto-approve")
    assert_told(refused, 64, "needs --target")


def flags(label: CatalogueFolder, target: str) -> list[tuple[str, str | None]]:
    """What all documents that lie with a recipient say of being a test."""
    found = []
    for name in sorted(label.delivered(target)):
        if name.endswith(".xml"):
            tree = etree.fromstring(label.path(f"delivered/{target}/{name}").read_bytes())
            found += [
                (str(element.tag).rpartition("}")[2], element.text)
                for element in tree.iter("{*}MessageControlType", "{*}IsTestFlag")
            ]
    return found


def test_every_document_of_a_test_says_so(label: CatalogueFolder) -> None:
    """Inserts, updates, takedowns and purges, with their manifests."""
    for target in (STORE, SERVICE):
        for path in sorted(label.path(f"delivered/{target}").rglob("*.xml")):
            path.unlink()
    add_to_target(label, SERVICE, "takedown: purge\n")
    applied(label, *IN_TEST)
    label.edit(EP_FILE, "title: Undertow", "title: Underflow")
    purge = "{status: takedown, purge: true, reason: by mistake}"
    set_status(label, SINGLE_FILE, f"{{default: takedown, {SERVICE}: {purge}}}")
    applied(label, *IN_TEST)
    for target in (STORE, SERVICE):
        told = flags(label, target)
        expected = {("MessageControlType", "TestMessage")}
        if target == SERVICE:
            expected.add(("IsTestFlag", "true"))
        assert set(told) == expected
        assert len(told) >= 4
