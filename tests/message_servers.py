"""Who takes messages for people: a mail server and a webhook, both real and local."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(slots=True)
class MailServer:
    """What has arrived by mail; `url` is an address of apprise."""

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def texts(self) -> list[tuple[str, str]]:
        """Subject and text of each."""
        found = []
        for mail in self.mails:
            body = mail.get_body(("plain",))
            assert body is not None
            found.append((str(mail["subject"]), body.get_content()))
        return found


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server of this machine."""
    server = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]  # the controller takes no other
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        server.url = f"mailto://127.0.0.1:{port}?from=a@alpha.example&to=team@alpha.example"
        yield server
    finally:
        controller.stop()


@dataclass(slots=True)
class Webhook:
    """What has been posted; answers with `status`. `url` is an address of apprise."""

    url: str = ""
    status: int = 200
    posts: list[Any] = field(default_factory=list)


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A web server that takes JSON."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posts.append(json.loads(data))
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        hook.url = f"json://user:hunter22@127.0.0.1:{server.server_port}/hook"
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
