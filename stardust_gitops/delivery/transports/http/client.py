"""One HTTP client for one recipient: requests as described, answers within limits."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import orjson

from stardust_gitops import __version__
from stardust_gitops.clock import Clock
from stardust_gitops.delivery.transports.base import (
    HostKeyError,
    PassingError,
    TransportError,
)
from stardust_gitops.delivery.transports.http.answers import Answer, shortened
from stardust_gitops.delivery.transports.http.credentials import credentials
from stardust_gitops.delivery.transports.http.description import Request
from stardust_gitops.delivery.transports.http.refusals import LATER, refusal
from stardust_gitops.delivery.transports.http.templates import (
    Values,
    in_header,
    in_json,
    in_path,
    in_text,
)
from stardust_gitops.secrets.secret import Secret, redact

if TYPE_CHECKING:
    import httpx

    from stardust_gitops.delivery.transports.settings import HttpSettings

MOST_ANSWER = 16_000_000
"""Bytes of an answer. The longest are listings; of 10,000 files one has 2 MB."""
_MOST_READ = 16 * 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The bytes of a file. `blocks` begins anew each time it is called."""

    name: str
    size: int
    blocks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    content: bytes | Callable[[], Iterator[bytes]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Client:
    """Asks the recipient. `TransportError` with what it says where it does not do it."""

    def __init__(self, settings: HttpSettings, clock: Clock) -> None:
        import httpx

        self._settings = settings
        self._clock = clock
        self._host = urlsplit(settings.url).netloc
        verify = True if settings.ca is None else ssl.create_default_context(cafile=settings.ca)
        self._http = httpx.Client(
            timeout=httpx.Timeout(settings.timeout),
            follow_redirects=False,
            verify=verify,
            headers={"User-Agent": f"stardust-gitops/{__version__}", "Accept-Encoding": "identity"},
        )
        self._credentials = credentials(settings.auth, self._post, clock)

    def log_in(self) -> None:
        """Find out whether we are known, where that takes no request to the recipient itself."""
        self._credentials.header()

    def key(self, *parts: str) -> str:
        """A UUID that is the same for the same things asked of the same recipient."""
        return str(uuid5(NAMESPACE_URL, "\n".join((self._settings.url, *parts))))

    def ask(
        self,
        request: Request,
        values: Values,
        what: str,
        *,
        sending: Sending | None = None,
        also: tuple[int, ...] = (),
        key: str = "",
    ) -> Answer:
        """The answer to a request, if its status is one that is expected, or `also` fine."""
        body = self._body(request, values, sending)
        for attempt in (1, 2):
            with self._sent(request, values, body, what, key) as response:
                answer = self._whole(response, what)
            if answer.status != 401 or attempt == 2 or not self._credentials.renew():
                break
        if answer.status in (*request.expect, *also):
            return answer
        raise refusal(answer, f"{self._host}, {what}", shortened(self._safe(answer.words())))

    def stream(self, request: Request, values: Values, what: str) -> Iterator[bytes]:
        """The bytes of an answer as they come."""
        with self._sent(request, values, _Body(), what, "") as response:
            if response.status_code not in request.expect:
                answer = self._whole(response, what)
                raise refusal(
                    answer, f"{self._host}, {what}", shortened(self._safe(answer.words()))
                )
            count = 0
            with self._translated(what):
                for block in _raw(response):
                    count += len(block)
                    if count > _MOST_READ:
                        raise TransportError(f"{self._host}, {what}: its answer has no end")
                    yield block

    def close(self) -> None:
        """End all connections."""
        self._http.close()

    def _body(self, request: Request, values: Values, sending: Sending | None) -> _Body:
        if request.body == "json":
            content = orjson.dumps(in_json(request.content, values))
            return _Body(content=content, headers={"Content-Type": "application/json"})
        if request.body == "none" or sending is None:
            return _Body()
        if request.body == "raw":
            headers = {"Content-Type": _kind(sending.name), "Content-Length": str(sending.size)}
            return _Body(content=sending.blocks, headers=headers)
        boundary = uuid5(NAMESPACE_URL, f"{self._settings.url}\n{sending.name}").hex
        before, after = _form(request.content, values, sending, boundary)
        size = len(before) + sending.size + len(after)

        def parts() -> Iterator[bytes]:
            yield before
            yield from sending.blocks()
            yield after

        return _Body(
            content=parts,
            headers={
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Content-Length": str(size),
            },
        )

    @contextmanager
    def _sent(
        self, request: Request, values: Values, body: _Body, what: str, key: str
    ) -> Iterator[httpx.Response]:
        url = self._settings.url + in_path(request.path, values)
        headers = dict(body.headers)
        headers |= {name: in_header(value, values) for name, value in request.headers.items()}
        if request.idempotency_header is not None:
            headers[request.idempotency_header] = key
        known = self._credentials.header()
        if known is not None:
            headers[known[0]] = known[1]
        content = body.content() if callable(body.content) else body.content
        with (
            self._translated(what),
            self._http.stream(request.method, url, headers=headers, content=content) as response,
        ):
            yield response

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """For a token."""
        what = "asked for a token"
        with (
            self._translated(what),
            self._http.stream("POST", url, headers=dict(headers), content=body) as response,
        ):
            answer = self._whole(response, what)
        if answer.status in (200, 400, 401, 403):
            return answer
        host = urlsplit(url).netloc
        raise refusal(answer, f"{host}, {what}", shortened(self._safe(answer.words())))

    def _whole(self, response: httpx.Response, what: str) -> Answer:
        """A whole answer, within limits of size and time."""
        data = bytearray()
        until = self._clock.monotonic() + self._settings.timeout
        if response.request.method != "HEAD":
            for block in _raw(response):
                data += block
                if len(data) > MOST_ANSWER:
                    raise TransportError(f"{self._host}, {what}: its answer is too large")
                if self._clock.monotonic() > until:
                    raise PassingError(f"{self._host}, {what}: its answer does not end", hint=LATER)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, data=bytes(data))

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        import httpx

        where = f"{self._host}, {what}"
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise self._unreachable(where, error) from error
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL) as error:
            wrong = TransportError(
                f"{where}: this cannot be asked: {self._safe(str(error))}",
                hint="check url:, path: and headers: of the target's transport",
            )
            wrong.undone = True
            raise wrong from error
        except httpx.TimeoutException as error:
            seconds = f"{self._settings.timeout:g} s"
            raise PassingError(f"{where}: no answer in {seconds}", hint=LATER) from error
        except RuntimeError as error:
            if not self._http.is_closed:
                raise
            # Somebody lost patience with us and closed the connection.
            raise PassingError(f"{where}: the connection was closed", hint=LATER) from error
        except httpx.HTTPError as error:
            text = self._safe(str(error)) or type(error).__name__
            lost = f"{where}: the connection was lost: {shortened(text)}"
            raise PassingError(lost, hint=LATER) from error

    def _unreachable(self, where: str, error: Exception) -> TransportError:
        text = shortened(self._safe(str(error))) or type(error).__name__
        failure: TransportError
        if "CERTIFICATE_VERIFY_FAILED" in text:
            failure = HostKeyError(
                f"{where}: its certificate is not trusted: {text}",
                hint="ask the recipient; a private authority's certificate goes under ca:",
            )
        else:
            failure = PassingError(
                f"{where}: cannot be reached: {text}", hint="check url: of the transport"
            )
        failure.undone = True
        return failure

    def _safe(self, text: str) -> str:
        known = (secret for secret in self._credentials.secrets() if len(secret) > 3)
        return redact(text, map(Secret, known))


