"""A recipient that pulls, in the shapes of Stardust DSP: it is told of a message, downloads the
files from the addresses it is given and compares their MD5 with the message's."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.http_servers import reset, serving

KEY, DISTRIBUTOR = "dsp-key-0123456789", "alpha-tide"
RECEIVED = {"status": "received"}
_SUM = re.compile(rb"<HashSumValue>([0-9a-f]{32})</HashSumValue>|<HashSum>([0-9a-f]{32})</HashSum>")


@dataclass(kw_only=True)
class Dsp:
    """What the service knows: deliveries by id, and how often each was told."""

    url: str
    deliveries: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, list[bytes]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What checkDeliveryStatus says of a delivery, in the place of that it was received."""
    lose: list[bool] = field(default_factory=list)
    """For the next deliveries: break the connection, after or before it was taken."""

    def receive(self, said: dict[str, Any]) -> dict[str, Any]:
        """Take a delivery."""
        name = f"{said['distributorId']}_{said['messageId']}"
        fetched = [_get(url) for url in (*said["audioFiles"], *said["imageFiles"])]
        sums = {
            next(filter(None, found)).decode() for found in _SUM.findall(said["ernXml"].encode())
        }
        if {hashlib.md5(data, usedforsecurity=False).hexdigest() for data in fetched} != sums:
            self.wrong.append(name)
        self.told.append(name)
        self.deliveries[name] = said
        self.files[name] = fetched
        return {
            "success": True,
            "deliveryId": name,
            "messageId": said["messageId"],
            "autoProcess": True,
            "fileTransferQueued": True,
            "acknowledgmentId": f"ACK_{name}",
        }


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


@contextmanager
def dsp() -> Iterator[Dsp]:
    """The service at a free port of the loopback device."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                self._send(500, {"error": "Delivery failed", "details": "bad key"})
                return
            lose = state.lose.pop(0) if state.lose else None
            if lose is False:
                reset(self)
                return
            answer = state.receive(said)
            if lose:
                reset(self)
            else:
                self._send(200, answer)

        def do_GET(self) -> None:
            name = parse_qs(urlsplit(self.path).query)["deliveryId"][0]
            known = name in state.deliveries
            said = state.statuses.get(name, RECEIVED)
            self._send(200 if known else 404, {"found": known, **said})

        def _send(self, status: int, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    state = Dsp(url="")
    with serving(Handler) as url:
        state.url = url
        yield state
