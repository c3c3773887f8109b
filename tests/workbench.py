"""A server on this machine that speaks the documented protocol of DDEX Workbench, well or badly."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

VALID: dict[str, Any] = {
    "valid": True,
    "errors": [],
    "metadata": {"processingTime": 12, "schemaVersion": "4.3", "validatedAt": "2026-11-22"},
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server answers; `write`, given the stream after the headers, replaces the body."""

    status: int = 200
    body: bytes = json.dumps(VALID).encode()
    headers: tuple[tuple[str, str], ...] = ()
    write: Callable[[Any], None] | None = None


def invalid(*errors: dict[str, Any]) -> Answer:
    """The answer that finds these errors."""
    return Answer(body=json.dumps({**VALID, "valid": False, "errors": errors}).encode())


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass(kw_only=True)
class Server:
    """The server: `answers` are given one after the other, the last one for ever."""

    url: str
    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    requests: list[Request] = field(default_factory=list)

    def next(self, request: Request) -> Answer:
        """Record a request; what to answer."""
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def workbench(context: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server at a free port of the loopback device, with TLS where a context is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            answer = server.next(
                Request(
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=json.loads(self.rfile.read(length)),
                )
            )
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.write is None:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            try:
                (answer.write or (lambda stream: stream.write(answer.body)))(self.wfile)
            except OSError:
                self.close_connection = True  # the client has heard enough

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    scheme = "http"
    if context is not None:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        scheme = "https"
    server = Server(url=f"{scheme}://127.0.0.1:{listening.server_address[1]}/v1")
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
