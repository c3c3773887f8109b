"""A connection to PostgreSQL that comes back: transactions, and errors in words."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import LiteralString, TypeVar

import psycopg
from psycopg import Connection, Cursor, errors, sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import TupleRow

from stardust_gitops.clock import Clock
from stardust_gitops.ledger.postgres.address import Address
from stardust_gitops.ledger.store import LedgerError, LedgerMissingError

BUSY_SECONDS = 30
"""How long to wait for another process that is writing right now."""

PATIENCE = 45.0
"""How long to try to reach again a database that went away, in seconds: it starts anew in less,
and the lease of a run that waits so long is still its own."""

_ABANDONED_SECONDS = 120
"""After which the server ends a transaction whose client stands still: others wait for it."""

_READING = sql.SQL("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ")
_WRITING = sql.SQL(
    "BEGIN ISOLATION LEVEL READ COMMITTED;"
    # A server may be set to say that something is written before it is; not to us.
    " SELECT set_config('synchronous_commit', 'on', true)"
    " WHERE current_setting('synchronous_commit') = 'off'; "
)
_IN_ORDER = sql.SQL(
    "SET LOCAL search_path TO {}; SET LOCAL lock_timeout = {};"
    " SET LOCAL idle_in_transaction_session_timeout = {}"
)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_ATTEMPTS = 3

Done = TypeVar("Done")
Work = Callable[[Cursor[TupleRow]], Done]
"""What is done in one transaction. It may be run again from the beginning."""


class _Raw(Loader):
    """JSON as the bytes that stand in the column."""

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class Database:
    """One connection, for all threads of this process. All transactions see our schema first."""

    def __init__(self, address: Address, clock: Clock) -> None:
        """Connect. `LedgerError` where that is not possible."""
        self._address = address
        self._clock = clock
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._connection = self._connect()

    @property
    def name(self) -> str:
        """The ledger, for people."""
        return f"ledger {self._address.name}"

    @property
    def schema(self) -> str:
        """Where our tables are."""
        return self._address.schema

    def read(self, work: Work[Done]) -> Done:
        """Run `work` on what stands there at one moment; again if the database goes away."""

        def run(connection: Connection[TupleRow]) -> Done:
            with self._transaction(connection, _READING, "ROLLBACK") as cursor:
                return work(cursor)

        return self._again(run)

    def write(
        self, work: Work[Done], landed: Work[Done | None] = lambda _: None, *, alone: bool = True
    ) -> Done:
        """Run `work`, all or nothing, durable on return; `alone`: nobody else writes meanwhile.

        If the database goes away it is run again, but where it may have been committed `landed`
        tells first, from what stands there then, whether it was.
        """
        in_doubt = False

        def run(connection: Connection[TupleRow]) -> Done:
            nonlocal in_doubt
            with self._transaction(connection, _WRITING, "COMMIT") as cursor:
                if alone:
                    # Also waits for the end of a commit of ours whose answer did not come.
                    cursor.execute("SELECT 1 FROM ledger FOR UPDATE")
                done = landed(cursor) if in_doubt else None
                if done is None:
                    done = work(cursor)
                in_doubt = True
            return done

        return self._again(run)

    def _again(self, run: Callable[[Connection[TupleRow]], Done]) -> Done:
        if os.getpid() != self._process:
            raise LedgerError(
                "the ledger was opened in another process", hint="open it again after a fork"
            )
        with self._lock, in_words(self.name):
            for _ in range(_ATTEMPTS - 1):
                try:
                    return run(self._connection)
                except psycopg.Error as error:
                    if not _gone(self._connection, error):
                        raise
                self._reconnect()
            return run(self._connection)

    @contextmanager
    def _transaction(
        self, connection: Connection[TupleRow], begin: sql.SQL, end: LiteralString
    ) -> Iterator[Cursor[TupleRow]]:
        # All that comes before the work goes in one message: the server may be far away.
        prelude = begin + _IN_ORDER.format(
            sql.Identifier(self._address.schema),
            sql.Literal(f"{BUSY_SECONDS}s"),
            sql.Literal(f"{_ABANDONED_SECONDS}s"),
        )
        with connection.cursor() as cursor:
            try:
                cursor.execute(prelude)
                yield cursor
                cursor.execute(end)
            except BaseException:
                with suppress(psycopg.Error):  # the one that is on its way says more
                    cursor.execute("ROLLBACK")
                raise

    def _connect(self) -> Connection[TupleRow]:
        try:
            connection = psycopg.connect(self._address.conninfo, autocommit=True)
        except psycopg.Error as error:
            raise _unreachable(self._address, error) from error
        # A pooler in between may give every transaction another session.
        connection.prepare_threshold = None
        connection.adapters.register_loader("json", _Raw)
        return connection

    def _reconnect(self) -> None:
        self._connection.close()
        until = self._clock.monotonic() + PATIENCE
        pause = _FIRST_PAUSE
        while True:
            try:
                self._connection = self._connect()
                return
            except LedgerError:
                if self._clock.monotonic() + pause > until:
                    raise
            self._clock.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    def close(self) -> None:
        """Disconnect."""
        with self._lock:
            self._connection.close()


def _gone(connection: Connection[TupleRow], error: psycopg.Error) -> bool:
    """Whether an error means that the connection is of no use any more."""
    return connection.closed or isinstance(
        error, errors.AdminShutdown | errors.CrashShutdown | errors.CannotConnectNow
    )


def _unreachable(address: Address, error: psycopg.Error) -> LedgerError | LedgerMissingError:
    said = " ".join(str(error).split())
    if re.search(r'database "[^"]*" does not exist', said):
        return LedgerMissingError(
            f"there is no ledger {address.name}: {said}",
            hint="if this catalogue was delivered before, restore the database; for a new one make"
            " it (createdb), then run `stardust-gitops ledger init`",
        )
    return LedgerError(
        f"ledger {address.name} cannot be reached: {said}",
        hint="check address, user and password (PGPASSWORD, .pgpass or ?password=env:NAME), and"
        " that the server runs",
        code="SG5015",
    )


_REMEDIES: tuple[tuple[type[psycopg.Error], str, str, str], ...] = (
    (
        errors.InsufficientPrivilege,
        "refuses us",
        "give this user the right to read and write the ledger's schema",
        "SG5017",
    ),
    (
        errors.ReadOnlySqlTransaction,
        "can only be read",
        "name the primary server, not a standby, and a user that may write",
        "SG5017",
    ),
    (errors.LockNotAvailable, "is in use", "try again when the other process has ended", "SG5000"),
    (errors.DiskFull, "is full", "make room on the server and run the command again", "SG5000"),
    (
        errors.UndefinedTable,
        "lacks a table",
        "restore it from a backup; `stardust-gitops ledger verify` says what is wrong",
        "SG5000",
    ),
)


@contextmanager
def in_words(name: str) -> Iterator[None]:
    """Database errors leave as `LedgerError`."""
    try:
        yield
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        for kind, what, hint, code in _REMEDIES:
            if isinstance(error, kind):
                raise LedgerError(f"{name} {what}: {said}", hint=hint, code=code) from error
        if isinstance(error, psycopg.OperationalError):
            raise LedgerError(
                f"{name} does not answer: {said}",
                hint="what is not recorded is not sent; run the command again when the server runs",
                code="SG5015",
            ) from error
        raise LedgerError(
            f"{name} failed: {said}", hint="`stardust-gitops ledger verify` says what is wrong"
        ) from error
