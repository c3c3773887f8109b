"""The deliveries that the events of a stream tell of, each with the commit that it was made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stardust_gitops.ledger.events import Event, Kind

_DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One delivery. `version` is the number of the event with which it was complete, `begun` that
    of its intention, of which `commit` is: a run of a later commit may have ended it."""

    target: str
    version: int
    begun: int
    operation: str
    commit: str | None
    time: str


def deliveries(events: Iterable[Event]) -> list[Delivered]:
    """What was completed in one stream, in order; what was imported has no intention before it."""
    found: list[Delivered] = []
    begun: Event | None = None
    for event in events:
        if event.kind in (Kind.INTENDED, Kind.IMPORTED):
            begun = event
        if begun is not None and _completes(event, begun):
            found.append(
                Delivered(
                    target=event.stream.target,
                    version=event.version,
                    begun=begun.version,
                    operation=str(begun.data["operation"]),
                    commit=begun.provenance.commit,
                    time=event.time,
                )
            )
            begun = None
        elif event.kind is Kind.SUPERSEDED or event.kind is Kind.RESOLVED:
            begun = None
    return found


def _completes(event: Event, begun: Event) -> bool:
    if event.kind is Kind.RESOLVED:
        return event.data.get("outcome") == _DELIVERED
    if event.kind is Kind.ACKNOWLEDGED:  # settles what nobody knew the end of, if it is about that
        return bool(event.data["message_id"] == begun.data.get("message_id"))
    return event.kind in (Kind.COMPLETED, Kind.IMPORTED)
