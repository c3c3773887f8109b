"""Recipients with an HTTP API, on this machine: one that takes files, one that pulls them.

What they are told to do wrong is a `Fault`: an answer instead of the true one, or something done to
the connection before or after what was asked is done.
"""

from __future__ import annotations

import email.parser
import email.policy
import hashlib
import json
import os
import re
import shutil
import socket
import ssl
import struct
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

CLIENT_ID, CLIENT_SECRET, STATIC_TOKEN = "alpha-tide", "s3cret/with+signs", "tok-0123456789"
PAGE = 7


@dataclass(kw_only=True)
class Fault:
    """For so many requests that match ``METHOD path``: the answer `status` with `body`, or what
    `act` does with the connection; `after` what was asked is done, or instead of it."""

    match: str
    status: int = 0
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None
    after: bool = False
    times: int = 1


@dataclass(kw_only=True)
class Asked:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    size: int

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(kw_only=True)
class Server:
    """What the server knows. `login` is how it wants to be asked: none, bearer, basic, key or
    oauth2 (whose tokens are good for so many requests)."""

    url: str
    root: Path
    partial: Path
    login: str = "none"
    uses: int = 1_000_000
    expires_in: int | None = 3600
    idempotent: bool = True
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    deliveries: dict[str, str] = field(default_factory=dict)
    """Id to reference."""
    keys: dict[str, str] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)
    """The references of deliveries that were begun, each time."""
    tokens: dict[str, int] = field(default_factory=dict)
    lies: int = 0
    """Bytes more than there are that it says it has."""

    def requests(self, pattern: str) -> list[Asked]:
        """The requests that match."""
        return [each for each in self.asked if re.search(pattern, str(each))]

    def files(self) -> list[str]:
        """What it has."""
        return sorted(p.relative_to(self.root).as_posix() for p in self.root.rglob("*.*"))


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def endless(handler: BaseHTTPRequestHandler) -> None:
    """An answer without an end."""
    _begin(handler)
    block = b"%x\r\n%b\r\n" % (1 << 16, b'"' + b"x" * ((1 << 16) - 1))
    with suppress(OSError):
        while True:
            handler.wfile.write(block)


def slow(handler: BaseHTTPRequestHandler) -> None:
    """An answer of a byte now and then."""
    _begin(handler)
    with suppress(OSError):
        for _ in range(200):
            handler.wfile.write(b"1\r\n \r\n")
            time.sleep(0.05)


def silent(handler: BaseHTTPRequestHandler) -> None:
    """No answer for a while."""
    time.sleep(1.5)


