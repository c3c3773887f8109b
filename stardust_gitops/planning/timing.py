"""What the clock does to an item: it holds, it warns of lead times; it never changes content."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from stardust_gitops.catalog.windows import Windows, opening
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.model import Action, Desired, Reason
from stardust_gitops.planning.settings import TargetSettings

BACK_CATALOGUE_AGE = timedelta(days=28)
"""A release that is new to a target this long after its street date is back catalogue there."""

WILL_MISS = "SG2190"
"""The code of `late_finding`."""


@lru_cache(maxsize=4096)
def plain_date(text: str | None) -> date | None:
    """The day of a date text of the content model; ``None`` where there is none."""
    try:
        return None if text is None else date.fromisoformat(text[:10])
    except ValueError:
        return None


def is_back_catalogue(operation: Action | None, street_date: str | None, today: date) -> bool:
    """Whether an operation brings a target what came out long ago."""
    street = plain_date(street_date) if operation is Action.INSERT else None
    return street is not None and today - street > BACK_CATALOGUE_AGE


class Wait(NamedTuple):
    """Why an item waits and until when, ``None`` where nobody can say."""

    reason: Reason
    until: datetime | None


_NEVER_OPEN = Wait(
    Reason(code="window", text="no delivery window opens any more: see `windows:` of the target"),
    None,
)


def wait_of(desired: Desired, windows: Windows | None, now: datetime) -> Wait | None:
    """What keeps an insert, update or resend from going now: `send_from`, the target's windows, or
    both, and then until the first moment that suits both."""
    waiting = waits(desired, now)
    held = Wait(hold_reason(desired, "send_from"), desired.not_before) if waiting else None
    if windows is None:
        return held
    start = desired.not_before if waiting and desired.not_before is not None else now
    found = opening(windows, start)
    if found is None:
        return _NEVER_OPEN
    if found.window is None:
        return held
    text = f"until {found.at} (window: {found.window.name})"
    return Wait(Reason(code="window", text=text), found.when)


def waits(desired: Desired, now: datetime) -> bool:
    """Whether the time of an item has not come."""
    return desired.not_before is not None and desired.not_before > now


def hold_reason(desired: Desired, code: str) -> Reason:
    """Until when an item waits, in the words of the catalogue where there are any."""
    text = desired.not_before_text
    if text is None and desired.not_before is not None:
        moment = desired.not_before.astimezone(UTC)
        text = f"until {moment:%Y-%m-%d %H:%M} UTC ({code})"
    return Reason(code=code, text=text or code)


def late_finding(
    desired: Desired,
    target: TargetSettings,
    action: Action,
    now: datetime,
    goes: datetime | None = None,
) -> Finding | None:
    """A warning where an insert or update leaves less than the recipient's minimum, or an insert
    goes after its street date because it is held until `goes`.

    In plain dates, as the street date is one. A street date that has passed is missed already
    and needs no warning.
    """
    needed = {
        Action.INSERT: target.lead_time_new,
        Action.UPDATE: target.lead_time_update,
    }.get(action)
    if needed is None and goes is None:
        return None
    street = plain_date(desired.street_date)
    if street is None or street < now.date():
        return None
    day = now.date() if goes is None else max(now.date(), goes.astimezone(now.tzinfo).date())
    left = street - day
    if left < timedelta():
        if action is not Action.INSERT and needed is None:
            return None
        why = f"it goes on {day}"
    elif needed is None or left >= needed:
        return None
    else:
        why = f"{target.id} needs {_days(needed.days)}, {_days(left.days)} left"
        if day > now.date():
            why += f" when it goes on {day}"
    return Finding(
        code=WILL_MISS,
        severity=Severity.WARNING,
        message=f"will miss {street}: {why}",
        remedy="Move the release date, or tell the recipient; it is sent all the same."
        if day == now.date()
        else "Move the release date, or let it go earlier.",
        file=desired.file,
        pointer=("release_date",),
        release=desired.release,
        target=target.id,
    )


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
