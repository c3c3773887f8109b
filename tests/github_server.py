"""A server on this machine that answers as GitHub's REST API does, as far as comments, issues, runs
and pull requests go: shapes, pages with Link headers, limits of requests, refusals.

Source: docs.github.com/rest (2022-11-28).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "alpha-tide/catalogue"
JOB_TOKEN, USER_TOKEN, READ_ONLY_TOKEN = "ghs_job", "ghp_user", "ghs_fork"
BOT, USER = "github-actions[bot]", "ada-quill"
LONGEST_BODY = 65_536
_MOST_ON_A_PAGE = 100
_REFUSED = "Resource not accessible by integration"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer instead of the true one."""

    status: int
    message: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    after: bool = False
    """Whether what was asked is done before this is said, as when a connection is lost."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass(kw_only=True)
class Server:
    """The server and what it knows. `answers` are given first, one for each request."""

    url: str
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    details: dict[int, dict[str, Any]] = field(default_factory=dict)
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    merged: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The pull requests of a commit."""
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The runs of a workflow by the name of its file, newest first."""
    teams: dict[str, set[str]] = field(default_factory=dict)
    answers: list[Answer | None] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    next_host: str | None = None
    """Where the next page is said to be, if that is a lie."""
    _ids: int = 1000

    def comment(self, number: int, body: str, *, login: str = BOT) -> dict[str, Any]:
        """A comment that is there already."""
        self._ids += 1
        url = f"{self.url}/repos/{REPOSITORY}"
        made = {
            "id": self._ids,
            "node_id": f"IC_{self._ids}",
            "url": f"{url}/issues/comments/{self._ids}",
            "html_url": f"https://github.com/{REPOSITORY}/pull/{number}#issuecomment-{self._ids}",
            "issue_url": f"{url}/issues/{number}",
            "user": {"login": login, "id": 7, "type": "Bot" if "[bot]" in login else "User"},
            "created_at": "2026-11-22T09:00:00Z",
            "updated_at": "2026-11-22T09:00:00Z",
            "author_association": "NONE",
            "body": body,
            "performed_via_github_app": None,
        }
        self.comments[self._ids] = made
        return made

    def issue(
        self, title: str, body: str, *, login: str = BOT, pull_request: bool = False
    ) -> dict[str, Any]:
        """An issue that is there already."""
        self._ids += 1
        made: dict[str, Any] = {
            "id": self._ids + 5000,
            "number": self._ids,
            "title": title,
            "user": {"login": login, "id": 7, "type": "Bot"},
            "state": "open",
            "state_reason": None,
            "labels": [],
            "body": body,
        }
        if pull_request:
            made["pull_request"] = {"url": f"{self.url}/repos/{REPOSITORY}/pulls/{self._ids}"}
        self.issues[self._ids] = made
        return made

    def pull(self, number: int, sha: str, *, head: str) -> None:
        """An open pull request; `head` is ``OWNER:BRANCH``."""
        owner, _, branch = head.partition(":")
        where = {"label": head, "ref": branch, "sha": sha, "repo": {"full_name": f"{owner}/fork"}}
        self.pulls.append({"number": number, "state": "open", "head": where})

    def reviewed(self, number: int, *states: tuple[str, str], labels: tuple[str, ...] = ()) -> None:
        """What was said of a pull request, in order: who, and ``APPROVED``, ``COMMENTED`` …"""
        user = {"login": "ada", "id": 1, "type": "User"}
        tags = [{"id": place, "name": name, "color": "ededed"} for place, name in enumerate(labels)]
        self.reviews[number] = [{"user": {"login": who}, "state": state} for who, state in states]
        self.details[number] = {"number": number, "user": user, "labels": tags, "state": "open"}

    def ran(
        self,
        workflow: str,
        started: str,
        *,
        status: str = "completed",
        conclusion: str | None = "success",
        event: str = "schedule",
    ) -> dict[str, Any]:
        """A run of a workflow."""
        self._ids += 1
        made = {
            "id": self._ids,
            "name": "Scheduled delivery",
            "node_id": f"WFR_{self._ids}",
            "head_branch": "main",
            "head_sha": "f" * 40,
            "path": f".github/workflows/{workflow}",
            "run_number": self._ids - 1000,
            "event": event,
            "status": status,
            "conclusion": conclusion,
            "workflow_id": 161335,
            "html_url": f"https://github.com/{REPOSITORY}/actions/runs/{self._ids}",
            "pull_requests": [],
            "created_at": started,
            "updated_at": started,
            "run_attempt": 1,
            "run_started_at": started,
        }
        self.runs.setdefault(workflow, []).insert(0, made)
        return made

    def bodies(self, number: int) -> list[str]:
        """The comments of an issue or pull request, in order."""
        end = f"/issues/{number}"
        return [c["body"] for c in self.comments.values() if c["issue_url"].endswith(end)]

    def asked(self) -> list[str]:
        """``METHOD path`` of every request."""
        return [f"{request.method} {request.path}" for request in self.requests]

    def respond(self, request: Request, token: str) -> tuple[int, Any]:
        """Status and body."""
        logins = {JOB_TOKEN: BOT, READ_ONLY_TOKEN: BOT, USER_TOKEN: USER}
        if token not in logins:
            return 401, _message("Bad credentials", 401)
        if request.path == "/user":
            if token != USER_TOKEN:
                return 403, _message(_REFUSED, 403)
            return 200, {"login": USER, "id": 7, "type": "User"}
        way = request.path.removeprefix(f"/repos/{REPOSITORY}/")
        if request.method != "GET" and token == READ_ONLY_TOKEN:
            return 403, _message(_REFUSED, 403)
        too_long = isinstance(request.body, dict) and len(request.body.get("body") or "")
        if too_long and too_long > LONGEST_BODY:
            text = "body is too long (maximum is 65536 characters)"
            return 422, {**_message("Validation Failed", 422), "errors": [{"message": text}]}
        return self._act(request, way, logins[token])

    def _act(self, request: Request, way: str, login: str) -> tuple[int, Any]:
        match request.method, *way.split("/"):
            case "GET", "issues", number, "comments":
                end = f"/issues/{number}"
                return 200, [c for c in self.comments.values() if c["issue_url"].endswith(end)]
            case "POST", "issues", number, "comments":
                return 201, self.comment(int(number), request.body["body"], login=login)
            case "PATCH" | "DELETE", "issues", "comments", number if int(number) in self.comments:
                if request.method == "DELETE":
                    del self.comments[int(number)]
                    return 204, None
                self.comments[int(number)] |= request.body
                return 200, self.comments[int(number)]
            case "GET", "issues":
                state = request.query.get("state", "open")
                return 200, [i for i in self.issues.values() if i["state"] == state]
            case "POST", "issues":
                return 201, self.issue(**request.body, login=login)
            case "PATCH", "issues", number if int(number) in self.issues:
                self.issues[int(number)] |= request.body
                return 200, self.issues[int(number)]
            case "GET", "pulls", number if int(number) in self.details:
                return 200, self.details[int(number)]
            case "GET", "pulls", number, "reviews":
                return 200, self.reviews.get(int(number), [])
            case "GET", "actions", "workflows", workflow, "runs" if workflow in self.runs:
                runs = self.runs[workflow]
                size = int(request.query.get("per_page", 30))
                return 200, {"total_count": len(runs), "workflow_runs": runs[:size]}
            case "GET", "commits", sha, "pulls":
                return 200, self.merged.get(sha, [])
            case "GET", "", "orgs", "alpha-tide", "teams", team, "memberships", who:
                if who in self.teams.get(team, ()):
                    return 200, {"state": "active", "role": "member"}
            case "GET", "pulls":
                head = request.query.get("head")
                return 200, [p for p in self.pulls if head in (None, p["head"]["label"])]
        return 404, _message("Not Found", 404)

    def link(self, request: Request, count: int) -> str | None:
        """The Link header of a list, and which part of it this page is."""
        page, size = int(request.query.get("page", 1)), _size(request)
        last = max(1, -(-count // size))
        if page >= last:
            return None
        base = f"{self.next_host or self.url}{request.path}?per_page={size}"
        for name, value in request.query.items():
            if name not in ("page", "per_page"):
                base += f"&{name}={value}"
        return f'<{base}&page={page + 1}>; rel="next", <{base}&page={last}>; rel="last"'


def _size(request: Request) -> int:
    return min(int(request.query.get("per_page", 30)), _MOST_ON_A_PAGE)


def _message(text: str, status: int) -> dict[str, Any]:
    return {
        "message": text,
        "documentation_url": "https://docs.github.com/rest",
        "status": str(status),
    }


@contextmanager
def github_server() -> Iterator[Server]:
    """A server at a free port of the loopback device."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(
                method=self.command,
                path=parts.path,
                query={name: values[0] for name, values in parse_qs(parts.query).items()},
                body=json.loads(self.rfile.read(length)) if length else None,
            )
            server.requests.append(request)
            token = re.sub(r"^Bearer ", "", self.headers.get("Authorization", ""))
            forced = server.answers.pop(0) if server.answers else None
            if forced is None or forced.after:
                status, body = server.respond(request, token)
            if forced is not None:
                self._send(forced.status, _message(forced.message, forced.status), forced.headers)
                return
            headers = [("x-ratelimit-remaining", "4999")]
            if isinstance(body, list):
                link = server.link(request, len(body))
                headers += [("Link", link)] if link else []
                size, page = _size(request), int(request.query.get("page", 1))
                body = body[size * (page - 1) : size * page]
            self._send(status, body, tuple(headers))

        def _send(self, status: int, body: Any, headers: tuple[tuple[str, str], ...]) -> None:
            data = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(url=f"http://127.0.0.1:{httpd.server_address[1]}")
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()
