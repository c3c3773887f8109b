"""The circuit of a target: whether, after failures in a row, it is left alone for a while.

Kept in a stream of its own, whose last event tells all. Pure but for reading that event.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.events import CIRCUIT_SUBJECT, Event, Kind, StreamId

FIRST_COOL_DOWN = timedelta(minutes=15)
LONGEST_COOL_DOWN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """How a target has answered of late. `failures` are those in a row; `code` and `text` are the
    last one's, `item` the release that it was about, where it was about one. An open
    circuit has `until`, the instant text of when it may be tried again, after `cool_down`
    seconds."""

    failures: int = 0
    until: str | None = None
    cool_down: float = 0.0
    code: str | None = None
    text: str | None = None
    item: str | None = None

    @property
    def opened(self) -> bool:
        """Whether it was opened, be it that its time has passed."""
        return self.until is not None

    def is_open(self, now: datetime) -> bool:
        """Whether the target is to be left alone now."""
        return self.until is not None and instant_text(now) < self.until

    def failed(self, code: str, text: str, item: str | None = None) -> Circuit:
        """After one more failure. The same item failing again counts once: what is the matter may
        be the item."""
        again = item is not None and item == self.item
        failures = self.failures + (0 if again else 1)
        return replace(self, failures=failures, code=code, text=text, item=item)

    def open_from(self, now: datetime) -> Circuit:
        """Opened now, for twice as long as the last time."""
        doubled = timedelta(seconds=self.cool_down * 2)
        pause = min(max(doubled, FIRST_COOL_DOWN), LONGEST_COOL_DOWN)
        return replace(self, until=instant_text(now + pause), cool_down=pause.total_seconds())

    def event(self) -> tuple[Kind, Mapping[str, Any]]:
        """The kind and the data of the event that tells it."""
        told = {"code": self.code, "text": self.text, "item": self.item}
        data: dict[str, Any] = {"failures": self.failures}
        data |= {name: value for name, value in told.items() if value is not None}
        if self.until is None:
            return Kind.CIRCUIT_CLOSED, data
        return Kind.CIRCUIT_OPENED, {**data, "until": self.until, "cool_down": self.cool_down}


CLOSED = Circuit()


def circuit_stream(environment: str, target: str) -> StreamId:
    """Where the circuit of a target is recorded."""
    return StreamId(environment, target, CIRCUIT_SUBJECT)


def read_circuit(
    stream: StreamId,
    version: Callable[[StreamId], int],
    events: Callable[[StreamId], Iterable[Event]],
) -> Circuit:
    """The circuit that a stream tells of. Its events are read only where `version` says that
    there are any, which is rare."""
    if not version(stream):
        return CLOSED
    (last,) = deque(events(stream), maxlen=1)
    data = last.data
    opened = last.kind is Kind.CIRCUIT_OPENED
    return Circuit(
        failures=int(data.get("failures", 0)),
        until=str(data["until"]) if opened else None,
        cool_down=float(data["cool_down"]) if opened else 0.0,
        code=data.get("code"),
        text=data.get("text"),
        item=data.get("item"),
    )
