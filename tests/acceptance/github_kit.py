"""A job of GitHub Actions, as the tests run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.catalogues import CatalogueFolder, run_cli
from tests.github_server import JOB_TOKEN, REPOSITORY, Server
from tests.source_tree import ROOT

SCRIPT = ROOT / ".github" / "action.py"
HOSTILE = "a|b `c` </details> <img src=x> @team **z** 🎧 ]]> #12 https://evil.example ${{ x }}"
PULL = 12


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
