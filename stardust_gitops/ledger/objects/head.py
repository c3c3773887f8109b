"""The head of a ledger in a store of objects: the one object that changes. Pure.

Everything else is written once under a name of its own. A head names all that counts: the last
files of segments, the index of those before them, and the leases. So swapping one head for another
is an append, with its lease, all or nothing.

A file of segments is named by its last segment's number and by a chain over all segments up to it:
so a name stands for the whole past, and no file can be exchanged unnoticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

import orjson

from stardust_gitops.ledger.holding import Holding
from stardust_gitops.ledger.process import Process
from stardust_gitops.ledger.segments.segment import Segment, damaged
from stardust_gitops.ledger.store import Lease, LedgerError, WrongLedgerError

FORMAT = 1
SEAL_FROM = 128
"""So many names stand in the head itself; then they go into an index."""

_WRITES = 64
_CHAIN = 32
_GZIP = ".gz"

LeaseKey = tuple[str, str]


class Point(NamedTuple):
    """A moment of the log: the number of its last segment, and the chain over all of them."""

    number: int
    chain: str

    def __str__(self) -> str:
        return f"{self.number:09}-{self.chain}"

    @classmethod
    def parse(cls, text: str) -> Point:
        """The point that `str` wrote. ValueError where it is none."""
        number, _, chain = text.partition("-")
        return cls(int(number), chain)

    @classmethod
    def start(cls, catalogue: str) -> Point:
        """Before the first segment."""
        return cls(0, hashlib.sha256(catalogue.encode()).hexdigest()[:_CHAIN])

    def then(self, segment: Segment) -> Point:
        """After one more segment."""
        link = hashlib.sha256(self.chain.encode() + segment.encode()).hexdigest()
        return Point(segment.number, link[:_CHAIN])


class FileName(NamedTuple):
    """The name of a file of segments: the first one in it, and the point after its last one."""

    first: int
    end: Point
    packed: bool = False

    def __str__(self) -> str:
        return f"{self.first:09}-{self.end}{_GZIP}" if self.packed else str(self.end)

    @classmethod
    def parse(cls, text: str) -> FileName:
        """The name in a head or index. `LedgerError` where it is none."""
        try:
            if not text.endswith(_GZIP):
                end = Point.parse(text)
                return cls(end.number, end)
            first, _, end_text = text.removesuffix(_GZIP).partition("-")
            return cls(int(first), Point.parse(end_text), True)
        except ValueError:
            raise damaged(text, "nothing of this name belongs there") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """All that counts at one moment. `revision` makes every head another one; `base` is the point
    before the `recent` files, `index` the key of the index of those before; `writes` are marks of
    the last writes, by which a writer finds out whether its own arrived; `snapshot` is a position
    and a key."""

    catalogue: str
    revision: int
    base: Point
    recent: tuple[FileName, ...] = ()
    index: str | None = None
    snapshot: tuple[int, str] | None = None
    writes: tuple[str, ...] = ()
    leases: Mapping[LeaseKey, Holding] = field(default_factory=dict)

    @property
    def point(self) -> Point:
        """Where the log stands."""
        return self.recent[-1].end if self.recent else self.base

    def with_file(self, name: FileName) -> Head:
        """One more file of segments."""
        return replace(self, recent=(*self.recent, name))

    def with_lease(self, holding: Holding) -> Head:
        """A holding in the place of the one before."""
        key = (holding.lease.environment, holding.lease.target)
        return replace(self, leases={**self.leases, key: holding})

    def next(self, mark: str) -> Head:
        """The same, about to be written by whoever knows `mark`."""
        writes = (*self.writes, mark)[-_WRITES:]
        return replace(self, revision=self.revision + 1, writes=writes)

    def dump(self) -> bytes:
        """Its bytes."""
        document = {
            "format": FORMAT,
            "catalogue": self.catalogue,
            "revision": self.revision,
            "base": str(self.base),
            "recent": [str(name) for name in self.recent],
            "index": self.index,
            "snapshot": self.snapshot,
            "writes": self.writes,
            "leases": [asdict(holding) for holding in self.leases.values()],
        }
        return orjson.dumps(document) + b"\n"


def load_head(place: str, data: bytes) -> Head:
    """A head from its bytes. `WrongLedgerError` where a newer program wrote it or it is none."""
    try:
        raw = orjson.loads(data)
        if raw["format"] > FORMAT:
            raise WrongLedgerError(
                f"the ledger {place} was written by a newer version of this program",
                hint="install the version of stardust-gitops that last wrote to this ledger",
            )
        holdings = [_holding(one) for one in raw["leases"]]
        snapshot = raw["snapshot"]
        return Head(
            catalogue=raw["catalogue"],
            revision=raw["revision"],
            base=Point.parse(raw["base"]),
            recent=tuple(map(FileName.parse, raw["recent"])),
            index=raw["index"],
            snapshot=(int(snapshot[0]), str(snapshot[1])) if snapshot else None,
            writes=tuple(raw["writes"]),
            leases={(one.lease.environment, one.lease.target): one for one in holdings},
        )
    except (AttributeError, KeyError, TypeError, ValueError, LedgerError) as error:
        raise WrongLedgerError(
            f"{place} is not a ledger, or damaged: {error}",
            hint="check `ledger:` in stardust.yaml; restore an earlier version of the object",
        ) from error


def _holding(raw: Mapping[str, Any]) -> Holding:
    return Holding(
        lease=Lease(**raw["lease"]),
        held=raw["held"],
        beat=raw["beat"],
        process=Process(**raw["process"]),
    )


class Index(NamedTuple):
    """Names of files before those in the head, and the key of the index before this one."""

    base: Point
    names: tuple[FileName, ...]
    before: str | None

    def dump(self) -> bytes:
        """Its bytes."""
        names = [str(name) for name in self.names]
        return orjson.dumps(
            {"format": FORMAT, "base": str(self.base), "names": names, "before": self.before}
        )


def load_index(key: str, data: bytes) -> Index:
    """An index from its bytes. `LedgerError` where it is none."""
    try:
        raw = orjson.loads(data)
        names = tuple(map(FileName.parse, raw["names"]))
        return Index(Point.parse(raw["base"]), names, raw["before"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged(key, str(error)) from error
