"""Segments: the files that events are kept in. Pure.

A segment is what one append wrote: a line of JSON that says what follows, then each event's body on
a line of its own. Segments are numbered 1, 2, 3… and never change; a file may hold several, one
after the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from stardust_gitops.ledger.store import LedgerError, WrongLedgerError

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The bodies of some events, of which the first stands at position `first`; and the digest of
    a checkpoint behind the last one, where one was made."""

    number: int
    first: int
    events: tuple[bytes, ...] = ()
    checkpoint: str | None = None

    @property
    def last(self) -> int:
        """The position of its last event; of an empty one, of the event before it."""
        return self.first + len(self.events) - 1

    def encode(self) -> bytes:
        """Its bytes in a file."""
        lines = b"".join(body + b"\n" for body in self.events)
        about = {
            "format": FORMAT,
            "segment": self.number,
            "first": self.first,
            "events": len(self.events),
            "checkpoint": self.checkpoint,
            "sha256": hashlib.sha256(lines).hexdigest(),
        }
        return orjson.dumps(about) + b"\n" + lines


def decode(name: str, data: bytes) -> Iterator[Segment]:
    """The segments in the file `name`.

    `LedgerError` where its bytes were changed; `WrongLedgerError` where a newer program wrote it.
    """
    place = 0
    while place < len(data):
        try:
            segment, place = _next(data, place)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(name, str(error)) from error
        yield segment


def _next(data: bytes, place: int) -> tuple[Segment, int]:
    head, body = _line(data, place)
    about = orjson.loads(head)
    if about["format"] > FORMAT:
        raise WrongLedgerError(
            f"the ledger holds segments of format {about['format']}, newer than {FORMAT}",
            hint="install the version of stardust-gitops that last wrote to this ledger",
        )
    events, end = [], body
    for _ in range(about["events"]):
        event, end = _line(data, end)
        events.append(event)
    if hashlib.sha256(data[body:end]).hexdigest() != about["sha256"]:
        raise ValueError(
            f"the events of segment {about['segment']} are not those that were written"
        )
    segment = Segment(
        number=about["segment"],
        first=about["first"],
        events=tuple(events),
        checkpoint=about["checkpoint"],
    )
    return segment, end


def _line(data: bytes, place: int) -> tuple[bytes, int]:
    end = data.index(b"\n", place)
    return data[place:end], end + 1


def damaged(name: str, why: str) -> LedgerError:
    """What to say where a file of events is not what was written."""
    return LedgerError(
        f"{name} in the ledger is damaged: {why}",
        hint="run `stardust-gitops ledger verify`; restore what was there before from a backup or"
        " from another clone",
        code="SG5006",
    )
