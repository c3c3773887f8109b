"""A second opinion on a message: DDEX Workbench, a validation service on the web.

``POST /validate`` takes the message as JSON and answers with what is wrong with it. The whole
message leaves this machine, so that nothing here is used unless it was asked for. Whatever the
service answers is taken for hostile: limited in size and time, checked for its shape, never
followed elsewhere.
"""

from __future__ import annotations

import ipaddress
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from stardust_gitops.clock import Clock
from stardust_gitops.diagnostics import Severity
from stardust_gitops.errors import GitOpsError
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.workbench_answer import Opinion, opinions, refusal
from stardust_gitops.messages.xml import parse
from stardust_gitops.secrets.secret import Secret, redact

if TYPE_CHECKING:
    import httpx

API = "https://api.ddex-workbench.org/v1"
VERSIONS = frozenset({"4.3", "4.2", "3.8.2"})
"""The versions of ERN that the service says it takes."""

_WINDOW = 60.0
_MOST_ANSWER = 2_000_000
_SECONDS = 60.0
_TIMEOUT = 30.0
_ATTEMPTS = 4
_LONGEST_WAIT = 90.0
_PASSING = frozenset({429, 502, 503, 504})
_HINT = "leave --with out to do without it; nothing is wrong with the messages for that"


class WorkbenchError(GitOpsError):
    """The service gave no answer that could be used."""

    default_code = "SG4072"


