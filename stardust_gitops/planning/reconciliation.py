"""What was delivered against what recipients have answered: what somebody has to see to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.planning.standing import ANSWERED, Standing, Step, standing_of

OPEN = (Step.REJECTED, Step.UNKNOWN, Step.SILENT)
"""Steps that no run ends by itself: worst first."""
REMEMBERED = timedelta(days=30)
"""So long a receipt that is about nothing of ours is told: nobody could put it right later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A release (GTIN-14) of which the last message needs somebody; `name` is how it is called."""

    release: str
    name: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """What stands in a file of the recipient's, read then (an instant text), and is about no
    message of ours: the receipt's fields, or the `problem` for which the file could not be read."""

    file: str
    read: str
    said: Mapping[str, str]
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One target. It answers within `patience`; ``None`` where it is not known to answer at all.
    `counts` are the last messages by where they stand."""

    target: str
    patience: timedelta | None
    counts: Mapping[Step, int]
    cases: Mapping[Step, tuple[Case, ...]]
    strays: tuple[Stray, ...] = ()

    @property
    def answered(self) -> int:
        """How many releases the recipient has said anything about."""
        return sum(self.counts.get(step, 0) for step in ANSWERED)

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything."""
        return not (self.strays or any(self.cases.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """All targets of an environment that anything was sent to, at `now`."""

    catalogue: str
    environment: str
    now: datetime
    accounts: tuple[Account, ...]

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything."""
        return all(account.is_well for account in self.accounts)

    def count(self, step: Step) -> int:
        """How many cases of a step there are."""
        return sum(len(account.cases.get(step, ())) for account in self.accounts)

    @property
    def strays(self) -> int:
        """How many answers are about nothing of ours, with files that could not be read."""
        return sum(len(account.strays) for account in self.accounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What accounts are made of: the states of an environment, how soon each target answers, what
    is about nothing of ours, and how a release is called."""

    states: Mapping[StreamId, StreamState]
    patience: Mapping[str, timedelta]
    strays: Mapping[str, tuple[Stray, ...]]
    name_of: Callable[[Standing], str]
    now: datetime

    def accounts(self, chosen: Callable[[str, str], bool]) -> Iterable[Account]:
        """An account for each target, sorted; `chosen` says of target and release whether it is
        asked for."""
        standings: dict[str, list[tuple[str, Standing]]] = {target: [] for target in self.strays}
        for stream, state in self.states.items():
            if chosen(stream.target, stream.subject):
                standing = standing_of(state, self.now, self.patience.get(stream.target))
                standings.setdefault(stream.target, []).append((stream.subject, standing))
        for target in sorted(standings):
            yield self._account(target, standings[target])

    def _account(self, target: str, standings: list[tuple[str, Standing]]) -> Account:
        by_age = sorted(standings, key=lambda pair: (pair[1].since or "", pair[0]))
        return Account(
            target=target,
            patience=self.patience.get(target),
            counts=Counter(standing.step for _, standing in standings),
            cases={
                step: tuple(
                    Case(release=release, name=self.name_of(standing), standing=standing)
                    for release, standing in by_age
                    if standing.step is step
                )
                for step in OPEN
            },
            strays=self.strays.get(target, ()),
        )
