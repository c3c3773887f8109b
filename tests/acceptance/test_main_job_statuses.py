"""The main job: what comes off sale, what waits, what is left alone, and what has a new name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.catalogues import CatalogueFolder
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SERVICE,
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


def deliver_nothing(label: CatalogueFolder) -> None:
    """Apply what is planned: not a byte goes out, whatever it ends with."""
    before = {target: label.delivered(target) for target in BOTH}
    label.apply()
    assert {target: label.delivered(target) for target in BOTH} == before


# --- orphans (invariant 6) -----------------------------------------------------------------------


def test_a_release_file_that_is_deleted(label: CatalogueFolder) -> None:
    label.path(EP_FILE).unlink()
    label.commit("gone")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "orphaned" for target in BOTH}
    assert plan.reasons(EP) == ["file_gone"]
    assert "ledger forget" in label.run("plan").stdout
    deliver_nothing(label)
    assert plan_of(label).actions == {(EP, target): "orphaned" for target in BOTH}
    label.git("revert", "--no-edit", "HEAD")
    sends_nothing(label)


def test_a_target_that_is_no_longer_listed(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "type: EP\n", "type: EP\ntargets: [service]\n")
    plan = plan_of(label)
    assert plan.actions == {(EP, STORE): "orphaned"}
    assert plan.reasons(EP) == ["target_unlisted"]
    deliver_nothing(label)


def test_a_target_that_is_disabled_has_no_item(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    text = label.path("targets/store.yaml").read_text("utf-8")
    label.write("targets/store.yaml", text + "enabled: false\n")
    assert plan_of(label, "--all").actions == {
        (EP, SERVICE): "update",
        (SINGLE, SERVICE): "unchanged",
    }


def test_a_target_file_that_is_deleted(label: CatalogueFolder) -> None:
    label.path("targets/store.yaml").unlink()
    plan = plan_of(label)
    assert plan.actions == {(EP, STORE): "orphaned", (SINGLE, STORE): "orphaned"}
    assert plan.reasons(EP) == ["target_gone"]
    deliver_nothing(label)


def test_what_is_forgotten_is_not_reported_any_more(label: CatalogueFolder) -> None:
    label.path(EP_FILE).unlink()
    label.must(
        *("ledger", "forget", "--release", EP, "--target", STORE),
        *("--reason", "sold", "--auto-approve"),
    )
    assert plan_of(label).actions == {(EP, SERVICE): "orphaned"}
    label.must("ledger", "forget", "--release", EP, "--reason", "sold", "--auto-approve")
    sends_nothing(label)
    label.git("checkout", "-q", ".")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "insert" for target in BOTH}


def test_an_unreadable_file_orphans_nothing(label: CatalogueFolder) -> None:
    label.write(SINGLE_FILE, "title: [\n")
    label.path(EP_FILE).unlink()
    outcome = label.run("plan", "--format", "json")
    assert [i["action"] for i in outcome.json()["items"] if i["action"] == "orphaned"] == []
    deliver_nothing(label)
    assert label.apply().code == 6


# --- takedowns -----------------------------------------------------------------------------------


def test_a_takedown_and_back_again(label: CatalogueFolder) -> None:
    set_status(label, EP_FILE, "takedown")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "takedown" for target in BOTH}
    assert plan.items[EP, STORE]["upload_bytes"] == 0
    applied(label)
    assert b"<DealList" not in delivered_message(label, EP, SERVICE)
    sends_nothing(label)
    status = label.must("status", "--format", "json").json()["items"]
    phases = {(row["icpn"], row["target"]): row["phase"] for row in status}
    assert phases[EP, STORE] == "taken_down"
    move_clock(label, days=3)
    set_status(label, EP_FILE, "active")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "insert" for target in BOTH}
    assert plan.reasons(EP) == ["re_release"]
    assert plan.items[EP, STORE]["with_files"] is True
    applied(label)
    assert b"<DealList" in delivered_message(label, EP, SERVICE)
    sends_nothing(label)


def test_a_takedown_at_one_target(label: CatalogueFolder) -> None:
    set_status(label, EP_FILE, "{default: active, store: takedown}")
    assert plan_of(label).actions == {(EP, STORE): "takedown"}
    applied(label)
    sends_nothing(label)


def test_a_takedown_of_what_was_never_there(label: CatalogueFolder) -> None:
    label.must("ledger", "forget", "--release", EP, "--reason", "x", "--auto-approve")
    set_status(label, EP_FILE, "takedown")
    sends_nothing(label)
    assert plan_of(label, "--all").reasons(EP) == ["never_delivered"]


def test_a_takedown_survives_a_broken_release(label: CatalogueFolder) -> None:
    set_status(label, EP_FILE, "takedown")
    label.edit(EP_FILE, "genre: HOUSE-00", "genre: UNHEARD-OF")
    label.path("assets/two.flac").unlink()
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "takedown" for target in BOTH}
    assert plan.reasons(EP) == ["takedown", "from_last_content"]
    applied(label, code=6)  # sent, and the file still has errors
    assert "Undertow" in delivered_message(label, EP, STORE).decode()
    assert plan_of(label).actions == {}


def test_an_end_date_is_the_day_before(label: CatalogueFolder) -> None:
    text = label.path("targets/store.yaml").read_text("utf-8")
    label.write("targets/store.yaml", text + "takedown: end_date\n")
    set_status(label, EP_FILE, "takedown", "takedown_from: 2026-12-24")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "held" for target in BOTH}
    assert plan.reasons(EP)[0] == "takedown_from"
    assert plan.items[EP, STORE]["not_before"] == "2026-12-24T00:00:00.000000Z"
    sends_nothing_but_held(label)
    move_clock(label, days=40)
    assert plan_of(label).actions == {(EP, target): "takedown" for target in BOTH}
    applied(label)
    ended = delivered_message(label, EP, STORE).decode()
    assert ended.count("<EndDateTime>2026-12-23T23:59:59</EndDateTime>") == 2
    sends_nothing(label)


def sends_nothing_but_held(label: CatalogueFolder) -> None:
    """Applying changes nothing while an item is held."""
    position = label.position()
    deliver_nothing(label)
    assert label.position() == position


def test_a_takedown_sent_ahead(label: CatalogueFolder) -> None:
    text = label.path("targets/store.yaml").read_text("utf-8")
    label.write("targets/store.yaml", text + "takedown: end_date\nfuture_takedown: end_date\n")
    set_status(label, EP_FILE, "takedown", "takedown_from: 2026-12-24")
    plan = plan_of(label)
    assert plan.actions == {(EP, STORE): "update", (EP, SERVICE): "held"}
    assert ("deals[0].end", None, "2026-12-23") in plan.changes(EP)
    applied(label)
    ended = delivered_message(label, EP, STORE).decode()
    assert "<EndDateTime>2026-12-23T23:59:59</EndDateTime>" in ended
    assert plan_of(label).actions == {(EP, SERVICE): "held"}
    move_clock(label, days=40)  # its arrival needs no message
    assert plan_of(label).actions == {(EP, SERVICE): "takedown"}


def end_ahead(label: CatalogueFolder) -> None:
    """The store hears of takedowns ahead of their day; the service has nothing of the EP."""
    text = label.path("targets/store.yaml").read_text("utf-8")
    label.write("targets/store.yaml", text + "takedown: end_date\nfuture_takedown: end_date\n")
    label.edit(EP_FILE, "type: EP\n", "type: EP\ntargets: [store]\n")
    label.must(
        *("ledger", "forget", "--release", EP, "--target", SERVICE),
        *("--reason", "x", "--auto-approve"),
    )


def test_what_is_protected_is_not_ended_ahead(label: CatalogueFolder) -> None:
    end_ahead(label)
    label.edit(EP_FILE, "type: EP\n", "type: EP\nprevent_takedown: true\n")
    set_status(label, EP_FILE, "takedown", "takedown_from: 2026-12-24")
    plan = plan_of(label)
    assert plan.actions == {(EP, STORE): "blocked"}
    assert plan.reasons(EP) == ["protected"]
    applied(label, "--allow", f"takedown:{EP}")
    assert "<EndDateTime>" in delivered_message(label, EP, STORE).decode()


def test_what_cannot_be_ended_ahead_is_taken_down_on_its_day(label: CatalogueFolder) -> None:
    end_ahead(label)
    set_status(label, EP_FILE, "takedown", "takedown_from: 2026-12-24")
    label.edit(EP_FILE, "genre: HOUSE-00", "genre: UNHEARD-OF")
    assert plan_of(label).actions == {(EP, STORE): "held"}
    move_clock(label, days=40)
    assert plan_of(label).actions == {(EP, STORE): "takedown"}
    applied(label, code=6)
    assert "EndDateTime" in delivered_message(label, EP, STORE).decode()


def test_protection_stays_in_the_ledger(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "type: EP\n", "type: EP\nprevent_takedown: true\n")
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    applied(label)
    label.edit(EP_FILE, "prevent_takedown: true\n", "")
    set_status(label, EP_FILE, "takedown")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "blocked" for target in BOTH}
    assert plan.reasons(EP) == ["protected"]
    assert f"--allow takedown:{EP}" in label.run("plan").stdout
    deliver_nothing(label)
    assert label.apply().code == 6
    wrong = label.apply("--allow", f"takedown:{SINGLE}")
    assert wrong.code == 6
    assert applied(label, "--allow", f"takedown:{EP}")["summary"]["sent"] == 2
    sends_nothing(label)


# --- what waits ----------------------------------------------------------------------------------


def test_on_hold(label: CatalogueFolder) -> None:
    set_status(label, EP_FILE, "hold")
    sends_nothing(label)
    assert plan_of(label, "--all").reasons(EP) == ["on_hold"]
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "held" for target in BOTH}
    assert plan.items[EP, STORE]["operation"] == "update"
    deliver_nothing(label)
    set_status(label, EP_FILE, "active")
    assert plan_of(label).actions == {(EP, target): "update" for target in BOTH}


def test_archived_is_frozen(label: CatalogueFolder) -> None:
    set_status(label, EP_FILE, "archived")
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    sends_nothing(label)
    assert plan_of(label, "--all").reasons(EP) == ["archived"]


def test_a_draft_plans_nothing_and_may_lack_much(label: CatalogueFolder) -> None:
    label.write("releases/idea.yaml", "status: draft\ntitle: An idea\n")
    label.must("validate", "--strict")
    sends_nothing(label)


def test_send_from_holds_until_its_time(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "type: EP\n", "type: EP\nsend_from: 2026-11-29T09:00\n")
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "held" for target in BOTH}
    assert plan.reasons(EP) == ["send_from", "metadata_changed"]
    assert plan.items[EP, STORE]["not_before"] == "2026-11-29T09:00:00.000000Z"
    assert "2026-11-29" in label.run("plan").stdout
    sends_nothing_but_held(label)
    left = datetime(2026, 11, 29, 9, tzinfo=UTC) - label.clock.now()
    move_clock(label, seconds=left.total_seconds() - 1)
    assert plan_of(label).actions == {(EP, target): "held" for target in BOTH}
    move_clock(label, seconds=1)
    assert plan_of(label).actions == {(EP, target): "update" for target in BOTH}
    applied(label)
    sends_nothing(label)


@pytest.mark.parametrize("days", [400, 40000])
def test_time_alone_changes_nothing(label: CatalogueFolder, days: int) -> None:
    label.edit(
        EP_FILE, "{offer: streaming, excluded", "{offer: streaming, end: 2027-06-01, excluded"
    )
    applied(label)
    move_clock(label, days=days)
    sends_nothing(label)


# --- names ---------------------------------------------------------------------------------------

NEW = "4006381333962"


def test_a_release_under_another_icpn_is_declared(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, f'icpn: "{EP}"', f'icpn: "{NEW}"')
    label.must("validate")
    plan = plan_of(label)
    assert plan.actions == {(i, t): "blocked" for i in (EP, NEW) for t in BOTH}
    assert plan.reasons(NEW) == ["renamed"]
    assert f'replaces: "{EP}"' in label.run("plan").stdout
    deliver_nothing(label)
    label.edit(EP_FILE, "type: EP\n", f'type: EP\nreplaces: "{EP}"\n')
    plan = plan_of(label)
    assert plan.actions == {
        **{(NEW, target): "insert" for target in BOTH},
        **{(EP, target): "held" for target in BOTH},
    }
    assert plan.reasons(EP) == ["replaced"]
    assert f"--allow takedown:{EP}" in label.run("plan").stdout
    applied(label)  # the new one arrives; with the next run the old one goes
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "takedown" for target in BOTH}
    assert plan.reasons(EP) == ["replaced"]
    assert plan.items[EP, STORE]["title"] == "Breakwater"
    applied(label)
    gone = delivered_message(label, EP)
    assert b"<DealList" not in gone
    assert b"Undertow" in gone
    sends_nothing(label)


def test_what_is_replaced_may_be_taken_down_at_once(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, f'icpn: "{EP}"', f'icpn: "{NEW}"\nreplaces: "{EP}"')
    summary = applied(label, "--allow", f"takedown:{EP}")["summary"]
    assert summary["sent"] == 4
    sends_nothing(label)


def test_upc_and_ean_are_one_release(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, f'icpn: "{EP}"', f'icpn: "0{EP}"')
    sends_nothing(label)


def test_a_target_under_another_name_is_declared(label: CatalogueFolder) -> None:
    label.path("targets/store.yaml").rename(label.path("targets/shop.yaml"))
    plan = plan_of(label)
    assert set(plan.actions.values()) == {"blocked"}
    assert plan.reasons(EP, "shop") == plan.reasons(EP, STORE) == ["target_renamed"]
    deliver_nothing(label)
    text = label.path("targets/shop.yaml").read_text("utf-8")
    label.write("targets/shop.yaml", text + "moved_from: store\n")
    plan = plan_of(label, "--all")
    assert plan.actions[EP, "shop"] == "unchanged"
    assert (EP, STORE) not in plan.actions
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    plan = plan_of(label)
    assert plan.actions == {(EP, "shop"): "blocked", (EP, SERVICE): "update"}
    assert "ledger move store shop" in label.run("plan").stdout
    label.must("ledger", "move", "store", "shop", "--auto-approve")
    assert plan_of(label).actions == {(EP, "shop"): "update", (EP, SERVICE): "update"}
    applied(label)
    assert plan_of(label).actions == {}
    assert label.must("ledger", "verify").code == 0


def test_an_id_keeps_a_target_whose_file_is_renamed(label: CatalogueFolder) -> None:
    label.path("targets/store.yaml").rename(label.path("targets/shop.yaml"))
    text = label.path("targets/shop.yaml").read_text("utf-8")
    label.write("targets/shop.yaml", text + "id: store\n")
    sends_nothing(label)
