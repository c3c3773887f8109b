"""When things go, as a user sees it: delivery windows, caps, and older releases at a new target."""

from __future__ import annotations

from datetime import timedelta

from tests.catalogues import CatalogueFolder
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SERVICE_TEXT,
    SINGLE,
    SINGLE_FILE,
    STORE,
    add_to_target,
    applied,
    delivered_message,
    move_clock,
    plan_of,
    set_status,
)


def test_a_window_holds_an_update_and_lets_a_takedown_pass(label: CatalogueFolder) -> None:
    later = label.clock.now() + timedelta(hours=5)
    cron = f"{later.minute} {later.hour} * * *"
    window = f'{{allow: "{cron}", for: 1h, timezone: UTC, reason: after hours}}'
    add_to_target(label, STORE, f"windows: [{window}]\n")
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    set_status(label, SINGLE_FILE, "takedown")
    plan = plan_of(label)
    assert plan.actions == {
        (EP, STORE): "held",
        (EP, SERVICE): "update",
        (SINGLE, STORE): "takedown",
        (SINGLE, SERVICE): "takedown",
    }
    assert plan.reasons(EP) == ["window", "metadata_changed"]
    until = f"until {later:%Y-%m-%d %H:%M} UTC (window: after hours)"
    assert until in " ".join(label.run("plan").stdout.split())
    assert "after hours" in label.run("plan", "--format", "markdown").stdout
    applied(label, "--allow", f"takedown:{SINGLE}")
    assert plan_of(label).actions == {(EP, STORE): "held"}
    move_clock(label, hours=5)
    assert plan_of(label).actions == {(EP, STORE): "update"}
    applied(label)
    assert plan_of(label).actions == {}


def test_a_new_target_gets_its_back_catalogue_a_few_a_day(label: CatalogueFolder) -> None:
    for file in (EP_FILE, SINGLE_FILE):
        label.edit(file, "release_date: 2026-12-04", "release_date: 2020-05-15")
    applied(label)
    text = SERVICE_TEXT.replace("delivered/service", "delivered/third").replace(
        "PADPIDA2026112202S", "PADPIDA2026112204O"
    )
    text = text.replace('"4.3", profile: Audio', '"3.8.2"').replace("Harbour Streaming", "Third")
    label.write("targets/third.yaml", text + "limits: {back_catalogue_per_day: 1}\n")
    plan = plan_of(label)
    assert plan.actions == {(EP, "third"): "insert", (SINGLE, "third"): "held"}
    assert all(item["back_catalogue"] for item in plan.items.values())
    assert plan.reasons(SINGLE, "third")[0] == "cap"
    explained = label.must("plan", "--explain").stdout
    assert "back catalogue" in explained
    applied(label)
    assert b"<IsBackfill>true</IsBackfill>" in delivered_message(label, EP, "third")
    (manifest,) = label.path("delivered/third").rglob("BatchComplete_*")
    assert "BackCatalogDelivery" in manifest.read_text("utf-8")
    assert plan_of(label).actions == {(SINGLE, "third"): "held"}
    move_clock(label, hours=24)
    assert plan_of(label).actions == {(SINGLE, "third"): "insert"}
    applied(label)
    assert plan_of(label).actions == {}
