"""GitHub's REST API, as far as comments, issues and runs need it (docs.github.com/rest).

What it answers is limited in size and checked for its shape; the token is sent to the API's own
origin only, and no redirect is followed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import orjson

from stardust_gitops import __version__
from stardust_gitops.ci.run import Run
from stardust_gitops.clock import Clock
from stardust_gitops.errors import GitOpsError

if TYPE_CHECKING:
    import httpx

_TIMEOUT = 30.0
_ATTEMPTS = 4
_LONGEST_WAIT = 90.0
"""Seconds. GitHub may ask for an hour; a comment is not worth one of a runner's."""
_MOST_ANSWER = 20_000_000
_MOST_PAGES = 200
_PASSING = frozenset({500, 502, 503, 504})
_NEXT = re.compile(r'<([^<>]+)>\s*;[^<]*\brel="next"')


class GitHubError(GitOpsError):
    """GitHub did not do what it was asked; nothing of the catalogue is wrong for that."""

    default_code = "SG9030"


class DeniedError(GitHubError):
    """The token may not do it: of a fork, say, or of a job without the permission."""


class PassingError(GitHubError):
    """What may pass: a limit of requests, a server in trouble, a lost connection. `seconds` is how
    long GitHub asks to wait, where it does."""

    def __init__(self, message: str, seconds: float | None = None) -> None:
        super().__init__(message, hint="run the job again later")
        self.seconds = seconds


