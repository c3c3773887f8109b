"""Limits of one recipient, kept by all its connections together: bytes a second, messages a minute,
and how long one item may take."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from stardust_gitops.clock import Clock

MINUTE = 60.0
_SLICE = 1.0
"""Seconds slept at a time, so that a wish to stop is soon heard."""


def pause(seconds: float, clock: Clock, halted: Callable[[], bool]) -> None:
    """Sleep, in short pieces, until the time is over or the work is told to stop."""
    until = clock.monotonic() + seconds
    while (left := until - clock.monotonic()) > 0 and not halted():
        clock.sleep(min(left, _SLICE))


class Bandwidth:
    """A token bucket: `rate` bytes a second, and what one second allows at once after a rest.

    Bytes are paid for when they are sent; who runs into debt waits until it is paid off, and those
    who come after wait longer. For several threads.
    """

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = rate
        self._filled = clock.monotonic()

    def spend(self, count: int, halted: Callable[[], bool]) -> None:
        """Account for bytes that were sent; returns when more may be."""
        with self._lock:
            now = self._clock.monotonic()
            self._tokens = min(self._rate, self._tokens + (now - self._filled) * self._rate)
            self._filled = now
            self._tokens -= count
            debt = -self._tokens / self._rate
        if debt > 0:
            pause(debt, self._clock, halted)


class Pace:
    """At most so many messages in any minute. `sent` are the instants of those that earlier runs
    sent. One at a time takes from it."""

    def __init__(self, per_minute: int, clock: Clock, sent: Iterable[datetime] = ()) -> None:
        self.per_minute = per_minute
        self._clock = clock
        wall, now = clock.now(), clock.monotonic()
        # An instant to come is that of a clock that was put back: it counts as now.
        ages = (max(0.0, (wall - moment).total_seconds()) for moment in sent)
        self._taken = deque(sorted(now - age for age in ages if age < MINUTE))

    def wait_for(self, count: int) -> float:
        """Seconds until so many (no more than `per_minute`) may be sent."""
        now = self._clock.monotonic()
        while self._taken and self._taken[0] <= now - MINUTE:
            self._taken.popleft()
        over = len(self._taken) + min(count, self.per_minute) - self.per_minute
        return self._taken[over - 1] + MINUTE - now if over > 0 else 0.0

    def take(self, count: int) -> None:
        """So many are sent now."""
        self._taken.extend([self._clock.monotonic()] * count)


class Watch:
    """How long one item is under way: the time in which at least one of its files is. Waiting for
    a connection does not count. For several threads."""

    def __init__(self, limit: float, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._running = 0
        self._since = 0.0
        self._spent = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """A file of the item is under way."""
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._since = self._clock.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                if not self._running:
                    self._spent += self._clock.monotonic() - self._since

    def left(self) -> float:
        """Seconds that are left."""
        with self._lock:
            present = self._clock.monotonic() - self._since if self._running else 0.0
            return self.limit - self._spent - present


class Watches:
    """The watch of each item of a run, by its name; none where items may take as long as they
    do."""

    def __init__(self, limit: float | None, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._all: dict[str, Watch] = {}

    def of(self, name: str) -> Watch | None:
        """The watch of an item."""
        if self._limit is None:
            return None
        with self._lock:
            return self._all.setdefault(name, Watch(self._limit, self._clock))
