"""What goes wrong between a client and a server: a TCP proxy that makes it go wrong."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType

_PIECE = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What happens to one connection. Bytes are counted from the client to the server, or the
    other way with `of_answer`; without any of these everything passes.

    After `after` bytes: with `cut` both ends see the connection broken (reset), with `stall`
    nothing passes any more in either direction, with `garbage` the client is sent so many random
    bytes, and then the end. With `rate` no more than so many bytes a second pass. `refuse` hangs
    up before the first byte; after 0 bytes `garbage` is what a server of another protocol says,
    and `cut` after a few is a handshake, such as TLS's, that does not come to its end.
    """

    after: int = 0
    of_answer: bool = False
    refuse: bool = False
    cut: bool = False
    stall: bool = False
    garbage: int = 0
    rate: int = 0

    @property
    def ends(self) -> bool:
        """Whether something happens after `after` bytes."""
        return self.cut or self.stall or bool(self.garbage)


PASS = Rule()


@dataclass
class Proxy:
    """A port of this host that leads to `upstream` (host, port).

    The first connection is under the first of `rules`, and so on; those after the last one pass.
    `passed` counts, for each connection, the bytes that went from the client to the server.
    Use as a context manager.
    """

    upstream: tuple[str, int]
    rules: list[Rule] = field(default_factory=list)
    passed: list[int] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._over = threading.Event()
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """Where the client has to go."""
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Proxy:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, name="proxy")
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            if not select.select([self._listener], [], [], 0.02)[0]:
                continue
            client, _address = self._listener.accept()
            number = len(self.passed)
            self.passed.append(0)
            rule = self.rules[number] if number < len(self.rules) else PASS
            self._start(self._serve, client, number, rule)

    def _serve(self, client: socket.socket, number: int, rule: Rule) -> None:
        with client:
            if rule.refuse:
                _reset(client)
                return
            with suppress(OSError), socket.create_connection(self.upstream, 10) as server:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._relay(client, server, number, rule)

    def _relay(self, client: socket.socket, server: socket.socket, number: int, rule: Rule) -> None:
        """Carry bytes both ways until an end is reached, or the rule makes one."""
        counted = 0
        source = server if rule.of_answer else client
        if rule.ends and rule.after == 0:
            self._strike(client, server, rule)
            return
        opened = [client, server]
        while opened and not self._over.is_set():
            for ready in select.select(opened, [], [], 0.02)[0]:
                limit = _PIECE
                if rule.ends and ready is source:
                    limit = min(limit, rule.after - counted)
                if rule.rate:
                    limit = min(limit, max(1, rule.rate // 50))
                    self._over.wait(limit / rule.rate)
                piece = ready.recv(limit)
                other = server if ready is client else client
                if not piece:
                    opened.remove(ready)
                    other.shutdown(socket.SHUT_WR)
                    continue
                other.sendall(piece)
                if ready is client:
                    self.passed[number] += len(piece)
                if ready is source:
                    counted += len(piece)
                    if rule.ends and counted >= rule.after:
                        self._strike(client, server, rule)
                        return

    def _strike(self, client: socket.socket, server: socket.socket, rule: Rule) -> None:
        if rule.garbage:
            client.sendall(os.urandom(rule.garbage))
        elif rule.stall:
            self._over.wait()
        elif rule.cut:
            _reset(client)
            _reset(server)


def _reset(connection: socket.socket) -> None:
    """Break a connection off: the other end is told, and told nothing more."""
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


@contextmanager
def proxied(port: int, *rules: Rule) -> Iterator[Proxy]:
    """A proxy before a port of this host."""
    with Proxy(("127.0.0.1", port), list(rules)) as proxy:
        yield proxy
