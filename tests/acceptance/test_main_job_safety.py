"""The main job: guards, sending again, environments, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.messages.check import check_message
from tests.catalogues import ICPNS, CatalogueFolder, Outcome, copy_of, make_catalogue
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SHARED_FILE,
    SINGLE,
    STORE,
    applied,
    delivered_message,
    move_clock,
    plan_of,
    sends_nothing,
    set_status,
)

SAFETY = (
    "safety: {takedowns: {count: 5, percent: 25}, updates: {percent: 50}, missing: {percent: 25}"
)


@pytest.fixture(scope="module")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> CatalogueFolder:
    shop = make_catalogue(tmp_path_factory.mktemp("shop") / "shop", releases=4)
    shop.must("apply", "--auto-approve")
    return shop


@pytest.fixture
def shop(_shop: CatalogueFolder, tmp_path: Path) -> CatalogueFolder:
    """Four singles live at one store, two days ago; percentages count from four releases on."""
    shop = copy_of(_shop, tmp_path / "shop")
    move_clock(shop, days=2)
    limits(shop, f"{SAFETY}, minimum_population: 4}}")
    return shop


def limits(shop: CatalogueFolder, safety: str) -> None:
    lines = shop.path("stardust.yaml").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("safety:")]
    shop.write("stardust.yaml", "\n".join([*kept, safety, ""]))


def files(count: int) -> list[tuple[str, str]]:
    return [(icpn, f"releases/{icpn}.yaml") for icpn in ICPNS[:count]]


def take_down(shop: CatalogueFolder, count: int) -> None:
    for _, file in files(count):
        set_status(shop, file, "takedown")


def refused(shop: CatalogueFolder, *arguments: str) -> Outcome:
    """An apply that a guard stops: nothing has moved."""
    before, position = shop.delivered(), shop.position()
    outcome = shop.apply(*arguments)
    assert outcome.code == 4, outcome.text
    assert (shop.delivered(), shop.position()) == (before, position)
    return outcome


def test_a_guard_by_percent(shop: CatalogueFolder) -> None:
    take_down(shop, 1)
    assert plan_of(shop).stops == []
    take_down(shop, 2)
    plan = plan_of(shop)
    assert plan.stops == ["guard_takedowns"]
    outcome = refused(shop)
    assert "SG7002" in outcome.stderr
    assert "more than 25% of 4 live" in outcome.stderr
    assert f"--allow-plan {plan.document['plan_hash']}" in outcome.stderr


def test_a_takedown_that_is_allowed_does_not_count(shop: CatalogueFolder) -> None:
    take_down(shop, 2)
    refused(shop, "--allow", "takedown:4006381333979")
    assert applied(shop, "--allow", f"takedown:{ICPNS[0]}")["summary"]["sent"] == 2
    sends_nothing_at(shop)


def sends_nothing_at(shop: CatalogueFolder) -> None:
    assert plan_of(shop).actions == {}


def test_exactly_this_plan_is_allowed(shop: CatalogueFolder) -> None:
    take_down(shop, 2)
    allowed = plan_of(shop).document["plan_hash"]
    take_down(shop, 3)
    refused(shop, "--allow-plan", allowed)
    refused(shop, "--allow-plan", "0" * 64)
    now = plan_of(shop).document["plan_hash"]
    assert applied(shop, "--allow-plan", now)["summary"]["sent"] == 3


def test_a_guard_by_count(shop: CatalogueFolder) -> None:
    limits(shop, "safety: {takedowns: {count: 1}, minimum_population: 4}")
    take_down(shop, 2)
    assert "more than the limit of 1" in refused(shop).stderr


def test_below_the_minimum_population_percentages_do_not_count(shop: CatalogueFolder) -> None:
    limits(shop, f"{SAFETY}, minimum_population: 5}}")
    take_down(shop, 4)
    assert plan_of(shop).stops == []


def test_counts_add_up_over_a_day(shop: CatalogueFolder) -> None:
    take_down(shop, 1)
    applied(shop)
    move_clock(shop, hours=23)
    limits(shop, f"{SAFETY}, minimum_population: 3}}")
    take_down(shop, 2)
    assert "1 of them intended before" in refused(shop).stderr
    move_clock(shop, hours=2)
    limits(shop, "safety: {takedowns: {count: 1}, minimum_population: 4}")
    applied(shop)


def test_a_selection_does_not_get_around_a_guard(shop: CatalogueFolder) -> None:
    limits(shop, "safety: {takedowns: {count: 1}, minimum_population: 4}")
    take_down(shop, 2)
    applied(shop, "--release", ICPNS[0])
    refused(shop, "--release", ICPNS[1])


def test_updates_are_guarded_too(shop: CatalogueFolder) -> None:
    for _, file in files(3):
        shop.edit(file, "title: Breakwater\nartists", "title: Break\nartists")
    assert plan_of(shop).stops == ["guard_updates"]
    refused(shop)
    text = shop.path("targets/store.yaml").read_text("utf-8")
    shop.write("targets/store.yaml", text + "back_catalogue_load: true\n")
    applied(shop)


def test_resends_are_guarded_too(shop: CatalogueFolder) -> None:
    assert plan_of(shop, "--resend", "--target", STORE).stops == ["guard_resends"]
    refused(shop, "--resend", "--target", STORE)


def test_a_shrunken_catalogue(shop: CatalogueFolder) -> None:
    shop.path(files(2)[0][1]).unlink()
    assert plan_of(shop).stops == []
    shop.path(files(2)[1][1]).unlink()
    shop.edit(files(3)[2][1], "title: Breakwater\nartists", "title: Break\nartists")
    plan = plan_of(shop)
    assert plan.stops == ["guard_missing"]
    assert "is the checkout whole?" in refused(shop).stderr
    applied(shop, "--allow-plan", plan.document["plan_hash"])


# --- sending again -------------------------------------------------------------------------------


def test_resend_is_asked_for(label: CatalogueFolder) -> None:
    assert label.run("plan", "--resend").code == 64
    plan = plan_of(label, "--resend", "--target", STORE)
    assert plan.actions == {(EP, STORE): "resend", (SINGLE, STORE): "resend"}
    assert plan.reasons(EP) == ["resend_asked"]
    assert plan.items[EP, STORE]["upload_bytes"] > 0
    first = delivered_message(label, EP)
    applied(label, "--resend", "--target", STORE, "--release", EP)
    again = delivered_message(label, EP)
    assert first != again
    assert first.partition(b"</MessageHeader>")[2] == again.partition(b"</MessageHeader>")[2]
    sends_nothing(label)


# --- where it runs -------------------------------------------------------------------------------


def test_another_environment_is_apart_and_sends_tests(label: CatalogueFolder) -> None:
    plan = plan_of(label, "--environment", "staging")
    assert set(plan.actions.values()) == {"insert"}
    assert "Environment staging" in label.run("plan", "--environment", "staging").stdout
    live = delivered_message(label, EP)
    move_clock(label, hours=1)
    applied(label, "--environment", "staging")
    test = delivered_message(label, EP)
    assert b"<MessageControlType>TestMessage</MessageControlType>" in test
    assert b"TestMessage" not in live
    assert check_message(test, "4.3") == []
    assert plan_of(label, "--environment", "staging").actions == {}
    sends_nothing(label)
    set_status(label, EP_FILE, "takedown")
    assert (
        plan_of(label).items[EP, STORE]["stream_version"]
        == plan_of(label, "--environment", "staging").items[EP, STORE]["stream_version"]
    )
    applied(label)
    assert plan_of(label).actions == {}
    assert set(plan_of(label, "--environment", "staging").actions.values()) == {"takedown"}


@pytest.mark.parametrize(
    "file", [EP_FILE, SHARED_FILE, "targets/store.yaml", "stardust.yaml", "genre_maps/main.yaml"]
)
def test_uncommitted_changes_are_refused(label: CatalogueFolder, file: str) -> None:
    text = label.path(file).read_text("utf-8")
    label.write(file, text + "# a note\n")
    outcome = label.run("apply", "--auto-approve")
    assert outcome.code == 4
    assert "SG7001" in outcome.stderr
    assert file in outcome.stderr
    assert "--allow-dirty" in outcome.stderr
    assert label.run("apply", "--auto-approve", "--allow-dirty").code == 0
    label.commit("note")
    assert label.run("apply", "--auto-approve").code == 0


def test_uncommitted_files_are_refused(label: CatalogueFolder) -> None:
    label.write("releases/idea.yaml", "status: draft\n")
    assert "releases/idea.yaml" in label.run("apply", "--auto-approve").stderr
    label.commit("idea")
    label.write("assets/two.flac", b"other")
    assert "assets/two.flac" in label.run("apply", "--auto-approve").stderr


def test_what_is_no_part_of_the_catalogue_does_not_matter(label: CatalogueFolder) -> None:
    label.write("notes.txt", "to do")
    assert label.run("apply", "--auto-approve").code == 0


def test_outside_git_it_works_and_says_so(shop: CatalogueFolder) -> None:
    shop.edit(files(1)[0][1], "title: Breakwater\nartists", "title: Break\nartists")
    assert "not in git" in shop.must("plan").stdout
    plan = plan_of(shop)
    assert plan.document["catalog_commit"] is None
    assert plan.origins(ICPNS[0]) == [(f"{files(1)[0][1]}:3", None)]
    assert shop.must("apply", "--auto-approve").code == 0
    events = shop.must("history", "--format", "json").json()["events"]
    assert {event["commit"] for event in events} == {None}


def test_apply_asks_where_somebody_can_answer(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    label.commit("plural")
    outcome = label.run_process("apply")
    assert outcome.code == 64
    assert "--auto-approve" in outcome.stderr
    assert plan_of(label).actions == {(EP, target): "update" for target in BOTH}
