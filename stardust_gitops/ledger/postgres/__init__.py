"""The ledger in PostgreSQL: ``postgresql://user@host/database?sslmode=verify-full``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stardust_gitops.clock import Clock, SystemClock
from stardust_gitops.ledger.contents import Contents
from stardust_gitops.ledger.drivers import must_have
from stardust_gitops.ledger.postgres.address import Address, parse_address

if TYPE_CHECKING:
    from stardust_gitops.ledger.postgres.ledger import PostgresLedger

__all__ = ["create", "open_ledger"]


def create(
    location: str,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> PostgresLedger:
    """A new ledger: tables in a schema of their own. `SafetyError` where there is one."""
    address = _address(location, root)
    from stardust_gitops.ledger.postgres import opening
    from stardust_gitops.ledger.postgres.ledger import PostgresLedger

    clock = clock or SystemClock()
    return PostgresLedger(
        opening.create(address, catalogue_id, clock), clock=clock, outside=outside
    )


def open_ledger(
    location: str,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> PostgresLedger:
    """The ledger in a database. `LedgerMissingError`, `WrongLedgerError`, `LedgerError`."""
    address = _address(location, root)
    from stardust_gitops.ledger.postgres import opening
    from stardust_gitops.ledger.postgres.ledger import PostgresLedger

    clock = clock or SystemClock()
    database = opening.open_database(address, catalogue_id, clock)
    return PostgresLedger(database, clock=clock, outside=outside)


def _address(location: str, root: Path) -> Address:
    must_have("psycopg", "postgres")
    return parse_address(location, root=root)
