"""Real git remotes: bare repositories, reached as files, over HTTP (git-http-backend) and SSH."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

QUIET = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


def git(folder: Path, *arguments: str, **more: str) -> str:
    """Run git; what it printed, without the last line's end."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=os.environ | QUIET | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")


def bare_remote(folder: Path) -> Path:
    """A bare repository with one commit on ``main``, which lets itself be pushed to over HTTP."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare", "-b", "main")
    git(folder, "config", "http.receivepack", "true")
    git(folder, "config", "uploadpack.allowFilter", "true")
    tree = git(folder, "mktree")
    commit = git(folder, "commit-tree", tree, "-m", "The catalogue")
    git(folder, "update-ref", "refs/heads/main", commit)
    return folder


def clone(url: str, folder: Path, *options: str, **more: str) -> Path:
    """A clone with a name and an address of its own."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    git(folder.parent, "clone", "-q", *options, url, str(folder), **more)
    git(folder, "config", "user.name", "Ada")
    git(folder, "config", "user.email", "ada@example.com")
    return folder


@dataclass(kw_only=True)
class HttpServer:
    """Serves the repositories below `root`. With `tokens` (name → whether it may push) it asks who
    is there; requests count up in `requests`. While `silent` it drops answers to pushes."""

    root: Path
    port: int
    tokens: dict[str, bool] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    silent: int = 0

    def url(self, folder: Path, token: str = "") -> str:
        """The address of a repository."""
        who = f"x-access-token:{token}@" if token else ""
        return f"http://{who}127.0.0.1:{self.port}/{folder.relative_to(self.root).as_posix()}"


@contextmanager
def http_server(root: Path) -> Iterator[HttpServer]:
    """Start git-http-backend behind a small server on a free port."""
    backend = Path(git(root, "--exec-path")) / "git-http-backend"
    if not backend.exists():
        pytest.skip("git-http-backend is not installed")
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _handler(backend))
    listener.daemon_threads = True
    server = HttpServer(root=root, port=listener.server_address[1])
    listener.git = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def _handler(backend: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """One request through CGI (RFC 3875)."""

        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            """A request without a body."""
            self._serve(b"")

        def do_POST(self) -> None:
            """A request with one."""
            self._serve(self._body())

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", "0")))
            found = b""
            while size := int(self.rfile.readline(), 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        def _serve(self, body: bytes) -> None:
            server: HttpServer = self.server.git  # type: ignore[attr-defined]
            server.requests.append(self.path)
            path, _, query = self.path.partition("?")
            pushes = "git-receive-pack" in self.path
            status, token = self._who(server, pushes)
            if status:
                self._answer(status, [("WWW-Authenticate", "Basic")], b"no\n")
                return
            env = os.environ | {
                "GIT_PROJECT_ROOT": str(server.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_USER": token,
                "REMOTE_ADDR": "127.0.0.1",
            }
            done = subprocess.run([backend], input=body, env=env, capture_output=True, check=False)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
            headers = [(name, value) for name, value in fields if name != "Status"]
            code = next((int(v.split()[0]) for n, v in fields if n == "Status"), 200)
            if server.silent and self.command == "POST" and pushes:
                server.silent -= 1
                self.close_connection = True  # it has been done, but nobody hears of it
                return
            self._answer(code, headers, content)

        def _who(self, server: HttpServer, pushes: bool) -> tuple[int, str]:
            """The status to refuse with, 0 for none, and the name."""
            if not server.tokens:
                return 0, "anybody"
            _, _, basic = self.headers.get("Authorization", "").partition(" ")
            token = base64.b64decode(basic).decode().partition(":")[2]
            if token not in server.tokens:
                return 401, ""
            return (403 if pushes and not server.tokens[token] else 0), token

        def _answer(self, code: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response(code)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler
