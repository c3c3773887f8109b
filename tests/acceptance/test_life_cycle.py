"""The life of a release after its first delivery, on a catalogue in git: withdrawal, corrected
identifiers, reverted changes, and what each target wants of its messages."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from stardust_gitops.messages.check import check_message
from tests.catalogues import CatalogueFolder, audio_bytes
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SERVICE,
    STORE,
    VERSIONS,
    add_to_target,
    applied,
    delivered_message,
    move_clock,
    phase_of,
    plan_of,
    sends_nothing,
    set_status,
    speak,
)


def header(message: bytes) -> dict[str, str]:
    """Id, thread and time of a message."""
    names = ("MessageId", "MessageThreadId", "MessageCreatedDateTime")
    root = etree.fromstring(message)
    return {name: str(root.findtext(f"MessageHeader/{name}")) for name in names}


# --- what an update takes away -------------------------------------------------------------------


def test_a_territory_is_withdrawn(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "excluded_territories: [JP]", "excluded_territories: [JP, CN]")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "update" for target in BOTH}
    assert plan.reasons(EP, SERVICE) == ["metadata_changed", "territories_withdrawn"]
    assert "withdrawn from CN" in label.run("plan").stdout
    applied(label)
    assert b"CN</ExcludedTerritoryCode>" in delivered_message(label, EP, SERVICE)
    label.edit(EP_FILE, "excluded_territories: [JP, CN]", "excluded_territories: [JP]")
    assert plan_of(label).reasons(EP, SERVICE) == ["metadata_changed"]


def test_a_track_is_withdrawn(label: CatalogueFolder) -> None:
    before = delivered_message(label, EP, SERVICE).count(b"<DealReleaseReference>")
    label.edit(EP_FILE, "title: Undertow\n", "title: Undertow\n    available: album_only\n")
    plan = plan_of(label)
    assert plan.reasons(EP, SERVICE) == ["metadata_changed", "track_withdrawn"]
    assert "GBXYZ2600002" in label.run("plan").stdout
    applied(label)
    after = delivered_message(label, EP, SERVICE).count(b"<DealReleaseReference>")
    assert after == before - 1
    sends_nothing(label)


# --- identifiers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_a_corrected_isrc_names_the_one_that_it_replaces(
    label: CatalogueFolder, version: str
) -> None:
    speak(label, version)
    label.edit(EP_FILE, "isrc: GBXYZ2600002", "isrc: GBXYZ2600009")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "update" for target in BOTH}
    assert plan.reasons(EP) == ["identifier_corrected"]
    assert plan.changes(EP) == [("tracks[1].isrc", "GBXYZ2600002", "GBXYZ2600009")]
    applied(label)
    message = delivered_message(label, EP)
    root = etree.fromstring(message)
    replaced = root.findall(".//*[@IsReplaced='true']/ISRC")
    assert [isrc.text for isrc in replaced] == ["GBXYZ2600002"]
    assert check_message(message, version) == []
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    applied(label)
    assert b"IsReplaced" not in delivered_message(label, EP)
    sends_nothing(label)


@pytest.mark.parametrize(("seconds", "warned"), [(0.21, False), (2.2, True)])
def test_new_audio_under_an_old_isrc(label: CatalogueFolder, seconds: float, warned: bool) -> None:
    label.write("assets/two.flac", audio_bytes(seconds=seconds, seed=7))
    label.lock()
    plan = plan_of(label)
    assert plan.reasons(EP) == ["audio_replaced"]
    codes = [finding["code"] for finding in plan.items[EP, STORE]["findings"]]
    assert codes == (["SG2191"] if warned else [])
    assert plan.items[EP, STORE]["with_files"] is True
    assert ("SG2191" in label.run("plan").stdout) is warned


def test_the_icpn_keeps_the_form_of_the_first_delivery(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, f'icpn: "{EP}"', f'icpn: "0{EP}"')
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    assert f"0{EP}" not in label.run("plan", "--explain").stdout.partition("uploads")[2]
    applied(label)
    for target in BOTH:
        message = delivered_message(label, EP, target)
        assert b"Undertows" in message
        assert f"<ICPN>{EP}</ICPN>".encode() in message
        assert not any(f"0{EP}" in name for name in label.delivered(target))
    sends_nothing(label)


# --- git -----------------------------------------------------------------------------------------


def test_a_reverted_change_is_a_new_update_with_an_id_of_its_own(label: CatalogueFolder) -> None:
    label.commit("as delivered")
    first = delivered_message(label, EP)
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    label.commit("a mistake")
    label.must("apply", "--auto-approve")
    second = delivered_message(label, EP)
    label.git("revert", "--no-edit", "HEAD")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "update" for target in BOTH}
    assert plan.changes(EP) == [("tracks[1].title", "Undertows", "Undertow")]
    label.must("apply", "--auto-approve")
    third = delivered_message(label, EP)
    heads = [header(message) for message in (first, second, third)]
    assert len({head["MessageId"] for head in heads}) == 3
    assert len({head["MessageThreadId"] for head in heads}) == 1
    times = [head["MessageCreatedDateTime"] for head in heads]
    assert times == sorted(set(times))
    assert b"Undertows" in second
    assert b"Undertows" not in third
    sends_nothing(label)


def test_no_message_id_is_used_twice_and_times_only_grow(label: CatalogueFolder) -> None:
    """Through a whole life: update, takedown, re-release, resend; and forgotten in between."""
    words = ("show", f"{EP}@{STORE}", "--message")
    heads = [header(label.must(*words).stdout.encode())]

    def deliver(*arguments: str) -> None:
        applied(label, *arguments)
        heads.append(header(label.must(*words).stdout.encode()))

    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    deliver()
    set_status(label, EP_FILE, "takedown")
    move_clock(label, days=-30)  # a clock that jumps back
    deliver()
    set_status(label, EP_FILE, "active")
    deliver()
    deliver("--resend", "--target", STORE)
    label.must("ledger", "forget", "--release", EP, "--reason", "x", "--auto-approve")
    deliver()
    assert len({head["MessageId"] for head in heads}) == 6
    assert len({head["MessageThreadId"] for head in heads}) == 1
    times = [head["MessageCreatedDateTime"] for head in heads]
    assert times == sorted(set(times))


# --- what a target wants -------------------------------------------------------------------------


def test_one_message_for_several_recipients(label: CatalogueFolder) -> None:
    label.edit(
        "targets/store.yaml",
        "name: Lighthouse Store}",
        "name: Lighthouse Store, also: [{dpid: PADPIDA2015120100H, name: Content ID}]}",
    )
    sends_nothing(label)  # who receives is no content
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    applied(label)
    message = delivered_message(label, EP)
    root = etree.fromstring(message)
    ids = [entry.text for entry in root.findall("MessageHeader/MessageRecipient/PartyId")]
    assert ids == ["PADPIDA2026112203Q", "PADPIDA2015120100H"]
    assert check_message(message, "4.3") == []


@pytest.mark.parametrize(("days", "day"), [(2, "2026-12-22"), (7, "2026-12-17")])
def test_an_end_date_lies_so_many_days_in_the_past(
    label: CatalogueFolder, days: int, day: str
) -> None:
    add_to_target(label, STORE, f"takedown: end_date\nend_date_days: {days}\n")
    move_clock(label, days=30)  # it is on sale
    set_status(label, EP_FILE, "takedown")
    applied(label)
    ended = delivered_message(label, EP).decode()
    assert f"<EndDateTime>{day}T23:59:59</EndDateTime>" in ended


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ("takedown: takedown_flag", "SG2109"),
        ("update_indicator: true", "SG2110"),
        ("end_date_days: 0", "SG1109"),
        ("end_date_days: 999999999", "SG1109"),
        ("end_date_days: soon", "SG1109"),
        ("takedown: burn", "SG1104"),
    ],
)
def test_settings_that_do_not_go_together(label: CatalogueFolder, setting: str, code: str) -> None:
    add_to_target(label, STORE, f"{setting}\n")
    outcome = label.run("validate")
    assert outcome.code == 3
    assert code in outcome.text
    assert set(plan_of(label).actions.values()) <= {"blocked", "orphaned"}


def indicator(label: CatalogueFolder) -> str | None:
    """What the last message to the store says that it is."""
    message = delivered_message(label, EP)
    assert check_message(message, "3.8.2") == []
    return etree.fromstring(message).findtext("UpdateIndicator")


def test_messages_of_ern_3_say_whether_they_update(label: CatalogueFolder) -> None:
    speak(label, "3.8.2", STORE)
    add_to_target(label, STORE, "update_indicator: true\n")
    sends_nothing(label)
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    applied(label)
    assert indicator(label) == "UpdateMessage"
    applied(label, "--resend", "--target", STORE)
    assert indicator(label) == "UpdateMessage"
    set_status(label, EP_FILE, "takedown")
    applied(label)
    assert indicator(label) == "UpdateMessage"
    set_status(label, EP_FILE, "active")
    applied(label)
    assert indicator(label) == "OriginalMessage"
    label.edit("targets/store.yaml", "update_indicator: true\n", "")
    label.edit(EP_FILE, "    title: Undertows\n", "    title: Undertow\n")
    applied(label)
    assert indicator(label) is None


def test_a_takedown_by_flag(label: CatalogueFolder) -> None:
    speak(label, "3.8.2", STORE)
    add_to_target(label, STORE, "takedown: takedown_flag\n")
    label.must("validate")
    set_status(label, EP_FILE, "takedown")
    applied(label)
    message = delivered_message(label, EP)
    assert check_message(message, "3.8.2") == []
    root = etree.fromstring(message)
    assert [e.text for e in root.iter("TakeDown")] == ["true"]
    assert root.find("ResourceList/SoundRecording") is not None
    assert phase_of(label, EP, STORE) == "taken_down"
    sends_nothing(label)


OPERATIONS: dict[str, Any] = {
    "insert": (b"<DealList", b"<URI>"),
    "resend": (b"<DealList", b"<URI>"),
    "update": (b"<DealList", b"IsProvidedInDelivery>false"),
    "takedown": (b"<ResourceList", b"IsProvidedInDelivery>false"),
    "purge": (b"PurgeReleaseMessage", b"<PurgedRelease"),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("status", ["active", "hold", "takedown", "archived", "draft"])
def test_every_operation_is_rendered_offline_in_any_state(
    label: CatalogueFolder, operation: str, status: str
) -> None:
    set_status(label, EP_FILE, status)
    label.path(".stardust/ledger.db").unlink()
    words = ("render", EP, "--target", SERVICE, "--operation", operation)
    message = label.must(*words).stdout.encode()
    assert all(part in message for part in OPERATIONS[operation])
    assert (b"<DealList" in message) is (operation not in ("takedown", "purge"))
    assert (b"<URI>" in message) is (operation in ("insert", "resend"))
    assert check_message(message, "4.3") == []
    label.must(*words, "-o", label.path("out.xml"))
    assert label.path("out.xml").read_bytes() == message
