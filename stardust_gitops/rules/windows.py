"""Rules about the deals of a release at one target: their windows and prices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from stardust_gitops.content.canonical import Document
from stardust_gitops.content.deals import DealResolver
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.areas import area
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import TargetSubject

_OPEN = "9999-12-31"


class _Meeting(NamedTuple):
    """Two windows of one use in one territory, the later right behind the earlier."""

    earlier: int
    later: int
    end: str
    start: str

    @property
    def overlap(self) -> bool:
        """Whether the later begins before the earlier is over; an end is inclusive."""
        return not self.end < self.start[: len(self.end)]

    @property
    def gap(self) -> bool:
        """Whether days lie between them."""
        first, second = (date.fromisoformat(text[:10]) for text in (self.end, self.start))
        return (second - first).days > 1


def _meetings(subject: TargetSubject) -> Iterator[_Meeting]:
    """Windows of one model and use that follow each other somewhere, each pair once."""
    deals: list[Document] = subject.document.get("deals", [])
    if len(deals) < 2:
        return
    used = [(model, use) for deal in deals for model in deal["models"] for use in deal["uses"]]
    if len(used) == len(set(used)):
        return  # nearly always
    groups: dict[tuple[str, str], list[int]] = {}
    for number, deal in enumerate(deals):
        if deal.get("end", _OPEN) >= deal["start"][: len(deal.get("end", _OPEN))]:
            for model in deal["models"]:
                for use in deal["uses"]:
                    groups.setdefault((model, use), []).append(number)
    seen: set[tuple[int, int]] = set()
    for numbers in groups.values():
        if len(numbers) < 2:
            continue
        last: dict[str, int] = {}
        for number in sorted(numbers, key=lambda one: deals[one]["start"]):
            deal = deals[number]
            own = deal.get("end", _OPEN)
            where = area(
                tuple(deal.get("territories", ())), tuple(deal.get("excluded_territories", ()))
            )
            for code in where:
                before = last.get(code)
                end = _OPEN if before is None else deals[before].get("end", _OPEN)
                if before is None or own >= end:
                    last[code] = number
                if before is not None and (before, number) not in seen:
                    seen.add((before, number))
                    yield _Meeting(before, number, end, deal["start"])


def _places(subject: TargetSubject) -> list[Pointer]:
    """For each deal of the document, the deal of the release that it is made from."""
    target = subject.target
    resolver = DealResolver(target.id, target.model.offers, target.model.prices, {})
    model = subject.model
    return [("deals", index) for index in resolver.sources(model.deals, model.release_date)]


def _told(subject: TargetSubject, meetings: list[_Meeting], words: str) -> Iterator[Hit]:
    if not meetings:
        return
    places = _places(subject)
    told: set[tuple[Pointer, Pointer]] = set()
    for meeting in meetings:
        pair = places[meeting.earlier], places[meeting.later]
        if pair not in told:
            told.add(pair)
            yield Hit(
                pair[1],
                f"the deal begins {meeting.start}, {words} deal {int(pair[0][1]) + 1}"
                f" that ends {'never' if meeting.end == _OPEN else meeting.end}",
            )


@rule(
    "SG2112",
    severity=Severity.ERROR,
    title="two deals overlap",
    why="For one territory, model and use there can be one deal at a time; recipients refuse two.",
    example="deals:\n  - {offer: streaming}\n  - {offer: streaming, territories: [GB]}",
    remedy="end the first before the second begins, or give them different territories",
    source="BR12 (ConflictingAvailabilityPeriods)",
)
def overlap(subject: TargetSubject) -> Iterator[Hit]:
    """By territory, commercial model and use type."""
    found = [meeting for meeting in _meetings(subject) if meeting.overlap]
    return _told(subject, found, "before the end of")


@rule(
    "SG2113",
    severity=Severity.WARNING,
    title="a gap between two deals",
    why="The release would leave the shop between them and lose its charts and playlists.",
    example="deals:\n  - {offer: streaming, end: 2027-01-31}\n"
    "  - {offer: streaming, start: 2027-03-01}",
    remedy="begin the second on the day after the first ends",
    source="recipients' delivery specifications",
)
def gap(subject: TargetSubject) -> Iterator[Hit]:
    """By territory, commercial model and use type."""
    if any("end" in deal for deal in subject.document.get("deals", ())):
        found = [meeting for meeting in _meetings(subject) if not meeting.overlap and meeting.gap]
        yield from _told(subject, found, "days after")


@rule(
    "SG2114",
    severity=Severity.NOTE,
    title="a download without a price",
    why="The recipient takes a price of its own; that is rarely what was agreed.",
    example="deals: [{offer: download}]",
    remedy="add price_code or wholesale_price to the deal",
    source="BR15, recipients' delivery specifications",
)
def download_without_price(subject: TargetSubject) -> Iterator[Hit]:
    """Where a download is sold by the piece."""
    found = [
        number
        for number, deal in enumerate(subject.document.get("deals", []))
        if "PermanentDownload" in deal["uses"]
        and "PayAsYouGoModel" in deal["models"]
        and not deal.get("preorder")
        and "price" not in deal
        and "price_code" not in deal
    ]
    places = _places(subject) if found else []
    for number in found:
        yield Hit(places[number], f"the download has no price at {subject.target.id}")


@rule(
    "SG2115",
    severity=Severity.WARNING,
    title="a pre-order without a price",
    why="People pay when they order; a shop cannot take an order without a price.",
    example="deals: [{offer: download, start: 2026-12-04, preorder_from: 2026-11-20}]",
    remedy="add price_code or wholesale_price to the deal",
    source="recipients' delivery specifications",
)
def preorder_without_price(subject: TargetSubject) -> Iterator[Hit]:
    """Of any offer."""
    found = [
        number
        for number, deal in enumerate(subject.document.get("deals", []))
        if deal.get("preorder") and "price" not in deal and "price_code" not in deal
    ]
    places = _places(subject) if found else []
    for number in found:
        yield Hit(places[number], f"the pre-order has no price at {subject.target.id}")
