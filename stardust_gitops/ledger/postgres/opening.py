"""Making and opening a ledger in PostgreSQL."""

from __future__ import annotations

from psycopg import Cursor
from psycopg.rows import TupleRow

from stardust_gitops.clock import Clock
from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.postgres import schema
from stardust_gitops.ledger.postgres.address import Address
from stardust_gitops.ledger.postgres.database import Database
from stardust_gitops.ledger.store import LedgerError, LedgerMissingError, WrongLedgerError

Rows = Cursor[TupleRow]


def create(address: Address, catalogue_id: str, clock: Clock) -> Database:
    """Make the tables, all or nothing, in their schema, which is made too where it is not there.
    `SafetyError` where there is a ledger."""
    database = Database(address, clock)

    def make(cursor: Rows) -> None:
        schema.lock(cursor)
        if schema.exists(cursor, address.schema):
            raise SafetyError(
                f"there is a ledger {address.name} already",
                hint="a ledger is never overwritten: use it, or name another database or ?schema=",
                code="SG5007",
            )
        _must_be_unicode(cursor, address)
        schema.make_schema(cursor, address.schema)
        schema.make(cursor, catalogue_id)

    try:
        database.write(make, alone=False)
    except BaseException:
        database.close()
        raise
    return database


def _must_be_unicode(cursor: Rows, address: Address) -> None:
    cursor.execute("SELECT current_setting('server_encoding')")
    if cursor.fetchone() != ("UTF8",):
        raise LedgerError(
            f"no ledger can be made at {address.name}: the database is not in UTF8",
            hint="make one that is: createdb --encoding UTF8 --template template0",
        )


def open_database(address: Address, catalogue_id: str, clock: Clock) -> Database:
    """The database of the ledger of this catalogue, its tables brought up to date.

    `LedgerMissingError`, `WrongLedgerError`, `LedgerError`.
    """
    database = Database(address, clock)
    try:
        if database.read(lambda cursor: _look(cursor, address, catalogue_id)):
            database.write(_bring_up_to_date, alone=False)
    except BaseException:
        database.close()
        raise
    return database


def _look(cursor: Rows, address: Address, catalogue_id: str) -> bool:
    """Whether it is ours, but older than this program."""
    if not schema.exists(cursor, address.schema):
        raise LedgerMissingError(
            f"there is no ledger {address.name}",
            hint="if this catalogue was delivered before, restore the database; for a new one run"
            " `stardust-gitops ledger init` (and `ledger adopt` for what recipients already have)",
        )
    cursor.execute("SELECT has_schema_privilege(%s, 'USAGE')", (address.schema,))
    if cursor.fetchone() != (True,):
        raise LedgerError(
            f"ledger {address.name} refuses us: this user may not use the schema",
            hint=f"GRANT USAGE ON SCHEMA {address.schema} and rights on its tables to this user",
            code="SG5017",
        )
    steps = schema.missing(cursor)
    cursor.execute("SELECT catalogue FROM ledger")
    catalogue = (cursor.fetchone() or (None,))[0]
    if catalogue != catalogue_id:
        raise WrongLedgerError(
            f"{address.name} is the ledger of catalogue {catalogue!r}, not of {catalogue_id!r}",
            hint="check `id:` and `ledger:` in stardust.yaml; several catalogues share a database"
            " with ?schema=NAME",
        )
    return bool(steps)


def _bring_up_to_date(cursor: Rows) -> None:
    schema.lock(cursor)
    # Another process may have been faster: only now nobody else changes tables.
    schema.migrate(cursor, schema.missing(cursor))
