"""``report schedule``: what is due, what failed, what is late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder
from tests.github_server import JOB_TOKEN, REPOSITORY, Answer, Server, github_server
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    add_to_target,
    applied,
    move_clock,
    set_status,
)

EVERY = "schedule: {every: 1h}\n"


@pytest.fixture
def fresh(label: CatalogueFolder) -> CatalogueFolder:
    """Nothing is known of what was delivered, and the street date lies ten days ahead."""
    reason = ("--reason", "a new start", "--auto-approve")
    label.must("ledger", "forget", "--release", "*", *reason)
    label.write("stardust.yaml", label.path("stardust.yaml").read_text("utf-8") + EVERY)
    return label


def report(label: CatalogueFolder, code: int = 0, *arguments: str) -> Any:
    outcome = label.run("report", "schedule", "--format", "json", *arguments)
    assert outcome.code == code, outcome.text
    return outcome.json()


def of(entries: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(entry["icpn"], entry["target"]): entry for entry in entries}


def codes(entry: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in entry["reasons"]]


def test_nothing_to_tell(label: CatalogueFolder) -> None:
    found = report(label)
    assert (found["due"], found["failed"], found["late"], found["problems"]) == ([], [], [], [])
    move_clock(label, days=30)
    outcome = label.must("report", "schedule")
    assert outcome.stdout == "Nothing is due, nothing has failed, nothing is late.\n"
    assert "Nothing is due" in label.must("report", "schedule", "--format", "markdown").stdout


def test_what_comes_next_soonest_first(fresh: CatalogueFolder) -> None:
    fresh.edit(EP_FILE, "genre:", "send_from: 2026-11-27T09:00\ngenre:")
    fresh.edit(SINGLE_FILE, "genre:", "send_from: 2026-11-26\ngenre:")
    found = report(fresh)
    assert [(entry["icpn"], entry["when"]) for entry in found["due"][::2]] == [
        (SINGLE, "2026-11-26T00:00:00.000000Z"),
        (EP, "2026-11-27T09:00:00.000000Z"),
    ]
    assert found["late"] == []
    text = fresh.must("report", "schedule").stdout
    assert text.startswith("Due (4)\n  2026-11-26 00:00 GMT  service  4006381333948 Kestrel")


def test_a_missed_run_shows_by_what_it_left(fresh: CatalogueFolder) -> None:
    fresh.edit(EP_FILE, "genre:", "send_from: 2026-11-24T09:30\ngenre:")
    applied(fresh)
    move_clock(fresh, hours=2)
    assert report(fresh)["late"] == [], "the next run may still come"
    move_clock(fresh, hours=1)
    found = of(report(fresh, 2)["late"])
    assert set(found) == {(EP, STORE), (EP, SERVICE)}
    assert codes(found[EP, STORE]) == ["missed"]
    text = found[EP, STORE]["reasons"][0]["text"]
    words = "is due since 2026-11-24 09:30 UTC and was not sent; apply is expected every 1 h"
    assert text == words
    fresh.edit("stardust.yaml", "every: 1h", "every: 1d")
    assert report(fresh)["late"] == []
    fresh.edit("stardust.yaml", "every: 1d", "every: 90m")
    applied(fresh)
    assert report(fresh)["late"] == []


def test_a_release_that_will_not_be_there_in_time(fresh: CatalogueFolder) -> None:
    add_to_target(fresh, STORE, "lead_time: {new: 12d}\n")
    fresh.edit(EP_FILE, "genre:", "send_from: 2026-12-05\ngenre:")
    found = of(report(fresh, 2)["late"])
    assert set(found) == {(EP, STORE), (SINGLE, STORE), (EP, SERVICE)}
    text = found[SINGLE, STORE]["reasons"][0]["text"]
    assert text == "comes out on 2026-12-04, in 10 days; store needs 12 days"
    assert "goes on 2026-12-05" in found[EP, SERVICE]["reasons"][0]["text"]
    applied(fresh)
    assert set(of(report(fresh, 2)["late"])) == {(EP, STORE), (EP, SERVICE)}


def test_what_cannot_go_is_told_of_a_week_before(fresh: CatalogueFolder) -> None:
    set_status(fresh, EP_FILE, "hold")
    applied(fresh)
    assert report(fresh)["late"] == []
    move_clock(fresh, days=4)
    found = of(report(fresh, 2)["late"])
    assert "in 6 days, and is held" in found[EP, STORE]["reasons"][0]["text"]
    move_clock(fresh, days=7)
    found = of(report(fresh, 2)["late"])
    assert "came out on 2026-12-04 and is not there" in found[EP, STORE]["reasons"][0]["text"]
    move_clock(fresh, days=60)
    assert report(fresh)["late"] == [], "that is back catalogue"


def test_an_update_too_late_for_the_recipient(label: CatalogueFolder) -> None:
    add_to_target(label, STORE, "lead_time: {update: 20d}\n")
    label.edit(EP_FILE, "title: Undertow", "title: Underflow")
    found = of(report(label, 2)["late"])
    assert set(found) == {(EP, STORE)}
    assert "will miss 2026-12-04" in found[EP, STORE]["reasons"][0]["text"]


def test_what_is_blocked_needs_somebody(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "title: Undertow", "title: Underflow")
    label.edit(SINGLE_FILE, "genre: HOUSE-00", "genre: NONSENSE")
    found = of(report(label, 2)["failed"])
    assert set(found) == {(SINGLE, STORE), (SINGLE, SERVICE)}
    assert codes(found[SINGLE, STORE])[0].startswith("SG")
    assert_told(label.run("report", "schedule"), 2, "Failed (2)", "Due (2)")


def test_guards_and_broken_files_are_problems(label: CatalogueFolder) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", f"{config}safety: {{updates: {{count: 0}}}}\n")
    label.edit(EP_FILE, "title: Undertow", "title: Underflow")
    label.write("releases/broken.yaml", "title: [\n")
    found = report(label, 2)["problems"]
    assert [entry["code"] for entry in found[:2]] == ["guard_updates", "guard_updates"]
    assert any("releases/broken.yaml" in entry["text"] for entry in found)
    assert_told(label.run("report", "schedule"), 2, "Stopped: service: 1 updates")


def test_a_week_is_counted(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "title: Undertow", "title: Underflow")
    applied(label)
    counted = report(label)["delivered_in_7_days"]
    assert counted[0] == {"target": SERVICE, "operation": "insert", "releases": 1}
    words = "1 insert and 1 update to service, 1 insert and 1 update to store"
    assert words in label.must("report", "schedule").stdout


def test_markdown_is_escaped(fresh: CatalogueFolder) -> None:
    fresh.edit(SINGLE_FILE, "title: Ebb", 'title: "Ebb | @all <b>"')
    text = fresh.must("report", "schedule", "--format", "markdown").stdout
    row = next(line for line in text.splitlines() if "Ebb" in line)
    assert row.replace("\\|", "").count("|") == 5
    assert "<b>" not in row
    assert "@all" not in row


@pytest.mark.parametrize("every", ["hourly", "0h", "1w", "-1h"])
def test_an_interval_that_is_none(label: CatalogueFolder, every: str) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", f"{config}schedule: {{every: {every}}}\n")
    assert_told(label.run("validate"), 3, "SG1122", "30m, 1h, 1d")


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """GitHub can be asked."""
    with github_server() as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("GITHUB_TOKEN", JOB_TOKEN)
        monkeypatch.setenv("GITHUB_RUN_ID", "4711")
        yield server


def test_github_tells_when_the_workflow_last_ran(
    fresh: CatalogueFolder, github: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(fresh)
    for started, more in (
        ("2026-11-23T22:17:00Z", {"conclusion": "failure"}),
        ("2026-11-24T00:17:00Z", {"conclusion": "cancelled"}),
        ("2026-11-24T01:17:00Z", {"conclusion": "startup_failure"}),
        ("2026-11-24T02:17:00Z", {"status": "queued", "conclusion": None}),
    ):
        github.ran("scheduled.yml", started, **more)
    own = github.ran("scheduled.yml", "2026-11-24T08:59:00Z", status="in_progress", conclusion=None)
    monkeypatch.setenv("GITHUB_RUN_ID", str(own["id"]))
    text = "the last scheduled run was 10 h ago, expected every 1 h"
    assert report(fresh, 2)["schedule"] == [{"code": "missed_runs", "text": text}]
    assert f"Schedule: {text}\n" in fresh.run("report", "schedule").stdout
    markdown = fresh.run("report", "schedule", "--format", "markdown").stdout
    assert f"- ⚠ {text}" in markdown
    github.ran("scheduled.yml", "2026-11-24T08:17:00Z", event="workflow_dispatch")
    assert report(fresh)["schedule"] == []


def test_without_a_schedule_github_is_not_asked(label: CatalogueFolder, github: Server) -> None:
    assert report(label)["schedule"] == []
    assert github.asked() == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "GitHub answered 404"),
        (Answer(status=403, message="Resource not accessible by integration"), "403"),
        (Answer(status=200, message="x"), "not what it should be"),
    ],
)
def test_where_github_does_not_tell_the_rest_is_told(
    fresh: CatalogueFolder, github: Server, answer: Answer | None, said: str
) -> None:
    github.answers = [answer]
    outcome = fresh.must("report", "schedule", "--workflow", "nightly.yml")
    assert "warning SG9030 when nightly.yml last ran is not known" in outcome.stderr
    assert said in outcome.stderr
    assert "Due (4)" in outcome.stdout


def test_a_workflow_that_never_ran_is_told(fresh: CatalogueFolder, github: Server) -> None:
    github.runs["scheduled.yml"] = []
    applied(fresh)
    assert_told(fresh.run("report", "schedule"), 2, "Schedule: no scheduled run is known")
    github.answers = [Answer(status=503), None]
    assert_told(fresh.run("report", "schedule"), 2, "Schedule: no scheduled run is known")
