"""The tables of a ledger in one SQLite file, and reading them: what `SqliteLedger` keeps its events
in, and what the ledgers that keep them elsewhere derive from those (`ledger.segments`)."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from stardust_gitops.ledger.events import Event, StreamId
from stardust_gitops.ledger.sqlite import rows
from stardust_gitops.ledger.sqlite.connection import in_words, open_file
from stardust_gitops.ledger.state import BatchState, StreamState
from stardust_gitops.ledger.store import LedgerError, Operation, Snapshot
from stardust_gitops.ledger.upcast import UPCASTERS, Upcaster, read_event


class Tables:
    """One file, used by any number of processes of one machine, and by threads.

    Write-ahead log; every commit is on the disk when it returns. One connection, guarded; it must
    not be carried into a forked process. Not for network file systems: SQLite's locks and shared
    memory do not work there.
    """

    def __init__(
        self, path: Path, catalogue_id: str, *, upcasters: Mapping[int, Upcaster] = UPCASTERS
    ) -> None:
        """Open the file at `path`; errors as in `open_file`."""
        self._path = path
        self._upcasters = upcasters
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._connection = open_file(path, catalogue_id)

    @contextmanager
    def _transaction(self, begin: str, end: str) -> Iterator[sqlite3.Connection]:
        """All or nothing, and nobody else's writing shows in between."""
        if os.getpid() != self._process:
            raise LedgerError(
                "the ledger was opened in another process", hint="open it again after a fork"
            )
        with self._lock, in_words(self._path):
            connection = self._connection
            try:
                connection.execute(begin)
                yield connection
                connection.execute(end)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        # Not COMMIT: on a damaged file that fails, though there is nothing to commit.
        return self._transaction("BEGIN", "ROLLBACK")

    def _writing(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._transaction("BEGIN IMMEDIATE", "COMMIT")

    def snapshot(self, environment: str, *, since: str) -> Snapshot:
        """See `LedgerStore.snapshot`."""
        with self._reading() as connection:
            position = rows.last_position(connection)
            states = connection.execute(
                "SELECT target, subject, state FROM streams WHERE environment = ? AND planned",
                (environment,),
            ).fetchall()
            operations = connection.execute(
                "SELECT time, target, operation, subject FROM events"
                " WHERE environment = ? AND time > ? AND operation IS NOT NULL"
                " ORDER BY time, target, operation, subject",
                (environment, since),
            ).fetchall()
        releases, batches = rows.load_states(states, environment)
        recent = tuple(
            Operation(time=time, target=target, operation=operation, release=subject)
            for time, target, operation, subject in operations
        )
        return Snapshot(position=position, releases=releases, batches=batches, recent=recent)

    def state(self, stream: StreamId) -> StreamState:
        """See `LedgerStore.state`. ValueError for the stream of a batch."""
        with self._reading() as connection:
            state = rows.load(connection, stream)
        if not isinstance(state, StreamState):
            raise ValueError(f"{stream.subject} is a batch")
        return state

    def batch(self, stream: StreamId) -> BatchState:
        """See `LedgerStore.batch`. ValueError for the stream of a release."""
        with self._reading() as connection:
            state = rows.load(connection, stream)
        if not isinstance(state, BatchState):
            raise ValueError(f"{stream.subject} is not a batch")
        return state

    def events(
        self, *, after: int = 0, stream: StreamId | None = None
    ) -> Iterator[tuple[int, Event]]:
        """See `LedgerStore.events`. Reads page by page: the ledger may grow meanwhile."""
        while True:
            with self._reading() as connection:
                page = rows.page(connection, after, stream)
            if not page:
                return
            for position, body in page:
                yield position, read_event(body, self._upcasters)
            after = page[-1][0]

    def histories(self, streams: Collection[StreamId]) -> Iterator[Event]:
        """See `LedgerStore.histories`."""
        with self._reading() as connection:
            bodies = [body for stream in streams for body in rows.bodies(connection, stream)]
        for body in bodies:
            yield read_event(body, self._upcasters)

    def checkpoints(self) -> list[tuple[int, str]]:
        """See `LedgerStore.checkpoints`."""
        with self._reading() as connection:
            return rows.checkpoints(connection)

    def close(self) -> None:
        """See `LedgerStore.close`."""
        with self._lock, in_words(self._path):
            self._connection.close()
