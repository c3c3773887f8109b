"""The answers that are on record, and the files that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from stardust_gitops.ledger.events import Event, Kind
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.reconciler.receipts.known import receipts_stream

ANSWERS = frozenset({Kind.ACKNOWLEDGED, Kind.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """An answer that is about no message of ours (`told`: a receipt as JSON has it), or a file that
    could not be read (`problem`). `read` is when we read it (instant text)."""

    target: str
    file: str
    read: str
    told: dict[str, Any] | None = None
    problem: str | None = None


def answers(ledger: LedgerStore, environment: str) -> Iterator[Event]:
    """All answers of an environment, in the order in which they were recorded."""
    for _, event in ledger.events():
        if event.kind in ANSWERS and event.stream.environment == environment:
            yield event


def strays(ledger: LedgerStore, environment: str, targets: Iterable[str]) -> list[Stray]:
    """What these targets said that leads nowhere, as each file was read last; the newest first."""
    found: list[Stray] = []
    for target in targets:
        last: dict[str, Event] = {}
        for _, event in ledger.events(stream=receipts_stream(environment, target)):
            if event.kind is Kind.RECEIPT_READ:
                last[event.data["path"]] = event
        found += [stray for event in last.values() for stray in _strays(event)]
    return sorted(found, key=lambda stray: stray.read, reverse=True)


def _strays(event: Event) -> Iterator[Stray]:
    data = event.data
    if "problem" in data:
        yield Stray(
            target=event.stream.target,
            file=data["path"],
            read=event.time,
            problem=data["problem"],
        )
    for told in data.get("unmatched", ()):
        yield Stray(target=event.stream.target, file=data["path"], read=event.time, told=told)
