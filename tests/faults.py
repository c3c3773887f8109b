"""Stopping the process at any step of its input and output, as `kill -9` or a power cut would.

`Steps` counts; the wrappers make a step before and after everything that a transport or a ledger
changes, and in the middle of every file that is sent. At the chosen step the process is gone:
nothing is flushed, no `finally` runs.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, cast

from stardust_gitops.delivery.transports.base import Progress, RemoteFile, Source, Transport
from stardust_gitops.ledger.events import Event, StreamId
from stardust_gitops.ledger.holding import Holding
from stardust_gitops.ledger.state import BatchState, StreamState
from stardust_gitops.ledger.store import STORED, Lease, LedgerStore, Snapshot

KILLED = 137


class Steps:
    """Counts steps and ends the process at one of them (``None``: never)."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at = stop_at
        self.count = 0
        self._lock = threading.Lock()

    def step(self) -> None:
        """One step."""
        with self._lock:
            self.count += 1
            if self.count == self.stop_at:
                os._exit(KILLED)


class HalfwaySource(io.RawIOBase):
    """A stream that makes a step when half of its bytes were read and are on their way."""

    def __init__(self, inner: BinaryIO, size: int, steps: Steps) -> None:
        self._inner = inner
        self._half = max(1, size // 2)
        self._read = 0
        self._steps = steps

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """At most up to the half, then the rest."""
        if self._read < self._half:
            block = self._inner.read(self._half - self._read)
        else:
            if self._read == self._half:
                self._steps.step()
            block = self._inner.read(size)
        self._read += len(block)
        return block

    def close(self) -> None:
        """Close the file below."""
        self._inner.close()
        super().close()


class SteppingTransport:
    """A transport whose every change is a step."""

    def __init__(self, inner: Transport, steps: Steps) -> None:
        self._inner = inner
        self._steps = steps

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
        """Steps before, halfway and after."""

        def open_halfway() -> BinaryIO:
            return cast(BinaryIO, HalfwaySource(source.open(), source.size, self._steps))

        self._steps.step()
        halfway = replace(source, open=open_halfway)
        self._inner.put(
            halfway,
            path,
            temporary=temporary,
            progress=progress,
            resume=resume,
            completes=completes,
        )
        self._steps.step()

    def stat(self, path: str) -> RemoteFile | None:
        """Changes nothing: no step."""
        return self._inner.stat(path)

    def read(self, path: str) -> Iterator[bytes]:
        """Changes nothing: no step."""
        return self._inner.read(path)

    def list(self, folder: str) -> list[RemoteFile]:
        """Changes nothing: no step."""
        return self._inner.list(folder)

    def delete(self, path: str) -> None:
        """Steps before and after."""
        self._steps.step()
        self._inner.delete(path)
        self._steps.step()

    def remove_folder(self, folder: str) -> None:
        """Steps before, after one of the files has gone, and after."""
        self._steps.step()
        if files := self._inner.list(folder):
            self._inner.delete(files[0].path)
            self._steps.step()
        self._inner.remove_folder(folder)
        self._steps.step()

    def close(self) -> None:
        """Changes nothing: no step."""
        self._inner.close()


class SteppingLedger:
    """A ledger whose every change is a step."""

    def __init__(self, inner: LedgerStore, steps: Steps) -> None:
        self._inner = inner
        self._steps = steps

    @property
    def keeps_advisory(self) -> bool:
        """As the inner one."""
        return self._inner.keeps_advisory

    def append(self, events: Sequence[Event], *, lease: Lease | None = None) -> int:
        """Steps before and after."""
        self._steps.step()
        position = self._inner.append(events, lease=lease)
        self._steps.step()
        return position

    def store(self, data: bytes) -> str:
        """Steps before and after."""
        self._steps.step()
        digest = self._inner.store(data)
        self._steps.step()
        return digest

    def take_lease(
        self, environment: str, target: str, *, holder: str, wait: float = 0.0, force: bool = False
    ) -> Lease:
        """A step after: before it, nothing has happened."""
        lease = self._inner.take_lease(environment, target, holder=holder, wait=wait, force=force)
        self._steps.step()
        return lease

    def release_lease(self, lease: Lease) -> None:
        """Steps before and after."""
        self._steps.step()
        self._inner.release_lease(lease)
        self._steps.step()

    def checkpoint(self) -> None:
        """Steps before and after."""
        self._steps.step()
        self._inner.checkpoint()
        self._steps.step()

    def held_leases(self) -> Sequence[Holding]:
        """Changes nothing: no step."""
        return self._inner.held_leases()

    def checkpoints(self) -> Sequence[tuple[int, str]]:
        """Changes nothing: no step."""
        return self._inner.checkpoints()

    def renew_lease(self, lease: Lease) -> None:
        """The beat comes from a thread of its own: no step, so that counting is repeatable."""
        self._inner.renew_lease(lease)

    def snapshot(self, environment: str, *, since: str) -> Snapshot:
        """Changes nothing: no step."""
        return self._inner.snapshot(environment, since=since)

    def state(self, stream: StreamId) -> StreamState:
        """Changes nothing: no step."""
        return self._inner.state(stream)

    def batch(self, stream: StreamId) -> BatchState:
        """Changes nothing: no step."""
        return self._inner.batch(stream)

    def events(
        self, *, after: int = 0, stream: StreamId | None = None
    ) -> Iterator[tuple[int, Event]]:
        """Changes nothing: no step."""
        return self._inner.events(after=after, stream=stream)

    def histories(self, streams: Collection[StreamId]) -> Iterator[Event]:
        """Changes nothing: no step."""
        return self._inner.histories(streams)

    def fetch(self, digest: str, what: str = STORED) -> bytes:
        """Changes nothing: no step."""
        return self._inner.fetch(digest, what)

    def kept(self) -> set[str]:
        """Changes nothing: no step."""
        return self._inner.kept()

    def erase(self, digests: Collection[str]) -> None:
        """Steps before and after."""
        self._steps.step()
        self._inner.erase(digests)
        self._steps.step()

    def rebuild(self) -> None:
        """Not a part of an apply."""
        self._inner.rebuild()

    def verify(self) -> list[str]:
        """Changes nothing: no step."""
        return self._inner.verify()

    def close(self) -> None:
        """Changes nothing: no step."""
        self._inner.close()
