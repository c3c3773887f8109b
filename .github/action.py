"""What `action.yml` runs: its inputs, in the environment, become a command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from stardust_gitops.cli.main import run

COMMANDS = ("validate", "plan", "apply")
EXIT_CHANGES, EXIT_USAGE = 2, 64


def arguments(environ: Mapping[str, str]) -> list[str]:
    """The command line. ValueError for a command that the action does not have."""

    def given(name: str) -> str:
        return environ.get(f"STARDUST_ACTION_{name}", "").strip()

    command, plan_file = given("COMMAND"), given("PLAN_FILE")
    if command not in COMMANDS:
        raise ValueError(f"command is {command!r}: it has to be one of {', '.join(COMMANDS)}")
    words = [command]
    if given("ENVIRONMENT"):
        words += ["--environment", given("ENVIRONMENT")]
    if command == "plan":
        words += ["--detailed-exitcode", *(["--out", plan_file] if plan_file else [])]
    words += [line.strip() for line in given("EXTRA_ARGS").splitlines() if line.strip()]
    if command == "apply":
        # A plan file has been approved; without one, running the action is the approval. After
        # `--` a file name is never taken for an option.
        words += ["--", plan_file] if plan_file else ["--auto-approve"]
    return words


def main() -> int:
    """Run it and report its exit code as output. A plan with changes is no failure."""
    try:
        words = arguments(os.environ)
    except ValueError as error:
        print(f"::error title=stardust-gitops::{error}")
        return _report(EXIT_USAGE)
    code = _report(run(words))
    return 0 if words[0] == "plan" and code == EXIT_CHANGES else code


def _report(code: int) -> int:
    if "GITHUB_OUTPUT" in os.environ:
        with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
            outputs.write(f"exitcode={code}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
