"""What was read of a target's answers before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from stardust_gitops.clock import instant_text
from stardust_gitops.delivery.transports.base import RemoteFile
from stardust_gitops.ledger.events import RECEIPTS_SUBJECT, Event, Kind, StreamId
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.messages.receipts.receipt import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """A file as it was read: its answers, or why there are none. `data` are its bytes, ``None``
    where it is too large to be kept."""

    file: RemoteFile
    sha256: str | None = None
    data: bytes | None = None
    receipts: tuple[Receipt, ...] = ()
    problem: str | None = None


class Version(NamedTuple):
    """A file as a listing tells of it: another one has to be read again."""

    size: int
    modified: str | None

    @classmethod
    def of(cls, file: RemoteFile) -> Version:
        """That of a listed file."""
        modified = None if file.modified is None else instant_text(file.modified)
        return cls(file.size, modified)


class _File(NamedTuple):
    version: Version
    sha256: str | None
    sound: bool


class Known:
    """The files that were read, and the answers in them that are on record."""

    def __init__(self, events: Iterator[Event]) -> None:
        """From the events of `receipts_stream`, in their order."""
        self._files: dict[str, _File] = {}
        self._keys: set[str] = set()
        self._last: dict[str, str] = {}
        for event in events:
            self.add(event.data)

    def add(self, data: Mapping[str, Any]) -> None:
        """Take in one ``receipt_read``."""
        if "path" in data:
            version = Version(data["size"], data.get("modified"))
            sound = "problem" not in data
            self._files[data["path"]] = _File(version, data.get("sha256"), sound)
        for message_id, key in data.get("keys", ()):
            self._keys.add(key)
            self._last[message_id] = key

    def has_read(self, file: RemoteFile, *, sound: bool = False) -> bool:
        """Whether a file was read as it is now, as far as a listing tells; and, where it has to be
        `sound`, whether it could be read."""
        known = self._files.get(file.path)
        if known is None or known.version != Version.of(file):
            return False
        return file.sha256 in (None, known.sha256) and (known.sound or not sound)

    def has(self, message_id: str, receipt: Receipt) -> bool:
        """Whether an answer is on record. One without a time of its own is news where it is not
        what was said last."""
        key = key_of(message_id, receipt)
        return self._last.get(message_id) == key if receipt.time is None else key in self._keys

    def is_news(self, read: FileRead) -> bool:
        """Whether what an interface was asked and said is not what is on record."""
        before = self._files.get(read.file.path)
        if before is not None and before.sha256 == read.sha256:
            return False
        news = (r for r in read.receipts if not (r.message_id and self.has(r.message_id, r)))
        return read.problem is not None or any(news)


def receipts_stream(environment: str, target: str) -> StreamId:
    """The stream that tells which files of a target were read."""
    return StreamId(environment, target, RECEIPTS_SUBJECT)


def known_of(ledger: LedgerStore, environment: str, target: str) -> Known:
    """What was read of a target before."""
    found = ledger.events(stream=receipts_stream(environment, target))
    return Known(event for _, event in found if event.kind is Kind.RECEIPT_READ)


def key_of(message_id: str, receipt: Receipt) -> str:
    """What makes an answer the same one, wherever it stands."""
    time = None if receipt.time is None else instant_text(receipt.time)
    said = (message_id, receipt.status, receipt.code, receipt.text, receipt.action, time)
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:16]
