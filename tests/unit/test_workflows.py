"""The workflows, ours and those of a new catalogue, and the action: well formed, without known
weaknesses; the command lines that the action makes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from stardust_gitops.cli.github_files import GITHUB_KEYS
from stardust_gitops.cli.main import COMMANDS
from stardust_gitops.planning.model import Action
from tests.catalogues import run_cli
from tests.source_tree import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCAFFOLD = ROOT / "stardust_gitops" / "cli" / "scaffold_github" / "dot_github" / "workflows"
TEMPLATES = sorted(SCAFFOLD.glob("*.yml"))
ACTION = ROOT / "action.yml"
FILES = [*WORKFLOWS, *TEMPLATES, ACTION]
ALLOWED = {
    "review.yml": {"contents": "read", "pull-requests": "write"},
    "review-forks.yml": {"actions": "read", "contents": "read", "pull-requests": "write"},
    "deliver.yml": {"contents": "write", "pull-requests": "read"},
    "receipts.yml": {"contents": "write", "issues": "write"},
    "scheduled.yml": {"actions": "read", "contents": "write", "issues": "write"},
}
"""The most that a job of each template may do."""
SCRIPT = ROOT / ".github" / "action.py"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")


def tool(name: str) -> str:
    """A program of the test extra, from the environment that runs the tests."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        reason = f"{name} is not installed: pip install {name}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


