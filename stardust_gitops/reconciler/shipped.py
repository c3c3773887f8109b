"""What the ledger says lies at the targets: completed shipments, with their files.

One pass over all events finds them; kept in memory are the files of the newest shipments of one
target, and of all others their folders only.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from stardust_gitops.content.canonical import load_delivery
from stardust_gitops.delivery.archive import Archive
from stardust_gitops.delivery.shipments.shipment import Member, member_of
from stardust_gitops.ledger.events import BATCH_PREFIX, Event, Kind, StreamId
from stardust_gitops.ledger.fold import DELIVERED
from stardust_gitops.ledger.store import MISSING_BYTES, LedgerError, LedgerStore
from stardust_gitops.planning.drift import Put, Shipped, top_of

NEWEST = 100
"""So many shipments of each target are looked at where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which shipments are looked at: the `newest` so many of each target, none that was completed
    before `since` (an instant text)."""

    newest: int = NEWEST
    since: str = ""


class Shipments:
    """The completed shipments of an environment, as many as a `Window` shows.

    `folders` are those of all that was ever shipped, by whatever target and environment: several
    may share a folder at the recipient.
    """

    def __init__(self, ledger: LedgerStore, environment: str, window: Window) -> None:
        self._ledger, self._environment, self._window = ledger, environment, window
        self._position = 0
        self._newest: dict[str, list[tuple[str, StreamId]]] = {}
        self.folders: set[str] = set()
        for event in self._events():
            if event.stream.environment == environment and _completes(event):
                self._keep(event)

    def targets(self) -> list[str]:
        """The targets that anything was delivered to, sorted."""
        return sorted(self._newest)

    def catch_up(self) -> None:
        """Learn the folders of what was begun meanwhile; which shipments are looked at stays."""
        for _ in self._events():
            pass

    def _events(self) -> Iterator[Event]:
        """The events of shipments that have not been read."""
        for position, event in self._ledger.events(after=self._position):
            self._position = position
            if event.stream.is_batch:
                if event.kind is Kind.INTENDED:
                    self.folders.add(top_of(event.data["folder"]))
                yield event

    def _keep(self, event: Event) -> None:
        newest = self._newest.setdefault(event.stream.target, [])
        if event.time >= self._window.since:
            heapq.heappush(newest, (event.time, event.stream))
            if len(newest) > self._window.newest:
                heapq.heappop(newest)

    def of(self, target: str, *, with_md5: bool = False) -> list[Shipped]:
        """The shipments of a target with their files, newest first. MD5s have to be looked for in
        what was sent."""
        completed = sorted(self._newest.get(target, ()))
        batches = {stream: _Batch(time=time) for time, stream in completed}
        for event in self._ledger.histories(list(batches)):
            batches[event.stream].hear(event)
        members: dict[StreamId, set[str]] = {}
        for stream, batch in batches.items():
            for release in batch.members:
                own = stream._replace(subject=release)
                members.setdefault(own, set()).add(stream.subject.removeprefix(BATCH_PREFIX))
        for event in self._ledger.histories(list(members)):
            name = event.data.get("batch")
            if event.kind is Kind.INTENDED and name in members[event.stream]:
                batch = batches[event.stream._replace(subject=f"{BATCH_PREFIX}{name}")]
                member = member_of(event.stream, event.data)
                md5s = self._md5s(member, event.data["content"]) if with_md5 else {}
                batch.files.extend(_files(member, md5s))
        return [
            batch.shipped(stream, self._marker(batch))
            for stream, batch in reversed(batches.items())
        ]

    def _marker(self, batch: _Batch) -> Put | None:
        """The file that completed a shipment; ``None`` where a message did, or nobody knows."""
        if batch.completion == "message" or batch.marker is None:
            return None
        path, data = batch.marker_path, self._kept(batch.marker)
        if batch.completion == "archive":  # of a zip the ledger keeps what it is made of
            if data is None:
                return Put(path=path, size=None, sha256=None)
            archive = Archive.from_bytes(data)
            return Put(path=path, size=archive.size, sha256=archive.sha256)
        return Put(
            path=path,
            size=None if data is None else len(data),
            sha256=batch.marker,
            md5=None if data is None else _md5(data),
            optional=data == b"",
        )

    def _md5s(self, member: Member, content: str) -> Mapping[str, str]:
        """MD5 by SHA-256 of all that a member consists of, as far as it is kept."""
        known: dict[str, str] = {}
        if (stored := self._kept(content)) is not None:
            known = {asset.sha256: asset.md5 for asset in load_delivery(stored).assets}
        for digest in filter(None, (member.message, member.mead)):
            if (data := self._kept(digest)) is not None:
                known[digest] = _md5(data)
        return known

    def _kept(self, digest: str) -> bytes | None:
        """Stored bytes, ``None`` where they are not kept any more."""
        try:
            return self._ledger.fetch(digest)
        except LedgerError as error:
            if error.code != MISSING_BYTES:
                raise
            return None


@dataclass(slots=True)
class _Batch:
    """A completed shipment while its events are read."""

    time: str
    folder: str = ""
    completion: str = ""
    marker_path: str = ""
    marker: str | None = None
    members: tuple[str, ...] = ()
    files: list[Put] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        """One more event of its stream."""
        if event.kind is Kind.INTENDED:
            self.folder, self.completion = event.data["folder"], event.data["completion"]
        elif event.kind is Kind.COMPLETING:
            self.marker_path, self.marker = event.data["marker_path"], event.data["marker"]
            self.members = tuple(event.data["members"])

    def shipped(self, stream: StreamId, marker: Put | None) -> Shipped:
        """All of it. What travels in a zip does not lie there by itself."""
        files = [] if self.completion == "archive" else self.files
        return Shipped(
            batch=stream.subject.removeprefix(BATCH_PREFIX),
            folder=self.folder,
            time=self.time,
            releases=self.members,
            files=tuple(files if marker is None else (*files, marker)),
        )


def _completes(event: Event) -> bool:
    if event.kind is Kind.RESOLVED:
        return event.data.get("outcome") == DELIVERED
    return event.kind is Kind.COMPLETED


def _files(member: Member, md5s: Mapping[str, str]) -> Iterator[Put]:
    package = member.package
    listed = [(file.path, file.size, file.sha256) for file in package.files]
    listed.append((package.message_path, member.message_size, member.message))
    if member.mead is not None:
        listed.append((package.mead_path, member.mead_size, member.mead))
    for path, size, sha256 in listed:
        yield Put(path=path, size=size, sha256=sha256, md5=md5s.get(sha256))


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
