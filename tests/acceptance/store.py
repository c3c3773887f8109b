"""The target ``store`` behind a real SFTP server, and a line to it that is slow or breaks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import ICPNS, TARGET, CatalogueFolder
from tests.servers import SshServer

LOCAL = "transport: {protocol: directory, path: delivered/@NAME@}"
REMOTE = """\
attempts: 2
transport:
  protocol: sftp
  host: 127.0.0.1
  port: @PORT@
  username: @USER@
  private_key: env:STORE_KEY
  host_key: @HOST_KEY@
  path: @PATH@
  timeout: 5"""


class Store:
    """The target ``store`` of a catalogue, in a folder of the server."""

    def __init__(self, catalogue: CatalogueFolder, server: SshServer, inbox: Path) -> None:
        self.catalogue = catalogue
        self.server = server
        self.inbox = inbox
        self.events = catalogue.root.parent / "events.ndjson"
        inbox.mkdir(parents=True)

    def reach(self, *, port: int = 0, host_key: str = "", path: Path | None = None) -> None:
        """Write the target's file: how the store is reached."""
        remote = (
            REMOTE.replace("@PORT@", str(port or self.server.port))
            .replace("@USER@", self.server.username)
            .replace("@HOST_KEY@", host_key or self.server.host_key)
            .replace("@PATH@", (path or self.inbox).relative_to(self.server.root).as_posix())
        )
        self.catalogue.add_target("store", text=TARGET.replace(LOCAL, remote))

    def files(self) -> list[Path]:
        """All that lies there."""
        return [path for path in self.inbox.rglob("*") if path.is_file()]

    def messages(self) -> list[str]:
        """The names of the messages that have arrived, sorted."""
        return sorted(path.name for path in self.files() if path.suffix == ".xml")

    def fails(self, *fragments: str) -> None:
        """`apply` ends with 6 and says this; nothing is complete at the store, no secret told."""
        outcome = self.catalogue.apply("--events", self.events)
        assert_told(outcome, 6, "2 failed", *fragments)
        assert self.messages() == []
        self.assert_no_secret(outcome.text)

    def recovers(self) -> None:
        """The next apply ends well and leaves one delivery of each release."""
        outcome = self.catalogue.apply("--events", self.events)
        assert_told(outcome, 0, "Apply: ")
        self.assert_delivered_once()
        self.assert_no_secret(outcome.text)

    def assert_delivered_once(self) -> None:
        """Two releases have arrived whole, nothing else lies there, and nothing is to be sent."""
        assert self.messages() == [f"{icpn}.xml" for icpn in ICPNS[:2]]
        assert len(self.files()) == 6, "two messages, each with audio and cover"
        assert_told(self.catalogue.apply(), 0, "No changes.")
        assert_told(self.catalogue.run("ledger", "verify"), 0, "The ledger is sound.")

    def assert_no_secret(self, text: str) -> None:
        """Neither what was printed, nor the ledger, nor the events hold a line of the key."""
        written = [self.events, *self.catalogue.path(".stardust").glob("ledger.db*")]
        shown = [text.encode(), *(path.read_bytes() for path in written if path.exists())]
        shown.append(self.catalogue.must("history", "--format", "json").stdout.encode())
        for line in self.server.private_key.splitlines()[1:-1]:
            assert not any(line.encode() in data for data in shown)


@contextmanager
def line_to(port: int, *, breaks_after: int = 1 << 40, pause: float = 0.0) -> Iterator[int]:
    """A port that leads to another one. Each connection breaks when so many bytes were sent over
    it; before each 16 KiB it waits for `pause` seconds."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    arguments = (client, port, breaks_after, pause)
                    threading.Thread(target=_relay, args=arguments).start()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _relay(client: socket.socket, port: int, limit: int, pause: float) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as there:
        back = threading.Thread(target=_copy, args=(there, client, 1 << 40, 0.0))
        back.start()
        _copy(client, there, limit, pause)
        for end in (client, there):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        back.join()


def _copy(source: socket.socket, sink: socket.socket, limit: int, pause: float) -> None:
    with suppress(OSError):
        while limit > 0 and (data := source.recv(16_384)):
            if len(data) > 1024:
                time.sleep(pause)
            sink.sendall(data)
            limit -= len(data)
