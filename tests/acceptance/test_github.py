"""The action as GitHub runs it, and `report`: comment, summary, outputs, annotations, issue."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.catalogues import CatalogueFolder, run_cli
from tests.github_server import (
    JOB_TOKEN,
    LONGEST_BODY,
    READ_ONLY_TOKEN,
    REPOSITORY,
    Server,
    github_server,
)
from tests.label import EP, EP_FILE, SHARED_FILE, SINGLE, SINGLE_FILE, set_status
from tests.source_tree import ROOT

SCRIPT = ROOT / ".github" / "action.py"
HOSTILE = "a|b `c` </details> <img src=x> @team **z** 🎧 ]]> #12 https://evil.example ${{ x }}"
PULL = 12


@pytest.fixture
def server() -> Iterator[Server]:
    with github_server() as running:
        yield running


@dataclass(kw_only=True)
class Done:
    """What a step left."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


@dataclass(kw_only=True)
class Runner:
    """A job of GitHub Actions in a checked-out catalogue."""

    label: CatalogueFolder
    server: Server
    temp: Path
    event_name: str = "pull_request"
    event: dict[str, Any] = field(default_factory=dict)
    token: str | None = JOB_TOKEN
    steps: int = 0

    def step(self, **inputs: str) -> Done:
        """Run the action with these inputs, in a process of its own; others have their defaults."""
        given = {"command": "plan", "environment": "production", "diff": "xml", "comment": "true"}
        given |= {"working_directory": ".", **inputs}
        words = {f"STARDUST_ACTION_{name.upper()}": value for name, value in given.items()}
        done = subprocess.run(
            [sys.executable, str(SCRIPT)],
            cwd=self.label.root,
            env=self._environ() | words | {"GITHUB_ACTIONS": "true", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return self._done(done.returncode, done.stdout + done.stderr)

    def command(self, *arguments: str) -> Done:
        """Run a command in a step, in this process."""
        with patch.dict(os.environ, self._environ(), clear=True), chdir(self.label.root):
            outcome = run_cli(*arguments, clock=self.label.clock)
        return self._done(outcome.code, outcome.text)

    def _environ(self) -> dict[str, str]:
        """The variables of the next step."""
        self.steps += 1
        for name in ("output", "summary"):
            (self.temp / f"{name}-{self.steps}").touch()
        event = self.temp / "event.json"
        event.write_text(json.dumps(self.event))
        kept = {name: value for name, value in os.environ.items() if name[:7] != "GITHUB_"}
        return {
            **kept,
            "CI": "true",
            "GITHUB_API_URL": self.server.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "4711",
            "GITHUB_EVENT_NAME": self.event_name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(self.temp / f"output-{self.steps}"),
            "GITHUB_STEP_SUMMARY": str(self.temp / f"summary-{self.steps}"),
            "RUNNER_TEMP": str(self.temp),
            **({"GITHUB_TOKEN": self.token} if self.token else {}),
        }

    def _done(self, code: int, log: str) -> Done:
        assert "Traceback" not in log
        assert self.token is None or self.token not in log
        written = (self.temp / f"output-{self.steps}").read_text("utf-8")
        pairs = (line.partition("=") for line in written.splitlines())
        return Done(
            code=code,
            log=log,
            outputs={name: value for name, _, value in pairs},
            summary=(self.temp / f"summary-{self.steps}").read_text("utf-8"),
        )


@pytest.fixture
def runner(label: CatalogueFolder, server: Server, tmp_path: Path) -> Runner:
    """A job for a pull request that changes a shared track and the title of an EP."""
    temp = tmp_path / "runner"
    temp.mkdir()
    label.edit(EP_FILE, "title: Breakwater\nartists", "title: Break Water\nartists")
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb Tide")
    head = label.commit("the change")
    event = {"number": PULL, "pull_request": {"number": PULL, "head": {"sha": head}}}
    return Runner(label=label, server=server, temp=temp, event=event)


def test_a_pull_request_is_planned_and_commented(runner: Runner) -> None:
    done = runner.step()
    assert done.code == 0, done.log
    (body,) = runner.server.bodies(PULL)
    plan = json.loads((runner.temp / "stardust-plan.json").read_text())
    assert body.startswith("<!-- stardust-gitops:plan:alpha-tide:production -->\n")
    assert (
        f"plan_hash:{plan['plan_hash']} commit:{runner.event['pull_request']['head']['sha']}"
        in body
    )
    assert "**Plan: 4 updates · 4 messages, no files to upload**" in body
    assert "| **store** ERN 4.3 into a folder | 2 |" in body
    assert "- tracks/ebb.yaml changes 2 releases at 2 targets" in body
    assert 'title: "Breakwater" → "Break Water" (releases/ep.yaml:3' in body
    assert "update of 4006381333931 at service, store: 5 differences" in body
    assert "```diff" in body
    assert "Next: merge it, and `apply` sends this." in body
    assert f"https://github.com/{REPOSITORY}/actions/runs/4711" in body
    (known,) = runner.server.comments
    assert done.outputs | {"plan-hash": ""} == {
        "exitcode": "2",
        "plan-hash": "",
        "has-changes": "true",
        "comment-id": str(known),
        **dict.fromkeys(("insert", "takedown", "purge", "resend", "held", "blocked"), "0"),
        "orphaned": "0",
        "unchanged": "0",
        "update": "4",
    }
    assert done.outputs["plan-hash"] == plan["plan_hash"]
    assert "Break Water" in done.summary
    assert "::notice file=tracks/ebb.yaml,title=changes 2 releases at 2 targets,line=2,col=1::" in (
        done.log
    )


def test_a_second_push_brings_the_comment_up_to_date(runner: Runner) -> None:
    runner.step()
    runner.label.git("revert", "--no-edit", "HEAD")
    done = runner.step()
    (body,) = runner.server.bodies(PULL)
    assert "No changes. Everything is as the catalogue says." in body
    assert "4 unchanged." in body
    assert (done.outputs["exitcode"], done.outputs["has-changes"]) == ("0", "false")


def test_another_environment_has_its_own_comment(runner: Runner) -> None:
    runner.step()
    runner.step(environment="staging")
    bodies = runner.server.bodies(PULL)
    assert [b.partition("\n")[0].rpartition(":")[2] for b in bodies] == [
        "production -->",
        "staging -->",
    ]
    assert "(staging)" in bodies[1]


def test_a_push_is_planned_and_applied_without_a_comment(runner: Runner) -> None:
    runner.event_name, runner.event = "push", {"ref": "refs/heads/main", "after": "0" * 40}
    planned = runner.step(plan_file="plan.json")
    assert planned.code == 0
    assert "No comment: this run is for no pull request." in planned.log
    assert planned.outputs["comment-id"] == ""
    applied = runner.step(command="apply", plan_file="plan.json", extra_args="--allow-dirty")
    assert applied.code == 0, applied.log
    assert applied.outputs == {"exitcode": "0"}
    assert "Apply: 4 " in applied.log
    assert runner.step(plan_file="plan.json").outputs["has-changes"] == "false"
    assert runner.server.asked() == []


def test_a_fork_s_token_fails_no_run(runner: Runner) -> None:
    runner.token = READ_ONLY_TOKEN
    done = runner.step(against="HEAD~1")
    assert done.code == 0, done.log
    assert "No comment: SG9030 the token may not do this" in done.log
    assert done.outputs["comment-id"] == ""
    assert "A comparison of commits" in done.summary
    assert runner.server.bodies(PULL) == []


@pytest.mark.parametrize("token", [None, "expired"])
def test_no_or_a_bad_token_fails_no_run(runner: Runner, token: str | None) -> None:
    runner.token = token
    done = runner.step()
    assert done.code == 0
    assert "No comment: SG9030" in done.log


def test_no_comment_is_written_where_none_is_wanted(runner: Runner) -> None:
    done = runner.step(comment="false")
    assert done.code == 0
    assert runner.server.asked() == []
    assert "comment-id" not in done.outputs


def test_validate_annotates_what_is_wrong(runner: Runner) -> None:
    runner.label.edit(SINGLE_FILE, "type: Single", "typ: Single")
    done = runner.step(command="validate")
    assert (done.code, done.outputs) == (3, {"exitcode": "3"})
    assert "::error file=releases/single.yaml,title=SG" in done.log


def test_an_invalid_catalogue_shows_no_plan_of_before(runner: Runner) -> None:
    runner.step()
    runner.label.write("stardust.yaml", "format: [\n")
    before = runner.server.bodies(PULL)
    done = runner.step()
    assert (done.code, done.outputs) == (3, {"exitcode": "3"})
    assert runner.server.bodies(PULL) == before


def test_a_hostile_title_is_only_text(runner: Runner) -> None:
    title = json.dumps(HOSTILE, ensure_ascii=False)
    for file, old in ((EP_FILE, "Break Water"), (SINGLE_FILE, "Ebb")):
        runner.label.edit(file, f"title: {old}\nartists", f"title: {title}\nartists")
    runner.label.edit(EP_FILE, "p_line: 2026", "prevent_takedown: true\np_line: 2026")
    done = runner.step()
    (body,) = runner.server.bodies(PULL)
    for text in (body, done.summary):
        outside = re.sub(r"```diff\n.*?\n```", "", text, flags=re.DOTALL)
        assert outside.count("<details>") == outside.count("</details>")
        for forbidden in ("<img", "@team", "https://evil", "#12"):
            assert forbidden not in outside, forbidden
        # No Markdown is read in the line of an HTML block; anywhere else nothing may be markup.
        lines = [x for x in outside.splitlines() if not x.startswith("<details><summary>")]
        for forbidden in (r"(?<!\\)\*\*?z", r"(?<!\\)\|b", r"(?<!\\)`c"):
            assert not re.search(forbidden, "\n".join(lines)), forbidden
        assert "🎧" in outside
        fences = re.findall(r"```diff\n(.*?)\n```", text, flags=re.DOTALL)
        assert fences
        for line in "\n".join(fences).splitlines():
            assert line[:2] in ("@@", "- ", "+ ", "# ", "! ")
        shown = html.unescape(outside).replace("\u200b", "")
        assert "a|b `c` </details> <img src=x> @team" in shown.replace("\\", "")
    for line in done.log.splitlines():
        assert not line.startswith(("::set-output", "::add-path", "::error::"))


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


def test_one_issue_tells_what_waits_and_is_closed(runner: Runner) -> None:
    runner.event_name, runner.event = "schedule", {"schedule": "17 * * * *"}
    runner.label.edit(SINGLE_FILE, "genre: HOUSE-00", "genre: POLKA-00")
    runner.label.commit()

    def keep() -> str:
        done = runner.command("report", "issue")
        assert done.code == 0, done.log
        return done.outputs["issue-number"]

    known = runner.server.issues[int(keep())]
    assert known["title"] == "alpha-tide (production): 2 failed, 2 not sent"
    assert known["body"].startswith("<!-- stardust-gitops:issue:alpha-tide:production -->")
    for icpn in (EP, SINGLE):
        assert icpn in known["body"]
    assert "actions/runs/4711" in known["body"]
    runner.label.git("revert", "--no-edit", "HEAD")
    assert runner.command("apply", "--auto-approve", "--allow-dirty").code == 0
    assert keep() == ""
    assert (known["state"], known["state_reason"]) == ("closed", "completed")
    set_status(runner.label, EP_FILE, "active", "send_from: 2099-01-01")
    runner.label.edit(EP_FILE, "release_date: 2026-12-04", "release_date: 2099-03-01")
    runner.label.commit()
    assert keep() == "", "what waits for its time is in order"


def test_a_run_that_cannot_see_what_is_due_is_told(runner: Runner) -> None:
    runner.label.path(".stardust/ledger.db").unlink()
    done = runner.command("report", "issue")
    assert done.code == 4
    (issue,) = runner.server.issues.values()
    assert issue["title"] == "alpha-tide (production): the run failed"
    assert "SG5001" in issue["body"]
    runner.token = READ_ONLY_TOKEN
    done = runner.command("report", "issue", "--environment", "test")
    assert done.code == 4
    assert "No issue: SG9030" in done.log


def test_policies_hear_what_people_said(runner: Runner) -> None:
    runner.label.write(
        "stardust.yaml",
        runner.label.path("stardust.yaml").read_text("utf-8")
        + "policies: [{name: asked, when: 'true', require: \"'ok' in review.labels\"}]\n",
    )
    runner.label.commit()
    ask = ("report", "review", "--out", "review.json")
    for labels, token, code in (
        ((), JOB_TOKEN, 3),
        (("ok",), JOB_TOKEN, 0),
        (("ok",), "expired", 3),
    ):
        runner.server.reviewed(PULL, labels=labels)
        runner.token = token
        assert runner.command(*ask).code == 0
        done = runner.step(extra_args="--review\nreview.json")
        assert done.code == code, done.log
        assert done.outputs["blocked"] == ("0" if code == 0 else "4")


def test_outside_of_github_there_is_nothing_to_tell(label: CatalogueFolder) -> None:
    file = label.root / "plan.json"
    label.must("plan", "--out", file)
    environ = {name: "" for name in os.environ if name.startswith("GITHUB_")}
    command = [sys.executable, "-m", "stardust_gitops", "report", "github", "--plan", str(file)]
    ran = subprocess.run(
        command,
        env={**os.environ, **environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stdout) == (0, "No comment: this run is for no pull request.\n")
