"""Appending to the ledger under one lease, in order, from several threads."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.ledger.events import Event, Kind, Provenance, StreamId, format_of
from stardust_gitops.ledger.store import Lease, LedgerStore

_ADVICE = 50
"""Advisory events that are kept back, to be appended together: each by itself costs as much as
putting a small file."""


class Entry(NamedTuple):
    """An event to be: its place in the stream is found when it is appended."""

    stream: StreamId
    kind: Kind
    data: Mapping[str, Any]


class Journal:
    """Appends events of one target's run.

    It remembers the head of every stream that it has seen. So an event that somebody else put
    there in the meantime is a `ConflictError`, never overlooked.
    """

    def __init__(
        self, ledger: LedgerStore, *, lease: Lease, clock: Clock, provenance: Provenance
    ) -> None:
        self._ledger = ledger
        self._lease = lease
        self._clock = clock
        self._provenance = provenance
        self._lock = threading.Lock()
        self._heads: dict[StreamId, tuple[int, str]] = {}
        self._advice: list[Entry] = []
        self.wrote = False
        """Whether anything was appended."""

    @property
    def fence(self) -> int:
        """The fencing number of the lease."""
        return self._lease.fence

    def now(self) -> datetime:
        """The time that an event would have."""
        return self._clock.now()

    def version(self, stream: StreamId) -> int:
        """The version of a stream, as this run knows it."""
        with self._lock:
            return self._head(stream)[0]

    def append(self, *entries: Entry) -> None:
        """Append all or nothing, durable on return, after what was advised before. Errors as of
        `LedgerStore.append`."""
        with self._lock:
            entries = (*self._advice, *entries)
            if not entries:
                return
            self._advice.clear()
            time = instant_text(self._clock.now())
            heads: dict[StreamId, tuple[int, str]] = {}
            events = []
            for stream, kind, data in entries:
                version, head = heads.get(stream) or self._head(stream)
                event = Event(
                    stream=stream,
                    version=version + 1,
                    kind=kind,
                    time=time,
                    provenance=self._provenance,
                    data=data,
                    format=format_of(kind),
                    previous=head,
                )
                heads[stream] = (event.version, event.digest())
                events.append(event)
            self._ledger.append(events, lease=self._lease)
            self._heads.update(heads)
            self.wrote = True

    def advise(self, entry: Entry) -> None:
        """Append what may be lost, before the next event or when there is more of it, where the
        ledger keeps such events at all; else nothing. What it would tell is then found out at the
        recipient."""
        if not self._ledger.keeps_advisory:
            return
        with self._lock:
            self._advice.append(entry)
            enough = len(self._advice) >= _ADVICE
        if enough:
            self.append()

    def _head(self, stream: StreamId) -> tuple[int, str]:
        if stream not in self._heads:
            read = self._ledger.batch if stream.is_batch else self._ledger.state
            state = read(stream)
            self._heads[stream] = (state.version, state.head)
        return self._heads[stream]