def _raw(response: httpx.Response) -> Iterator[bytes]:
    """The body as it was sent. We ask for no compression, so that a small answer stays small."""
    coding = response.headers.get("content-encoding", "identity").lower()
    if coding not in ("identity", ""):
        raise TransportError(f"the answer is compressed ({coding[:20]}), which was not asked for")
    return response.iter_raw()


def _kind(name: str) -> str:
    return "application/xml" if name.endswith(".xml") else "application/octet-stream"


def _form(
    fields: Mapping[str, Any], values: Values, sending: Sending, boundary: str
) -> tuple[bytes, bytes]:
    """A multipart form (RFC 7578) up to the file's bytes, and what follows them. The file goes
    last, in the field whose template is ``{file}``."""
    file = next((name for name, template in fields.items() if template == "{file}"), "file")
    lines = []
    for name, template in fields.items():
        if name == file:
            continue
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{_quoted(name)}"', ""]
        lines.append(in_text(template, values))
    names = f'name="{_quoted(file)}"; filename="{_quoted(sending.name)}"'
    lines += [f"--{boundary}", f"Content-Disposition: form-data; {names}"]
    lines += [f"Content-Type: {_kind(sending.name)}", "", ""]
    return "\r\n".join(lines).encode(), f"\r\n--{boundary}--\r\n".encode()


def _quoted(name: str) -> str:
    """As browsers write names of fields and files (WHATWG HTML, multipart/form-data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
