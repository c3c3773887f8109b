"""A transport that fails where a test says so, and remembers what was asked of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from stardust_gitops.delivery.transports.base import Progress, RemoteFile, Source, Transport


@dataclass
class Fault:
    """`error` is raised by `method` for paths that match, so many `times`; `after` it is done, or
    instead of it."""

    method: str
    path: str
    error: Exception
    times: int = 1
    after: bool = False


@dataclass
class Wire:
    """All connections to one recipient."""

    faults: list[Fault] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    hooks: list[tuple[str, str, Callable[[], None]]] = field(default_factory=list)
    connections: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def connect(self, inner: Callable[[], Transport]) -> Callable[[], Transport]:
        """A function that connects, with faults of method ``connect``."""

        def opened() -> Transport:
            self.connections += 1
            self.begin("connect", "")
            return FlakyTransport(inner(), self)

        return opened

    def begin(self, method: str, path: str) -> Fault | None:
        """Note a call; raise, or return the fault that comes after it."""
        with self._lock:
            self.calls.append((method, path))
            fault = next((f for f in self.faults if _meant(f, method, path)), None)
            if fault is not None:
                fault.times -= 1
        for name, pattern, hook in self.hooks:
            if name == method and re.search(pattern, path):
                hook()
        if fault is not None and not fault.after:
            raise fault.error
        return fault

    def puts(self) -> list[str]:
        """Paths that were put, in order."""
        return [path for method, path in self.calls if method == "put"]


def _meant(fault: Fault, method: str, path: str) -> bool:
    return fault.times > 0 and fault.method == method and re.search(fault.path, path) is not None


class FlakyTransport:
    """One connection."""

    def __init__(self, inner: Transport, wire: Wire) -> None:
        self._inner = inner
        self._wire = wire

    def __getattr__(self, name: str) -> Any:
        """What only some transports have (`Telling`, `Signing`) changes nothing."""
        return getattr(self._inner, name)

    def put(
        self,
        source: Source,
        path: str,
        *,
        temporary: str,
        progress: Progress,
        resume: bool = False,
        completes: bool = False,
    ) -> None:
        """As the inner one, or the fault."""
        fault = self._wire.begin("put", path)
        self._inner.put(
            source,
            path,
            temporary=temporary,
            progress=progress,
            resume=resume,
            completes=completes,
        )
        _raise(fault)

    def stat(self, path: str) -> RemoteFile | None:
        """As the inner one, or the fault."""
        self._wire.begin("stat", path)
        return self._inner.stat(path)

    def read(self, path: str) -> Iterator[bytes]:
        """As the inner one, or the fault."""
        self._wire.begin("read", path)
        return self._inner.read(path)

    def list(self, folder: str) -> list[RemoteFile]:
        """As the inner one, or the fault."""
        self._wire.begin("list", folder)
        return self._inner.list(folder)

    def delete(self, path: str) -> None:
        """As the inner one, or the fault."""
        self._wire.begin("delete", path)
        self._inner.delete(path)

    def remove_folder(self, folder: str) -> None:
        """As the inner one, or the fault."""
        self._wire.begin("remove_folder", folder)
        self._inner.remove_folder(folder)

    def close(self) -> None:
        """As the inner one."""
        self._inner.close()


def _raise(fault: Fault | None) -> None:
    if fault is not None:
        raise fault.error
