"""The connections of one target's run, and the threads that use them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from stardust_gitops.delivery.retry import HaltedError, Line

LARGE = 8 << 20
"""Bytes from which on a file is large."""


class Lines:
    """As many lines as a recipient allows, lent one at a time, in the order in which they are asked
    for. While small files wait, large ones never have all of them.

    A line keeps its connection for whoever borrows it next; the one used last goes first, so that
    no more connections are opened than are needed. `narrow` lends only one line, until `widen`.
    """

    def __init__(self, make: Callable[[], Line], count: int, *, narrow: bool = False) -> None:
        self.count = max(1, count)
        self._all = [make() for _ in range(self.count)]
        self._free = list(self._all)
        self._width = 1 if narrow else self.count
        self._turn = threading.Condition()
        self._waiting: deque[_Wish] = deque()
        self._large = 0

    @property
    def connected(self) -> bool:
        """Whether any connection is open."""
        return any(line.connected for line in self._all)

    def widen(self) -> None:
        """Lend all lines from now on."""
        with self._turn:
            self._width = self.count
            self._turn.notify_all()

    @contextmanager
    def borrow(self, size: int = 0) -> Iterator[Line]:
        """A line that nobody else uses, for a file of `size` bytes; waits for one."""
        wish = _Wish(size >= LARGE)
        with self._turn:
            self._waiting.append(wish)
            self._turn.wait_for(lambda: self._next() is wish)
            self._waiting.remove(wish)
            self._large += wish.large
            line = self._free.pop()
            self._turn.notify_all()
        try:
            yield line
        finally:
            with self._turn:
                self._large -= wish.large
                self._free.append(line)
                self._turn.notify_all()

    def close(self) -> None:
        """End all connections."""
        for line in self._all:
            line.close()

    def _next(self) -> _Wish | None:
        """Whose turn it is; nobody's while all lines are in use."""
        if not self._waiting or self.count - len(self._free) >= self._width:
            return None
        first = self._waiting[0]
        if first.large and 0 < self._width - 1 <= self._large:
            return next((wish for wish in self._waiting if not wish.large), first)
        return first


class _Wish:
    """Somebody who waits for a line."""

    __slots__ = ("large",)

    def __init__(self, large: bool) -> None:
        self.large = large


Task = tuple[int, Callable[[], None]]
"""Something to be done with a file of so many bytes."""


class Crew:
    """The threads that upload, of all shipments of a target that are under way. Small files have
    their own, so that they stand in line beside the large ones and not behind them."""

    def __init__(self, count: int) -> None:
        self._small = ThreadPoolExecutor(count, thread_name_prefix="upload")
        self._large = ThreadPoolExecutor(count, thread_name_prefix="upload-large")

    def run(self, tasks: Sequence[Task]) -> None:
        """Run all, small files first in line, and wait for all; then raise the first error that is
        more than an order to halt."""
        small = [self._small.submit(task) for size, task in tasks if size < LARGE]
        large = [self._large.submit(task) for size, task in tasks if size >= LARGE]
        futures = small + large
        errors = [error for future in futures if (error := future.exception()) is not None]
        raise_first(errors)

    def close(self) -> None:
        """Let the threads end. Nothing is running any more."""
        self._small.shutdown()
        self._large.shutdown()


def raise_first(errors: Sequence[BaseException]) -> None:
    """Raise the first error, orders to halt last; nothing where there is none."""
    for error in sorted(errors, key=lambda error: isinstance(error, HaltedError)):
        raise error
