"""The workflow and the action: well formed, without known weaknesses; the action's script."""

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

from stardust_gitops.cli.main import COMMANDS
from tests.source_tree import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"
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


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_it_follows_github_s_schema(path: Path) -> None:
    schema = "vendor.github-actions" if path == ACTION else "vendor.github-workflows"
    command = [tool("check-jsonschema"), "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_zizmor_finds_nothing(path: Path) -> None:
    command = [tool("zizmor"), "--offline", "--persona", "pedantic", "--format", "plain", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"completed {path}" in re.sub(r"\x1b\[\d+m", "", done.stderr)


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_other_people_s_actions_are_pinned(path: Path) -> None:
    used = re.findall(r"uses: *(.*)", path.read_text(encoding="utf-8"))
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


def test_every_input_of_the_action_is_used_once() -> None:
    action = load(ACTION)
    used = re.findall(r"\$\{\{ inputs\.([a-z-]+)", ACTION.read_text(encoding="utf-8"))
    assert sorted(used) == sorted(action["inputs"])
    read = set(re.findall(r'given\("(\w+)"\)', SCRIPT.read_text(encoding="utf-8")))
    (step,) = (step for step in action["runs"]["steps"] if step.get("id") == "run")
    assert set(step["env"]) == {f"STARDUST_ACTION_{name}" for name in read}
    for each in action["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (
            {"COMMAND": "validate", "ENVIRONMENT": "staging"},
            ["validate", "--environment", "staging"],
        ),
        (
            {"COMMAND": "plan", "ENVIRONMENT": "staging", "PLAN_FILE": "out/plan.json"},
            ["plan", "--environment", "staging", "--detailed-exitcode", "--out", "out/plan.json"],
        ),
        ({"COMMAND": "apply"}, ["apply", "--auto-approve"]),
        (
            {"COMMAND": "apply", "PLAN_FILE": "--allow-dirty", "EXTRA_ARGS": "\n--target\n a b \n"},
            ["apply", "--target", "a b", "--", "--allow-dirty"],
        ),
    ],
)
def test_inputs_become_a_command_line(inputs: dict[str, str], words: list[str]) -> None:
    environ = {f"STARDUST_ACTION_{name}": value for name, value in inputs.items()}
    assert words[0] in COMMANDS
    code = "import json, os, runpy, sys; module = runpy.run_path(sys.argv[1]); "
    code += "print(json.dumps(module['arguments'](os.environ)))"
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
