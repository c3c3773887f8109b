"""What the contract suites of ledgers share."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from stardust_gitops.clock import Clock, SystemClock, instant_text
from stardust_gitops.ledger.open import open_ledger
from stardust_gitops.ledger.store import LedgerStore
from tests.ledger_places import Place
from tests.ledger_samples import CATALOGUE, NOON

FORKED = multiprocessing.get_context("fork")
SINCE = instant_text(NOON - timedelta(hours=24))


class Opener(Protocol):
    """Opens one more view of the same ledger."""

    def __call__(self, clock: Clock | None = None) -> LedgerStore: ...


Attempt = Callable[[LedgerStore, int], bool]


def contest(place: Place, attempt: Attempt, rounds: int) -> list[list[bool]]:
    """Two processes attempt the same thing at the same moment, round by round."""
    barrier = FORKED.Barrier(2)

    def contend(results: multiprocessing.SimpleQueue[list[bool]]) -> None:
        ledger = open_ledger(place.url, place.root, CATALOGUE, SystemClock())
        won = []
        for number in range(rounds):
            barrier.wait(30)
            won.append(attempt(ledger, number))
        results.put(won)
        barrier.wait(30)
        ledger.close()

    queues = [FORKED.SimpleQueue(), FORKED.SimpleQueue()]
    processes = [FORKED.Process(target=contend, args=(queue,)) for queue in queues]
    for process in processes:
        process.start()
    results = [queue.get() for queue in queues]
    for process in processes:
        process.join(30)
        assert process.exitcode == 0
    return results
