"""When the scheduled workflow of a repository ran: what GitHub's cron left out shows by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from stardust_gitops.ci.api import GitHub, GitHubError
from stardust_gitops.ci.run import Run
from stardust_gitops.ci.sticky import patiently

_IDLE = frozenset({"cancelled", "skipped", "startup_failure", "action_required", "stale"})
"""How a run ends in which nothing was done (docs.github.com, "REST API endpoints for workflow
runs"). One that failed has run."""
_LOOKED_AT = 50


def last_run(github: GitHub, run: Run, workflow: str) -> datetime | None:
    """When the last run of a workflow, by the name of its file, was begun; our own does not count.
    ``None`` where none was. Whoever started it, it did the work."""
    path = f"actions/workflows/{quote(workflow, safe='')}/runs"

    def ask() -> datetime | None:
        found = github.get(path, per_page=str(_LOOKED_AT)).get("workflow_runs")
        if not isinstance(found, list):
            raise GitHubError(f"GitHub's answer about {path} is not what it should be")
        begun = [_begun(entry, run) for entry in found if isinstance(entry, dict)]
        return max((moment for moment in begun if moment is not None), default=None)

    return patiently(github, ask)


def _begun(entry: Mapping[str, Any], run: Run) -> datetime | None:
    """When a run was begun, if it was."""
    text = entry.get("run_started_at") or entry.get("created_at")
    waiting = entry.get("status") not in ("completed", "in_progress")
    own = str(entry.get("id")) == run.run_id
    if own or waiting or entry.get("conclusion") in _IDLE or not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
