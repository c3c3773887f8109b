"""Connections that are made anew, and steps that are tried again, when an error is passing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from stardust_gitops.clock import Clock
from stardust_gitops.delivery.limits import Watch, pause
from stardust_gitops.delivery.transports.base import PassingError, Transport, TransportError

T = TypeVar("T")

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
"""Seconds before the second and before the last attempts; a random second is added to each."""
LONGEST_ASKED = 600.0
"""Seconds that a recipient can make us wait by saying so."""

_back_off = wait_exponential_jitter(initial=FIRST_WAIT, max=LONGEST_WAIT, jitter=1.0)


class HaltedError(Exception):
    """The work was told to stop. Not an error of the item: the next run carries it on."""


class ItemTimeoutError(PassingError):
    """The files of an item were under way for longer than the target allows."""

    default_code = "SG6010"

    @classmethod
    def of(cls, watch: Watch) -> ItemTimeoutError:
        """The error for an item whose time is over."""
        return cls(
            f"it was not sent within {watch.limit:g} seconds (item_timeout), and broken off",
            hint="the next apply carries on; if it only takes long, give it more item_timeout",
        )


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

    @property
    def connected(self) -> bool:
        """Whether the connection is open, as far as is known."""
        return self._transport is not None

    def do(self, action: Callable[[Transport], T], *, watch: Watch | None = None) -> T:
        """The result of `action`; after a `PassingError` again, on a new connection, with
        exponential back-off and jitter, and not before the time that the recipient asks for.
        Other errors, and the last one, are raised.

        When the time of `watch` is over, the connection is closed under whoever waits for an
        answer, and `ItemTimeoutError` raised. Raises `HaltedError` instead of an error that came
        after the work was told to stop.
        """
        limit = stop_after_attempt(self._attempts)
        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=lambda state: self._halted() or limit(state) or _too_late(state, watch),
            wait=_pause,
            sleep=lambda seconds: pause(seconds, self._clock, self._halted),
            before_sleep=self._announce,
            reraise=True,
        )
        try:
            result: T = retrying(self._once, action, watch)
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

    def _once(self, action: Callable[[Transport], T], watch: Watch | None) -> T:
        try:
            transport = self._transport
            if transport is None:
                transport = self._transport = self._opened()
            with _within(watch, transport):
                return action(transport)
        except PassingError:
            self.close()
            raise

    def _opened(self) -> Transport:
        try:
            return self._connect()
        except TransportError as error:
            error.unreached = True
            raise

    def _announce(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None:
            self._on_retry(state.attempt_number, state.upcoming_sleep, error)


@contextmanager
def _within(watch: Watch | None, transport: Transport) -> Iterator[None]:
    """Closes the transport when the time is over: what then comes of it is a time-out."""
    if watch is None:
        yield
        return
    over = threading.Event()

    def break_off() -> None:
        over.set()
        with suppress(TransportError, OSError):
            transport.close()

    timer = threading.Timer(max(0.0, watch.left()), break_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        # A library whose connection was closed under it may raise whatever it likes.
        if over.is_set() and not isinstance(error, HaltedError):
            raise ItemTimeoutError.of(watch) from error
        raise
    finally:
        timer.cancel()
        if over.is_set():
            timer.join()


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, PassingError) and not isinstance(error, ItemTimeoutError)


def _too_late(state: RetryCallState, watch: Watch | None) -> bool:
    """Whether the item's time is over before the next attempt."""
    return watch is not None and state.upcoming_sleep >= watch.left()


def _pause(state: RetryCallState) -> float:
    """Seconds before the next attempt: no less than the recipient asks for, within bounds."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, PassingError) else None
    return max(_back_off(state), min(asked or 0.0, LONGEST_ASKED))
