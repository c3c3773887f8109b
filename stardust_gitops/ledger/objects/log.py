"""The log of segments in a store of objects, which can write an object only where another one has
not changed (S3, Azure Blob). See `head` for how its objects hang together. Nothing is deleted but
bytes that are erased."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.holding import Holding
from stardust_gitops.ledger.objects.bucket import Bucket, at_once
from stardust_gitops.ledger.objects.head import (
    SEAL_FROM,
    FileName,
    Head,
    Index,
    Point,
    load_head,
    load_index,
)
from stardust_gitops.ledger.segments.log import LeaseChange, OutrunError
from stardust_gitops.ledger.segments.segment import Segment, damaged, decode
from stardust_gitops.ledger.segments.snapshots import Snapshot
from stardust_gitops.ledger.store import LedgerError, LedgerMissingError, WrongLedgerError

HEAD = "ledger.json"
_SEGMENTS, _BYTES = "segments", "bytes"


class ObjectLog:
    """See `SegmentLog`."""

    def __init__(self, bucket: Bucket, catalogue_id: str) -> None:
        self._bucket = bucket
        self._catalogue = catalogue_id
        self._head: Head | None = None
        self._tag: str | None = None
        self._tried: list[str] = []

    def create(self) -> None:
        """Write the head of an empty ledger. `SafetyError` where there is one, `LedgerError` where
        the store does not keep its promise to write only where nothing has changed."""
        if self._bucket.get(HEAD) is not None:
            raise self._there_is_one()
        self._must_compare()
        start = Point.start(self._catalogue)
        head = Head(catalogue=self._catalogue, revision=1, base=start)
        try:
            self._bucket.swap(HEAD, head.dump(), None)
        except OutrunError as error:
            raise self._there_is_one() from error

    def _must_compare(self) -> None:
        key = f"probe-{uuid4().hex}"
        tag = self._bucket.swap(key, b"1", None)
        try:
            for wrong in (None, '"00000000000000000000000000000000"'):
                with suppress(OutrunError):
                    self._bucket.swap(key, b"2", wrong)
                    raise LedgerError(
                        f"{self._bucket.name} writes over objects without looking (no If-None-Match"
                        " and If-Match): two machines would overwrite each other's records",
                        hint="use a store that has conditional writes, as Amazon S3 or Azure Blob,"
                        " or another kind of ledger",
                        code="SG5017",
                    )
            self._bucket.swap(key, b"3", tag)
        finally:
            with suppress(LedgerError):  # who may not delete leaves three bytes
                self._bucket.delete(key)

    def must_exist(self) -> None:
        """`LedgerMissingError` where there is none, `WrongLedgerError` where it is not ours."""
        self._look(None)

    def refresh(self, known: str | None) -> str:
        """See `SegmentLog.refresh`."""
        head = self._look(known)
        if known is not None and known != str(head.point):
            self._must_follow(head, Point.parse(known))
        return str(head.point)

    def _look(self, known: str | None) -> Head:
        found = self._bucket.get(HEAD)
        if found is None:
            raise self._missing() if known is None else self._rewritten(known, "nothing")
        if found.tag != self._tag or self._head is None:
            self._head = load_head(f"{self._bucket.name}/{HEAD}", found.data)
            self._tag = found.tag
        if self._head.catalogue != self._catalogue:
            raise WrongLedgerError(
                f"{self._bucket.name} is the ledger of catalogue {self._head.catalogue!r}, not of"
                f" {self._catalogue!r}",
                hint="check `id:` and `ledger:` in stardust.yaml",
            )
        return self._head

    def _must_follow(self, head: Head, known: Point) -> None:
        """`SafetyError` where `known` is not in the past of the head."""
        for base, name in self._files(head, known.number):
            if known == base or (known.number <= name.end.number and self._has(base, name, known)):
                return
        if known != head.point:
            raise self._rewritten(str(known), str(head.point))

    def _has(self, base: Point, name: FileName, known: Point) -> bool:
        point = base
        for segment in decode(str(name), self._data(name)):
            point = point.then(segment)
            if point == known:
                return True
        return False

    def _files(self, head: Head, after: int) -> list[tuple[Point, FileName]]:
        """All files that hold segments behind `after`, and perhaps some before; each with the point
        where it begins."""
        names = list(head.recent)
        base, index = head.base, head.index
        while base.number > after and index is not None:
            stored = self._bucket.get(index)
            if stored is None:
                raise damaged(index, "it is missing")
            found = load_index(index, stored.data)
            names[:0] = found.names
            base, index = found.base, found.before
        return list(zip([base, *(name.end for name in names)], names, strict=False))

    def _data(self, name: FileName) -> bytes:
        stored = self._bucket.get(f"{_SEGMENTS}/{name}")
        if stored is None:
            raise damaged(str(name), "it is missing")
        if not name.packed:
            return stored.data
        try:
            return gzip.decompress(stored.data)
        except (EOFError, OSError, zlib.error) as error:
            raise damaged(str(name), str(error)) from error

    def read(self, known: str | None, head: str, *, after: int = 0) -> Iterator[tuple[str, bytes]]:
        """See `SegmentLog.read`."""
        begin = max(after, Point.parse(known).number if known else 0)
        files = [file for file in self._files(self._at(head), begin) if file[1].end.number > begin]
        contents = at_once(self._data, [name for _, name in files])
        for (base, name), data in zip(files, contents, strict=True):
            _must_match(base, name, data)
            yield str(name), data

    def write(
        self,
        head: str,
        *,
        segment: Segment | None = None,
        contents: Mapping[str, bytes] | None = None,
        lease: LeaseChange | None = None,
        about: str = "",
    ) -> str:
        """See `SegmentLog.write`."""
        after = self._at(head)
        if segment is not None:
            self._put_all(segment.number, contents or {})
            name = FileName(segment.number, after.point.then(segment))
            self._bucket.put(f"{_SEGMENTS}/{name}", segment.encode())
            after = self._sealed(after).with_file(name)
        if lease is not None:
            after = after.with_lease(lease.after)
        self._swap(after, written=segment is not None)
        return str(after.point)

    def _put_all(self, number: int, contents: Mapping[str, bytes]) -> None:
        """Bytes by the segment that brings them, so that new ones can be listed."""

        def put(digest: str) -> None:
            self._bucket.put(f"{_BYTES}/{number:09}/{digest}", zlib.compress(contents[digest]))

        for _ in at_once(put, list(contents)):
            pass

    def _sealed(self, head: Head) -> Head:
        if len(head.recent) < SEAL_FROM:
            return head
        index = Index(head.base, head.recent, head.index)
        return replace(head, base=head.point, recent=(), index=self._put_index(index))

    def _put_index(self, index: Index) -> str:
        data = index.dump()
        key = f"index/{hashlib.sha256(data).hexdigest()}"
        self._bucket.put(key, data)
        return key

    def _swap(self, after: Head, *, written: bool) -> None:
        mark = uuid4().hex[:12]
        after = after.next(mark)
        if written:
            self._tried.append(mark)
        self._tag = self._bucket.swap(HEAD, after.dump(), self._tag)
        self._head = after
        self._tried.clear()

    def _at(self, head: str) -> Head:
        if self._head is None or str(self._head.point) != head:
            # Another process of this machine has followed the log with these tables.
            raise OutrunError("the ledger has moved on")
        return self._head

    def arrived(self) -> bool:
        """See `SegmentLog.arrived`."""
        return self._head is not None and not set(self._tried).isdisjoint(self._head.writes)

    def lease(self, environment: str, target: str) -> Holding | None:
        """See `SegmentLog.lease`."""
        return self._head.leases.get((environment, target)) if self._head else None

    def leases(self) -> list[Holding]:
        """See `SegmentLog.leases`."""
        return list(self._head.leases.values()) if self._head else []

    def places(self, known: str | None, head: str) -> Iterator[tuple[str, str | None]]:
        """See `SegmentLog.places`."""
        begin = Point.parse(known).number if known else 0
        end = Point.parse(head).number
        for key in self._bucket.keys(f"{_BYTES}/", f"{_BYTES}/{begin:09}0"):
            _, number, digest = key.split("/")
            if int(number) <= end:
                yield digest, key

    def contents(self, places: Sequence[str], nearby: Sequence[str] = ()) -> Iterator[bytes]:
        """See `SegmentLog.contents`. What is gone or damaged comes as something else."""
        return at_once(self._content, places)

    def _content(self, place: str) -> bytes:
        stored = self._bucket.get(place)
        if stored is None or not place.startswith(_BYTES):
            return stored.data if stored else b""
        try:
            return zlib.decompress(stored.data)
        except zlib.error:
            return stored.data

    def erase(self, head: str, digests: Collection[str]) -> str:
        """See `SegmentLog.erase`. The head names no bytes, so that it stays as it is."""
        wanted, end = frozenset(digests), Point.parse(head).number
        doomed = []
        for key in self._bucket.keys(f"{_BYTES}/"):
            _, number, digest = key.split("/")
            if digest in wanted and int(number) <= end:
                doomed.append(key)
        for _ in at_once(self._bucket.delete, doomed):
            pass
        return head

    def snapshot(self, head: str) -> tuple[int, str] | None:
        """See `SegmentLog.snapshot`."""
        return self._at(head).snapshot

    def tidy(self, head: str, snapshot: Snapshot | None) -> str:
        """See `SegmentLog.tidy`."""
        before = self._at(head)
        after = before
        if snapshot is not None:
            key = f"snapshots/{snapshot.position:012}-{uuid4().hex[:12]}"
            self._bucket.put(key, snapshot.data)
            after = replace(after, snapshot=(snapshot.position, key))
        if before.index is not None or len(before.recent) >= SEAL_FROM:
            after = self._packed(after)
        if after is not before:
            self._swap(after, written=False)
        return head

    def _packed(self, head: Head) -> Head:
        """The same with one file in the place of many, named by one index."""
        files = self._files(head, 0)
        single = [file for file in files if not file[1].packed]
        if len(single) < SEAL_FROM:
            return head
        base, first = single[0]
        whole = b"".join(at_once(self._data, [name for _, name in single]))
        name = FileName(first.first, single[-1][1].end, packed=True)
        _must_match(base, name, whole)
        self._bucket.put(f"{_SEGMENTS}/{name}", gzip.compress(whole, mtime=0))
        kept = (name for _, name in files[: len(files) - len(single)])
        index = Index(Point.start(self._catalogue), (*kept, name), None)
        return replace(head, base=name.end, recent=(), index=self._put_index(index))

    def close(self) -> None:
        """Release what is open."""
        self._bucket.close()

    def _missing(self) -> LedgerMissingError:
        return LedgerMissingError(
            f"there is no ledger at {self._bucket.name}",
            hint="if this catalogue was delivered before, restore its objects; for a new one run"
            " `stardust-gitops ledger init` (and `ledger adopt` for what recipients already have)",
        )

    def _there_is_one(self) -> SafetyError:
        return SafetyError(
            f"there is a ledger at {self._bucket.name} already",
            hint="a ledger is never overwritten: use it, or name another prefix",
            code="SG5007",
        )

    def _rewritten(self, known: str, now: str) -> SafetyError:
        return SafetyError(
            f"the ledger at {self._bucket.name} was deleted or rewritten: we knew it at"
            f" {known[:20]}, and now it is at {now[:20]}",
            hint=f"deliveries may be missing from it: restore an earlier version of {HEAD}; only if"
            " what it is now is right, delete the folder .stardust/objects here",
            code="SG5014",
        )


def _must_match(base: Point, name: FileName, data: bytes) -> None:
    """`LedgerError` where a file holds other segments than its name stands for."""
    point = base
    for segment in decode(str(name), data):
        point = point.then(segment)
    if point != name.end:
        raise damaged(str(name), "its segments are not those that were written")
