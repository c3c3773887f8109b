"""Holding the lease of a target while its run works."""

from __future__ import annotations

import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from stardust_gitops.ledger.events import Provenance
from stardust_gitops.ledger.store import Lease, LeaseLostError, LedgerError, LedgerStore

BEAT_INTERVAL = 10.0
"""Seconds between two beats; several fit into the time after which a lease is taken over."""


@contextmanager
def holding_lease(
    ledger: LedgerStore,
    environment: str,
    target: str,
    *,
    provenance: Provenance,
    lost: threading.Event,
    wait: float = 0.0,
) -> Iterator[Lease]:
    """Take the lease of a target, beat until the end, give it back.

    Raises `LeaseHeldError` where somebody else has it for longer than `wait` seconds. `lost` is
    set when it was taken over meanwhile.
    """
    holder = f"{provenance.actor} on {platform.node()} ({uuid4().hex[:8]})"
    lease = ledger.take_lease(environment, target, holder=holder, wait=wait)
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
        with suppress(LedgerError, LeaseLostError):
            ledger.release_lease(lease)


def _beat(ledger: LedgerStore, lease: Lease, done: threading.Event, lost: threading.Event) -> None:
    while not done.wait(BEAT_INTERVAL):
        try:
            ledger.renew_lease(lease)
        except LeaseLostError:
            lost.set()
            return
        except LedgerError:
            continue  # a busy or full disk: the next beat may do, and appends tell if not
