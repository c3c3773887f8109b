"""Leases in SQLite. Functions run in their caller's transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple

from stardust_gitops.ledger.holding import Holding
from stardust_gitops.ledger.process import Process
from stardust_gitops.ledger.store import Lease

_COLUMNS = "environment, target, fence, held, beat, holder, host, place, pid, started"


def read(connection: sqlite3.Connection, environment: str, target: str) -> Holding | None:
    """The last taking of a lease, ``None`` where it was never taken."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM leases WHERE environment = ? AND target = ?",
        (environment, target),
    ).fetchone()
    return None if row is None else _holding(*row)


def held(connection: sqlite3.Connection) -> list[Holding]:
    """All leases that are held, in order."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM leases WHERE held ORDER BY 1, 2")
    return [_holding(*row) for row in rows]


def _holding(
    environment: str,
    target: str,
    fence: int,
    held: int,
    beat: int,
    holder: str,
    host: str,
    place: str,
    pid: int,
    started: str | None,
) -> Holding:
    return Holding(
        lease=Lease(environment=environment, target=target, fence=fence, holder=holder),
        held=bool(held),
        beat=beat,
        process=Process(host=host, place=place, pid=pid, started=started),
    )


def write(connection: sqlite3.Connection, holding: Holding) -> None:
    """Put it in the place of the one before."""
    lease = holding.lease
    connection.execute(
        f"REPLACE INTO leases ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            lease.environment,
            lease.target,
            lease.fence,
            holding.held,
            holding.beat,
            lease.holder,
            *astuple(holding.process),
        ),
    )
