"""Leases in SQLite: who may deliver to a target. Functions run in their caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field

from stardust_gitops.ledger.events import Event
from stardust_gitops.ledger.sqlite.process import Process
from stardust_gitops.ledger.store import Lease, LeaseHeldError, LeaseLostError


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One row: the last taking of a lease, and whether it is held still."""

    lease: Lease
    held: bool
    beat: int
    process: Process


def read(connection: sqlite3.Connection, environment: str, target: str) -> Holding | None:
    """The last taking of a lease, ``None`` where it was never taken."""
    row = connection.execute(
        "SELECT fence, held, beat, holder, host, place, pid, started FROM leases"
        " WHERE environment = ? AND target = ?",
        (environment, target),
    ).fetchone()
    if row is None:
        return None
    fence, held, beat, holder, host, place, pid, started = row
    return Holding(
        lease=Lease(environment=environment, target=target, fence=fence, holder=holder),
        held=bool(held),
        beat=beat,
        process=Process(host=host, place=place, pid=pid, started=started),
    )


def grant(
    connection: sqlite3.Connection,
    environment: str,
    target: str,
    holder: str,
    before: Holding | None,
) -> Lease:
    """Write that this process holds the lease from now on, with the next fence."""
    fence = before.lease.fence + 1 if before else 1
    process = Process.this()
    connection.execute(
        "REPLACE INTO leases (environment, target, fence, held, beat, holder, host, place, pid,"
        " started) VALUES (?, ?, ?, 1, 0, ?, ?, ?, ?, ?)",
        (environment, target, fence, holder, *astuple(process)),
    )
    return Lease(environment=environment, target=target, fence=fence, holder=holder)


def held(holding: Holding, expiry: float) -> LeaseHeldError:
    """What to say to who wants a lease that another process holds."""
    lease, process = holding.lease, holding.process
    return LeaseHeldError(
        f"{lease.holder} (process {process.pid} on {process.host or 'an unknown host'}) is"
        f" applying to {lease.target} ({lease.environment}) right now",
        hint=f"wait until it has ended; should its machine be dead, an apply that waits for more"
        f" than {expiry:g} seconds takes over",
    )


def check(connection: sqlite3.Connection, lease: Lease, events: Sequence[Event]) -> None:
    """`LeaseLostError` where `lease` does not count any more. ValueError where it is not the one
    of these events."""
    if connection.execute(f"SELECT 1 FROM leases {_COUNTS}", _key(lease)).fetchone() is None:
        raise _lost(lease)
    for event in events:
        if event.stream[:2] != (lease.environment, lease.target):
            raise ValueError(f"the lease of {lease.target} does not cover {event.stream}")


def beat(connection: sqlite3.Connection, lease: Lease) -> None:
    """Show that the holder lives. `LeaseLostError` where the lease does not count any more."""
    renewed = connection.execute(f"UPDATE leases SET beat = beat + 1 {_COUNTS}", _key(lease))
    if not renewed.rowcount:
        raise _lost(lease)


def release(connection: sqlite3.Connection, lease: Lease) -> None:
    """Give `lease` back, if it counts still."""
    connection.execute(f"UPDATE leases SET held = 0 {_COUNTS}", _key(lease))


_COUNTS = "WHERE environment = ? AND target = ? AND fence = ? AND held"


def _key(lease: Lease) -> tuple[str, str, int]:
    return lease.environment, lease.target, lease.fence


def _lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(
        f"the lease of {lease.target} ({lease.environment}) was lost",
        hint="another process took it over; run the command again when that one has ended",
    )


@dataclass(slots=True)
class Watch:
    """Sees on the observer's own monotonic clock whether a holder's beat moves."""

    expiry: float
    _seen: dict[tuple[str, str], tuple[int, int, float]] = field(default_factory=dict)

    def why_over(self, holding: Holding, now: float) -> str | None:
        """Why a held lease may be taken over: its process is ``dead``, or its beat ``expired``."""
        if holding.process.is_dead():
            return "dead"
        lease = holding.lease
        key = (lease.environment, lease.target)
        seen = self._seen.get(key)
        if seen is None or seen[:2] != (lease.fence, holding.beat):
            self._seen[key] = (lease.fence, holding.beat, now)
            return None
        return "expired" if now - seen[2] >= self.expiry else None
