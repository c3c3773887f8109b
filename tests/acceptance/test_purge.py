"""Removing a release for good: asked for with a reason, where the target takes a purge."""

from __future__ import annotations

import pytest

from stardust_gitops.messages.check import check_message
from tests.catalogues import CatalogueFolder
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SINGLE,
    STORE,
    VERSIONS,
    add_to_target,
    applied,
    delivered_message,
    phase_of,
    plan_of,
    sends_nothing,
    set_status,
    speak,
)

PURGE = "{default: active, service: {status: takedown, purge: true, reason: sent by mistake}}"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_purge_is_asked_for_with_a_reason(label: CatalogueFolder, version: str) -> None:
    speak(label, version)
    add_to_target(label, SERVICE, "takedown: purge\n")
    set_status(label, EP_FILE, PURGE)
    plan = plan_of(label)
    assert plan.actions == {(EP, SERVICE): "purge"}
    assert plan.reasons(EP, SERVICE) == ["takedown", "purge_asked"]
    assert "sent by mistake" in label.run("plan").stdout
    explained = label.run("plan", "--explain").stdout
    assert f"{EP}_<BatchId>/{EP}.xml  PurgeReleaseMessage, purge" in explained
    before = [name for name in label.delivered(SERVICE) if "BatchComplete" in name]
    applied(label)
    assert [name for name in label.delivered(SERVICE) if "BatchComplete" in name] == before
    message = delivered_message(label, EP, SERVICE)
    assert b"PurgeReleaseMessage" in message
    assert check_message(message, version) == []
    assert phase_of(label, EP, SERVICE) == "purged"
    sends_nothing(label)
    set_status(label, EP_FILE, "{default: active, service: takedown}")
    sends_nothing(label)
    set_status(label, EP_FILE, "active")
    assert plan_of(label).reasons(EP, SERVICE) == ["re_release"]
    applied(label)
    assert phase_of(label, EP, SERVICE) == "live"
    sends_nothing(label)


def test_a_target_that_takes_purges_gets_takedowns_unless_one_is_asked_for(
    label: CatalogueFolder,
) -> None:
    add_to_target(label, SERVICE, "takedown: purge\n")
    set_status(label, EP_FILE, "takedown")
    assert set(plan_of(label).actions.values()) == {"takedown"}
    applied(label)
    message = delivered_message(label, EP, SERVICE)
    assert b"NewReleaseMessage" in message
    assert b"<DealList" not in message
    set_status(
        label, EP_FILE, "{default: {status: takedown, purge: true, reason: the master is corrupt}}"
    )
    assert plan_of(label).actions == {(EP, SERVICE): "purge"}  # the store takes none
    applied(label)
    assert phase_of(label, EP, SERVICE) == "purged"
    assert phase_of(label, EP, STORE) == "taken_down"


def test_a_purge_at_a_target_that_takes_none_says_so(label: CatalogueFolder) -> None:
    set_status(label, EP_FILE, PURGE)
    plan = plan_of(label)
    assert plan.actions == {(EP, SERVICE): "takedown"}
    assert plan.reasons(EP, SERVICE) == ["takedown", "purge_asked", "purge_not_taken"]


def test_a_purge_survives_a_broken_release(label: CatalogueFolder) -> None:
    add_to_target(label, SERVICE, "takedown: purge\n")
    set_status(label, EP_FILE, PURGE)
    label.edit(EP_FILE, "genre: HOUSE-00", "genre: UNHEARD-OF")
    label.path("assets/two.flac").unlink()
    assert plan_of(label).actions[EP, SERVICE] == "purge"
    applied(label, code=6)  # sent, and the file still has errors
    assert phase_of(label, EP, SERVICE) == "purged"


@pytest.mark.parametrize(
    "entry",
    [
        "{status: takedown, purge: true}",
        "{status: active, purge: true, reason: x}",
        "{status: hold, purge: true, reason: x}",
    ],
)
def test_a_purge_without_a_takedown_or_a_reason_is_refused(
    label: CatalogueFolder, entry: str
) -> None:
    set_status(label, EP_FILE, f"{{default: active, service: {entry}}}")
    outcome = label.run("validate")
    assert outcome.code == 3
    assert "SG1124" in outcome.text
    assert plan_of(label, "--release", SINGLE).actions == {}


def test_a_purge_is_protected_and_guarded_as_a_takedown(label: CatalogueFolder) -> None:
    add_to_target(label, SERVICE, "takedown: purge\n")
    label.edit("stardust.yaml", "format: 1\n", "format: 1\nsafety: {takedowns: {count: 0}}\n")
    set_status(label, EP_FILE, PURGE)
    assert plan_of(label).stops == ["guard_takedowns"]
    label.edit(EP_FILE, "type: EP\n", "type: EP\nprevent_takedown: true\n")
    plan = plan_of(label)
    assert (plan.actions, plan.stops) == ({(EP, SERVICE): "blocked"}, [])
    assert plan.reasons(EP, SERVICE)[0] == "protected"
    assert applied(label, "--allow", f"takedown:{EP}")["summary"]["sent"] == 1
    assert phase_of(label, EP, SERVICE) == "purged"