def load(path: Path) -> dict[str, Any]:
    """A YAML file; the key `on` is left the text that it is."""
    loaded = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_follows_github_s_schema(path: Path) -> None:
    schema = "vendor.github-actions" if path == ACTION else "vendor.github-workflows"
    command = [tool("check-jsonschema"), "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_zizmor_finds_nothing(path: Path) -> None:
    command = [tool("zizmor"), "--offline", "--persona", "pedantic", "--format", "plain", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"completed {path}" in re.sub(r"\x1b\[\d+m", "", done.stderr)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_other_people_s_actions_are_pinned(path: Path) -> None:
    used = re.findall(r"(?m)^ *(?:- )?uses: *(.*)", path.read_text(encoding="utf-8"))
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_may_read_and_end(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["runs-on"] == "ubuntu-24.04"
        assert int(job["timeout-minutes"]) <= 180
        assert any(".ci/run" in step.get("run", "") for step in job["steps"])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_what_a_catalogue_gets_does_no_more_than_it_must(path: Path) -> None:
    workflow, text = load(path), path.read_text(encoding="utf-8")
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in text
    for job in workflow["jobs"].values():
        for name, level in job["permissions"].items():
            assert level in ("read", ALLOWED[path.name][name])
        assert job["runs-on"] == "ubuntu-24.04"
        assert int(job["timeout-minutes"]) <= 350
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "inputs go through env"
            assert "\n" not in step.get("run", "").strip(), "no logic in shell"
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] == "false"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_cancels_an_apply(path: Path) -> None:
    workflow = load(path)
    for job in workflow["jobs"].values():
        if any("stardust-gitops apply" in step.get("run", "") for step in job["steps"]):
            assert job["environment"]
            assert job["concurrency"] == {
                "group": "apply-production",
                "cancel-in-progress": "false",
            }
            assert workflow["concurrency"]["cancel-in-progress"] == "false"
            (checkout,) = (s for s in job["steps"] if "checkout" in s.get("uses", ""))
            assert checkout["with"]["ref"] == "main", "what is sent is the head"


def test_the_schedule_is_that_of_a_new_catalogue_and_tells_once_a_day_and_week() -> None:
    workflow = load(SCAFFOLD / "scheduled.yml")
    hourly, *told = [entry["cron"] for entry in workflow["on"]["schedule"]]
    assert re.fullmatch(r"\d+ \* \* \* \*", hourly)
    (every,) = re.findall(r"schedule: \{every: \"(.*?)\"\}", GITHUB_KEYS["schedule"])
    assert every == "1h"
    (job,) = workflow["jobs"].values()
    steps = {step["run"]: step for step in job["steps"] if "run" in step}
    for cron, event in zip(told, ("late", "weekly"), strict=True):
        step = steps[f"stardust-gitops report schedule --notify {event}"]
        assert step["if"] == f"${{{{ !cancelled() && github.event.schedule == '{cron}' }}}}"
        assert step["continue-on-error"] == "true"
    apply = steps["stardust-gitops apply --auto-approve --quiet --lock-timeout 30m"]
    assert apply["if"] == "${{ !cancelled() }}", "what stops it is told to people"


def test_the_second_stage_runs_nothing_of_the_pull_request() -> None:
    text = (SCAFFOLD / "review-forks.yml").read_text(encoding="utf-8")
    (job,) = load(SCAFFOLD / "review-forks.yml")["jobs"].values()
    (checkout,) = (step for step in job["steps"] if "checkout" in step.get("uses", ""))
    assert "ref" not in checkout["with"]
    assert "repository" not in checkout["with"]
    assert "head_repository.full_name != github.repository" in text
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert [command.split()[0] for command in commands] == ["python", "stardust-gitops"]


def test_the_templates_call_commands_that_there_are() -> None:
    for path in TEMPLATES:
        for words in re.findall(r"run: stardust-gitops (.*)", path.read_text(encoding="utf-8")):
            arguments = [part.strip('"') for part in words.split()]
            names = arguments[:2] if arguments[0] in ("report", "receipts") else arguments[:1]
            options = {part for part in arguments if part.startswith("--")}
            told = run_cli(*names, "--help")
            assert told.code == 0
            assert options <= set(re.findall(r"--[a-z-]+", told.stdout))


def test_the_outputs_are_those_that_are_written() -> None:
    outputs = load(ACTION)["outputs"]
    counts = {action.value for action in Action}
    own = {"exitcode", "has-changes", "plan-hash", "comment-id", "drifted", "unknown-targets"}
    assert set(outputs) == own | counts
    for name, output in outputs.items():
        assert output["value"] == f"${{{{ steps.run.outputs.{name} }}}}"


def test_every_input_of_the_action_is_used_once() -> None:
    action = load(ACTION)
    used = re.findall(r"\$\{\{ inputs\.([a-z-]+)", ACTION.read_text(encoding="utf-8"))
    assert sorted(set(used)) == sorted(action["inputs"])
    read = set(re.findall(r'given\("(\w+)"\)', SCRIPT.read_text(encoding="utf-8")))
    (step,) = (step for step in action["runs"]["steps"] if step.get("id") == "run")
    assert set(step["env"]) == {f"STARDUST_ACTION_{name}" for name in read} | {"GITHUB_TOKEN"}
    for each in action["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (
            {"COMMAND": "validate", "ENVIRONMENT": "staging", "CHANGED_SINCE": "origin/main"},
            [
                "validate",
                "--environment",
                "staging",
                "--changed-since",
                "origin/main",
                "--format",
                "github",
            ],
        ),
        (
            {"COMMAND": "plan", "ENVIRONMENT": "staging", "PLAN_FILE": "out/plan.json"},
            ["plan", "--environment", "staging", "--detailed-exitcode", "--out", "out/plan.json"],
        ),
        (
            {"COMMAND": "plan", "AGAINST": "HEAD^1", "DIFF": "xml", "EXTRA_ARGS": "--all"},
            [
                *("plan", "--detailed-exitcode", "--out", "/runner/stardust-plan.json"),
                *("--against", "HEAD^1", "--diff", "xml", "--all"),
            ],
        ),
        ({"COMMAND": "apply"}, ["apply", "--auto-approve"]),
        (
            {"COMMAND": "receipts", "ENVIRONMENT": "test", "EXTRA_ARGS": "--target\nstore"},
            ["receipts", "pull", "--environment", "test", "--target", "store"],
        ),
        (
            {"COMMAND": "drift", "EXTRA_ARGS": "--newest\n5"},
            ["drift", "--out", "/runner/stardust-drift.json", "--newest", "5"],
        ),
        (
            {"COMMAND": "apply", "PLAN_FILE": "--allow-dirty", "EXTRA_ARGS": "\n--target\n a b \n"},
            ["apply", "--target", "a b", "--", "--allow-dirty"],
        ),
        (
            {
                "COMMAND": "report",
                "PLAN_FILE": "p.json",
                "COMMENT": "false",
                "WORKING_DIRECTORY": "music",
                "EXTRA_ARGS": "--pull-request\n7",
            },
            [
                *("report", "github", "--plan", "p.json", "--no-comment", "--prefix", "music"),
                *("--pull-request", "7"),
            ],
        ),
    ],
)
def test_inputs_become_a_command_line(inputs: dict[str, str], words: list[str]) -> None:
    environ = {f"STARDUST_ACTION_{name}": value for name, value in inputs.items()}
    environ["RUNNER_TEMP"] = "/runner"
    assert words[0] in COMMANDS
    code = "import json, os, runpy, sys; module = runpy.run_path(sys.argv[1]); "
    code += "inputs = module['inputs_of'](os.environ); "
    code += "print(json.dumps(module['COMMANDS'][inputs.command].words(inputs)))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(SCRIPT)],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == words


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"COMMAND": "purge"}, 64, "::error title=stardust-gitops::command is 'purge'"),
        ({"COMMAND": "validate", "EXTRA_ARGS": "--help"}, 0, "Usage: stardust-gitops validate"),
        ({"COMMAND": "validate", "EXTRA_ARGS": "--catalog\n/nowhere"}, None, "/nowhere"),
    ],
)
def test_the_exit_code_is_an_output(
    inputs: dict[str, str], code: int | None, said: str, tmp_path: Path
) -> None:
    done = _act(inputs, tmp_path)
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "output").read_text() == f"exitcode={done.returncode}\n"
    assert done.returncode == code if code is not None else done.returncode not in (0, 70)


def _act(inputs: dict[str, str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    environ = {f"STARDUST_ACTION_{name}": value for name, value in inputs.items()}
    environ["GITHUB_OUTPUT"] = str(tmp_path / "output")
    return subprocess.run(
        [sys.executable, str(SCRIPT)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
    )
