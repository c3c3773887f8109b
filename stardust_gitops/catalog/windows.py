"""Delivery windows: when a target may be sent something. Pure; times are instants with a zone.

A window that recurs begins whenever its cron expression says so in its time zone and lasts for so
many hours of real time: it does not become longer or shorter when clocks change. One that would
begin in the hour that is left out in spring begins right after it, one in the hour that comes twice
in autumn begins once (Debian's cron, as `cronsim` has it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from stardust_gitops.catalog.models.windows import SpanEntry, WindowEntry

HORIZON = timedelta(days=3653)
"""So far is looked ahead: a leap day may be eight years away."""
_STEPS = 5000
_REPEATED = timedelta(hours=3)
"""Longer than any hour that clocks go through twice."""
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """A window that begins as `cron` says in `zone` (IANA name) and lasts for `length`."""

    name: str
    zone: str
    cron: str
    length: timedelta

    def end_around(self, moment: datetime) -> datetime | None:
        """The end of the window that `moment` lies in; of several, the last one."""
        from cronsim import CronSim

        local = moment.astimezone(ZoneInfo(self.zone))
        # In the hour that comes twice, an earlier beginning may have a later time on the clock.
        start = (moment + (_REPEATED if local.fold else _SECOND)).astimezone(local.tzinfo)
        for found in CronSim(self.cron, start, reverse=True):
            begin = found.astimezone(UTC)
            if begin <= moment:
                end = begin + self.length
                return end if moment < end else None
        return None

    def next_begin(self, moment: datetime) -> datetime | None:
        """The first beginning after `moment`."""
        from cronsim import CronSim

        for found in CronSim(self.cron, moment.astimezone(ZoneInfo(self.zone))):
            begin = found.astimezone(UTC)
            if begin > moment:
                return begin
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A window from one instant up to another, which is not in it any more."""

    name: str
    zone: str
    begin: datetime
    end: datetime

    def end_around(self, moment: datetime) -> datetime | None:
        """Its end, if `moment` lies in it."""
        return self.end if self.begin <= moment < self.end else None


Window: TypeAlias = Recurring | Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The windows of a target. It is open while none of `deny` is, and one of `allow` is if there
    are any."""

    allow: tuple[Recurring, ...] = ()
    deny: tuple[Window, ...] = ()


class Opening(NamedTuple):
    """From `when` on (UTC) a target is open; `window` is what kept it shut until then, ``None``
    where nothing did."""

    when: datetime
    window: Window | None = None

    @property
    def at(self) -> str:
        """``2026-11-30 09:00 Europe/London``: in the time zone of the window."""
        zone = self.window.zone if self.window is not None else "UTC"
        return f"{self.when.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


@lru_cache(maxsize=8192)
def opening(windows: Windows, moment: datetime) -> Opening | None:
    """The first instant from `moment` on at which a target is open, ``None`` where there is none
    within `HORIZON`. Asked for the same moment again, it knows the answer."""
    found = Opening(moment.astimezone(UTC))
    last = found.when + HORIZON
    for _ in range(_STEPS):
        if found.when > last:
            return None
        later = _shut_until(windows, found.when)
        if later is None:
            return None
        if later.window is None:
            return found
        found = later
    return None


def _shut_until(windows: Windows, moment: datetime) -> Opening | None:
    """What shuts the target at `moment` and until when, `moment` itself where nothing does;
    ``None`` where no window opens any more."""
    ends = [(end, window) for window in windows.deny if (end := window.end_around(moment))]
    if ends:
        return Opening(*max(ends, key=lambda entry: entry[0]))
    if not windows.allow or any(window.end_around(moment) for window in windows.allow):
        return Opening(moment)
    begins = [(begin, window) for window in windows.allow if (begin := window.next_begin(moment))]
    return Opening(*min(begins, key=lambda entry: entry[0])) if begins else None


def windows_of(entries: Sequence[WindowEntry], timezone: str) -> Windows | None:
    """The windows that a target's file lists, ``None`` where it lists none. `timezone` counts for
    those that name no own one."""
    if not entries:
        return None
    return Windows(
        allow=tuple(
            _recurring(entry, entry.allow, timezone) for entry in entries if entry.allow is not None
        ),
        deny=tuple(_denied(entry, timezone) for entry in entries if entry.allow is None),
    )


def _denied(entry: WindowEntry, timezone: str) -> Window:
    denied = entry.deny
    if not isinstance(denied, SpanEntry):
        return _recurring(entry, denied or "", timezone)
    zone = entry.timezone or timezone
    return Span(
        name=entry.reason or f"closed from {denied.from_} to {denied.to}",
        zone=zone,
        begin=_instant(denied.from_, zone),
        end=_instant(denied.to, zone, inclusive=True),
    )


def _recurring(entry: WindowEntry, cron: str, timezone: str) -> Recurring:
    return Recurring(
        name=entry.reason or cron,
        zone=entry.timezone or timezone,
        cron=cron,
        length=entry.length,
    )


def _instant(moment: str, zone: str, *, inclusive: bool = False) -> datetime:
    """A moment of the catalogue in UTC; a day as an end is included."""
    if "T" not in moment:
        day = date.fromisoformat(moment) + timedelta(days=inclusive)
        return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    when = datetime.fromisoformat(moment)
    local = when.replace(tzinfo=ZoneInfo(zone)) if when.tzinfo is None else when
    return local.astimezone(UTC)
