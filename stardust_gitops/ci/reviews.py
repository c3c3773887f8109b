"""What people said of a change on its pull request: labels, approvals, teams. For policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stardust_gitops.ci.api import DeniedError, GitHub
from stardust_gitops.ci.run import Run
from stardust_gitops.ci.sticky import patiently, pull_request_of

_DECISIONS = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
UNKNOWN: Mapping[str, Any] = {"known": False}
"""What is said where there is no pull request, or nobody may know."""


def review_of(
    github: GitHub, run: Run, number: int | None, teams: Iterable[str]
) -> Mapping[str, Any]:
    """The review of the pull request `number`, else of that which the run is for, or which brought
    its commit. Of `teams` (slugs of the repository's owner) those are named of which a member has
    approved; that wants a token which may read members."""
    slugs = tuple(teams)

    def ask() -> Mapping[str, Any]:
        found = number or _number(github, run)
        if found is None:
            return UNKNOWN
        pull = github.get(f"pulls/{found}")
        approvals = _approvals(github.pages(f"pulls/{found}/reviews"))
        return {
            "author": _login(pull),
            "labels": sorted(
                label["name"]
                for label in pull.get("labels", ())
                if isinstance(label, dict) and isinstance(label.get("name"), str)
            ),
            "approvals": approvals,
            "teams": [slug for slug in slugs if _has_approved(github, slug, approvals)],
        }

    return patiently(github, ask)


def _number(github: GitHub, run: Run) -> int | None:
    known = pull_request_of(github, run)
    if known is not None or run.commit is None:
        return known
    for pull in github.pages(f"commits/{run.commit}/pulls"):
        number = pull.get("number")
        if pull.get("merged_at") is not None and isinstance(number, int):
            return number
    return None


def _approvals(reviews: Iterable[Mapping[str, Any]]) -> list[str]:
    """Who approves: the last word of each counts, and a comment is none."""
    last: dict[str, str] = {}
    for review in reviews:
        login, state = _login(review), review.get("state")
        if login is not None and state in _DECISIONS:
            last[login] = str(state)
    return sorted(login for login, state in last.items() if state == "APPROVED")


def _login(entry: Mapping[str, Any]) -> str | None:
    user = entry.get("user")
    login = user.get("login") if isinstance(user, Mapping) else None
    return login if isinstance(login, str) else None


def _has_approved(github: GitHub, slug: str, approvals: Iterable[str]) -> bool:
    return any(_is_member(github, slug, login) for login in approvals)


def _is_member(github: GitHub, slug: str, login: str) -> bool:
    try:
        return github.membership(slug, login).get("state") == "active"
    except DeniedError:
        return False  # no member, or nobody tells: then nothing is known to be approved
