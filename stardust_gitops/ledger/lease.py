"""Holding the lease of a target while its run works."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

from stardust_gitops.clock import Clock
from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.events import Provenance
from stardust_gitops.ledger.store import (
    Lease,
    LeaseHeldError,
    LeaseLostError,
    LedgerError,
    LedgerStore,
)

BEAT_INTERVAL = 10.0
"""Seconds between two beats; several fit into the time after which a lease is taken over."""

_SLICE = 1.0
"""Seconds waited at a time, so that a wish to stop is soon heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long to wait for a lease that another process holds: at most `seconds` on `clock`, and
    not when `halted` says so. `told` hears once that there is something to wait for."""

    seconds: float
    clock: Clock
    halted: Callable[[], bool]
    told: Callable[[LeaseHeldError], None]


@contextmanager
def holding_lease(
    ledger: LedgerStore,
    environment: str,
    target: str,
    *,
    provenance: Provenance,
    lost: threading.Event,
    wait: Wait | None = None,
) -> Iterator[Lease]:
    """Take the lease of a target, beat until the end, give it back.

    Raises `LeaseHeldError` where somebody else has it for longer than `wait`. `lost` is set when
    it was taken over meanwhile.
    """
    holder = f"{provenance.actor} ({uuid4().hex[:8]})"

    def take(seconds: float = 0.0) -> Lease:
        return ledger.take_lease(environment, target, holder=holder, wait=seconds)

    lease = take() if wait is None else _take_patiently(take, wait)
    done = threading.Event()
    beating = threading.Thread(
        target=_beat, args=(ledger, lease, done, lost), name=f"lease-{target}", daemon=True
    )
    beating.start()
    try:
        yield lease
    finally:
        done.set()
        beating.join()
        # Where it cannot be given back it expires by itself.
        with suppress(LedgerError, LeaseLostError, SafetyError):
            ledger.release_lease(lease)


def _take_patiently(take: Callable[[float], Lease], wait: Wait) -> Lease:
    until = wait.clock.monotonic() + wait.seconds
    pause = 0.0
    while True:
        try:
            return take(pause)
        except LeaseHeldError as error:
            left = until - wait.clock.monotonic()
            if left <= 0 or wait.halted():
                raise
            if pause == 0:
                wait.told(error)
            pause = min(_SLICE, left)


def _beat(ledger: LedgerStore, lease: Lease, done: threading.Event, lost: threading.Event) -> None:
    while not done.wait(BEAT_INTERVAL):
        try:
            ledger.renew_lease(lease)
        except (LeaseLostError, SafetyError):
            lost.set()  # also where the ledger itself was rewritten or deleted
            return
        except LedgerError:
            continue  # a busy or full disk: the next beat may do, and appends tell if not