def bomb(handler: BaseHTTPRequestHandler) -> None:
    """JSON so deep that it breaks parsers."""
    data = b"[" * 200_000
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def _begin(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.close_connection = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state: Server

    def do_POST(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        self.asked = Asked(
            method=self.command,
            path=unquote(parts.path),
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            size=int(self.headers.get("Content-Length") or 0),
        )
        self.state.asked.append(self.asked)
        self.body_read = False
        try:
            fault = self._fault()
            if fault is not None and not fault.after:
                self._wrong(fault)
                return
            status, document, headers = self._respond()
            if fault is not None:
                self._wrong(fault)
            else:
                data = document if isinstance(document, bytes) else json.dumps(document).encode()
                self._send(status, data, headers)
        except OSError:
            self.close_connection = True  # the client has gone

    def _fault(self) -> Fault | None:
        found = next(
            (f for f in self.state.faults if f.times and re.search(f.match, str(self.asked))), None
        )
        if found is not None:
            found.times -= 1
        return found

    def _wrong(self, fault: Fault) -> None:
        if fault.act is not None:
            fault.act(self)
            return
        self._send(fault.status, fault.body, fault.headers)

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        if not self.body_read and self.asked.size:
            self.close_connection = True
            if self.asked.size < 10_000_000:
                self.rfile.read(self.asked.size)
        self.send_response_only(status)
        for name, value in {"Date": self.date_time_string(), **headers}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _json(self) -> Any:
        self.body_read = True
        return json.loads(self.rfile.read(self.asked.size) or b"{}")

    def _known(self) -> bool:
        said, state = self.asked.headers.get("authorization", ""), self.state
        match state.login:
            case "bearer":
                return said == f"Bearer {STATIC_TOKEN}"
            case "basic":
                pair = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
                return said == f"Basic {pair}"
            case "key":
                return self.asked.headers.get("x-api-key") == STATIC_TOKEN
            case "oauth2":
                token = said.removeprefix("Bearer ")
                state.tokens[token] = state.tokens.get(token, 0) - 1
                return state.tokens[token] >= 0
        return True

    def _respond(self) -> tuple[int, Any, dict[str, str]]:
        if str(self.asked) == "POST /token":
            return (*self._token(), {})
        if not self._known():
            said = self.asked.headers.get("authorization", "")
            return 401, {"error": "who are you?", "detail": said}, {}
        match self.command, *self.asked.path.strip("/").split("/"):
            case "GET", "list":
                return (*self._list(), {})
            case _, "files", *parts:
                return self._file("/".join(parts))
            case "DELETE", "folders", *parts:
                return (*self._remove("/".join(parts)), {})
            case "POST", "form":
                return (*self._form(), {})
            case "POST", "deliveries":
                return (*self._create(), {})
            case "GET", "deliveries", name if name in self.state.deliveries:
                begun = self.state.deliveries[name] in self.state.commits
                return 200, {"data": {"status": "committed" if begun else "open"}}, {}
            case "PUT", "deliveries", name, "files", *parts if name in self.state.deliveries:
                return self._file(f"{self.state.deliveries[name]}/{'/'.join(parts)}")
            case "POST", "deliveries", name, "commit" if name in self.state.deliveries:
                return (*self._commit(self.state.deliveries[name]), {})
        return 404, {"error": "nothing here"}, {}

    def _token(self) -> tuple[int, Any]:
        self.body_read = True
        form = parse_qs(self.rfile.read(self.asked.size).decode())
        pair = f"{quote(CLIENT_ID, safe='')}:{quote(CLIENT_SECRET, safe='')}".encode()
        basic = self.asked.headers.get("authorization") == f"Basic {b64encode(pair).decode()}"
        if not basic and form.get("client_secret") != [CLIENT_SECRET]:
            return 401, {"error": "invalid_client", "error_description": f"not {form}"}
        if form["grant_type"] != ["client_credentials"]:
            return 400, {"error": "unsupported_grant_type"}
        token = f"token-{len(self.state.tokens)}-{form.get('scope', [''])[0]}"
        self.state.tokens[token] = self.state.uses
        answer = {"access_token": token, "token_type": "Bearer"}
        life = self.state.expires_in
        return 200, answer if life is None else {**answer, "expires_in": life}

    def _list(self) -> tuple[int, Any]:
        under, start = self.asked.query.get("under", ""), self.asked.query.get("cursor", "0")
        found = []
        for folder, _, names in os.walk(self.state.root / under):
            for name in names:
                path = Path(folder) / name
                if not path.is_symlink():
                    found.append(path)
        found.sort()
        begin = int(start)
        page = found[begin : begin + PAGE]
        more = str(begin + PAGE) if begin + PAGE < len(found) else None
        entries = [
            {
                "path": path.relative_to(self.state.root).as_posix(),
                "size": path.stat().st_size + self.state.lies,
            }
            for path in page
        ]
        return 200, {"files": entries, "paging": {"next": more}}

    def _file(self, path: str) -> tuple[int, Any, dict[str, str]]:
        place = self.state.root / path
        if self.command == "PUT":
            return (*self._put(place, path), {})
        if not place.is_file():
            return 404, {"error": "no such file"}, {}
        if self.command == "DELETE":
            place.unlink()
            return 204, b"", {}
        if self.command == "HEAD":
            size = place.stat().st_size + self.state.lies
            return 200, b"", {"Content-Length": str(size)}
        return 200, place.read_bytes(), {"Content-Type": "application/octet-stream"}

    def _put(self, place: Path, path: str) -> tuple[int, Any]:
        aside = self.state.partial / hashlib.sha256(path.encode()).hexdigest()
        digest, left = hashlib.sha256(), self.asked.size
        self.body_read = True
        with aside.open("wb") as stream:
            while left:
                block = self.rfile.read(min(left, 1 << 18))
                if not block:
                    raise ConnectionError
                left -= len(block)
                digest.update(block)
                stream.write(block)
        return self._keep(aside, place, digest.hexdigest())

    def _keep(self, aside: Path, place: Path, digest: str) -> tuple[int, Any]:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            size = aside.stat().st_size
            aside.replace(place)
        except OSError as error:
            return 409, {"error": error.strerror}
        return 201, {"size": size + self.state.lies, "sha256": digest}

    def _form(self) -> tuple[int, Any]:
        self.body_read = True
        head = f"Content-Type: {self.asked.headers['content-type']}\r\n\r\n".encode()
        data = head + self.rfile.read(self.asked.size)
        parser = email.parser.BytesParser(policy=email.policy.HTTP)
        parts = {
            str(part.get_param("name", header="content-disposition")): part
            for part in parser.parsebytes(data).iter_parts()
        }
        content = parts["upload"].get_payload(decode=True)
        assert isinstance(content, bytes)
        path = str(parts["where"].get_content()).strip()
        aside = self.state.partial / "form"
        aside.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return self._keep(aside, self.state.root / path, digest)

    def _remove(self, path: str) -> tuple[int, Any]:
        place = self.state.root / path
        if place.is_symlink():
            place.unlink()
        elif place.is_dir():
            shutil.rmtree(place)
        else:
            return 404, {"error": "no such folder"}
        return 204, b""

    def _create(self) -> tuple[int, Any]:
        reference = self._json()["reference"]
        for name, known in self.state.deliveries.items():
            if known == reference:
                return 409, {"error": "exists", "data": {"id": name}}
        name = f"d-{len(self.state.deliveries)}"
        self.state.deliveries[name] = reference
        return 201, {"data": {"id": name}}

    def _commit(self, reference: str) -> tuple[int, Any]:
        self._json()
        key = self.asked.headers.get("idempotency-key", "")
        if not (self.state.idempotent and key and self.state.keys.get(key) == reference):
            self.state.commits.append(reference)
            self.state.keys[key] = reference
        return 202, {"status": "accepted"}


@contextmanager
def serving(
    handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None
) -> Iterator[str]:
    """The address of a server at a free port of the loopback device."""

    class Listening(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Connections that we broke are none."""

    listening = Listening(("127.0.0.1", 0), handler)
    if context is not None:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        host = "localhost" if context else "127.0.0.1"
        yield f"{'https' if context else 'http'}://{host}:{listening.server_address[1]}"
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


@contextmanager
def upload_api(
    root: Path, partial: Path, *, context: ssl.SSLContext | None = None, **how: Any
) -> Iterator[Server]:
    """A recipient that takes files, which lie in `root` when they are whole."""
    root.mkdir(parents=True, exist_ok=True)
    partial.mkdir(parents=True, exist_ok=True)
    state = Server(url="", root=root, partial=partial, **how)
    handler = type("Handler", (_Handler,), {"state": state})
    with serving(handler, context) as url:
        state.url = url
        yield state


FILES: dict[str, Any] = {
    "upload": {"path": "/files/{path}", "size": "/size", "sha256": "/sha256"},
    "stat": {"path": "/files/{path}"},
    "list": {
        "path": "/list?under={path}&cursor={cursor}",
        "items": "/files",
        "next": "/paging/next",
    },
    "read": {"path": "/files/{path}"},
    "delete": {"path": "/files/{path}"},
    "delete_folder": {"path": "/folders/{path}"},
}
"""A target's description of this API as a store of files."""

DELIVERIES: dict[str, Any] = {
    "create": {
        "path": "/deliveries",
        "body": {"json": {"reference": "{folder}"}},
        "expect": ["201", "409"],
        "id": "/data/id",
    },
    "upload": {"path": "/deliveries/{delivery}/files/{inside}"},
    "commit": {"path": "/deliveries/{delivery}/commit", "body": {"json": {"sum": "{sha256}"}}},
}
"""The same as an API of deliveries that are created and committed, and shows nothing."""
