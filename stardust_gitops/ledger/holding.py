"""Who holds the lease of a target, and when another may take it: the same for every backend.

A backend keeps one `Holding` for each (environment, target) and replaces it in one step, only
where it is still the one that was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from stardust_gitops import __version__
from stardust_gitops.ledger.events import LEASE_SUBJECT, Event, Kind, Provenance, StreamId
from stardust_gitops.ledger.store import Holding as Holding
from stardust_gitops.ledger.store import Lease, LeaseHeldError, LeaseLostError

BY_HAND = "by hand"

LEASE_EXPIRY = 60.0
"""Seconds without a beat after which an observer takes a lease over."""


def counting(holding: Holding | None, lease: Lease) -> Holding:
    """What stands for `lease`, where that counts still; else `LeaseLostError`."""
    if holding is None or not holding.held or holding.lease != lease:
        raise lost(lease)
    return holding


def must_cover(lease: Lease, events: Sequence[Event]) -> None:
    """ValueError where `lease` is not the one of these events."""
    for event in events:
        if event.stream[:2] != (lease.environment, lease.target):
            raise ValueError(f"the lease of {lease.target} does not cover {event.stream}")


def lost(lease: Lease) -> LeaseLostError:
    """What to say to who lost a lease."""
    return LeaseLostError(
        f"the lease of {lease.target} ({lease.environment}) was lost",
        hint="another process took it over; run the command again when that one has ended",
    )


def held(holding: Holding, expiry: float) -> LeaseHeldError:
    """What to say to who wants a lease that another process holds."""
    lease, process = holding.lease, holding.process
    return LeaseHeldError(
        f"{lease.holder}, process {process.pid} on {process.host or 'an unknown host'}, is"
        f" applying to {lease.target} ({lease.environment}) right now",
        hint=f"wait until it has ended; should its machine be dead, an apply that waits for more"
        f" than {expiry:g} seconds takes over",
    )


def takeover(
    lease: Lease, before: Holding, reason: str, *, time: str, version: int, previous: str
) -> Event:
    """The event that records that `lease` took the place of another that was held. `version` and
    `previous` are those of the last event of its stream (`takeover_stream`)."""
    process: dict[str, Any] = {"host": before.process.host, "pid": before.process.pid}
    return Event(
        stream=takeover_stream(lease.environment, lease.target),
        version=version + 1,
        previous=previous,
        kind=Kind.LEASE_TAKEN_OVER,
        time=time,
        provenance=Provenance(actor=lease.holder, run=lease.holder, program=__version__),
        data={
            "reason": reason,
            "fence": lease.fence,
            "holder": lease.holder,
            "lost": {"fence": before.lease.fence, "holder": before.lease.holder, **process},
        },
    )


def takeover_stream(environment: str, target: str) -> StreamId:
    """Where the takeovers of a target's lease are recorded."""
    return StreamId(environment, target, LEASE_SUBJECT)


@dataclass(slots=True)
class Watch:
    """Sees on the observer's own monotonic clock whether a holder's beat moves."""

    expiry: float
    _seen: dict[tuple[str, str], tuple[int, int, float]] = field(default_factory=dict)

    def is_free(self, holding: Holding | None, now: float, *, force: bool = False) -> bool:
        """Whether a lease may be taken; where it is held, `why_over` tells the reason."""
        if holding is None or not holding.held:
            return True
        return self.why_over(holding, now, force=force) is not None

    def why_over(self, holding: Holding, now: float, *, force: bool = False) -> str | None:
        """Why a held lease may be taken over: its process is ``dead``, or its beat ``expired``, or
        a person takes it ``by hand``."""
        if not holding.held:
            return None
        if force:
            return BY_HAND
        if holding.process.is_dead():
            return "dead"
        lease = holding.lease
        key = (lease.environment, lease.target)
        seen = self._seen.get(key)
        if seen is None or seen[:2] != (lease.fence, holding.beat):
            self._seen[key] = (lease.fence, holding.beat, now)
            return None
        return "expired" if now - seen[2] >= self.expiry else None
