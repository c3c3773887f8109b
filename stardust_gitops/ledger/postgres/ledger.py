"""The ledger in a PostgreSQL database: for several machines at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from psycopg import Cursor
from psycopg.rows import TupleRow

from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.ledger.audit import Auditor, State
from stardust_gitops.ledger.contents import Contents, Keeping, inside
from stardust_gitops.ledger.events import Event, StreamId
from stardust_gitops.ledger.holding import (
    LEASE_EXPIRY,
    Holding,
    Watch,
    held,
    must_cover,
    takeover,
    takeover_stream,
)
from stardust_gitops.ledger.postgres import leases, rows, schema
from stardust_gitops.ledger.postgres.contents import TableContents
from stardust_gitops.ledger.postgres.database import Database
from stardust_gitops.ledger.state import BatchState, StreamState
from stardust_gitops.ledger.store import Lease, Snapshot
from stardust_gitops.ledger.upcast import UPCASTERS, Upcaster, read_event

_POLL_SECONDS = 1.0

Rows = Cursor[TupleRow]


class PostgresLedger(Keeping):
    """A ledger in one schema of a database, used by any number of machines, processes and threads.

    Every transaction that appends locks one row first: so events get their positions in the order
    in which they are committed, without a gap. The beat of a lease does not wait for that.
    """

    keeps_advisory = True

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        expiry: float = LEASE_EXPIRY,
        upcasters: Mapping[int, Upcaster] = UPCASTERS,
        outside: Contents | None = None,
    ) -> None:
        """The ledger in a database that was opened (`opening.open_database`); `outside` is where
        new bytes are kept."""
        self._database = database
        self._clock = clock
        self._watch = Watch(expiry)
        self._upcasters = upcasters
        self._places = inside(TableContents(database), outside)

    def snapshot(self, environment: str, *, since: str) -> Snapshot:
        """See `LedgerStore.snapshot`."""
        return self._database.read(lambda cursor: rows.snapshot(cursor, environment, since))

    def _load(self, stream: StreamId) -> State:
        return self._database.read(lambda cursor: rows.load(cursor, [stream]))[stream]

    def state(self, stream: StreamId) -> StreamState:
        """See `LedgerStore.state`. ValueError for the stream of a batch."""
        state = self._load(stream)
        if not isinstance(state, StreamState):
            raise ValueError(f"{stream.subject} is a batch")
        return state

    def batch(self, stream: StreamId) -> BatchState:
        """See `LedgerStore.batch`. ValueError for the stream of a release."""
        state = self._load(stream)
        if not isinstance(state, BatchState):
            raise ValueError(f"{stream.subject} is not a batch")
        return state

    def events(
        self, *, after: int = 0, stream: StreamId | None = None
    ) -> Iterator[tuple[int, Event]]:
        """See `LedgerStore.events`. Reads page by page: the ledger may grow meanwhile."""
        while page := self._page(after, stream):
            for position, body in page:
                yield position, read_event(body, self._upcasters)
            after = page[-1][0]

    def histories(self, streams: Collection[StreamId]) -> Iterator[Event]:
        """See `LedgerStore.histories`."""
        for body in self._database.read(lambda cursor: rows.bodies(cursor, streams)):
            yield read_event(body, self._upcasters)

    def _page(self, after: int, stream: StreamId | None) -> list[tuple[int, bytes]]:
        return self._database.read(lambda cursor: rows.page(cursor, after, stream))

    def append(self, events: Sequence[Event], *, lease: Lease | None = None) -> int:
        """See `LedgerStore.append`. Where the answer to a commit does not come, what stands there
        is looked up before anything is written again."""

        def write(cursor: Rows) -> int:
            if lease is not None:
                leases.must_count(cursor, lease)
                must_cover(lease, events)
            return rows.append(cursor, events)

        if not events:
            return 0
        return self._database.write(write, lambda cursor: rows.position_of(cursor, events[-1]))

    def take_lease(
        self, environment: str, target: str, *, holder: str, wait: float = 0.0, force: bool = False
    ) -> Lease:
        """See `LedgerStore.take_lease`."""
        until = self._clock.monotonic() + wait
        while True:
            found, ours = self._try_to_take(environment, target, holder, force)
            if ours:
                return found.lease
            now = self._clock.monotonic()
            if now >= until:
                raise held(found, self._watch.expiry)
            self._clock.sleep(min(_POLL_SECONDS, until - now))

    def _try_to_take(
        self, environment: str, target: str, holder: str, force: bool
    ) -> tuple[Holding, bool]:
        """Whose lease it is now, and whether that is us."""
        taken: Holding | None = None

        def take(cursor: Rows) -> tuple[Holding, bool]:
            nonlocal taken
            before, now = leases.read(cursor, environment, target), self._clock.monotonic()
            if before is not None and not self._watch.is_free(before, now, force=force):
                return before, False
            taken = Holding.next(before, environment, target, holder)
            leases.write(cursor, taken)
            if before and (reason := self._watch.why_over(before, now, force=force)):
                self._record(cursor, taken.lease, before, reason)
            return taken, True

        def landed(cursor: Rows) -> tuple[Holding, bool] | None:
            ours = taken is not None and leases.read(cursor, environment, target) == taken
            return (taken, True) if taken and ours else None

        return self._database.write(take, landed)

    def _record(self, cursor: Rows, lease: Lease, before: Holding, reason: str) -> None:
        stream = takeover_stream(lease.environment, lease.target)
        state = rows.load(cursor, [stream])[stream]
        event = takeover(
            lease,
            before,
            reason,
            time=instant_text(self._clock.now()),
            version=state.version,
            previous=state.head,
        )
        rows.append(cursor, [event])

    def held_leases(self) -> list[Holding]:
        """See `LedgerStore.held_leases`."""
        return self._database.read(leases.held)

    def renew_lease(self, lease: Lease) -> None:
        """See `LedgerStore.renew_lease`."""
        self._database.write(lambda cursor: leases.beat(cursor, lease), alone=False)

    def release_lease(self, lease: Lease) -> None:
        """See `LedgerStore.release_lease`."""
        self._database.write(lambda cursor: leases.release(cursor, lease), alone=False)

    def rebuild(self) -> None:
        """See `LedgerStore.rebuild`."""
        self._database.write(lambda cursor: rows.rebuild(cursor, self._upcasters))

    def checkpoints(self) -> list[tuple[int, str]]:
        """See `LedgerStore.checkpoints`."""
        return self._database.read(rows.checkpoints)

    def checkpoint(self) -> None:
        """See `LedgerStore.checkpoint`. Writes nothing where nothing happened since the last."""
        self._database.write(rows.checkpoint)

    def verify(self) -> list[str]:
        """See `LedgerStore.verify`. Reads all that there is; of the events, as they stand at one
        moment."""
        auditor = self._database.read(self._audit)
        self._audit_bytes(auditor)
        return auditor.problems

    def _audit(self, cursor: Rows) -> Auditor:
        absent = set(schema.TRIGGERS) - rows.triggers(cursor, self._database.schema)
        problems = [f"the guard {name} was removed" for name in sorted(absent)]
        auditor = Auditor(problems, self._upcasters)
        auditor.read(
            rows.stored_events(cursor), rows.checkpoints(cursor), rows.last_position(cursor)
        )
        auditor.compare(rows.derived(cursor))
        return auditor

    def close(self) -> None:
        """See `LedgerStore.close`."""
        self._database.close()
        self._close_places()
