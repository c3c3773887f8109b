"""What all steps of one target's run share: its recipient, ledger, connections and results."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stardust_gitops.clock import Clock
from stardust_gitops.content.model import Delivery
from stardust_gitops.delivery.circuit import Breaker
from stardust_gitops.delivery.limits import Bandwidth, Pace, Watches, pause
from stardust_gitops.delivery.lines import Crew, Lines
from stardust_gitops.delivery.recipient import Recipient
from stardust_gitops.delivery.reporting import Reporter
from stardust_gitops.delivery.results import GOOD, ItemResult, Outcome
from stardust_gitops.delivery.retry import HaltedError
from stardust_gitops.delivery.shipments.shipment import BatchIds, Member
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.journal import Journal
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.messages.bodies import Bodies
from stardust_gitops.messages.mead.described import NOBODY
from stardust_gitops.messages.problems import Problem
from stardust_gitops.planning.model import Item

LIVE_ENVIRONMENT = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What an item sends. `status` is the catalogue's status for this target, `protected` its
    `prevent_takedown`. `end_date` is the last day (date text) of what a takedown ends, where the
    catalogue names one. `replaced_isrcs` are ISRCs that take the place of others (new, old).
    `described` is what the recipient was told of in a MEAD message (`mead.described`)."""

    delivery: Delivery
    status: str
    protected: bool = False
    end_date: str | None = None
    replaced_isrcs: tuple[tuple[str, str], ...] = ()
    described: frozenset[str] = NOBODY


Load = Callable[[Item], Job]
"""Finds what an item sends. For a takedown ``from_last_content`` that is what was sent last.
Raises `GitOpsError` where it cannot."""

Check = Callable[[bytes, str], Sequence[Problem]]
"""All that is wrong with a message of a version (of ERN, or ``MEAD 1.1``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a run brings along for every target."""

    environment: str
    catalogue: str
    ledger: LedgerStore
    clock: Clock
    root: Path
    load: Load
    check: Check
    reporter: Reporter
    batch_ids: BatchIds
    bodies: Bodies = field(default_factory=Bodies)
    retry_now: bool = False
    """Whether a target is tried that is to be left alone."""

    @property
    def test(self) -> bool:
        """Whether messages are tests: in every environment but the live one."""
        return self.environment != LIVE_ENVIRONMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """Why work has to end early: the user's wish, a lost lease, a recipient out of reach or
    anything else that ends the target's run."""

    stop: threading.Event
    lease_lost: threading.Event = field(default_factory=threading.Event)
    unreachable: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> bool:
        """Whether nothing new is to be begun."""
        return self.stop.is_set() or self.lease_lost.is_set() or self.unreachable.is_set()

    def check(self) -> None:
        """Raise `HaltedError` if so."""
        if self():
            raise HaltedError


class Outcomes:
    """The results of one target's items, and the bytes put there. For several threads."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._lock = threading.Lock()
        self._results: dict[str, ItemResult] = {}
        self.bytes_sent = 0

    def add(self, result: ItemResult) -> None:
        """Keep and report the result of an item; the last one counts."""
        with self._lock:
            self._results[result.release] = result
        fields = {"target": result.target, "release": result.release, "outcome": result.outcome}
        if result.outcome in GOOD or result.outcome is Outcome.SKIPPED:
            self._reporter.event("item_done", **fields, text=result.text)
        else:
            self._reporter.event(
                "item_failed", **fields, code=result.code, error=result.text, hint=result.hint
            )

    def sent(self, count: int) -> None:
        """Count bytes."""
        with self._lock:
            self.bytes_sent += count

    def __contains__(self, release: object) -> bool:
        return release in self._results

    def results(self) -> tuple[ItemResult, ...]:
        """All results so far."""
        with self._lock:
            return tuple(self._results.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One target's run, under its lease."""

    desk: Desk
    recipient: Recipient
    journal: Journal
    lines: Lines
    crew: Crew
    circuit: Breaker
    watches: Watches
    halt: Halt
    outcomes: Outcomes
    bandwidth: Bandwidth | None = None
    pace: Pace | None = None
    items: Mapping[str, Item]
    """What the plan says of this target, by GTIN-14, unchanged items included."""

    @property
    def ledger(self) -> LedgerStore:
        """The ledger."""
        return self.desk.ledger

    def stream(self, release: str) -> StreamId:
        """The stream of a release at this target."""
        return StreamId(self.desk.environment, self.recipient.id, release)

    def due(self) -> list[Item]:
        """What is to be sent."""
        return [item for item in self.items.values() if item.action.sends]

    def sent(self, count: int) -> None:
        """Count bytes that were put there, and wait where they were too many for a second."""
        self.outcomes.sent(count)
        if self.bandwidth is not None:
            self.bandwidth.spend(count, self.halt)

    def wait_for_pace(self, count: int) -> None:
        """Wait until so many messages may be sent. `HaltedError` where the work has to end."""
        seconds = 0.0 if self.pace is None else self.pace.wait_for(count)
        if self.pace is not None and seconds > 0:
            self.report("waiting", seconds=seconds, messages=self.pace.per_minute)
            pause(seconds, self.desk.clock, self.halt)
        self.halt.check()

    def count_messages(self, count: int) -> None:
        """So many messages are sent now."""
        if self.pace is not None:
            self.pace.take(count)

    def answers(self) -> None:
        """A delivery was completed: the recipient can be reached."""
        if self.circuit.succeeded():
            self.report("circuit_closed")
            self.lines.widen()

    def report(self, name: str, **fields: object) -> None:
        """An event of this target."""
        self.desk.reporter.event(name, target=self.recipient.id, **fields)

    def finish(self, member: Member, outcome: Outcome, batch: str, text: str | None = None) -> None:
        """Note what became of a member."""
        self.outcomes.add(
            ItemResult(
                release=member.release,
                target=self.recipient.id,
                operation=member.operation,
                outcome=outcome,
                text=text,
                batch=batch,
            )
        )

    def refuse(
        self, release: str, operation: str, error: GitOpsError, outcome: Outcome = Outcome.FAILED
    ) -> None:
        """Note that an error ended an item."""
        self.outcomes.add(
            ItemResult(
                release=release,
                target=self.recipient.id,
                operation=operation,
                outcome=outcome,
                text=error.message,
                code=error.code,
                hint=error.hint,
            )
        )
