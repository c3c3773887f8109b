"""What is offered of a release and its tracks, and what a takedown leaves of it: all shapes."""

from __future__ import annotations

from dataclasses import replace

from stardust_gitops.content.model import Content, Deal, Track
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.problems import MessageError

DATE = len("2026-12-04")
"""The length of a date text, and of the day in a time."""


def terms_of(track: Track, content: Content) -> tuple[Deal, ...]:
    """The deals of a track by itself: its own, else those of each track, else the release's."""
    if track.deals is not None:
        return track.deals
    return content.deals if content.track_deals is None else content.track_deals


def after_takedown(deals: tuple[Deal, ...], options: MessageOptions) -> tuple[Deal, ...]:
    """The deals that a takedown leaves. Deals in a later message replace all earlier ones."""
    if options.takedown is None:
        return deals
    if options.takedown == "no_deals":
        return ()
    last = options.end_date
    if last is None:
        raise MessageError("a takedown by end date needs the last day", code="SG4020")
    return tuple(
        deal if deal.end is not None and deal.end[:DATE] <= last else replace(deal, end=last)
        for deal in deals
        if deal.start[:DATE] <= last
    )


def start_time(text: str) -> str:
    """A date begins at local midnight, so without zone; a time stays as it is written."""
    return text if "T" in text else f"{text}T00:00:00"


def end_time(text: str) -> str:
    """An end date is inclusive: to the last second of the day, local."""
    return text if "T" in text else f"{text}T23:59:59"
