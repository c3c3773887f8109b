"""The main job: somebody edits the catalogue, and the plan says what is to be sent, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.catalogues import CatalogueFolder, audio_bytes, image_bytes
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
)


def test_delivered_once_nothing_is_left_to_do(label: CatalogueFolder) -> None:
    sends_nothing(label)


def test_a_title_that_changes(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    commit = label.commit("plural")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "update" for target in BOTH}
    for target in BOTH:
        assert plan.reasons(EP, target) == ["metadata_changed"]
        assert plan.changes(EP, target) == [("tracks[1].title", "Undertow", "Undertows")]
        [(source, by)] = plan.origins(EP, target)
        assert source == f"{EP_FILE}:21"
        assert by is not None
        assert commit.startswith(by)
        assert (plan.items[EP, target]["with_files"], plan.items[EP, target]["upload_bytes"]) == (
            False,
            0,
        )
    shown = label.must("plan").stdout
    assert "message only" in shown
    assert f"{EP_FILE}:21" in shown
    assert '"Undertow" → "Undertows"' in shown

    before = {target: set(label.delivered(target)) for target in BOTH}
    assert applied(label)["summary"]["sent"] == 2
    for target in BOTH:
        new = set(label.delivered(target)) - before[target]
        assert all(name.endswith(".xml") for name in new)
        assert "Undertows" in delivered_message(label, EP, target).decode()
    sends_nothing(label)


def test_apply_shows_the_plan_and_what_came_of_it(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    planned = label.must("plan").stdout
    shown = label.apply().stdout
    assert planned.splitlines()[-1] == "Next: `stardust-gitops apply` sends this."
    assert shown.startswith(planned.rpartition("Next:")[0])
    assert shown.splitlines()[-1].startswith("Apply: 2 sent")
    assert "Next:" not in shown


def test_an_edit_that_is_not_committed_has_no_commit(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    plan = plan_of(label)
    assert plan.origins(EP) == [(f"{EP_FILE}:21", None)]


def test_a_shared_recording_tells_everybody_who_follows(label: CatalogueFolder) -> None:
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb and Flow")
    commit = label.commit("flow")
    plan = plan_of(label)
    assert plan.actions == {(i, t): "update" for i in (EP, SINGLE) for t in BOTH}
    assert plan.changes(EP, SERVICE) == [("tracks[2].title", "Ebb", "Ebb and Flow")]
    assert plan.changes(SINGLE, STORE) == [("tracks[0].title", "Ebb", "Ebb and Flow")]
    for icpn in (EP, SINGLE):
        for target in BOTH:
            [(source, by)] = plan.origins(icpn, target)
            assert source == f"{SHARED_FILE}:2"
            assert commit.startswith(by or "-")


def test_an_override_keeps_a_release_from_following(label: CatalogueFolder) -> None:
    label.edit(SINGLE_FILE, "GBXYZ2600003\n", "GBXYZ2600003\n    title: Ebb\n")
    sends_nothing(label)
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb and Flow")
    assert plan_of(label).actions == {(EP, target): "update" for target in BOTH}


def test_a_genre_map_that_changes(label: CatalogueFolder) -> None:
    label.edit("genre_maps/service.yaml", "Dance", "Club")
    commit = label.commit("club")
    plan = plan_of(label)
    assert plan.actions == {(EP, SERVICE): "update", (SINGLE, SERVICE): "update"}
    assert plan.changes(SINGLE, SERVICE) == [
        ("genre.name", "Dance", "Club"),
        ("tracks[0].genre.name", "Dance", "Club"),
    ]
    for source, by in plan.origins(SINGLE, SERVICE):
        assert source == "genre_maps/service.yaml:1"
        assert commit.startswith(by or "-")


def test_a_genre_that_changes_where_a_map_is(label: CatalogueFolder) -> None:
    both = "genres:\n  HOUSE-00: {genre: Dance, subgenre: House}\n  DUB-00: Dub\n"
    label.write("genre_maps/service.yaml", both)
    label.write("genre_maps/main.yaml", "genres: {HOUSE-00: House, DUB-00: Dub}\n")
    label.commit("more words")
    sends_nothing(label)
    label.edit(SINGLE_FILE, "genre: HOUSE-00", "genre: DUB-00")
    label.commit("dub")
    plan = plan_of(label)
    assert ("genre.name", "Dance", "Dub") in plan.changes(SINGLE, SERVICE)
    assert {source for source, _ in plan.origins(SINGLE, SERVICE)} == {f"{SINGLE_FILE}:5"}


def test_a_price_map_that_changes(label: CatalogueFolder) -> None:
    label.edit("targets/store.yaml", 'Mid: "7"', 'Mid: "8"')
    commit = label.commit("dearer")
    plan = plan_of(label)
    assert plan.actions == {(EP, STORE): "update"}
    assert set(plan.changes(EP)) == {
        ("deals[1].price_code", "7", "8"),
        ("track_deals[1].price_code", "7", "8"),
    } or plan.changes(EP) == [("deals[1].price_code", "7", "8")]
    for source, by in plan.origins(EP):
        assert source == "targets/store.yaml:8"
        assert commit.startswith(by or "-")


def test_territories_say_what_came_and_went(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "[JP]", "[KR]")
    plan = plan_of(label)
    assert plan.changes(EP, SERVICE) == [
        ("deals[0].excluded_territories", None, "KR"),
        ("deals[0].excluded_territories", "JP", None),
    ]
    assert plan.origins(EP, SERVICE)[0][0] == f"{EP_FILE}:11"


def test_audio_replaced_under_the_same_isrc(label: CatalogueFolder) -> None:
    label.write("assets/two.flac", audio_bytes(seconds=0.7))
    blocked = plan_of(label)
    assert set(blocked.actions.values()) == {"blocked"}
    assert "correct the errors; `stardust-gitops validate`" in label.run("plan").stdout
    wrong = label.run("validate")
    assert wrong.code == 3
    assert f"{EP_FILE}:22" in wrong.stdout
    assert "stardust-gitops assets lock" in wrong.stdout
    label.lock()
    label.commit("remastered")
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "update" for target in BOTH}
    item = plan.items[EP, STORE]
    assert plan.reasons(EP) == ["audio_replaced"]
    assert (item["with_files"], item["upload_bytes"] > 200_000) == (True, True)
    assert [path for path, _, _ in plan.changes(EP)] == ["tracks[1].audio"]
    applied(label)
    sources = [name for name in label.delivered(STORE) if name.endswith("_01_002.flac")]
    assert audio_bytes(seconds=0.7) in [
        label.path(f"delivered/{STORE}/{name}").read_bytes() for name in sources
    ]
    sends_nothing(label)


def test_a_cover_replaced(label: CatalogueFolder) -> None:
    label.write(f"assets/{SINGLE}.jpg", image_bytes(3001, 3001))
    label.lock()
    plan = plan_of(label)
    assert plan.actions == {(SINGLE, target): "update" for target in BOTH}
    assert plan.reasons(SINGLE) == ["cover_replaced"]
    assert plan.items[SINGLE, STORE]["with_files"] is True
    assert [path for path, _, _ in plan.changes(SINGLE)] == ["cover"]


def test_an_asset_that_moves_is_the_same(label: CatalogueFolder) -> None:
    label.path("assets/masters").mkdir()
    label.path("assets/two.flac").rename(label.path("assets/masters/2.flac"))
    label.edit(EP_FILE, "assets/two.flac", "assets/masters/2.flac")
    label.lock()
    label.commit("tidy")
    sends_nothing(label)


def test_tracks_in_another_order(label: CatalogueFolder) -> None:
    text = label.path(EP_FILE).read_text("utf-8")
    first = text.index("  - isrc: GBXYZ2600001")
    second, third = text.index("  - isrc: GBXYZ2600002"), text.index("  - track:")
    label.write(EP_FILE, text[:first] + text[second:third] + text[first:second] + text[third:])
    plan = plan_of(label)
    assert plan.actions == {(EP, target): "update" for target in BOTH}
    assert plan.reasons(EP) == ["metadata_changed"]
    before = ["GBXYZ2600001", "GBXYZ2600002", "GBXYZ2600003"]
    after = ["GBXYZ2600002", "GBXYZ2600001", "GBXYZ2600003"]
    assert plan.changes(EP) == [("tracks order", before, after)]
    assert plan.items[EP, STORE]["with_files"] is False


def test_a_track_more(label: CatalogueFolder) -> None:
    label.write("assets/four.flac", audio_bytes(seconds=0.6))
    more = (
        "  - {isrc: GBXYZ2600004, title: Spring, audio: assets/four.flac, "
        "parental_warning: NotExplicit}\n"
    )
    label.write(EP_FILE, label.path(EP_FILE).read_text("utf-8") + more)
    label.lock()
    plan = plan_of(label)
    assert plan.reasons(EP) == ["metadata_changed", "assets_changed"]
    assert [p for p, _, _ in plan.changes(EP)] == ["tracks[3]", "tracks[3].audio"]
    assert plan.origins(EP)[0][0] == f"{EP_FILE}:27"


# --- history -------------------------------------------------------------------------------------


def test_a_revert_is_an_update_of_its_own(label: CatalogueFolder) -> None:
    first = delivered_message(label, EP, STORE)
    label.edit(EP_FILE, "    title: Undertow\n", "    title: Undertows\n")
    label.commit("plural")
    applied(label)
    move_clock(label, hours=30)
    label.git("revert", "--no-edit", "HEAD")
    plan = plan_of(label)
    assert plan.changes(EP) == [("tracks[1].title", "Undertows", "Undertow")]
    applied(label)
    last = delivered_message(label, EP, STORE)
    ids = [identifier(message) for message in (first, last)]
    assert len(set(ids)) == 2
    sends_nothing(label)
    history = label.must("history", f"{EP}@{STORE}", "--format", "json").json()["events"]
    intended = [event for event in history if event["kind"] == "intended"]
    assert [event["data"]["operation"] for event in intended] == ["update", "update", "insert"]
    assert len({event["commit"] for event in intended}) == 3
    assert len({event["data"]["message_id"] for event in intended}) == 3


def identifier(message: bytes) -> str:
    return message.partition(b"<MessageId>")[2].partition(b"</MessageId>")[0].decode()


def test_a_repeat_in_another_clone(label: CatalogueFolder, tmp_path: Path) -> None:
    """A fresh clone with the same ledger plans the same: nothing depends on files' times."""
    label.edit(EP_FILE, "title: Breakwater\nartists", "title: Breakwaters\nartists")
    label.commit("plural")
    here: Any = label.must("plan", "--format", "json").stdout
    clone = tmp_path / "clone"
    label.git("clone", "-q", ".", str(clone))
    (clone / ".stardust").mkdir()
    for file in label.path(".stardust").iterdir():
        (clone / ".stardust" / file.name).write_bytes(file.read_bytes())
    there = CatalogueFolder(clone, label.clock).must("plan", "--format", "json").stdout
    assert here == there
