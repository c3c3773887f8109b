"""The ledger in one SQLite file: the embedded default."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from stardust_gitops import __version__
from stardust_gitops.clock import Clock, SystemClock, instant_text
from stardust_gitops.ledger.audit import Auditor
from stardust_gitops.ledger.events import LEASE_SUBJECT, Event, Kind, Provenance, StreamId
from stardust_gitops.ledger.sqlite import leases, rows, schema
from stardust_gitops.ledger.sqlite.connection import in_words, ledger_error, open_file
from stardust_gitops.ledger.state import BatchState, StreamState
from stardust_gitops.ledger.store import Lease, LedgerError, Operation, Snapshot
from stardust_gitops.ledger.upcast import UPCASTERS, Upcaster, read_event

LEASE_EXPIRY = 60.0
"""Seconds without a beat after which an observer takes a lease over."""

_POLL_SECONDS = 1.0


class SqliteLedger:
    """A ledger in one file, used by any number of processes of one machine.

    Write-ahead log; every commit is on the disk when it returns. One connection, guarded; it must
    not be carried into a forked process. Not for network file systems: SQLite's locks and shared
    memory do not work there.
    """

    def __init__(
        self,
        path: Path,
        catalogue_id: str,
        *,
        clock: Clock | None = None,
        expiry: float = LEASE_EXPIRY,
        upcasters: Mapping[int, Upcaster] = UPCASTERS,
    ) -> None:
        """Open the ledger at `path`; `expiry` is in seconds.

        `LedgerMissingError` where there is none, `WrongLedgerError` where it belongs to another
        catalogue or a newer program, `LedgerError` where it cannot be read.
        """
        self._path = path
        self._clock = clock or SystemClock()
        self._upcasters = upcasters
        self._watch = leases.Watch(expiry)
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
                " WHERE environment = ? AND time > ? AND operation IS NOT NULL ORDER BY time",
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

    def append(self, events: Sequence[Event], *, lease: Lease | None = None) -> int:
        """See `LedgerStore.append`."""
        with self._writing() as connection:
            if lease is not None:
                leases.check(connection, lease, events)
            return rows.append(connection, events)

    def store(self, data: bytes) -> str:
        """See `LedgerStore.store`."""
        digest = hashlib.sha256(data).hexdigest()
        with self._reading() as connection:
            known = rows.has_blob(connection, digest)
        if not known:
            packed = zlib.compress(data)
            with self._writing() as connection:
                rows.put_blob(connection, digest, len(data), packed)
        return digest

    def fetch(self, digest: str) -> bytes:
        """See `LedgerStore.fetch`."""
        with self._reading() as connection:
            data = rows.get_blob(connection, digest)
        if data is None:
            raise LedgerError(
                f"the bytes {digest} are missing in the ledger, or damaged",
                hint="run `stardust-gitops ledger verify`; restore the ledger from a backup",
                code="SG5008",
            )
        return data

    def take_lease(self, environment: str, target: str, *, holder: str, wait: float = 0.0) -> Lease:
        """See `LedgerStore.take_lease`."""
        until = self._clock.monotonic() + wait
        while True:
            with self._writing() as connection:
                holding, now = leases.read(connection, environment, target), self._clock.monotonic()
                held = holding is not None and holding.held
                reason = self._watch.why_over(holding, now) if holding and held else None
                if holding is None or not held or reason:
                    lease = leases.grant(connection, environment, target, holder, holding)
                    if holding and reason:
                        event = self._takeover(connection, lease, holding, reason)
                        rows.append(connection, [event])
                    return lease
            if now >= until:
                raise leases.held(holding, self._watch.expiry)
            self._clock.sleep(min(_POLL_SECONDS, until - now))

    def _takeover(
        self, connection: sqlite3.Connection, lease: Lease, lost: leases.Holding, reason: str
    ) -> Event:
        stream = StreamId(lease.environment, lease.target, LEASE_SUBJECT)
        state = rows.load(connection, stream)
        return Event(
            stream=stream,
            version=state.version + 1,
            previous=state.head,
            kind=Kind.LEASE_TAKEN_OVER,
            time=instant_text(self._clock.now()),
            provenance=Provenance(actor=lease.holder, run=lease.holder, program=__version__),
            data={
                "reason": reason,
                "fence": lease.fence,
                "holder": lease.holder,
                "lost": {
                    "fence": lost.lease.fence,
                    "holder": lost.lease.holder,
                    "host": lost.process.host,
                    "pid": lost.process.pid,
                },
            },
        )

    def renew_lease(self, lease: Lease) -> None:
        """See `LedgerStore.renew_lease`."""
        with self._writing() as connection:
            leases.beat(connection, lease)

    def release_lease(self, lease: Lease) -> None:
        """See `LedgerStore.release_lease`."""
        with self._writing() as connection:
            leases.release(connection, lease)

    def rebuild(self) -> None:
        """See `LedgerStore.rebuild`."""
        with self._writing() as connection:
            rows.rebuild(connection, self._upcasters)

    def checkpoint(self) -> None:
        """See `LedgerStore.checkpoint`. Writes nothing where nothing happened since the last."""
        with self._writing() as connection:
            rows.checkpoint(connection)

    def verify(self) -> list[str]:
        """See `LedgerStore.verify`. Reads all that there is."""
        with self._reading() as connection:
            problems = [f"SQLite: {text}" for text in rows.damage(connection)]
            missing = set(schema.TRIGGERS) - rows.triggers(connection)
            problems += [f"the guard {name} was removed" for name in sorted(missing)]
            try:
                self._audit(connection, problems)
            except sqlite3.DatabaseError as error:
                problems.append(ledger_error(self._path, error).message)
        return problems

    def _audit(self, connection: sqlite3.Connection, problems: list[str]) -> None:
        auditor = Auditor(problems, self._upcasters)
        auditor.read(
            rows.stored_events(connection),
            rows.checkpoints(connection),
            rows.ever_written(connection),
        )
        auditor.compare(rows.derived(connection))
        for digest in rows.blob_digests(connection):
            by = auditor.references.pop(digest, "nothing refers to them")
            if rows.get_blob(connection, digest) is None:
                problems.append(f"the bytes {digest} are damaged ({by})")
        for digest, by in auditor.references.items():
            problems.append(f"the bytes {digest} are missing ({by})")

    def close(self) -> None:
        """See `LedgerStore.close`."""
        with self._lock, in_words(self._path):
            self._connection.close()
