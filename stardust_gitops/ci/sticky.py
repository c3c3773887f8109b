"""One comment, one issue: found again by a hidden marker, and only if we wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from stardust_gitops.ci.api import GitHub, GitHubError, PassingError
from stardust_gitops.ci.run import Run

T = TypeVar("T")


def put_comment(github: GitHub, number: int, marker: str, body: str, *, author: str | None) -> int:
    """The one comment of a pull request that begins with the marker says `body`; its id.

    A comment of somebody else is never touched, whatever it begins with. Where two runs at once
    made two, the first stays. `author` is our login, where GitHub does not tell it.
    """

    def put() -> int:
        me = author or github.login()
        ours = list(_ours(github.pages(f"issues/{number}/comments"), marker, me))
        if not ours:
            return _number(github.post(f"issues/{number}/comments", {"body": body}), "id")
        for other in ours[1:]:
            github.delete(f"issues/comments/{_number(other, 'id')}")
        known = _number(ours[0], "id")
        if ours[0].get("body") != body:
            github.patch(f"issues/comments/{known}", {"body": body})
        return known

    return patiently(github, put)


def put_issue(
    github: GitHub, marker: str, title: str, body: str | None, *, author: str | None
) -> int | None:
    """The one open issue that begins with the marker says `body`; its number. Without a body there
    is nothing to say: an open one is closed, and ``None`` is returned."""

    def put() -> int | None:
        me = author or github.login()
        found = github.pages("issues", state="open")
        ours = list(_ours((each for each in found if "pull_request" not in each), marker, me))
        for other in ours if body is None else ours[1:]:
            _close(github, other)
        if body is None:
            return None
        if not ours:
            return _number(github.post("issues", {"title": title, "body": body}), "number")
        known = _number(ours[0], "number")
        if (ours[0].get("title"), ours[0].get("body")) != (title, body):
            github.patch(f"issues/{known}", {"title": title, "body": body})
        return known

    return patiently(github, put)


def pull_request_of(github: GitHub, run: Run) -> int | None:
    """The open pull request that the run is for. That of a run which followed another one is looked
    up by branch and commit, both from GitHub's event: nothing that the first run left counts."""
    if run.pull_request is not None:
        return run.pull_request
    branch = run.head_branch
    if not run.is_second_stage or branch is None or run.head is None:
        return None
    owner, name = branch[0].partition("/")[0], branch[1]

    def look() -> int | None:
        for pull in github.pages("pulls", state="open", head=f"{owner}:{name}"):
            head = pull.get("head")
            if isinstance(head, Mapping) and head.get("sha") == run.head:
                return _number(pull, "number")
        return None

    return patiently(github, look)


def _ours(found: Iterator[Mapping[str, Any]], marker: str, me: str) -> Iterator[Mapping[str, Any]]:
    for entry in found:
        body, user = entry.get("body"), entry.get("user")
        login = user.get("login") if isinstance(user, Mapping) else None
        if isinstance(body, str) and body.startswith(marker) and login == me:
            yield entry


def _close(github: GitHub, issue: Mapping[str, Any]) -> None:
    changes = {"state": "closed", "state_reason": "completed"}
    github.patch(f"issues/{_number(issue, 'number')}", changes)


def _number(entry: Mapping[str, Any], key: str) -> int:
    number = entry.get(key)
    if not isinstance(number, int):
        raise GitHubError(f"GitHub's answer has no {key}")
    return number


def patiently(github: GitHub, work: Callable[[], T]) -> T:
    """Do a piece of work, again from the beginning where the trouble may pass: whether a request
    that was lost was done shows when everything is read anew."""
    attempt = 0
    while True:
        try:
            return work()
        except PassingError as error:
            github.wait(attempt, error)
            attempt += 1
