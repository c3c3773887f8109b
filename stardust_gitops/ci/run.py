"""The run of GitHub Actions that we are in, as its variables and its event describe it.

Source: docs.github.com, "Variables reference" and "Webhook events and payloads".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

API = "https://api.github.com"
_LARGEST_EVENT = 50_000_000
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. `event` is the payload of what caused it; empty outside of GitHub Actions. `commit`
    is what it runs on: of a pull request the merge that GitHub made."""

    api: str = API
    server: str = "https://github.com"
    repository: str | None = None
    token: str | None = field(default=None, repr=False)
    event_name: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    run_id: str | None = None
    commit: str | None = None
    output: Path | None = None
    summary: Path | None = None

    @property
    def url(self) -> str | None:
        """Where people see this run, with its log, its summary and its artifacts."""
        if self.repository is None or self.run_id is None:
            return None
        return f"{self.server}/{self.repository}/actions/runs/{self.run_id}"

    @property
    def pull_request(self) -> int | None:
        """The number of the pull request that caused the run, where the event names it."""
        number = _at(self.event, "pull_request", "number")
        return number if isinstance(number, int) and number > 0 else None

    @property
    def head(self) -> str | None:
        """The commit that is to be merged: of a pull request, or of the run before this one. What
        is checked out for a pull request is a merge that GitHub made, which nobody has seen."""
        for way in (("pull_request", "head", "sha"), ("workflow_run", "head_sha")):
            found = _at(self.event, *way)
            if isinstance(found, str) and _COMMIT.fullmatch(found):
                return found
        return None

    @property
    def is_second_stage(self) -> bool:
        """Whether this run follows another one whose results it shows: those of a fork, say, that
        nobody has reviewed."""
        return self.event_name == "workflow_run"

    @property
    def head_branch(self) -> tuple[str, str] | None:
        """Of the run before this one: the repository and the branch that it was for."""
        owner = _at(self.event, "workflow_run", "head_repository", "full_name")
        branch = _at(self.event, "workflow_run", "head_branch")
        if isinstance(owner, str) and isinstance(branch, str) and _REPOSITORY.fullmatch(owner):
            return owner, branch
        return None


def run_of(environ: Mapping[str, str]) -> Run:
    """The run that the variables of GitHub Actions describe; what they do not say is absent."""
    repository = environ.get("GITHUB_REPOSITORY", "")
    return Run(
        api=(environ.get("GITHUB_API_URL") or API).rstrip("/"),
        server=(environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/"),
        repository=repository if _REPOSITORY.fullmatch(repository) else None,
        token=environ.get("GITHUB_TOKEN") or None,
        event_name=environ.get("GITHUB_EVENT_NAME", ""),
        event=_event(environ.get("GITHUB_EVENT_PATH")),
        run_id=_number(environ.get("GITHUB_RUN_ID")),
        commit=sha if _COMMIT.fullmatch(sha := environ.get("GITHUB_SHA", "")) else None,
        output=_path(environ.get("GITHUB_OUTPUT")),
        summary=_path(environ.get("GITHUB_STEP_SUMMARY")),
    )


def _event(path: str | None) -> Mapping[str, Any]:
    """The payload; nothing where there is none that can be read."""
    if not path:
        return {}
    try:
        with Path(path).open("rb") as stream:
            found = orjson.loads(stream.read(_LARGEST_EVENT))
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _at(value: Any, *way: str) -> Any:
    for step in way:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _number(text: str | None) -> str | None:
    return text if text and text.isascii() and text.isdigit() else None


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
