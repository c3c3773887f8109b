"""Connections that are made anew, and steps that are tried again, when an error is passing."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from stardust_gitops.clock import Clock
from stardust_gitops.delivery.transports.base import PassingError, Transport, TransportError

T = TypeVar("T")

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
"""Seconds before the second and before the last attempts; a random second is added to each."""


class HaltedError(Exception):
    """The work was told to stop. Not an error of the item: the next run carries it on."""


class Line:
    """One connection to a recipient, made when it is first needed. For one thread at a time."""

    def __init__(
        self,
        connect: Callable[[], Transport],
        *,
        attempts: int,
        clock: Clock,
        halted: Callable[[], bool],
        on_retry: Callable[[int, float, BaseException], None],
    ) -> None:
        self._connect = connect
        self._attempts = attempts
        self._clock = clock
        self._halted = halted
        self._on_retry = on_retry
        self._transport: Transport | None = None

    def do(self, action: Callable[[Transport], T], *, attempts: int | None = None) -> T:
        """The result of `action`; after a `PassingError` again, on a new connection, with
        exponential back-off and jitter. Other errors, and the last one, are raised.

        Raises `HaltedError` instead of an error that came after the work was told to stop.
        """
        limit = stop_after_attempt(attempts or self._attempts)
        retrying = Retrying(
            retry=retry_if_exception_type(PassingError),
            stop=lambda state: self._halted() or limit(state),
            wait=wait_exponential_jitter(initial=FIRST_WAIT, max=LONGEST_WAIT, jitter=1.0),
            sleep=self._sleep,
            before_sleep=self._announce,
            reraise=True,
        )
        try:
            result: T = retrying(self._once, action)
            return result
        except TransportError as error:
            if self._halted():
                raise HaltedError from error
            raise

    def close(self) -> None:
        """End the connection, if there is one."""
        transport, self._transport = self._transport, None
        if transport is not None:
            # It is of no more use to us, so how it ends does not matter.
            with suppress(TransportError, OSError):
                transport.close()

    def _once(self, action: Callable[[Transport], T]) -> T:
        try:
            if self._transport is None:
                self._transport = self._connect()
            return action(self._transport)
        except PassingError:
            self.close()
            raise

    def _announce(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None:
            self._on_retry(state.attempt_number, state.upcoming_sleep, error)

    def _sleep(self, seconds: float) -> None:
        """In short pieces, so that a stop is heeded."""
        while seconds > 0 and not self._halted():
            self._clock.sleep(min(seconds, 1.0))
            seconds -= 1.0


class Lines:
    """As many lines as a recipient allows, lent one at a time."""

    def __init__(self, make: Callable[[], Line], count: int) -> None:
        self.count = max(1, count)
        self._all = [make() for _ in range(self.count)]
        self._free: queue.LifoQueue[Line] = queue.LifoQueue()
        for line in self._all:
            self._free.put(line)

    @contextmanager
    def borrow(self) -> Iterator[Line]:
        """A line that nobody else uses; waits for one."""
        line = self._free.get()
        try:
            yield line
        finally:
            self._free.put(line)

    def close(self) -> None:
        """End all connections."""
        for line in self._all:
            line.close()
