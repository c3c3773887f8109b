"""Leases in PostgreSQL. Functions run in their caller's transaction."""

from __future__ import annotations

from dataclasses import astuple

from psycopg import Cursor
from psycopg.rows import TupleRow

from stardust_gitops.ledger.holding import Holding, lost
from stardust_gitops.ledger.process import Process
from stardust_gitops.ledger.store import Lease


def _holding(row: TupleRow) -> Holding:
    environment, target, fence, holder, held, beat, host, place, pid, started = row
    return Holding(
        lease=Lease(environment=environment, target=target, fence=fence, holder=holder),
        held=held,
        beat=beat,
        process=Process(host=host, place=place, pid=pid, started=started),
    )


def read(cursor: Cursor[TupleRow], environment: str, target: str) -> Holding | None:
    """The last taking of a lease, ``None`` where it was never taken."""
    cursor.execute(
        "SELECT environment, target, fence, holder, held, beat, host, place, pid, started"
        " FROM leases WHERE environment = %s AND target = %s",
        (environment, target),
    )
    row = cursor.fetchone()
    return None if row is None else _holding(row)


def held(cursor: Cursor[TupleRow]) -> list[Holding]:
    """All leases that are held, in order."""
    cursor.execute(
        "SELECT environment, target, fence, holder, held, beat, host, place, pid, started"
        " FROM leases WHERE held ORDER BY environment, target"
    )
    return [_holding(row) for row in cursor]


def write(cursor: Cursor[TupleRow], holding: Holding) -> None:
    """Put it in the place of the one before."""
    lease = holding.lease
    cursor.execute(
        "INSERT INTO leases (environment, target, fence, holder, held, beat, host, place, pid,"
        " started) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (environment, target) DO UPDATE SET fence = excluded.fence,"
        " holder = excluded.holder, held = excluded.held, beat = excluded.beat,"
        " host = excluded.host, place = excluded.place, pid = excluded.pid,"
        " started = excluded.started",
        (
            lease.environment,
            lease.target,
            lease.fence,
            lease.holder,
            holding.held,
            holding.beat,
            *astuple(holding.process),
        ),
    )


def must_count(cursor: Cursor[TupleRow], lease: Lease) -> None:
    """`LeaseLostError` where a lease is not held any more; where it is, nobody takes it over before
    this transaction ends."""
    cursor.execute(
        "SELECT 1 FROM leases WHERE environment = %s AND target = %s AND fence = %s"
        " AND holder = %s AND held FOR SHARE",
        _key(lease),
    )
    if cursor.fetchone() is None:
        raise lost(lease)


def beat(cursor: Cursor[TupleRow], lease: Lease) -> None:
    """Its holder lives. `LeaseLostError` where it was taken over."""
    cursor.execute(
        "UPDATE leases SET beat = beat + 1 WHERE environment = %s AND target = %s AND fence = %s"
        " AND holder = %s AND held",
        _key(lease),
    )
    if cursor.rowcount != 1:
        raise lost(lease)


def release(cursor: Cursor[TupleRow], lease: Lease) -> None:
    """Its holder gives it back; nothing happens where it was lost."""
    cursor.execute(
        "UPDATE leases SET held = false WHERE environment = %s AND target = %s AND fence = %s"
        " AND holder = %s AND held",
        _key(lease),
    )


def _key(lease: Lease) -> tuple[str, str, int, str]:
    return lease.environment, lease.target, lease.fence, lease.holder
