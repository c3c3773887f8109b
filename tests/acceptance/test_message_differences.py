"""``plan --diff xml`` and ``show --diff xml``: what a message would say otherwise."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from stardust_gitops.messages.comparison.difference import compare
from stardust_gitops.reports.plan_json import plan_schema
from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder, make_catalogue
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    add_to_target,
    applied,
    delivered_message,
    move_clock,
    set_status,
    speak,
)

Changes = list[tuple[str, str | None, str | None]]


def difference(label: CatalogueFolder, icpn: str, target: str = STORE) -> dict[str, Any]:
    stream = f"{icpn}@{target}"
    found: dict[str, Any] = label.must("show", stream, "--diff", "xml", "--format", "json").json()
    return found


def changes(document: dict[str, Any]) -> Changes:
    return [(each["path"], each["before"], each["after"]) for each in document["changes"]]


def retitle(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "title: Undertow", "title: Undertow Night")


def test_what_is_shown_is_what_is_sent_then(label: CatalogueFolder) -> None:
    retitle(label)
    label.edit(EP_FILE, "excluded_territories: [JP]", "excluded_territories: [JP, KR]")
    set_status(label, SINGLE_FILE, "takedown")
    label.commit("changes")
    before = {icpn: delivered_message(label, icpn) for icpn in (EP, SINGLE)}
    shown = {icpn: difference(label, icpn) for icpn in before}
    assert [shown[icpn]["operation"] for icpn in (EP, SINGLE)] == ["update", "takedown"]
    applied(label)
    for icpn, old in before.items():
        sent = compare(old, delivered_message(label, icpn))
        assert changes(shown[icpn]) == [(each.path, each.before, each.after) for each in sent]


def test_that_holds_for_corrections_and_for_takedowns_by_end_date(label: CatalogueFolder) -> None:
    label.edit(f"targets/{STORE}.yaml", "genre_map: main", "genre_map: main\ntakedown: end_date")
    label.edit(EP_FILE, "isrc: GBXYZ2600002", "isrc: GBXYZ2600009")
    move_clock(label, days=30)  # past the start of all deals
    set_status(label, SINGLE_FILE, "takedown")
    label.commit("changes")
    before = {icpn: delivered_message(label, icpn) for icpn in (EP, SINGLE)}
    shown = {icpn: changes(difference(label, icpn)) for icpn in before}
    recording = "SoundRecording[GBXYZ2600009]/SoundRecordingEdition/ResourceId"
    replaced = '<ResourceId IsReplaced="true">\n  <ISRC>GBXYZ2600002</ISRC>\n</ResourceId>'
    assert (recording, None, replaced) in shown[EP]
    assert (None, "2026-12-22T23:59:59") in {each[1:] for each in shown[SINGLE]}
    applied(label)
    for icpn, old in before.items():
        sent = compare(old, delivered_message(label, icpn))
        assert shown[icpn] == [(each.path, each.before, each.after) for each in sent]


@pytest.mark.parametrize("version", ["3.8.2", "4.2", "4.3", "4.3.2"])
def test_that_holds_for_re_releases_and_purges(label: CatalogueFolder, version: str) -> None:
    speak(label, version)
    add_to_target(label, SERVICE, "takedown: purge\n")
    asked = "{default: active, service: {status: takedown, purge: true, reason: a mistake}}"
    for status, operation in (
        ("takedown", "takedown"),
        ("active", "insert"),
        (asked, "purge"),
        ("active", "insert"),
    ):
        set_status(label, EP_FILE, status)
        label.commit(status)
        old = delivered_message(label, EP, SERVICE)
        shown = difference(label, EP, SERVICE)
        assert shown["operation"] == operation
        applied(label)
        sent = compare(old, delivered_message(label, EP, SERVICE))
        assert changes(shown) == [(each.path, each.before, each.after) for each in sent]
        move_clock(label, days=2)


def test_a_plan_shows_each_difference(label: CatalogueFolder) -> None:
    retitle(label)
    shown = label.must("plan", "--diff", "xml", "--target", STORE)
    assert "update of 4006381333931 at store   3 differences from" in shown.text
    assert 'SoundRecording[GBXYZ2600002]/DisplayTitleText  "Undertow" → "Undertow Night"' in (
        shown.text
    )
    assert "~ 4 files are not sent again: message only" in shown.text
    assert "\x1b[" not in shown.text, "no terminal, no colour"
    plain = label.must("plan", "--target", STORE).text
    assert shown.text.startswith(plain)


def test_a_plan_as_json_has_them_at_its_items(label: CatalogueFolder) -> None:
    retitle(label)
    plan = label.must("plan", "--diff", "xml", "--format", "json").json()
    item = next(i for i in plan["items"] if (i["icpn"], i["target"]) == (EP, STORE))
    assert item["message"] == {
        "operation": "update",
        "against": item["message"]["against"],
        "new": None,
        "problem": None,
        "changes": [
            {"path": "File", "before": "4", "after": "0"},
            *(
                {
                    "path": f"SoundRecording[GBXYZ2600002]/{place}",
                    "before": "Undertow",
                    "after": "Undertow Night",
                }
                for place in ("DisplayTitleText", "DisplayTitle/TitleText")
            ),
        ],
    }
    Draft202012Validator(plan_schema()).validate(plan)
    assert re.fullmatch(r"alpha-tide-store-4006381333931-1-[0-9]+", item["message"]["against"])
    without = label.must("plan", "--format", "json").json()
    assert not [each for each in without["items"] if "message" in each]


def test_a_plan_as_markdown_has_a_diff_fence(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "title: Undertow", 'title: "</details>``` @ada"')
    text = label.must("plan", "--diff", "xml", "--format", "markdown").text
    fences = re.findall(r"^```diff\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    assert len(fences) == 1, "both targets are told the same"
    for fence in fences:
        assert "@@ SoundRecording[GBXYZ2600002]/DisplayTitleText @@" in fence
        assert "- Undertow\n+ </details>``` @ada" in fence
        assert all(line[0] in "+-@!" for line in fence.split("\n"))


def test_a_takedown_shows_the_deals_that_go(label: CatalogueFolder) -> None:
    set_status(label, SINGLE_FILE, "takedown")
    text = label.must("plan", "--diff", "xml", "--target", STORE).text
    assert "- ReleaseDeal[4006381333948]  (and 1 alike)" in text
    assert "<UseType>OnDemandStream</UseType>" in text


def test_an_insert_is_all_new(catalogue: CatalogueFolder) -> None:
    text = catalogue.must("plan", "--diff", "xml").text
    said = "all new, there is no earlier message: 1 Release, 1 TrackRelease, 1 SoundRecording, "
    assert text.count(said) == 2
    document = catalogue.must("plan", "--diff", "xml", "--format", "json").json()
    assert document["items"][0]["message"]["new"]["SoundRecording"] == 1
    assert document["items"][0]["message"]["changes"] == []


def test_what_is_unchanged_is_compared_as_if_it_were_sent_again(label: CatalogueFolder) -> None:
    found = difference(label, EP)
    assert (found["operation"], found["changes"]) == ("resend", [])
    label.edit(f"targets/{STORE}.yaml", "profile: Audio", "profile: Audio, hash: SHA-256")
    paths = {each["path"].rpartition("/")[2] for each in difference(label, EP)["changes"]}
    assert paths == {"Algorithm", "HashSumValue"}


def test_few_messages_are_compared_unless_all_are_asked_for(
    label: CatalogueFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    retitle(label)
    monkeypatch.setattr("stardust_gitops.cli.compare.MESSAGES", 1)
    text = label.must("plan", "--diff", "xml").text
    assert text.count("update of") == 1
    assert "1 more message not compared: --all compares every one" in text
    assert label.must("plan", "--diff", "xml", "--all").text.count("update of") == 2


def test_a_message_that_can_no_longer_be_read(label: CatalogueFolder) -> None:
    retitle(label)
    digest = hashlib.sha256(delivered_message(label, EP)).hexdigest()
    with sqlite3.connect(label.path(".stardust/ledger.db")) as ledger:
        changed = ledger.execute("UPDATE blobs SET data = x'00' WHERE digest = ?", (digest,))
        assert changed.rowcount == 1
    text = label.must("plan", "--diff", "xml", "--target", STORE).text
    assert "update of 4006381333931 at store   cannot be compared: SG5008" in text


def test_options_that_do_not_go_together(label: CatalogueFolder) -> None:
    stream = f"{EP}@{STORE}"
    assert_told(label.run("show", stream, "--format", "markdown"), 64, "only --diff")
    assert_told(label.run("show", stream, "--diff", "xml", "--message"), 64, "stands alone")
    assert_told(label.run("plan", "--diff", "json"), 64, "xml")


def test_a_release_that_does_not_resolve_says_so(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "genre: HOUSE-00", "genre: NOTHING-00")
    found = difference(label, EP)
    assert found["changes"] == []
    assert found["problem"].startswith("SG7020")


def test_an_adopted_release_has_no_message_to_compare_with(tmp_path: Any) -> None:
    catalogue = make_catalogue(tmp_path / "catalogue")
    catalogue.must(
        *("ledger", "adopt", "--target", "store", "--reason", "by hand", "--auto-approve")
    )
    found = difference(catalogue, EP)
    assert found["against"] is None
    assert found["new"]["Release"] == 1


def test_a_target_that_is_disabled_or_gone(label: CatalogueFolder) -> None:
    stream = f"{EP}@{STORE}"
    add_to_target(label, STORE, "enabled: false\n")
    outcome = label.run("show", stream, "--diff", "xml")
    assert_told(outcome, 64, "nothing is planned for 4006381333931 at store")
    label.path(f"targets/{STORE}.yaml").unlink()
    outcome = label.run("show", stream, "--diff", "xml")
    assert "cannot be compared" in outcome.text
    assert "Traceback" not in outcome.text
