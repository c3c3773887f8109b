"""What `action.yml` runs: its inputs, in the environment, become command lines.

Each command of the action is an entry of `COMMANDS`; a new one is one more.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stardust_gitops.cli.main import run

EXIT_CHANGES, EXIT_USAGE = 2, 64
PLAN_FILE, DRIFT_FILE = "stardust-plan.json", "stardust-drift.json"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of the action: text, empty where nothing was given."""

    command: str
    plan_file: str
    environment: str
    against: str
    changed_since: str
    diff: str
    comment: str
    prefix: str
    temp: str
    extra_args: tuple[str, ...]

    @property
    def file(self) -> str:
        """Where the plan is written; in a folder that the job throws away, if nobody wants it."""
        return self.plan_file or str(Path(self.temp) / PLAN_FILE)


def inputs_of(environ: Mapping[str, str]) -> Inputs:
    """The inputs, as `action.yml` hands them over."""

    def given(name: str) -> str:
        return environ.get(f"STARDUST_ACTION_{name}", "").strip()

    return Inputs(
        command=given("COMMAND"),
        plan_file=given("PLAN_FILE"),
        environment=given("ENVIRONMENT"),
        against=given("AGAINST"),
        changed_since=given("CHANGED_SINCE"),
        diff=given("DIFF"),
        comment=given("COMMENT"),
        prefix=given("WORKING_DIRECTORY"),
        temp=environ.get("RUNNER_TEMP") or ".",
        extra_args=tuple(line.strip() for line in given("EXTRA_ARGS").splitlines() if line.strip()),
    )


def validate(inputs: Inputs) -> list[str]:
    """``validate``; its findings are annotations of the lines."""
    return [*_common(inputs), "--format", "github", *inputs.extra_args]


def plan(inputs: Inputs) -> list[str]:
    """``plan``; what it wrote is shown by `report`."""
    against = ["--against", inputs.against] if inputs.against else []
    diff = ["--diff", inputs.diff] if inputs.diff else []
    words = [*_common(inputs), "--detailed-exitcode", "--out", inputs.file]
    return [*words, *against, *diff, *inputs.extra_args]


def apply(inputs: Inputs) -> list[str]:
    """``apply``. A plan file has been approved; without one, running the action is the approval.
    After ``--`` a file name is never taken for an option."""
    end = ["--", inputs.plan_file] if inputs.plan_file else ["--auto-approve"]
    return ["apply", *_environment(inputs), *inputs.extra_args, *end]


def report(inputs: Inputs) -> list[str]:
    """``report github``, of a plan that another step or run has made."""
    shown = [] if inputs.comment != "false" else ["--no-comment"]
    prefix = ["--prefix", inputs.prefix] if inputs.prefix not in ("", ".") else []
    extra = inputs.extra_args if inputs.command == "report" else ()
    return ["report", "github", "--plan", inputs.file, *shown, *prefix, *extra]


def receipts(inputs: Inputs) -> list[str]:
    """``receipts pull``: what recipients have answered since."""
    return ["receipts", "pull", *_environment(inputs), *inputs.extra_args]


def drift(inputs: Inputs) -> list[str]:
    """``drift``; what it wrote becomes outputs."""
    out = str(Path(inputs.temp) / DRIFT_FILE)
    return ["drift", *_environment(inputs), "--out", out, *inputs.extra_args]


def _environment(inputs: Inputs) -> list[str]:
    return ["--environment", inputs.environment] if inputs.environment else []


def _common(inputs: Inputs) -> list[str]:
    since = ["--changed-since", inputs.changed_since] if inputs.changed_since else []
    return [inputs.command, *_environment(inputs), *since]


def drift_outputs(inputs: Inputs) -> Mapping[str, str]:
    """Whether anything has drifted, and how many targets nobody could look at; nothing where the
    command could not even say that."""
    try:
        found = json.loads((Path(inputs.temp) / DRIFT_FILE).read_bytes())
    except FileNotFoundError:
        return {}
    unknown = sum(1 for entry in found["targets"] if not entry["readable"])
    return {"drifted": "true" if found["drifted"] else "false", "unknown-targets": str(unknown)}


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the action: its command line, which exit codes are no failure, whether there is
    a plan to show afterwards, and what else it tells as outputs."""

    words: Callable[[Inputs], list[str]]
    good: frozenset[int] = frozenset({0})
    reports: bool = False
    tells: Callable[[Inputs], Mapping[str, str]] = lambda inputs: {}


COMMANDS: Mapping[str, Command] = {
    "validate": Command(validate),
    "plan": Command(plan, frozenset({0, EXIT_CHANGES}), reports=True),
    "apply": Command(apply),
    "report": Command(report),
    "receipts": Command(receipts),
    "drift": Command(drift, frozenset({0, EXIT_CHANGES}), tells=drift_outputs),
}


def main(environ: Mapping[str, str]) -> int:
    """Run the command, then show what it planned. The exit code is an output."""
    inputs = inputs_of(environ)
    command = COMMANDS.get(inputs.command)
    if command is None:
        known = ", ".join(COMMANDS)
        print(
            f"::error title=stardust-gitops::command is {inputs.command!r}: it has to be one of"
            f" {known}"
        )
        _output(environ, {"exitcode": str(EXIT_USAGE)})
        return EXIT_USAGE
    if command.reports:
        Path(inputs.file).unlink(missing_ok=True)  # what is shown is what this run has planned
    (Path(inputs.temp) / DRIFT_FILE).unlink(missing_ok=True)
    code = run(command.words(inputs))
    _output(environ, {"exitcode": str(code), **command.tells(inputs)})
    if command.reports and Path(inputs.file).is_file():
        run(report(inputs))
    return 0 if code in command.good else code


def _output(environ: Mapping[str, str], values: Mapping[str, str]) -> None:
    if environ.get("GITHUB_OUTPUT"):
        with Path(environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
            outputs.writelines(f"{name}={value}\n" for name, value in values.items())


if __name__ == "__main__":
    sys.exit(main(os.environ))
