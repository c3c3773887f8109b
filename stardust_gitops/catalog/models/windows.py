"""When a target may be sent something: ``windows:`` of its file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from stardust_gitops.catalog.models.scalars import Model, Moment, Text, TimeZone, refuse
from stardust_gitops.catalog.models.schedule import Interval, interval_of

_LONGEST = 100
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def _cron(value: str) -> str:
    from cronsim import CronSim, CronSimError

    wrong = "" if len(value.split()) == 5 and len(value) <= _LONGEST else "not five fields"
    if not wrong:
        try:
            if next(CronSim(value, _SOME_DAY), None) is None:
                wrong = "it names no moment"
        except (CronSimError, AssertionError) as error:  # it asserts what it expects, as in 1L/2
            wrong = str(error) or "a step of what cannot be counted"
    if wrong:
        refuse(
            "SG1135",
            f"{value!r} is no cron expression: {wrong}",
            "write minute, hour, day of month, month, day of week: 0 9 * * 1-5",
        )
    return value


Cron = Annotated[str, AfterValidator(_cron)]


class SpanEntry(Model):
    """From one day or instant to another; a day as an end is included."""

    from_: Moment = Field(alias="from")
    to: Moment


def _shape(value: Any) -> str:
    return "span" if isinstance(value, dict | SpanEntry) else "cron"


class WindowEntry(Model):
    """A time in which a target may be sent something (`allow`), or may not (`deny`): as often as a
    cron expression says, each time for so long; or, to deny, once. `reason` is told in plans."""

    allow: Cron | None = None
    deny: (
        Annotated[
            Annotated[Cron, Tag("cron")] | Annotated[SpanEntry, Tag("span")], Discriminator(_shape)
        ]
        | None
    ) = None
    for_: Interval | None = Field(default=None, alias="for")
    timezone: TimeZone | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> WindowEntry:
        if (self.allow is None) is (self.deny is None):
            refuse(
                "SG1136",
                "a window either allows or denies",
                'write  {allow: "0 9 * * 1-5", for: 8h}  or  {deny: …}',
            )
        once = isinstance(self.deny, SpanEntry)
        if once is (self.for_ is not None):
            refuse(
                "SG1136",
                "from and to say how long it is: for says so again"
                if once
                else "nothing says how long the window is",
                "remove for" if once else "add  for: 8h",
            )
        if isinstance(self.deny, SpanEntry) and self.deny.to < self.deny.from_:
            refuse("SG1136", "the window ends before it begins", "exchange from and to")
        return self

    @property
    def length(self) -> timedelta:
        """How long it lasts each time; nothing for one that comes once."""
        return timedelta() if self.for_ is None else interval_of(self.for_)