class GitHub:
    """The API of one repository. Use it as a context manager. Whoever asks tries again where the
    trouble may pass (`PassingError`, `wait`)."""

    def __init__(self, run: Run, clock: Clock) -> None:
        if run.repository is None or run.token is None:
            missing = "GITHUB_REPOSITORY" if run.repository is None else "GITHUB_TOKEN"
            raise DeniedError(
                f"{missing} is not set", hint="hand it to the step:  env: GITHUB_TOKEN: …"
            )
        _must_be_safe(run.api)
        self.clock = clock
        self._base = run.api
        self._repository = run.repository
        self._token = run.token
        self._client: httpx.Client | None = None

    def __enter__(self) -> GitHub:
        import httpx

        self._client = httpx.Client(
            timeout=_TIMEOUT,
            follow_redirects=False,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "User-Agent": f"stardust-gitops/{__version__}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            self._client.close()

    def login(self) -> str:
        """Who we are: the user of a personal token; for the token of a job, which may not ask, the
        account under which GitHub Actions writes."""
        try:
            found = self._send("GET", f"{self._base}/user", None)[0]
        except DeniedError:
            return "github-actions[bot]"
        name = found.get("login") if isinstance(found, dict) else None
        if not isinstance(name, str):
            raise GitHubError("GitHub does not say who we are")
        return name

    def pages(self, path: str, **query: str) -> Iterator[Mapping[str, Any]]:
        """Everything in a list of the repository, page after page, 100 at a time."""
        import httpx

        url: str | None = str(httpx.URL(self._url(path), params={**query, "per_page": "100"}))
        for _ in range(_MOST_PAGES):
            if url is None:
                return
            found, headers = self._send("GET", url, None)
            if not isinstance(found, list):
                raise GitHubError(f"GitHub's answer about {path} is no list")
            yield from (entry for entry in found if isinstance(entry, dict))
            url = self._next(headers)

    def get(self, path: str, **query: str) -> Mapping[str, Any]:
        """One thing of the repository."""
        import httpx

        url = str(httpx.URL(self._url(path), params=query)) if query else self._url(path)
        return _object(self._send("GET", url, None)[0], path)

    def membership(self, team: str, login: str) -> Mapping[str, Any]:
        """What somebody is in a team of the repository's owner. `DeniedError` for who is none, and
        for a token that may not know."""
        owner = self._repository.partition("/")[0]
        way = "/".join(
            quote(part, safe="") for part in (owner, "teams", team, "memberships", login)
        )
        return _object(self._send("GET", f"{self._base}/orgs/{way}", None)[0], "a team")

    def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create something in the repository; what GitHub made of it."""
        return _object(self._send("POST", self._url(path), body)[0], path)

    def patch(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change something in the repository; what it is now."""
        return _object(self._send("PATCH", self._url(path), body)[0], path)

    def delete(self, path: str) -> None:
        """Delete something of the repository."""
        self._send("DELETE", self._url(path), None)

    def wait(self, attempt: int, error: PassingError) -> None:
        """Wait before the next attempt, as long as GitHub asks. `error` again where that is too
        long, or where that was the last attempt."""
        seconds = 2.0 ** (attempt + 1) if error.seconds is None else max(error.seconds, 1.0)
        if attempt + 1 >= _ATTEMPTS or seconds > _LONGEST_WAIT:
            raise error
        self.clock.sleep(seconds)

    def _url(self, path: str) -> str:
        return f"{self._base}/repos/{self._repository}/{path}"

    def _next(self, headers: Mapping[str, str]) -> str | None:
        """The next page, if it is one of the same server."""
        match = _NEXT.search(headers.get("link", ""))
        if match is None:
            return None
        ours, theirs = urlsplit(self._base), urlsplit(match[1])
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise GitHubError("GitHub's next page is at another server")
        return match[1]

    def _send(
        self, method: str, url: str, body: Mapping[str, Any] | None
    ) -> tuple[Any, Mapping[str, str]]:
        """One request, never repeated here: whether a lost one was done shows when whoever asks
        reads everything anew."""
        import httpx

        assert self._client is not None  # it is a context manager
        data = bytearray()
        content = None if body is None else orjson.dumps(body)
        try:
            with self._client.stream(method, url, content=content) as response:
                for chunk in response.iter_bytes():
                    data += chunk
                    if len(data) > _MOST_ANSWER:
                        raise GitHubError("GitHub's answer is too large")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PassingError(f"GitHub cannot be reached: {type(error).__name__}") from None
        if not 200 <= response.status_code < 300:
            raise self._refusal(response.status_code, response.headers, bytes(data))
        try:
            return (orjson.loads(data) if data else None), response.headers
        except orjson.JSONDecodeError:
            raise GitHubError("GitHub's answer is not JSON") from None

    def _refusal(self, status: int, headers: Mapping[str, str], data: bytes) -> GitHubError:
        said = _said(data).replace(self._token, "***")
        limited = (
            "retry-after" in headers
            or headers.get("x-ratelimit-remaining") == "0"
            or "rate limit" in said.lower()
        )
        if status == 429 or (status == 403 and limited):
            return PassingError(
                f"GitHub's limit of requests is reached: {said}", self._asked(headers)
            )
        if status in _PASSING:
            return PassingError(f"GitHub answered {status}", self._asked(headers))
        if status in (401, 403, 404):
            return DeniedError(
                f"the token may not do this (GitHub answered {status}: {said})",
                hint="give the job the permission; the token of a pull request from a fork never"
                " has it",
            )
        return GitHubError(f"GitHub answered {status}: {said}")

    def _asked(self, headers: Mapping[str, str]) -> float | None:
        """How long GitHub asks to wait."""
        after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
        if after.isascii() and after.isdigit():
            return float(after[:9])
        if headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdigit():
            return max(float(reset[:12]) - self.clock.now().timestamp(), 0.0)
        return None


def _must_be_safe(api: str) -> None:
    """The token goes over TLS, or stays on this machine."""
    try:
        parts = urlsplit(api)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        raise GitHubError(f"GITHUB_API_URL is no https address: {api!r}", hint="correct it")


def _object(found: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise GitHubError(f"GitHub's answer about {path} is not what it should be")
    return found


def _said(data: bytes) -> str:
    """The reason that GitHub gives, on one line."""
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError:
        return "it does not say why"
    text = found.get("message") if isinstance(found, dict) else None
    return " ".join(text.split())[:200] if isinstance(text, str) else "it does not say why"
