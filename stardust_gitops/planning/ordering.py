"""The order of work within a target: takedowns, purges, nearest street date, updates, back
catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from stardust_gitops.planning.model import Action, Item
from stardust_gitops.planning.timing import plain_date

_FAR = 10**6
_WORK = {Action.TAKEDOWN: 0, Action.PURGE: 1, Action.INSERT: 2, Action.UPDATE: 3, Action.RESEND: 3}
_BACK_CATALOGUE = 4
_WAITING = {Action.HELD: 5, Action.BLOCKED: 6, Action.ORPHANED: 7, Action.UNCHANGED: 8}


def in_order(items: Iterable[Item], now: datetime) -> tuple[Item, ...]:
    """Items as they are delivered within each target, then those that send nothing."""
    today = now.date()
    return tuple(sorted(items, key=lambda item: _place(item, today)))


def _place(item: Item, today: date) -> tuple[str, int, int, str]:
    if not item.action.sends:
        return (item.target, _WAITING[item.action], 0, item.release)
    street = plain_date(item.street_date)
    rank = _BACK_CATALOGUE if item.back_catalogue else _WORK[item.action]
    distance = _FAR if street is None else abs((street - today).days)
    return (item.target, rank, distance, item.release)
