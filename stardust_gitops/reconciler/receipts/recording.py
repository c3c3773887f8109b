"""Putting what was read on record, under the target's lease.

A lease, because answers go into the streams that an apply writes to: behind its back they would
make it stop. It is taken only when all has been read, for as long as it takes to write, and nothing
is waited for under it: so it neither stands in an apply's way for long nor waits for one in a
circle.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.delivery.transports.base import RemoteFile
from stardust_gitops.ledger.events import Kind, Provenance
from stardust_gitops.ledger.journal import Entry, Journal
from stardust_gitops.ledger.lease import Wait, holding_lease
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.messages.receipts.receipt import Receipt
from stardust_gitops.reconciler.receipts.known import (
    FileRead,
    Known,
    Version,
    key_of,
    known_of,
    receipts_stream,
)
from stardust_gitops.reconciler.receipts.matching import Message, Messages

MOST_UNMATCHED = 100
"""So many answers about nothing of ours are told of one file; the bytes hold them all."""


class Recorded(NamedTuple):
    """What came of a file: answers that are new, that were on record, that are about nothing."""

    read: FileRead
    new: list[tuple[Message, Receipt]]
    again: int
    unmatched: list[Receipt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Records the answers of one target."""

    ledger: LedgerStore
    environment: str
    target: str
    clock: Clock
    provenance: Provenance
    wait: Wait | None = None

    def record(self, reads: Sequence[FileRead]) -> list[Recorded]:
        """All of it, or, where an error is raised, nothing. `LeaseHeldError` where somebody is
        applying to the target."""
        with holding_lease(
            self.ledger,
            self.environment,
            self.target,
            provenance=self.provenance,
            lost=threading.Event(),
            wait=self.wait,
        ) as lease:
            # Only now nobody else reads or sends here.
            known = known_of(self.ledger, self.environment, self.target)
            now, messages = instant_text(self.clock.now()), self.messages()
            found = [self._matched(read, messages, known) for read in reads]
            journal = Journal(
                self.ledger, lease=lease, clock=self.clock, provenance=self.provenance
            )
            journal.append(*self._entries(found, now))
            self.ledger.checkpoint()
        return found

    def messages(self) -> Messages:
        """The target's messages, as the ledger is now."""
        since = instant_text(self.clock.now())
        return Messages(self.ledger, self.environment, self.target, since=since)

    def _matched(self, read: FileRead, messages: Messages, known: Known) -> Recorded:
        found = Recorded(read, [], 0, [])
        again = 0
        for receipt in read.receipts:
            about = messages.about(receipt)
            if not about:
                found.unmatched.append(receipt)
            for message in about:
                if known.has(message.message_id, receipt):
                    again += 1
                    continue
                found.new.append((message, receipt))
                key = key_of(message.message_id, receipt)
                known.add({"keys": [(message.message_id, key)]})
        return found._replace(again=again)

    def _entries(self, found: Sequence[Recorded], now: str) -> Iterable[Entry]:
        """Answers in the order of the recipient's own times, and what was read."""
        answers = []
        raw = {each.read.file.path: self._store(each.read) for each in found}
        for each in found:
            file = each.read.file
            for message, receipt in each.new:
                time = _time(receipt, file, now)
                data = _answer(message, receipt, file, time) | _raw(raw[file.path])
                kind = Kind.REJECTED if receipt.status == "rejected" else Kind.ACKNOWLEDGED
                answers.append((time or now, file.path, Entry(message.stream, kind, data)))
        yield from (entry for *_, entry in sorted(answers, key=lambda one: one[:2]))
        stream = receipts_stream(self.environment, self.target)
        for each in found:
            data = _read(each) | _raw(raw[each.read.file.path])
            yield Entry(stream, Kind.RECEIPT_READ, data)

    def _store(self, read: FileRead) -> str | None:
        return None if read.data is None else self.ledger.store(read.data)


def _time(receipt: Receipt, file: RemoteFile, now: str) -> str | None:
    """When the recipient said it. A time to come is a wrong clock: it would outlast all that is
    said later."""
    told = receipt.time or file.modified
    return None if told is None else min(instant_text(told), now)


def _answer(
    message: Message, receipt: Receipt, file: RemoteFile, time: str | None
) -> dict[str, Any]:
    said = {
        "message_id": message.message_id,
        "batch": message.batch,
        "status": receipt.status,
        "code": receipt.code,
        "text": receipt.text or receipt.code,
        "action": receipt.action,
        "time": time,
        "file": file.path,
    }
    return _told(said)


def _read(found: Recorded) -> dict[str, Any]:
    read = found.read
    size, modified = Version.of(read.file)
    keys = [(m.message_id, key_of(m.message_id, receipt)) for m, receipt in found.new]
    return _told(
        {
            "path": read.file.path,
            "size": size,
            "modified": modified,
            "sha256": read.sha256,
            "receipts": len(read.receipts),
            "keys": keys or None,
            "unmatched": [told(each) for each in found.unmatched[:MOST_UNMATCHED]] or None,
            "unmatched_count": len(found.unmatched) or None,
            "problem": read.problem,
        }
    )


def told(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON has it."""
    return _told(
        {
            "message_id": receipt.message_id,
            "batch": receipt.batch,
            "release": receipt.release,
            "status": receipt.status,
            "code": receipt.code,
            "text": receipt.text,
            "action": receipt.action,
            "time": None if receipt.time is None else instant_text(receipt.time),
        }
    )


def _raw(digest: str | None) -> dict[str, str]:
    return {} if digest is None else {"raw": digest}


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
