"""What the clock does to an item: it holds, it warns of lead times; it never changes content."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.model import Action, Desired, Reason
from stardust_gitops.planning.settings import TargetSettings


@lru_cache(maxsize=4096)
def plain_date(text: str | None) -> date | None:
    """The day of a date text of the content model; ``None`` where there is none."""
    try:
        return None if text is None else date.fromisoformat(text[:10])
    except ValueError:
        return None


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
    desired: Desired, target: TargetSettings, action: Action, now: datetime
) -> Finding | None:
    """A warning where an insert or update leaves less than the recipient's minimum.

    In plain dates, as the street date is one. A street date that has passed is missed already
    and needs no warning.
    """
    needed = {
        Action.INSERT: target.lead_time_new,
        Action.UPDATE: target.lead_time_update,
    }.get(action)
    street = plain_date(desired.street_date)
    if needed is None or street is None:
        return None
    left = street - now.date()
    if left.days < 0 or left >= needed:
        return None
    return Finding(
        code="SG2190",
        severity=Severity.WARNING,
        message=f"will miss {street}: {target.id} needs {_days(needed.days)}, "
        f"{_days(left.days)} left",
        remedy="Move the release date, or tell the recipient; it is sent all the same.",
        file=desired.file,
        pointer=("release_date",),
        release=desired.release,
        target=target.id,
    )


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
