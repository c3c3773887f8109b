"""A strict and moody server between a client and a store of objects.

It refuses bytes that have not the digests that were announced, as Amazon's store does and those of
the tests do not, and fails where a test says so.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, NamedTuple

_HOP = {"connection", "transfer-encoding", "date", "server"}
_SIZE = re.compile(rb"(<(?:Size|Content-Length)>)([0-9]+)")
"""Of an object in a listing of S3 or of Azure."""
_ERROR = "<Error><Code>{}</Code><Message>{}</Message></Error>"


class Asked(NamedTuple):
    """A request that was made; `length` is that of its body."""

    method: str
    path: str
    length: int


@dataclass
class Mood:
    """What happens to requests that match, so many `times`, after `skip` of them.

    ``refuse`` answers with `status` and `code`; ``reset`` reads half of the body and hangs up;
    ``swallow`` does what was asked and hangs up; ``truncate`` gives half of the answer; ``corrupt``
    changes a byte of the body on its way; ``lie`` tells sizes that are larger by one.
    """

    method: str
    path: str
    what: Literal["refuse", "reset", "swallow", "truncate", "corrupt", "lie"]
    times: int = 1
    skip: int = 0
    status: int = 503
    code: str = "SlowDown"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Checker:
    """The server at `port`, before the one at `upstream`."""

    port: int
    upstream: int
    moods: list[Mood] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def sent(self, method: str, path: str) -> list[Asked]:
        """Requests that match."""
        return [each for each in self.asked if _meant(each, method, path)]

    def mood_for(self, asked: Asked) -> Mood | None:
        """Note a request; what is to happen to it, if it is something special."""
        with self._lock:
            self.asked.append(asked)
            for mood in self.moods:
                if mood.times > 0 and _meant(asked, mood.method, mood.path):
                    if mood.skip > 0:
                        mood.skip -= 1
                        continue
                    mood.times -= 1
                    return mood
        return None


def _meant(asked: Asked, method: str, path: str) -> bool:
    return asked.method == method and re.search(path, asked.path) is not None


@contextmanager
def checker(upstream: int) -> Iterator[Checker]:
    """One that runs in threads of this process."""

    class Handler(_Handler):
        pass

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Handler.checker = Checker(port=server.server_address[1], upstream=upstream)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Handler.checker
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has hung up is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    checker: Checker

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        mood = self.checker.mood_for(Asked(self.command, self.path, length))
        what = mood.what if mood else None
        if what == "reset":
            self.rfile.read(length // 2)
            self._hang_up()
            return
        body = self.rfile.read(length)
        if what == "corrupt":
            body = bytes([body[0] ^ 1]) + body[1:]
        if mood is not None and what == "refuse":
            self._refuse(mood.status, mood.code, "as the test says", mood.headers)
        elif wrong := _wrong_digest(self.headers, body):
            self._refuse(400, wrong, "the bytes have another digest")
        else:
            self._forward(body, what)

    def _forward(self, body: bytes, what: str | None) -> None:
        connection = HTTPConnection("127.0.0.1", self.checker.upstream, timeout=30)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if what == "swallow":
            self._hang_up()
            return
        if what == "lie":
            data = _SIZE.sub(lambda found: b"%s%d" % (found[1], int(found[2]) + 1), data)
        told = [(k, v) for k, v in answer.getheaders() if k.lower() not in _HOP]
        if self.command != "HEAD":
            told = [(k, v) for k, v in told if k.lower() != "content-length"]
            told.append(("Content-Length", str(len(data))))
        self._answer(answer.status, told, data[: len(data) // 2] if what == "truncate" else data)
        if what == "truncate":
            self._hang_up()

    def _refuse(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        data = b"" if self.command == "HEAD" else _ERROR.format(code, message).encode()
        told = [("Content-Length", str(len(data))), ("x-ms-error-code", code)]
        self._answer(status, [*told, *(headers or {}).items()], data)

    def _answer(self, status: int, headers: list[tuple[str, str]], data: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _hang_up(self) -> None:
        self.close_connection = True
        # Lingering for no time makes it a reset, and not an end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def _wrong_digest(headers: Message, body: bytes) -> str | None:
    """The code of the refusal, where a digest that is announced is not that of the body."""
    sha256 = hashlib.sha256(body)
    md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    if headers.get("Content-MD5", md5) != md5:
        return "Md5Mismatch" if "x-ms-version" in headers else "BadDigest"
    checksum = base64.b64encode(sha256.digest()).decode()
    if headers.get("x-amz-checksum-sha256", checksum) != checksum:
        return "BadDigest"
    signed = headers.get("x-amz-content-sha256", "")
    if re.fullmatch("[0-9a-f]{64}", signed) and signed != sha256.hexdigest():
        return "XAmzContentSHA256Mismatch"
    return None


for _verb in ("GET", "HEAD", "PUT", "POST", "DELETE"):
    setattr(_Handler, f"do_{_verb}", _Handler._serve)
