"""Plans of forks: shown by a second run, which takes the first one's artifact for data."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.github_kit import HOSTILE, PULL, Done, Runner
from tests.github_server import LONGEST_BODY

FORGED = {
    "catalogue": "../../x -->",
    "environment": "production --> @all",
    "plan_hash": "x",
    "catalog_commit": "HEAD",
    "format_version": "2.0",
    "summary": {"insert": -1},
    "items": [{"release": "x"}],
    "targets": {"x\n::error::forged\n": 5},
    "against": "x\n::error::forged",
}


@dataclass(kw_only=True)
class SecondStage:
    """The run that shows the plan of a fork's run."""

    runner: Runner
    plan: dict[str, Any]

    def show(self, data: bytes | None = None) -> Done:
        """`report` on what the artifact holds."""
        file = self.runner.temp / "artifact.json"
        file.write_bytes(json.dumps(self.plan).encode() if data is None else data)
        return self.runner.command("report", "github", "--plan", str(file))


@pytest.fixture
def second(runner: Runner) -> SecondStage:
    sha = runner.event["pull_request"]["head"]["sha"]
    file = runner.temp / "fork.json"
    runner.label.must("plan", "--against", "HEAD~1", "--diff", "xml", "--out", file)
    runner.server.pull(PULL, sha, head="mallory:fix")
    runner.event_name = "workflow_run"
    runner.event = {
        "workflow_run": {
            "event": "pull_request",
            "head_sha": sha,
            "head_branch": "fix",
            "head_repository": {"full_name": "mallory/catalogue"},
            "pull_requests": [],
        }
    }
    return SecondStage(runner=runner, plan=json.loads(file.read_text()))


def test_the_second_stage_comments_for_a_fork(second: SecondStage) -> None:
    second.plan["number"] = second.plan["pull_request"] = 99
    done = second.show()
    assert done.code == 0, done.log
    assert second.runner.server.bodies(99) == []
    (body,) = second.runner.server.bodies(PULL)
    assert "Computed by a run on the code of the pull request itself." in body
    assert "A comparison of commits" in body
    assert f"commit:{second.runner.event['workflow_run']['head_sha']}" in body
    assert "```diff" in body
    assert "::notice" not in done.log
    file = second.runner.temp / "artifact.json"
    again = second.runner.step(command="report", plan_file=str(file))
    assert (again.code, again.outputs["exitcode"]) == (0, "0"), again.log
    assert again.outputs["comment-id"] == done.outputs["comment-id"] != ""


def test_a_pull_request_that_moved_on_gets_no_comment(second: SecondStage) -> None:
    second.runner.event["workflow_run"]["head_sha"] = "f" * 40
    done = second.show()
    assert done.code == 0
    assert "No comment: the pull request is closed, or has newer commits." in done.log
    assert second.runner.server.comments == {}


def test_a_forged_artifact_is_refused(second: SecondStage) -> None:
    good = dict(second.plan)
    for key, value in FORGED.items():
        second.plan = {**good, key: value}
        refused(second, second.show())


def test_what_is_no_plan_is_refused(second: SecondStage) -> None:
    for data in (b"", b"[]", b"\xff", b"[" * 100_000, b'{"items": []}', b" " * (17 << 20)):
        refused(second, second.show(data))


def refused(second: SecondStage, done: Done) -> None:
    """Nothing of it is shown anywhere."""
    assert (done.code, done.outputs) == (4, {})
    assert "SG9031" in done.log
    assert "\n::" not in done.log, "nothing of it is a command to the runner"
    assert second.runner.server.requests == []
    assert done.summary == ""


def test_a_forged_text_stays_text_and_within_the_limits(second: SecondStage) -> None:
    item = second.plan["items"][0]
    item |= {"title": "x" * 900_000, "target": HOSTILE[:150]}
    item["reasons"] = [{"code": "x", "text": HOSTILE * 100}]
    item["changes"] = [{"path": HOSTILE, "before": {"a": [HOSTILE]}, "after": 7, "source": "::x:1"}]
    item["message"]["changes"] = [{"path": "```\n</details>", "before": None, "after": "```\nx"}]
    second.plan["stops"] = [{"code": "x", "text": f"{HOSTILE}\n" * 100}] * 500
    done = second.show()
    assert done.code == 0, done.log
    (body,) = second.runner.server.bodies(PULL)
    assert len(body) <= LONGEST_BODY
    assert "\n```\n</details>" not in re.sub(r"```diff\n(?:.*\n)*?```\n\n</details>", "", body)
    for forbidden in ("<img", "@team", "https://evil"):
        assert forbidden not in body


def test_two_thousand_items_fit_and_the_rest_is_counted(second: SecondStage) -> None:
    (item, *_) = second.plan["items"]
    second.plan["items"] = [
        {
            **item,
            "release": f"{number:014}",
            "icpn": f"{number:013}",
            "title": f"{HOSTILE} {number}",
        }
        for number in range(2000)
    ]
    second.plan["summary"]["update"] = 2000
    done = second.show()
    (body,) = second.runner.server.bodies(PULL)
    assert len(body.encode()) <= 60_000
    shown = body.count("<details><summary>~ ")
    assert 20 < shown < 2000
    assert f"… and {2000 - shown:,} more. The job summary has more" in body
    assert "XML differences of 2,000 more messages" in body
    assert body.count("<details>") == body.count("</details>")
    assert body.rstrip().endswith("</sub>")
    assert done.summary.count("<details><summary>~ ") > 5 * shown
    assert len(done.summary.encode()) < 1024 * 1024


def test_annotations_say_what_there_was_no_room_for(second: SecondStage) -> None:
    (item, *_) = second.plan["items"]
    change = {"path": "title", "before": "a", "after": "b", "commit": None}
    item["changes"] = [{**change, "source": f"releases/{n}.yaml:3"} for n in range(30)]
    second.runner.event_name = "push"
    done = second.show()
    notices = [line for line in done.log.splitlines() if line.startswith("::notice")]
    assert len(notices) == 10
    assert notices[-1].startswith("::notice title=stardust-gitops::")
    assert "more notes left out: see the summary of the job" in notices[-1]
