"""Caps: how many messages a target is sent within 24 hours, whatever waits. Pure.

What counts is when a message was begun (intended), the last time where it was begun again; so one
that is carried on has been counted, and one that failed ten times counts once. Removals pass, and
count. What does not fit waits, in the order of work, until enough of what was begun is 24 hours
old.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from stardust_gitops.catalog.windows import Opening, opening
from stardust_gitops.ledger.store import Operation
from stardust_gitops.planning.decide import REMOVALS
from stardust_gitops.planning.model import Action, Item, Reason
from stardust_gitops.planning.ordering import in_order
from stardust_gitops.planning.settings import TargetSettings
from stardust_gitops.planning.strays import Key, World
from stardust_gitops.planning.timing import WILL_MISS, is_back_catalogue, late_finding

DAY = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class _Quota:
    """At most `limit` messages within 24 hours, of which those at `taken` are known, in order."""

    name: str
    limit: int
    taken: list[datetime] = field(default_factory=list)

    def free_at(self, now: datetime) -> datetime:
        """When there is room for one more."""
        if len(self.taken) < self.limit:
            return now
        return max(now, self.taken[-self.limit] + DAY)


def _quota(name: str, limit: int | None, taken: Iterable[datetime]) -> _Quota | None:
    return None if limit is None else _Quota(name=name, limit=limit, taken=list(taken))


_Quotas = tuple[_Quota | None, _Quota | None]
"""Of all messages, and of those that insert back catalogue; ``None`` where nothing caps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """All that caps look at beside the items; `recent` are the operations of 24 hours at least."""

    world: World
    recent: Sequence[Operation]
    now: datetime

    def held(self, items: tuple[Item, ...]) -> tuple[Item, ...]:
        """The items, given and returned in their order, those held for which there is no room."""
        quotas = {
            name: self._quotas(target)
            for name, target in self.world.targets.items()
            if target.is_capped
        }
        if not quotas:
            return items
        judged = (
            self._judged(item, quotas[item.target])
            if item.action.sends and item.target in quotas
            else item
            for item in items
        )
        return in_order(judged, self.now)

    def _quotas(self, target: TargetSettings) -> _Quotas:
        after = self.now - DAY
        times = sorted(
            (when, self._was_back_catalogue(operation, when.date()))
            for operation in self.recent
            if operation.target == target.id
            and (when := datetime.fromisoformat(operation.time)) > after
            and self._counts(operation)
        )
        return (
            _quota("per_day", target.per_day, (when for when, _ in times)),
            _quota(
                "back_catalogue_per_day",
                target.back_catalogue_per_day,
                (when for when, back in times if back),
            ),
        )

    def _counts(self, operation: Operation) -> bool:
        """Whether an operation was the last try of its message. What lies between the messages that
        the ledger still knows of a release were tries of the later one, or taken back."""
        state = self.world.states.get(Key(operation.target, operation.release))
        if state is None:
            return True
        rejected = None if state.rejected is None else state.rejected.sent
        known = (state.open, state.baseline, state.previous, rejected)
        times = {sent.time for sent in known if sent is not None}
        if not times or operation.time in times:
            return True
        return state.previous is not None and operation.time < state.previous.time

    def _was_back_catalogue(self, operation: Operation, day: date) -> bool:
        """By the street date that the catalogue has now; without one to look at it is supposed."""
        wish = self.world.wanted.get(Key(operation.target, operation.release))
        if wish is None:
            return operation.operation == Action.INSERT
        return is_back_catalogue(Action(operation.operation), wish.street_date, day)

    def _judged(self, item: Item, quotas: _Quotas) -> Item:
        whole, part = quotas
        counted = [quota for quota in (whole, part if item.back_catalogue else None) if quota]
        if not counted or self._is_counted(item):
            return item
        goes, full = self.now, None
        for quota in counted if item.action not in REMOVALS else ():
            free = quota.free_at(self.now)
            if free > goes:
                goes, full = free, quota
        if full is not None:
            item = self._waiting(item, full, goes)
            goes = item.not_before or goes
        for quota in counted:
            quota.taken.append(goes)
        return item

    def _is_counted(self, item: Item) -> bool:
        """Whether the message of an item was begun within the day, and is in the counts."""
        state = self.world.states.get(Key(item.target, item.release))
        opened = state.open if item.resumes and state is not None else None
        return opened is not None and datetime.fromisoformat(opened.time) > self.now - DAY

    def _waiting(self, item: Item, quota: _Quota, free: datetime) -> Item:
        """The item held until there is room and, where the target has windows, one is open."""
        key = Key(item.target, item.release)
        settings, wish = self.world.targets[item.target], self.world.wanted.get(key)
        found = Opening(free) if settings.windows is None else opening(settings.windows, free)
        goes = None if found is None else found.when
        findings = item.findings
        late = None
        if wish is not None and goes is not None:
            late = late_finding(wish, settings, item.action, self.now, goes)
        if late is not None:
            findings = (*(entry for entry in findings if entry.code != WILL_MISS), late)
        return item._replace(
            action=Action.HELD,
            operation=item.action,
            reasons=(_reason(quota, found), *item.reasons),
            not_before=goes,
            findings=findings,
        )


def _reason(quota: _Quota, found: Opening | None) -> Reason:
    why = f"{quota.name}: {quota.limit}"
    if found is None:
        return Reason(code="cap", text=f"{why}, and no delivery window opens after that")
    if found.window is not None:
        why += f", window: {found.window.name}"
    return Reason(code="cap", text=f"until {found.at} ({why})")
