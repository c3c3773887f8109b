"""What recipients answer: in `status`, in the reconciliation report, and in the issue on GitHub."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stardust_gitops.ledger.events import Kind, StreamId
from stardust_gitops.ledger.open import open_ledger
from tests.acceptance.github_kit import Runner
from tests.catalogues import CATALOGUE_ID, CatalogueFolder
from tests.github_server import github_server
from tests.label import EP, SERVICE, SINGLE, STORE, add_to_target, move_clock
from tests.ledger_samples import intention, write

ANSWERS = """\
acknowledgements:
  path: answers
  format: json
  fields: {message_id: /id, status: /status, text: /why, action: /do}
  expected_within: 5d
"""


def rows(label: CatalogueFolder) -> dict[tuple[str, str], dict[str, Any]]:
    """What `status` says, by ICPN and target."""
    items = label.must("status", "--format", "json").json()["items"]
    return {(row["icpn"], row["target"]): row for row in items}


def answer(label: CatalogueFolder, icpn: str, status: str, **more: str) -> None:
    """The store answers to the last message about a release, and we hear it."""
    said = {"id": rows(label)[icpn, STORE]["message_id"], "status": status, **more}
    number = sum(1 for _ in label.path(f"delivered/{STORE}").glob("answers/*"))
    label.write(f"delivered/{STORE}/answers/{number}.json", json.dumps(said))
    label.must("receipts", "pull", "--target", STORE)


@pytest.fixture
def answering(label: CatalogueFolder) -> CatalogueFolder:
    """The label, three days after the delivery; its store answers within five."""
    add_to_target(label, STORE, ANSWERS)
    move_clock(label, days=1)
    return label


def test_how_far_the_last_message_has_come(answering: CatalogueFolder) -> None:
    label = answering
    assert {row["standing"] for row in rows(label).values()} == {"delivered"}
    for said, standing in (
        ("received", "acknowledged"),
        ("processing", "processing"),
        ("accepted", "accepted"),
        ("live", "live"),
    ):
        move_clock(label, minutes=1)
        answer(label, EP, said)
        assert rows(label)[EP, STORE]["standing"] == standing
    move_clock(label, minutes=1)
    answer(label, SINGLE, "rejected", why="no cover [a](b)", do="DoNotResendRelease")
    row = rows(label)[SINGLE, STORE]
    assert (row["standing"], row["phase"], row["operation"]) == ("rejected", "never", "insert")
    assert (row["text"], row["proposed_action"]) == ("no cover [a](b)", "DoNotResendRelease")
    assert row["answered"] == row["since"] is not None
    assert rows(label)[SINGLE, SERVICE]["standing"] == "delivered"
    text = label.must("status", "--target", STORE).stdout.splitlines()
    assert "live 20" in text[0]
    assert "rejected 20" in text[1]
    assert text[2].split() == ["no", "cover", "[a](b);", "DoNotResendRelease"]
    assert text[3] == "Status: 1 live · 1 rejected"


def test_who_says_nothing_for_too_long_is_silent(answering: CatalogueFolder) -> None:
    label = answering
    label.must("report", "reconciliation")
    move_clock(label, days=2)
    found = rows(label)
    assert found[EP, STORE]["standing"] == "silent"
    assert found[EP, SERVICE]["standing"] == "delivered", "nobody expects it to answer"
    summary = label.must("status", "--format", "json").json()["summary"]
    assert summary == {"delivered": 2, "silent": 2}
    answer(label, EP, "received")
    assert rows(label)[EP, STORE]["standing"] == "acknowledged"


def test_the_reconciliation(answering: CatalogueFolder) -> None:
    label = answering
    assert "is answered, and nothing was rejected." in label.must("report", "reconciliation").stdout
    answer(label, SINGLE, "rejected", why="no cover [a](b) @team", do="ResendXmlOnly")
    label.write(f"delivered/{STORE}/answers/x.json", '{"id": "nobody", "status": "accepted"}')
    label.write(f"delivered/{STORE}/answers/y.json", "not JSON")
    label.must("receipts", "pull")
    outcome = label.run("report", "reconciliation", "--days", "1", "--format", "json")
    assert outcome.code == 2
    document = outcome.json()
    assert document["summary"] == {
        "rejected": 1,
        "unknown": 0,
        "never_acknowledged": 1,
        "unmatched": 2,
    }
    service, store = document["targets"]
    assert (service["target"], service["expected_within_days"]) == (SERVICE, None)
    assert service["releases"] == {"delivered": 2}
    assert store["expected_within_days"] == 1
    (silent,) = store["never_acknowledged"]
    assert (silent["icpn"], silent["name"]) == (EP, "Kestrel & Sons – Breakwater")
    (rejected,) = store["rejected"]
    assert (rejected["icpn"], rejected["proposed_action"]) == (SINGLE, "ResendXmlOnly")
    assert rejected["name"] == "Kestrel & Sons – Ebb"
    assert {stray["file"] for stray in store["unmatched"]} == {"answers/x.json", "answers/y.json"}
    text = label.run("report", "reconciliation", "--days", "1").stdout
    assert "delivered 3 days ago" in text
    assert "no cover [a](b) @team; proposes ResendXmlOnly" in text
    assert "Reconciliation: 1 rejected, 1 never acknowledged, 2 unmatched" in text
    markdown = label.run("report", "reconciliation", "--format", "markdown").stdout
    assert "@team" not in markdown
    assert "[a](b)" not in markdown
    assert "never acknowledged" not in markdown, "the target says five days"
    narrow = label.must("report", "reconciliation", "--target", SERVICE, "--format", "json").json()
    assert [account["target"] for account in narrow["targets"]] == [SERVICE]
    assert label.run("report", "reconciliation", "--target", "nobody").code == 64
    move_clock(label, days=31)
    left = label.run("report", "reconciliation", "--format", "json").json()
    assert left["summary"]["unmatched"] == 0, "nobody can put it right any more"


def test_what_is_under_way_or_unknown(answering: CatalogueFolder) -> None:
    label = answering
    stream = StreamId("production", STORE, f"0{EP}")
    ledger = open_ledger("sqlite:.stardust/ledger.db", label.root, CATALOGUE_ID, label.clock)
    try:
        sent = ledger.state(stream).baseline
        assert sent is not None
        write(ledger, Kind.INTENDED, intention("x", "update", content=sent.content), stream=stream)
        assert rows(label)[EP, STORE]["standing"] == "sending"
        assert label.must("report", "reconciliation").code == 0
        write(ledger, Kind.COMPLETING, stream=stream)
        failed = {"text": "the line broke", "outcome": "unknown"}
        write(ledger, Kind.FAILED, failed, stream=stream)
    finally:
        ledger.close()
    row = rows(label)[EP, STORE]
    assert (row["standing"], row["text"]) == ("unknown", "the line broke")
    assert (row["operation"], row["message_id"]) == ("update", "M-x")
    outcome = label.run("report", "reconciliation")
    assert outcome.code == 2
    assert "the line broke; settle it with  ledger resolve" in outcome.stdout


def test_one_issue_is_kept(answering: CatalogueFolder, tmp_path: Any) -> None:
    label = answering
    (tmp_path / "runner").mkdir()
    with github_server() as server:
        runner = Runner(label=label, server=server, temp=tmp_path / "runner", event_name="schedule")
        words = ("report", "reconciliation", "--issue", "--drift", str(tmp_path / "drift.json"))
        done = runner.command("drift", "--out", str(tmp_path / "drift.json"))
        assert done.code == 0
        done = runner.command(*words)
        assert (done.code, server.issues) == (0, {})
        assert "All is answered: no issue is open." in done.log
        answer(label, SINGLE, "rejected", why="no cover @team")
        label.write(f"delivered/{STORE}/stranger [x](y)", "?")
        assert runner.command("drift", "--out", str(tmp_path / "drift.json")).code == 2
        done = runner.command(*words)
        assert done.code == 0
        (number,) = server.issues
        assert done.outputs == {
            "rejected": "1",
            "unknown": "0",
            "never-acknowledged": "0",
            "unmatched": "0",
            "drifted": "true",
            "issue-number": str(number),
        }
        issue = server.issues[number]
        assert issue["title"] == "alpha-tide (production): 1 rejected, 1 drifted"
        assert "no cover" in issue["body"]
        assert "@team" not in issue["body"]
        assert "[x](y)" not in issue["body"]
        label.path(f"delivered/{STORE}/stranger [x](y)").unlink()
        move_clock(label, minutes=1)
        answer(label, SINGLE, "accepted")
        runner.command("drift", "--out", str(tmp_path / "drift.json"))
        runner.command(*words)
        assert server.issues[number]["state"] == "closed"


def test_the_issue_says_that_nobody_can_tell(answering: CatalogueFolder, tmp_path: Any) -> None:
    (tmp_path / "runner").mkdir()
    with github_server() as server:
        runner = Runner(label=answering, server=server, temp=tmp_path / "runner")
        answering.path(".stardust/ledger.db").rename(tmp_path / "ledger.db")
        done = runner.command("report", "reconciliation", "--issue")
        assert done.code == 4
        (issue,) = server.issues.values()
        assert issue["title"] == "alpha-tide (production): the run failed"
        assert "could not see what was answered" in issue["body"]
        bad = tmp_path / "bad.json"
        bad.write_text("[]")
        done = runner.command("report", "reconciliation", "--issue", "--drift", str(bad))
        assert done.code == 64
    assert answering.run("report", "reconciliation", "--drift", "x").code == 64
    assert answering.run("report", "reconciliation", "--issue", "--target", STORE).code == 64
