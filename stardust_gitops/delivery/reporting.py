"""What a run says while it works: events by name, for a terminal, a log or a file.

========================  =====================================================================
event                     fields
========================  =====================================================================
``run_started``           environment, items, targets
``target_started``        target, items
``recovering``            target, batch, members
``item_started``          target, release, operation, files, bytes
``file_started``          target, release, path, size
``file_progress``         target, release, path, sent, size (bytes sent by this run)
``file_done``             target, release, path, size, skipped (was there already)
``retry``                 target, attempt, seconds, error
``waiting``               target, seconds, messages (as many as a minute may have)
``circuit_closed``        target (it was left alone, and answers again)
``item_done``             target, release, outcome, text
``item_failed``           target, release, outcome, code, error, hint
``shipment_completed``    target, batch, folder, members
``target_failed``         target, code, error, hint
``cleanup_failed``        target, folder, error
``run_done``              interrupted, bytes, outcomes (a number for each)
========================  =====================================================================

Every event of an item carries `target` and `release` (GTIN-14). Unknown events and fields are to
be passed over: later versions add some.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import IO, Any, Protocol

import orjson

from stardust_gitops.clock import Clock, instant_text

PROGRESS_INTERVAL = 1.0
"""Seconds between two lines of progress of one file in an NDJSON file."""


class Reporter(Protocol):
    """Hears what happens. Called from several threads; must not raise."""

    def event(self, name: str, **fields: Any) -> None:
        """One event of the table above."""
        ...


class Silence:
    """A reporter that says nothing."""

    def event(self, name: str, **fields: Any) -> None:
        """Nothing."""


class Reporters:
    """Several reporters as one."""

    def __init__(self, *reporters: Reporter) -> None:
        self._reporters = reporters

    def event(self, name: str, **fields: Any) -> None:
        """Pass the event on to each."""
        for reporter in self._reporters:
            reporter.event(name, **fields)


class EventWriter:
    """Writes events as NDJSON: one object a line with `event` and `time`, flushed at once.

    Progress is thinned out to a line a second for each file. A stream that cannot be written to
    any more (a full disk, a closed pipe) stops the writing, not the deliveries; `failure` then
    tells what happened, for the end of the run.
    """

    def __init__(self, stream: IO[bytes], clock: Clock) -> None:
        self._stream = stream
        self._clock = clock
        self._lock = threading.Lock()
        self._last_progress: dict[tuple[Any, Any, Any], float] = {}
        self.failure: OSError | None = None

    def event(self, name: str, **fields: Any) -> None:
        """Write one line."""
        with self._lock:
            if self.failure is not None or (name == "file_progress" and self._too_soon(fields)):
                return
            line = {"event": name, "time": instant_text(self._clock.now()), **fields}
            try:
                self._stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                self._stream.flush()
            except OSError as error:
                self.failure = error

    def _too_soon(self, fields: dict[str, Any]) -> bool:
        file = (fields.get("target"), fields.get("release"), fields.get("path"))
        now = self._clock.monotonic()
        if now - self._last_progress.get(file, float("-inf")) < PROGRESS_INTERVAL:
            return True
        self._last_progress[file] = now
        return False

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
