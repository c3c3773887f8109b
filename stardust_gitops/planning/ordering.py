"""The order of work: by target, then takedowns, nearest street date, updates, back catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from stardust_gitops.planning.model import Action, Item
from stardust_gitops.planning.timing import plain_date

BACK_CATALOGUE_AGE = timedelta(days=28)
"""A release that is new to a target this long after its street date is back catalogue there."""

_FAR = 10**6
_WORK = {Action.TAKEDOWN: 0, Action.PURGE: 0, Action.INSERT: 1, Action.UPDATE: 2, Action.RESEND: 2}
_BACK_CATALOGUE = 3
_WAITING = {Action.HELD: 4, Action.BLOCKED: 5, Action.ORPHANED: 6, Action.UNCHANGED: 7}


def in_order(items: Iterable[Item], now: datetime) -> tuple[Item, ...]:
    """Items as they are delivered within each target, then those that send nothing."""
    today = now.date()
    return tuple(sorted(items, key=lambda item: _place(item, today)))


def _place(item: Item, today: date) -> tuple[str, int, int, str]:
    if not item.action.sends:
        return (item.target, _WAITING[item.action], 0, item.release)
    street = plain_date(item.street_date)
    rank = _WORK[item.action]
    if item.action is Action.INSERT and street and today - street > BACK_CATALOGUE_AGE:
        rank = _BACK_CATALOGUE
    distance = _FAR if street is None else abs((street - today).days)
    return (item.target, rank, distance, item.release)
