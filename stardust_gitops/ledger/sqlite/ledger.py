"""The ledger in one SQLite file: the embedded default."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from stardust_gitops.clock import Clock, SystemClock, instant_text
from stardust_gitops.ledger.audit import Auditor
from stardust_gitops.ledger.contents import Contents, Keeping, inside
from stardust_gitops.ledger.events import Event
from stardust_gitops.ledger.holding import (
    LEASE_EXPIRY,
    Holding,
    Watch,
    counting,
    held,
    must_cover,
    takeover,
    takeover_stream,
)
from stardust_gitops.ledger.sqlite import leases, rows, schema
from stardust_gitops.ledger.sqlite.connection import ledger_error
from stardust_gitops.ledger.sqlite.contents import TableContents
from stardust_gitops.ledger.sqlite.tables import Tables
from stardust_gitops.ledger.store import Lease, LeaseLostError
from stardust_gitops.ledger.upcast import UPCASTERS, Upcaster

_POLL_SECONDS = 1.0


class SqliteLedger(Keeping, Tables):
    """A ledger in one file. See `Tables` for who may use it."""

    keeps_advisory = True

    def __init__(
        self,
        path: Path,
        catalogue_id: str,
        *,
        clock: Clock | None = None,
        expiry: float = LEASE_EXPIRY,
        upcasters: Mapping[int, Upcaster] = UPCASTERS,
        outside: Contents | None = None,
    ) -> None:
        """Open the ledger at `path`; `expiry` is in seconds, `outside` where new bytes are kept.

        `LedgerMissingError` where there is none, `WrongLedgerError` where it belongs to another
        catalogue or a newer program, `LedgerError` where it cannot be read.
        """
        super().__init__(path, catalogue_id, upcasters=upcasters)
        self._clock = clock or SystemClock()
        self._watch = Watch(expiry)
        self._places = inside(TableContents(self._reading, self._writing), outside)

    def append(self, events: Sequence[Event], *, lease: Lease | None = None) -> int:
        """See `LedgerStore.append`."""
        with self._writing() as connection:
            if lease is not None:
                _counting(connection, lease)
                must_cover(lease, events)
            return rows.append(connection, events)

    def take_lease(
        self, environment: str, target: str, *, holder: str, wait: float = 0.0, force: bool = False
    ) -> Lease:
        """See `LedgerStore.take_lease`."""
        until = self._clock.monotonic() + wait
        while True:
            with self._writing() as connection:
                before, now = leases.read(connection, environment, target), self._clock.monotonic()
                if before is None or self._watch.is_free(before, now, force=force):
                    taken = Holding.next(before, environment, target, holder)
                    leases.write(connection, taken)
                    if before and (reason := self._watch.why_over(before, now, force=force)):
                        self._record(connection, taken.lease, before, reason)
                    return taken.lease
            if now >= until:
                raise held(before, self._watch.expiry)
            self._clock.sleep(min(_POLL_SECONDS, until - now))

    def _record(
        self, connection: sqlite3.Connection, lease: Lease, before: Holding, reason: str
    ) -> None:
        state = rows.load(connection, takeover_stream(lease.environment, lease.target))
        event = takeover(
            lease,
            before,
            reason,
            time=instant_text(self._clock.now()),
            version=state.version,
            previous=state.head,
        )
        rows.append(connection, [event])

    def held_leases(self) -> list[Holding]:
        """See `LedgerStore.held_leases`."""
        with self._reading() as connection:
            return leases.held(connection)

    def renew_lease(self, lease: Lease) -> None:
        """See `LedgerStore.renew_lease`."""
        with self._writing() as connection:
            leases.write(connection, _counting(connection, lease).beaten())

    def release_lease(self, lease: Lease) -> None:
        """See `LedgerStore.release_lease`."""
        with self._writing() as connection:
            try:
                leases.write(connection, _counting(connection, lease).released())
            except LeaseLostError:
                return

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
                auditor = self._audit(connection, problems)
            except sqlite3.DatabaseError as error:
                problems.append(ledger_error(self._path, error).message)
                return problems
        self._audit_bytes(auditor)
        return problems

    def _audit(self, connection: sqlite3.Connection, problems: list[str]) -> Auditor:
        auditor = Auditor(problems, self._upcasters)
        auditor.read(
            rows.stored_events(connection),
            rows.checkpoints(connection),
            rows.ever_written(connection),
        )
        auditor.compare(rows.derived(connection))
        return auditor

    def close(self) -> None:
        """See `LedgerStore.close`."""
        super().close()
        self._close_places()


def _counting(connection: sqlite3.Connection, lease: Lease) -> Holding:
    return counting(leases.read(connection, lease.environment, lease.target), lease)
