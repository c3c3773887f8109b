"""How often `apply` is run by itself, so that what it missed can be told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from stardust_gitops.catalog.models.scalars import Model, refuse

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _interval(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,3}[mhd]", value):
        refuse("SG1122", f"{value!r} is no interval", "write minutes, hours or days: 30m, 1h, 1d")
    return value


Interval = Annotated[str, AfterValidator(_interval)]


def interval_of(text: str) -> timedelta:
    """The time that an `Interval` is."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


class ScheduleEntry(Model):
    """A run is expected `every` so often."""

    every: Interval

    @property
    def interval(self) -> timedelta:
        """The time between two runs."""
        return interval_of(self.every)
