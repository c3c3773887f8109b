"""Following a log of segments: tables that are brought to where the log is, and reading them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from stardust_gitops.ledger.events import Event, StreamId
from stardust_gitops.ledger.segments import replica, snapshots
from stardust_gitops.ledger.segments.log import SegmentLog
from stardust_gitops.ledger.sqlite.tables import Tables
from stardust_gitops.ledger.store import Snapshot
from stardust_gitops.ledger.upcast import UPCASTERS, Upcaster


class Follower(Tables):
    """Tables that follow a log.

    All that changes the log, or follows it, happens within one write transaction of the tables: so
    one process of this machine at a time does it, and a process that is killed leaves tables which
    stand where they stood, and follow the log the next time.
    """

    def __init__(
        self,
        path: Path,
        catalogue_id: str,
        log: SegmentLog,
        *,
        upcasters: Mapping[int, Upcaster] = UPCASTERS,
    ) -> None:
        """Open the tables at `path`, which are made where they are not there, and follow the log.

        `SafetyError` where the log was rewritten, `LedgerError` where it cannot be read.
        """
        replica.open_replica(path, catalogue_id)
        super().__init__(path, catalogue_id, upcasters=upcasters)
        replica.tune(self._connection)
        self._log = log
        try:
            self.follow()
        except BaseException:
            self.close()
            raise

    def follow(self) -> None:
        """Bring the tables to where the log is."""
        with self._writing() as connection:
            self._follow(connection)

    def _follow(self, connection: sqlite3.Connection, *, shortcut: bool = True) -> None:
        mark = replica.mark(connection)
        head = self._log.refresh(mark.head)
        if head == mark.head:
            return
        known = mark.segment
        if mark.head is None and shortcut:
            known = self._begin(connection, head)
        files = self._log.read(mark.head, head, after=known)
        number = replica.feed(connection, files, known, self._upcasters)
        replica.set_mark(connection, replica.Mark(head, number, mark.listed))

    def _begin(self, connection: sqlite3.Connection, head: str) -> int:
        """Fill new tables from the snapshot in the log, if there is one; its last segment."""
        found = self._log.snapshot(head)
        if found is None:
            return 0
        (data,) = self._log.contents([found[1]])
        return snapshots.load(connection, "the snapshot", data, self._upcasters) or 0

    def _complete(self, connection: sqlite3.Connection) -> None:
        """Read the events that a snapshot spared us."""
        if replica.base(connection).position:
            files = self._log.read(None, replica.head_of(replica.mark(connection)))
            replica.fill(connection, files, self._upcasters)

    def snapshot(self, environment: str, *, since: str) -> Snapshot:
        """See `LedgerStore.snapshot`."""
        with self._writing() as connection:
            self._follow(connection)
            if since < replica.base(connection).covers:
                self._complete(connection)
            before = snapshots.operations_before(connection, environment, since)
        found = super().snapshot(environment, since=since)
        if not before:
            return found
        recent = sorted((*before, *found.recent), key=lambda operation: operation.time)
        return replace(found, recent=tuple(recent))

    def events(
        self, *, after: int = 0, stream: StreamId | None = None
    ) -> Iterator[tuple[int, Event]]:
        """See `LedgerStore.events`."""
        with self._writing() as connection:
            self._follow(connection)
            if stream is not None:
                whole = replica.is_whole(connection, stream)
            else:
                whole = after >= replica.base(connection).position
            if not whole:
                self._complete(connection)
        yield from super().events(after=after, stream=stream)

    def histories(self, streams: Collection[StreamId]) -> Iterator[Event]:
        """See `LedgerStore.histories`."""
        with self._writing() as connection:
            self._follow(connection)
            if replica.base(connection).position and not all(
                replica.is_whole(connection, stream) for stream in streams
            ):
                self._complete(connection)
        yield from super().histories(streams)

    def checkpoints(self) -> list[tuple[int, str]]:
        """See `LedgerStore.checkpoints`."""
        with self._writing() as connection:
            self._follow(connection)
            self._complete(connection)
        return super().checkpoints()
