"""The action as GitHub runs it, and `report`: comment, summary, outputs, annotations, issue."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from tests.acceptance.github_kit import HOSTILE, PULL, Runner
from tests.catalogues import CatalogueFolder
from tests.github_server import JOB_TOKEN, READ_ONLY_TOKEN, REPOSITORY
from tests.label import EP, EP_FILE, SINGLE, SINGLE_FILE, set_status
from tests.source_tree import ROOT


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


def test_apply_says_in_the_summary_what_came_of_it(runner: Runner) -> None:
    runner.event_name, runner.event = "push", {"ref": "refs/heads/main", "after": "0" * 40}
    title = json.dumps(HOSTILE, ensure_ascii=False)
    runner.label.edit(EP_FILE, "title: Break Water", f"title: {title}")
    runner.label.edit(SINGLE_FILE, "genre: HOUSE-00", "genre: POLKA-00")
    runner.label.commit("one of them cannot go")
    runner.label.path("delivered/store").rename(runner.label.path("delivered/away"))
    runner.label.write("delivered/store", "not a folder")
    done = runner.step(command="apply", environment="production")
    assert (done.code, done.outputs) == (6, {"exitcode": "6"})
    text = done.summary
    assert text.startswith("## alpha\\-tide: apply, production\n\n**1 sent, 1 failed, 2 blocked")
    assert "| target | sent | failed | blocked |" in text
    assert "| service | 1 | 0 | 1 |" in text
    assert "| store | 0 | 1 | 1 |" in text
    trouble, sent = text.split("### What was sent")
    assert f"- store {EP} Kestrel" in trouble
    assert "update failed: SG" in trouble
    assert f"- service {SINGLE} Kestrel" in trouble
    assert "POLKA" in trouble
    assert f"- service {EP}" in sent
    for forbidden in ("<img", "@team", "https://evil", "#12", "</details>"):
        assert forbidden not in text
    runner.label.path("delivered/store").unlink()
    again = runner.step(command="apply", extra_args="--quiet")
    assert "**1 resumed, 2 blocked" in again.summary


def test_a_run_that_ended_early_says_why_in_the_summary(runner: Runner) -> None:
    assert runner.step(command="apply", extra_args="--quiet\n--allow-dirty").code == 0
    silent = runner.step(command="apply", extra_args="--quiet")
    assert (silent.code, silent.log, silent.summary) == (0, "", "")
    runner.label.path(".stardust/ledger.db").unlink()
    done = runner.step(command="apply")
    assert done.code == 4
    assert done.summary.startswith("## apply ended early\n\n> SG5001 ")
    assert "ledger init" in done.summary.replace("\\", "")


def test_validate_says_in_the_summary_what_is_wrong(runner: Runner) -> None:
    runner.label.edit(SINGLE_FILE, "title: Ebb\n", 'title: "<b> @team"\ntyp: x\n')
    done = runner.step(command="validate")
    assert (done.code, done.outputs) == (3, {"exitcode": "3"})
    assert "**1 error" in done.summary
    assert "### Errors\n\n- releases/single.yaml:4:" in done.summary
    assert "did you mean type?" in done.summary
    assert "@team" not in done.summary
    runner.label.git("checkout", "releases")
    assert "Nothing is wrong." in runner.step(command="validate").summary
    runner.label.edit("stardust.yaml", "format: 1", "format: 7")
    assert "stardust.yaml:1:" in runner.step(command="validate").summary


def test_a_summary_that_cannot_be_written_fails_nothing(runner: Runner) -> None:
    with patch.object(Runner, "_environ", _without_summary(Runner._environ)):
        for command in ("validate", "apply"):
            done = runner.step(command=command)
            assert done.code == 0, done.log
            assert "no summary of the job: GitHub's file" in done.log


def _without_summary(environ: Callable[[Runner], dict[str, str]]) -> Callable[[Runner], Any]:
    return lambda runner: {**environ(runner), "GITHUB_STEP_SUMMARY": "/dev/null/nowhere"}


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
