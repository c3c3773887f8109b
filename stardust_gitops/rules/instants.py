"""Rules about times of day: those that clocks skip, and those that they show twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.release import all_terms
from stardust_gitops.rules.subjects import ReleaseSubject

_LOCAL = len("2026-12-04T17:00:00")
"""A moment of this length has a time of day and no zone."""


class _Shift(NamedTuple):
    """A local time at which clocks are changed. `before` and `after` are the zone's offsets from
    UTC."""

    pointer: Pointer
    text: str
    zone: str
    before: timedelta
    after: timedelta

    @property
    def skipped(self) -> bool:
        """Whether no clock shows it; else clocks show it twice."""
        return self.after > self.before


def _moments(subject: ReleaseSubject) -> Iterator[tuple[Pointer, str | None]]:
    model = subject.model
    yield ("send_from",), model.send_from
    if model.visibility is not None:
        for key, moment in model.visibility:
            yield ("visibility", key), moment
    for pointer, terms in all_terms(model):
        yield (*pointer, "start"), terms.start
        yield (*pointer, "end"), terms.end
    for index, deal in enumerate(model.deals):
        yield ("deals", index, "preorder_from"), deal.preorder_from


def _shifts(subject: ReleaseSubject) -> Iterator[_Shift]:
    name = subject.config.defaults.timezone
    for pointer, text in _moments(subject):
        if text is None or len(text) != _LOCAL:
            continue
        moment, zone = datetime.fromisoformat(text), ZoneInfo(name)
        # In a gap, the first fold counts with the offset before it; in an overlap likewise.
        before = moment.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
        after = moment.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
        if before != after:
            yield _Shift(pointer, text, name, before, after)


def _offset(text: str, offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{text}{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


@rule(
    "SG2019",
    severity=Severity.ERROR,
    title="a time of day that does not exist",
    why="Where clocks are put forward an hour is skipped: each program makes another instant of"
    " it.",
    example="defaults: {timezone: Europe/London}   # in stardust.yaml\n"
    'send_from: "2027-03-28T01:30"          # London skips from 01:00 to 02:00',
    remedy="give a time outside the skipped hour, or write the offset:  2027-03-28T02:30+01:00",
    source="IANA time zone database, for the catalogue's timezone",
)
def time_skipped(subject: ReleaseSubject) -> Iterator[Hit]:
    """Every moment with a time and no offset, in the catalogue's zone."""
    for shift in _shifts(subject):
        if shift.skipped:
            yield Hit(shift.pointer, f"{shift.text} does not exist in {shift.zone}: clocks skip it")


@rule(
    "SG2020",
    severity=Severity.WARNING,
    title="a time of day that comes twice",
    why="Where clocks are put back an hour is repeated: nobody sees which of the two is meant.",
    example="defaults: {timezone: Europe/London}   # in stardust.yaml\n"
    'send_from: "2027-10-31T01:30"          # at +01:00, and an hour later at +00:00',
    remedy="write the offset",
    source="IANA time zone database, for the catalogue's timezone",
)
def time_twice(subject: ReleaseSubject) -> Iterator[Hit]:
    """Every moment with a time and no offset, in the catalogue's zone."""
    for shift in _shifts(subject):
        if shift.skipped:
            continue
        first = _offset(shift.text, shift.before)
        second = _offset(shift.text, shift.after)
        taken = "the first is taken"
        if shift.pointer != ("send_from",):
            taken = "the recipient takes one of them"
        yield Hit(
            shift.pointer,
            f"{shift.text} comes twice in {shift.zone}, as {first} and as {second}: {taken}",
            f"write the offset:  {first}",
        )
