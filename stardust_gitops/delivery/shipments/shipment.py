"""A shipment: releases that travel together and are completed by one marker, which goes last.

Both layouts are shipments. A batch holds up to `max_releases` members and ends with its manifest;
release by release, a shipment has one member and ends with the message or a completion file.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from stardust_gitops.delivery.archive import archive_size
from stardust_gitops.delivery.package import Package
from stardust_gitops.ledger.events import Event, Kind, StreamId
from stardust_gitops.ledger.store import LedgerError, LedgerStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One release of a shipment. `message` is the digest of its message in the content store,
    `mead` that of the MEAD message beside it, if one travels. `back_catalogue` tells that it brings
    what came out long ago."""

    stream: StreamId
    icpn: str
    operation: str
    message_id: str
    message: str
    message_size: int
    package: Package
    mead: str | None = None
    mead_size: int = 0
    back_catalogue: bool = False

    @property
    def release(self) -> str:
        """The GTIN-14."""
        return self.stream.subject

    @property
    def packed_size(self) -> int:
        """The bytes of a zip of all its files."""
        package = self.package
        sizes = {package.message_path: self.message_size}
        sizes |= {file.path: file.size for file in package.files}
        if self.mead is not None:
            sizes[package.mead_path] = self.mead_size
        below = len(package.folder)
        return archive_size([(self.icpn + path[below:], size) for path, size in sizes.items()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What was intended together. `completion` is as in `recipient.Choreography`, or ``archive``
    where everything travels in one zip; `created` is the instant of the intention as an ISO text.
    """

    id: str
    stream: StreamId
    folder: str
    layout: str
    completion: str
    marker_path: str
    created: str
    members: tuple[Member, ...]

    @property
    def message_is_marker(self) -> bool:
        """Whether the message itself tells the recipient to begin."""
        return self.completion == "message"

    @property
    def is_archive(self) -> bool:
        """Whether it is one zip, which tells the recipient to begin when it is there."""
        return self.completion == "archive"

    def as_data(self) -> dict[str, Any]:
        """As JSON values, for the ``intended`` event of the batch; members keep their own."""
        return {
            "folder": self.folder,
            "layout": self.layout,
            "completion": self.completion,
            "marker_path": self.marker_path,
            "created": self.created,
            "members": [member.release for member in self.members],
        }

    def expected(self, members: Iterable[Member]) -> dict[str, int]:
        """Path and size of all that must be at the recipient before the marker."""
        sizes: dict[str, int] = {}
        if self.is_archive:
            return sizes
        for member in members:
            sizes.update((file.path, file.size) for file in member.package.files)
            if member.mead is not None:
                sizes[member.package.mead_path] = member.mead_size
            if not self.message_is_marker:
                sizes[member.package.message_path] = member.message_size
        return sizes


def batch_stream(environment: str, target: str, batch: str) -> StreamId:
    """The stream of a shipment."""
    return StreamId(environment, target, f"batch:{batch}")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BatchIds:
    """Gives out BatchIds: 17 digits of UTC time with milliseconds (E.1).

    None is given out twice in a run, because two targets may share a folder, nor where the
    ledger already knows it, because clocks jump. Of n `targets` each takes every n-th millisecond:
    so it does not matter which of them asks first, and equal runs give equal ids.
    """

    def __init__(self, targets: Iterable[str]) -> None:
        self._lanes = {target: lane for lane, target in enumerate(sorted(targets))}
        self._given: set[str] = set()
        self._lock = threading.Lock()

    def take(self, ledger: LedgerStore, environment: str, target: str, now: datetime) -> str:
        """A fresh BatchId, not earlier than `now`."""
        number = (now - _EPOCH) // timedelta(milliseconds=1)
        number += (self._lanes[target] - number) % len(self._lanes)
        while True:
            moment = _EPOCH + timedelta(milliseconds=number)
            batch = f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03}"
            known = ledger.batch(batch_stream(environment, target, batch)).version
            with self._lock:
                if batch not in self._given and not known:
                    self._given.add(batch)
                    return batch
            number += len(self._lanes)


def read_shipment(ledger: LedgerStore, stream: StreamId) -> Shipment:
    """A shipment as it was intended, from its own stream and those of its members."""
    intended = read_intention(ledger, stream, batch=None)
    batch = stream.subject.removeprefix("batch:")
    members = []
    for release in intended.data["members"]:
        own = StreamId(stream.environment, stream.target, release)
        members.append(member_of(own, read_intention(ledger, own, batch=batch).data))
    data = intended.data
    return Shipment(
        id=batch,
        stream=stream,
        folder=data["folder"],
        layout=data["layout"],
        completion=data["completion"],
        marker_path=data["marker_path"],
        created=data["created"],
        members=tuple(members),
    )


def read_intention(ledger: LedgerStore, stream: StreamId, *, batch: str | None) -> Event:
    """The ``intended`` event of a stream; of a release, the one that belongs to `batch`."""
    for _, event in ledger.events(stream=stream):
        if event.kind is Kind.INTENDED and (batch is None or event.data.get("batch") == batch):
            return event
    raise LedgerError(
        f"the ledger has no intention for batch {batch or ''} in {'/'.join(stream)}",
        hint="run `stardust-gitops ledger verify`",
    )


def member_of(stream: StreamId, intended: Mapping[str, Any]) -> Member:
    """The member that the data of an ``intended`` event describe."""
    return Member(
        stream=stream,
        icpn=intended["icpn"],
        operation=intended["operation"],
        message_id=intended["message_id"],
        message=intended["message"],
        message_size=intended["message_size"],
        package=Package.from_data(intended["package"]),
        mead=intended.get("mead"),
        mead_size=intended.get("mead_size", 0),
        back_catalogue=intended.get("back_catalogue", False),
    )