class _PassingError(Exception):
    """What may pass: try again after so many seconds, or where nobody says, after some."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.seconds = seconds


@dataclass(slots=True, kw_only=True)
class Workbench:
    """The service, within its limits: 10 messages a minute of up to 5 MB, with a key 60 of up to
    10 MB; one at a time. Use it as a context manager. `answered` counts the messages that it gave
    an opinion on."""

    clock: Clock
    base: str = API
    key: Secret | None = None
    answered: int = 0
    _sent: deque[float] = field(default_factory=deque)
    _client: httpx.Client | None = None

    def __enter__(self) -> Workbench:
        self._client = _client(self.base, self.key)
        return self

    def __exit__(self, *error: object) -> None:
        if self._client is not None:
            self._client.close()

    def validate(self, message: bytes, version: str) -> list[Opinion]:
        """What the service says about a message; empty where it finds it valid.

        `WorkbenchError` where it gives no answer, after some attempts if that may pass.
        """
        if version not in VERSIONS:
            text = f"DDEX Workbench does not take ERN {version}: it was not asked"
            return [Opinion(severity=Severity.NOTE, text=text)]
        body = _request(message, version)
        most = 10_000_000 if self.key else 5_000_000
        if len(body) > most:
            text = f"the message is larger than DDEX Workbench takes ({most:,} bytes)"
            return [Opinion(severity=Severity.NOTE, text=text)]
        wait, why = 2.0, ""
        for attempt in range(_ATTEMPTS):
            try:
                return self._ask(body)
            except _PassingError as again:
                why = again.why
                if attempt + 1 < _ATTEMPTS:
                    asked = wait if again.seconds is None else again.seconds
                    self.clock.sleep(min(max(asked, 1.0), _LONGEST_WAIT))
                wait *= 2
        raise WorkbenchError(f"DDEX Workbench gave no answer: {why}", hint=_HINT)

    def _ask(self, body: bytes) -> list[Opinion]:
        self._pace()
        status, headers, answer = self._post(body)
        if status in _PASSING:
            raise _PassingError(f"it answered {status}", self._seconds(headers))
        if status != 200:
            raise WorkbenchError(
                self._safe(f"DDEX Workbench answered {status}: {refusal(answer)}"), hint=_HINT
            )
        try:
            found = opinions(answer)
        except ValueError as error:
            raise WorkbenchError(
                f"DDEX Workbench's answer is not what it should be: {error}", hint=_HINT
            ) from None
        self.answered += 1
        return [replace(each, text=self._safe(each.text)) for each in found]

    def _pace(self) -> None:
        """Wait until one more message is within the limit."""
        most = 60 if self.key else 10
        if len(self._sent) == most:
            self.clock.sleep(max(0.0, self._sent.popleft() + _WINDOW - self.clock.monotonic()))
        self._sent.append(self.clock.monotonic())

    def _seconds(self, headers: Mapping[str, str]) -> float | None:
        """How long the service asks to wait, if it says so in a way that can be read."""
        after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
        if after.isascii() and after.isdigit():
            return float(after[:9])
        if reset.isascii() and reset.isdigit():
            return float(reset[:12]) - self.clock.now().timestamp()
        return None

    def _post(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        import httpx

        assert self._client is not None  # it is a context manager
        begun, data = self.clock.monotonic(), bytearray()
        try:
            with self._client.stream("POST", "validate", content=body) as response:
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise WorkbenchError("DDEX Workbench answered compressed", hint=_HINT)
                for chunk in response.iter_raw():
                    data += chunk
                    if len(data) > _MOST_ANSWER:
                        raise WorkbenchError("DDEX Workbench answered too much", hint=_HINT)
                    if self.clock.monotonic() - begun > _SECONDS:
                        raise WorkbenchError("DDEX Workbench answered too slowly", hint=_HINT)
                return response.status_code, response.headers, bytes(data)
        except httpx.TransportError as error:
            if "CERTIFICATE" in str(error):
                raise WorkbenchError(
                    self._safe(f"DDEX Workbench cannot be trusted: {error}"), hint=_HINT
                ) from None
            raise _PassingError(self._safe(f"{type(error).__name__}: {error}")) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            text = self._safe(f"DDEX Workbench cannot be reached: {error}")
            raise WorkbenchError(text, hint=_HINT) from None

    def _safe(self, text: str) -> str:
        return redact(text, [self.key] if self.key else [])[:500]


def _client(base: str, key: Secret | None) -> httpx.Client:
    """A client that checks certificates, follows nothing and takes nothing compressed."""
    import httpx

    _must_be_safe(base)
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    headers["Content-Type"] = "application/json"
    if key is not None:
        value = key.reveal()
        if not (value.isascii() and value.isprintable()):
            raise WorkbenchError("the key of DDEX Workbench is no key: it is not plain ASCII")
        headers["Authorization"] = f"Bearer {value}"
    try:
        return httpx.Client(
            base_url=base, headers=headers, timeout=httpx.Timeout(_TIMEOUT), follow_redirects=False
        )
    except (httpx.InvalidURL, OSError) as error:  # also certificates that cannot be read
        text = f"DDEX Workbench cannot be asked: {error}"
        raise WorkbenchError(text, hint=_HINT) from None


def _must_be_safe(base: str) -> None:
    """Only https, but to this machine itself."""
    try:
        parts = urlsplit(base)
        host, scheme = parts.hostname or "", parts.scheme
    except ValueError:
        host, scheme = "", ""
    if not ((host and scheme == "https") or (scheme == "http" and _is_loopback(host))):
        raise WorkbenchError(
            f"{base} is not an https address", hint=f"DDEX_WORKBENCH_URL is {API} if not set"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # the name of another machine


def _request(message: bytes, version: str) -> bytes:
    content: dict[str, Any] = {
        "content": message.decode("utf-8"),
        "type": "ERN",
        "version": version,
        "profile": _profile(message),
    }
    return orjson.dumps({name: value for name, value in content.items() if value is not None})


def _profile(message: bytes) -> str | None:
    """The service's word for the profile that a message says it has; ``None`` where it has none."""
    try:
        said = parse(message).get("ReleaseProfileVersionId") or ""
    except MessageError:
        return None
    if "Video" in said:
        return "Video"
    if "Mixed" in said:
        return "Mixed"
    if "Audio" in said or "SingleResource" in said:
        return "AudioSingle" if "Single" in said else "AudioAlbum"
    return None
