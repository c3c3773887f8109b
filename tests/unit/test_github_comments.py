"""One comment, one issue: found again, never another's, through pages, limits and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.ci.api import DeniedError, GitHub, GitHubError, PassingError
from stardust_gitops.ci.reviews import review_of
from stardust_gitops.ci.run import Run
from stardust_gitops.ci.sticky import pull_request_of, put_comment, put_issue
from tests.catalogues import FixedClock
from tests.github_server import (
    BOT,
    JOB_TOKEN,
    READ_ONLY_TOKEN,
    REPOSITORY,
    USER,
    USER_TOKEN,
    Answer,
    Server,
    github_server,
)

MARK = "<!-- stardust-gitops:plan:alpha-tide:production -->"
PULL = 12
SHA = "a" * 40


@pytest.fixture
def server() -> Iterator[Server]:
    with github_server() as running:
        yield running


def run_for(server: Server, token: str = JOB_TOKEN) -> Run:
    return Run(api=server.url, repository=REPOSITORY, token=token)


def put(
    server: Server,
    body: str,
    *,
    token: str = JOB_TOKEN,
    author: str | None = None,
    clock: FixedClock | None = None,
) -> int:
    with GitHub(run_for(server, token), clock or FixedClock()) as github:
        return put_comment(github, PULL, MARK, f"{MARK}\n{body}", author=author)


def put_an_issue(server: Server, body: str | None, title: str = "late") -> int | None:
    text = None if body is None else f"{MARK}\n{body}"
    with GitHub(run_for(server), FixedClock()) as github:
        return put_issue(github, MARK, title, text, author=None)


def test_the_comment_is_made_once_and_then_brought_up_to_date(server: Server) -> None:
    first = put(server, "one")
    assert put(server, "two") == first
    assert server.bodies(PULL) == [f"{MARK}\ntwo"]
    before = len(server.requests)
    assert put(server, "two") == first
    assert all(request.method == "GET" for request in server.requests[before:])


@pytest.mark.parametrize(
    ("body", "login"),
    [
        (f"{MARK}\nof another bot", "another-app[bot]"),
        (f"{MARK}\nof a person", "mallory"),
        (f"> {MARK}\nquoted by us", BOT),
        ("no marker", BOT),
        (f"{MARK.replace('production', 'test')}\nof another environment", BOT),
    ],
)
def test_what_is_not_our_comment_is_never_touched(server: Server, body: str, login: str) -> None:
    there = dict(server.comment(PULL, body, login=login))
    made = put(server, "ours")
    assert server.comments[there["id"]] == there
    assert made != there["id"]
    assert server.bodies(PULL) == [body, f"{MARK}\nours"]


def test_a_personal_token_looks_for_its_own_comment(server: Server) -> None:
    server.comment(PULL, f"{MARK}\nof the job", login=BOT)
    mine = server.comment(PULL, f"{MARK}\nold", login=USER)
    assert put(server, "new", token=USER_TOKEN) == mine["id"]
    assert server.bodies(PULL) == [f"{MARK}\nof the job", f"{MARK}\nnew"]


def test_the_account_of_an_app_is_said(server: Server) -> None:
    mine = server.comment(PULL, f"{MARK}\nold", login="our-app[bot]")
    assert put(server, "new", author="our-app[bot]") == mine["id"]
    assert "GET /user" not in server.asked()


def test_of_two_comments_one_stays(server: Server) -> None:
    first = server.comment(PULL, f"{MARK}\none")
    server.comment(PULL, f"{MARK}\ntwo")
    assert put(server, "new") == first["id"]
    assert server.bodies(PULL) == [f"{MARK}\nnew"]


def test_it_is_found_on_the_third_page(server: Server) -> None:
    for number in range(250):
        server.comment(PULL, f"comment {number}", login="mallory")
    server.comment(PULL + 1, f"{MARK}\nof another pull request")
    mine = server.comment(PULL, f"{MARK}\nold")
    assert put(server, "new") == mine["id"]
    pages = [r.query.get("page", "1") for r in server.requests if r.path.endswith("/comments")]
    assert pages == ["1", "2", "3"]


def test_the_token_follows_no_page_to_another_server(server: Server) -> None:
    for number in range(101):
        server.comment(PULL, f"comment {number}", login="mallory")
    server.next_host = "http://127.0.0.1:9"
    with pytest.raises(GitHubError, match="another server"):
        put(server, "new")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (Answer(status=429, headers=(("retry-after", "7"),)), 7),
        (
            Answer(
                status=403,
                message="API rate limit exceeded for installation",
                headers=(
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", str(int(FixedClock().now().timestamp()) + 30)),
                ),
            ),
            30,
        ),
        (Answer(status=403, message="You have exceeded a secondary rate limit"), 2),
        (Answer(status=502), 2),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_what_may_pass_is_waited_for(
    server: Server, answer: Answer, seconds: int, before: int
) -> None:
    server.answers = [*([None] * before), answer]
    clock = FixedClock()
    start = clock.now()
    put(server, "new", clock=clock)
    assert (clock.now() - start).total_seconds() == seconds
    assert server.bodies(PULL) == [f"{MARK}\nnew"]


def test_a_comment_whose_answer_was_lost_is_not_made_twice(server: Server) -> None:
    server.answers = [None, None, Answer(status=502, after=True)]
    put(server, "new")
    assert server.bodies(PULL) == [f"{MARK}\nnew"]
    assert [request.method for request in server.requests].count("POST") == 1


@pytest.mark.parametrize(
    "answer",
    [Answer(status=429, headers=(("retry-after", "3600"),)), Answer(status=503)],
)
def test_nobody_waits_for_an_hour_or_for_ever(server: Server, answer: Answer) -> None:
    server.answers = [answer] * 100
    clock = FixedClock()
    start = clock.now()
    with pytest.raises(PassingError):
        put(server, "new", clock=clock)
    assert (clock.now() - start).total_seconds() < 20
    assert len(server.requests) <= 4


@pytest.mark.parametrize(
    ("token", "said"),
    [(READ_ONLY_TOKEN, "403: Resource not accessible"), ("wrong", "401: Bad credentials")],
)
def test_a_token_that_may_not_is_told_so(server: Server, token: str, said: str) -> None:
    with pytest.raises(DeniedError, match=said) as raised:
        put(server, "new", token=token)
    assert "permission" in (raised.value.hint or "")
    assert token not in raised.value.message
    assert server.bodies(PULL) == []


def test_a_body_that_is_too_long_is_github_s_to_refuse(server: Server) -> None:
    with pytest.raises(GitHubError, match="422: Validation Failed"):
        put(server, "x" * 70_000)


def test_without_token_or_repository_nothing_is_asked(server: Server) -> None:
    for run in (replace(run_for(server), token=None), replace(run_for(server), repository=None)):
        with pytest.raises(DeniedError, match="is not set"):
            GitHub(run, FixedClock())


@pytest.mark.parametrize(
    "api",
    [
        "http://api.github.example",
        "http://127.0.0.1.evil.example",
        "https://",
        "https://x:port",
        "https://[",
        "file:///etc",
        "",
    ],
)
def test_the_token_is_not_sent_in_the_clear(api: str) -> None:
    with pytest.raises(GitHubError, match="no https"):
        GitHub(Run(api=api, repository=REPOSITORY, token="t"), FixedClock())
    assert "t0k3n" not in repr(Run(token="t0k3n"))


def test_nobody_there() -> None:
    run = Run(api="http://127.0.0.1:9", repository=REPOSITORY, token="t")
    with pytest.raises(GitHubError, match="cannot be reached"), GitHub(run, FixedClock()) as api:
        put_comment(api, PULL, MARK, MARK, author=None)


def test_one_issue_is_made_kept_and_closed(server: Server) -> None:
    server.issue("not ours", f"{MARK}\nx", login="mallory")
    server.issue("a pull request", f"{MARK}\nx", pull_request=True)
    assert put_an_issue(server, None) is None
    number = put_an_issue(server, "one")
    assert number is not None
    assert put_an_issue(server, "two", title="later") == number
    assert server.issues[number]["title"] == "later"
    assert server.issues[number]["body"] == f"{MARK}\ntwo"
    assert put_an_issue(server, None) is None
    assert server.issues[number]["state"] == "closed"
    assert put_an_issue(server, "again") not in (number, None)
    others = [issue for issue in server.issues.values() if issue["body"].endswith("x")]
    assert [issue["state"] for issue in others] == ["open", "open"]


def second_stage(server: Server, sha: str = SHA, branch: str = "fix", owner: str = "mal") -> Run:
    event = {
        "workflow_run": {
            "head_sha": sha,
            "head_branch": branch,
            "head_repository": {"full_name": f"{owner}/fork"},
            "pull_requests": [],
        }
    }
    return replace(run_for(server), event_name="workflow_run", event=event)


def test_the_pull_request_of_a_fork_is_found_by_branch_and_commit(server: Server) -> None:
    server.pull(7, "b" * 40, head="mal:fix")
    server.pull(8, SHA, head="mal:fix")
    server.pull(9, SHA, head="eve:fix")
    for run, number in (
        (second_stage(server), 8),
        (second_stage(server, sha="c" * 40), None),
        (second_stage(server, branch="other"), None),
        (second_stage(server, owner="nobody"), None),
        (run_for(server), None),
    ):
        with GitHub(run, FixedClock()) as api:
            assert pull_request_of(api, run) == number


def review(server: Server, run: Run, *teams: str, number: int | None = None) -> dict[str, Any]:
    with GitHub(run, FixedClock()) as api:
        return dict(review_of(api, run, number, teams))


def test_the_last_word_of_each_reviewer_counts(server: Server) -> None:
    said = [("bo", "APPROVED"), ("cy", "APPROVED"), ("bo", "COMMENTED"), ("cy", "DISMISSED")]
    said += [("di", "CHANGES_REQUESTED"), ("di", "APPROVED"), ("ed", "COMMENTED")]
    server.reviewed(PULL, *said, labels=("takedown", "a label"))
    server.teams = {"finance": {"di"}, "legal": {"cy", "ed"}}
    found = review(server, run_for(server), "finance", "legal", "../x", number=PULL)
    assert found == {
        "author": "ada",
        "labels": ["a label", "takedown"],
        "approvals": ["bo", "di"],
        "teams": ["finance"],
    }


def test_after_a_merge_it_is_that_of_the_pull_request(server: Server) -> None:
    server.reviewed(PULL, ("bo", "APPROVED"))
    server.merged[SHA] = [
        {"number": 3, "merged_at": None},
        {"number": PULL, "merged_at": "2026-11-22T09:00:00Z"},
    ]
    run = replace(run_for(server), event_name="push", commit=SHA)
    assert review(server, run)["approvals"] == ["bo"]
    assert review(server, replace(run, commit="b" * 40)) == {"known": False}
    assert review(server, replace(run, commit=None)) == {"known": False}
