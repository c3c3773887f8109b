"""What comes next, what failed and what is late: a plan looked at by the clock. Pure.

Correctness comes from the ledger: that a run was missed shows by what it left undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from stardust_gitops.catalog.windows import opening
from stardust_gitops.clock import instant_text
from stardust_gitops.diagnostics import Severity
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.ledger.store import Snapshot
from stardust_gitops.planning.decide import REMOVALS
from stardust_gitops.planning.model import Action, Desired, Item, Plan, Reason
from stardust_gitops.planning.settings import TargetSettings
from stardust_gitops.planning.strays import Key
from stardust_gitops.planning.timing import BACK_CATALOGUE_AGE, late_finding, plain_date

EARLY = timedelta(days=7)
"""So long before its street date is told of a release that cannot go as it is."""
WEEK = timedelta(days=7)
PATIENCE = 2
"""So many times the interval of the schedule is nothing done before it is told: what starts runs
(GitHub's cron, say) starts them late at times, and leaves one out now and then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One item, and what is to be said of it. `when` is the instant at which it is due, ``None``
    where that is no matter of time."""

    item: Item
    reasons: tuple[Reason, ...]
    when: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The state of affairs at `now`. `due` goes at the next run, or when its time has come, soonest
    first; `failed` needs somebody; `late` has missed its time, or will. `problems` are guards that
    stop everything, and files that cannot be used; `schedule` is what is wrong with the runs
    themselves. `delivered` counts what was delivered within a week, by target and operation."""

    environment: str
    catalogue: str
    now: datetime
    due: tuple[Notice, ...] = ()
    failed: tuple[Notice, ...] = ()
    late: tuple[Notice, ...] = ()
    problems: tuple[Reason, ...] = ()
    schedule: tuple[Reason, ...] = ()
    delivered: Mapping[tuple[str, str], int]

    @property
    def is_well(self) -> bool:
        """Whether nobody has to do anything."""
        return not (self.failed or self.late or self.problems or self.schedule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a plan is looked at with. A run is expected `every` so often."""

    wishes: Mapping[Key, Desired]
    targets: Mapping[str, TargetSettings]
    states: Mapping[Key, StreamState]
    now: datetime
    every: timedelta | None = None

    def outlook(self, plan: Plan, snapshot: Snapshot) -> Outlook:
        """All of it."""
        due = sorted(self._due(plan.items), key=self._soonest)
        return Outlook(
            environment=plan.environment,
            catalogue=plan.catalogue,
            now=self.now,
            due=tuple(due),
            failed=tuple(self._failed(plan.items)),
            late=tuple(self._late(plan.items)),
            problems=(*plan.stops, *_broken(plan)),
            delivered=_delivered(snapshot, self.now - WEEK),
        )

    def _due(self, items: Iterable[Item]) -> Iterator[Notice]:
        for item in items:
            if item.action.sends or (item.action is Action.HELD and item.not_before is not None):
                yield Notice(item=item, reasons=item.reasons, when=self._when(item))

    def _soonest(self, notice: Notice) -> tuple[datetime, str, str]:
        return notice.when or self.now, notice.item.target, notice.item.release

    def _failed(self, items: Iterable[Item]) -> Iterator[Notice]:
        for item in items:
            state = self.states.get(Key(item.target, item.release))
            failure = None if state is None else state.failure
            if item.action is Action.BLOCKED:
                yield Notice(item=item, reasons=_why_blocked(item))
            elif failure is not None and item.action.sends:
                yield Notice(item=item, reasons=(Reason(code="failed", text=failure),))

    def _late(self, items: Iterable[Item]) -> Iterator[Notice]:
        for item in items:
            if item.action is Action.UNCHANGED:
                continue
            reasons = tuple(filter(None, (self._missed(item), self._street(item))))
            if reasons:
                yield Notice(item=item, reasons=reasons, when=self._when(item))

    def _when(self, item: Item) -> datetime | None:
        """The time that is set for an item: until then it is held, or it was."""
        if item.not_before is not None:
            return item.not_before
        wish = self.wishes.get(Key(item.target, item.release))
        target = self.targets.get(item.target)
        when = None if wish is None else wish.not_before
        if when is None or target is None or target.windows is None or item.action in REMOVALS:
            return when
        found = opening(target.windows, when)
        return when if found is None else found.when

    def _missed(self, item: Item) -> Reason | None:
        """Its time has come, and a run that should have sent it has not."""
        when = self._when(item)
        if when is None or self.every is None or not item.action.sends:
            return None
        target = self.targets.get(item.target)
        if target is not None and target.is_capped and item.action not in REMOVALS:
            return None  # nobody knows for how long its cap was full
        if self.now - when <= PATIENCE * self.every:
            return None
        since = f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        expected = f"apply is expected every {span(self.every)}"
        return Reason(code="missed", text=f"is due since {since} and was not sent; {expected}")

    def _street(self, item: Item) -> Reason | None:
        """It will not be there in time, or not as early as the recipient wants it."""
        wish = self.wishes.get(Key(item.target, item.release))
        target = self.targets.get(item.target)
        street = plain_date(item.street_date)
        if wish is None or target is None or street is None or target.back_catalogue_load:
            return None
        today = self.now.date()
        if item.operation is Action.UPDATE and item.action.sends:
            found = late_finding(wish, target, Action.UPDATE, self.now)
            return None if found is None else Reason(code="street_date", text=found.message)
        if item.operation is not Action.INSERT or today - street > BACK_CATALOGUE_AGE:
            return None
        if street <= today:
            return Reason(code="street_date", text=f"came out on {street} and is not there")
        return _in_time(item, target, street, today)


def missed_runs(last: datetime | None, now: datetime, every: timedelta) -> Reason | None:
    """What is wrong with the runs of a schedule, of which the `last` was begun then; ``None`` is
    none at all."""
    if last is None:
        return Reason(
            code="no_run", text=f"no scheduled run is known, expected every {span(every)}"
        )
    if now - last <= PATIENCE * every:
        return None
    text = f"the last scheduled run was {span(now - last)} ago, expected every {span(every)}"
    return Reason(code="missed_runs", text=text)


def span(time: timedelta) -> str:
    """``90 min``, ``9 h``, ``3 days``: in whole units, of which there are at least two where the
    time is no single one."""
    minutes = int(time.total_seconds()) // 60
    for size, unit in ((1440, "days"), (60, "h")):
        if minutes >= 2 * size or minutes == size:
            return f"{minutes // size} {unit if minutes > size else unit.removesuffix('s')}"
    return f"{minutes} min"


def _in_time(item: Item, target: TargetSettings, street: date, today: date) -> Reason | None:
    """A release that is still to come out."""
    goes = today
    if item.action is Action.HELD and item.not_before is not None:
        goes = max(today, item.not_before.astimezone(UTC).date())
    stuck = not item.action.sends and (item.action is not Action.HELD or item.not_before is None)
    needed = target.lead_time_new or timedelta()
    if street - goes >= needed + (EARLY if stuck else timedelta()):
        return None
    left = (street - today).days
    text = f"comes out on {street}, in {left} {'day' if left == 1 else 'days'}"
    if stuck:
        text += f", and is {item.action}"
    elif goes > today:
        text += f", and goes on {goes}"
    if needed:
        text += f"; {target.id} needs {needed.days} days"
    return Reason(code="street_date", text=text)


def _why_blocked(item: Item) -> tuple[Reason, ...]:
    """What is wrong, in the words of the findings where there are any."""
    errors = [finding for finding in item.findings if finding.severity is Severity.ERROR]
    if errors and item.reasons and item.reasons[0].code == "invalid":
        return tuple(Reason(code=entry.code, text=entry.message) for entry in errors)
    return item.reasons


def _broken(plan: Plan) -> Iterator[Reason]:
    """Errors that no item tells, such as those of a file that could not be read."""
    told = {
        (finding.file, finding.code, finding.message)
        for item in plan.items
        for finding in item.findings
    }
    for finding in plan.findings:
        known = (finding.file, finding.code, finding.message) in told
        if finding.severity is Severity.ERROR and not known:
            yield Reason(code=finding.code, text=f"{finding.file}: {finding.message}")


def _delivered(snapshot: Snapshot, since: datetime) -> dict[tuple[str, str], int]:
    """How many releases each target was sent since, by the last operation."""
    start = instant_text(since)
    return dict(
        sorted(
            Counter(
                (stream.target, state.baseline.operation)
                for stream, state in snapshot.releases.items()
                if state.baseline is not None
                and state.baseline.message_id is not None
                and state.baseline.time > start
            ).items()
        )
    )
