"""Reading stored events: older formats are brought up to the present one, newer ones refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from stardust_gitops.ledger.events import (
    EVENT_FORMAT,
    FIRST_FORMAT,
    Event,
    Kind,
    Provenance,
    StreamId,
    format_of,
)
from stardust_gitops.ledger.store import LedgerError, WrongLedgerError

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the JSON of an event in one format and returns it in the next."""

UPCASTERS: Mapping[int, Upcaster] = {}
"""By the format that they read. Formats 2 and 3 only add kinds to format 1: there are none yet."""


def read_event(body: bytes, upcasters: Mapping[int, Upcaster] = UPCASTERS) -> Event:
    """The event in stored bytes, in the present format.

    `WrongLedgerError` where a newer version of this program wrote it, `LedgerError` where the
    bytes are no event.
    """
    try:
        raw = orjson.loads(body)
        written: int = raw["format"]
        if written > EVENT_FORMAT:
            raise WrongLedgerError(
                f"the ledger holds events of format {written}, newer than {EVENT_FORMAT}",
                hint="install the version of stardust-gitops that last wrote to this ledger",
            )
        for number in range(written, FIRST_FORMAT):
            raw = upcasters[number](raw)
        return _event(body, raw)
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerError(
            f"a stored event cannot be read: {error}",
            hint="run `stardust-gitops ledger verify`; restore the ledger from a backup",
            code="SG5006",
        ) from error


def _event(body: bytes, raw: Mapping[str, Any]) -> Event:
    environment, target, subject = raw["stream"]
    kind = Kind(raw["kind"])
    return Event.of(
        body,
        stream=StreamId(environment, target, subject),
        version=raw["version"],
        kind=kind,
        time=raw["time"],
        provenance=Provenance(
            actor=raw["actor"], run=raw["run"], program=raw["program"], commit=raw["commit"]
        ),
        data=raw["data"],
        format=format_of(kind),
        previous=raw["previous"],
    )
