"""What lies at a recipient against what was delivered there. Pure: files as they were listed beside
files as they were put.

A file that is gone proves nothing but that somebody took it: that is what an inbox is for. What was
delivered has drifted where a part of it is gone, where a file is another one than we put, and where
a file lies there that nobody sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Presence(StrEnum):
    """What the listing shows of a shipment."""

    PRESENT = "present"
    PARTIAL = "partial"
    CHANGED = "changed"
    CONSUMED = "consumed"
    UNKNOWN = "unknown"


class Evidence(StrEnum):
    """How strong that is: digests and sizes that the recipient tells, that nothing is listed, or
    nothing at all."""

    DIGESTS = "digests"
    SIZES = "sizes"
    ABSENCE = "absence"
    NONE = "none"


DRIFTED = frozenset({Presence.PARTIAL, Presence.CHANGED})


class Seen(Protocol):
    """A file at the recipient (`delivery.transports.base.RemoteFile`): digests are hexadecimal, and
    ``None`` where the protocol tells none without the file being read."""

    @property
    def path(self) -> str:
        """Relative to the target's folder."""
        ...

    @property
    def size(self) -> int:
        """In bytes."""
        ...

    @property
    def sha256(self) -> str | None:
        """SHA-256."""
        ...

    @property
    def md5(self) -> str | None:
        """MD5."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A file as it was put; what nobody knows any more of it is ``None``. Of an `optional` one it
    tells nothing that it is gone: an empty file, say, that only told the recipient to begin."""

    path: str
    size: int | None
    sha256: str | None
    md5: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A shipment that was completed, `time` (an instant text) ago; `releases` are GTIN-14s."""

    batch: str
    folder: str
    time: str
    releases: tuple[str, ...]
    files: tuple[Put, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A file that is another one than was put: what is told of it, then and now."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of one shipment, with the paths that are `missing`."""

    shipment: Shipped
    presence: Presence
    evidence: Evidence
    missing: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What one target shows. `reason` says why it shows nothing (every shipment is then unknown),
    and `failed` whether that is a failure: some recipients let nobody look.

    `foreign` are paths that nobody sent, `unfinished` those of uploads that were not ended.
    `acknowledgements` and `earlier` count the recipient's answers, and files of shipments that were
    not looked at.
    """

    target: str
    found: tuple[Found, ...] = ()
    foreign: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    acknowledgements: int = 0
    earlier: int = 0
    reason: str | None = None
    failed: bool = False

    @property
    def drifted(self) -> bool:
        """Whether anything is otherwise than it was left."""
        return bool(self.foreign) or any(each.presence in DRIFTED for each in self.found)

    @property
    def counts(self) -> Mapping[Presence, int]:
        """How many shipments are in which state, of those that there are."""
        counted = Counter(each.presence for each in self.found)
        return {presence: counted[presence] for presence in Presence if counted[presence]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is known of a target's folder beside the shipments that are looked at: the `folders` of
    all that was ever shipped into it, and how to know an answer and an unfinished file."""

    folders: Collection[str] = ()
    is_acknowledgement: Callable[[str], bool] = field(default=lambda path: False)
    is_temporary: Callable[[str], bool] = field(default=lambda path: False)


def unknown(target: str, shipped: Iterable[Shipped], reason: str, *, failed: bool) -> Drift:
    """The drift of a target that shows nothing: whether anything is gone, nobody knows."""
    none = (Presence.UNKNOWN, Evidence.NONE)
    found = tuple(Found(shipment=s, presence=none[0], evidence=none[1]) for s in shipped)
    return Drift(target=target, found=found, reason=reason, failed=failed)


def drift_of(target: str, shipped: Sequence[Shipped], seen: Iterable[Seen], on: Ground) -> Drift:
    """What one listing of a target's folder shows. Files are looked at one after the other; kept
    are those that were put, and those that tell something."""
    put = {file.path for shipment in shipped for file in shipment.files}
    own = {top_of(shipment.folder) for shipment in shipped}
    there: dict[str, Seen] = {}
    foreign: list[str] = []
    unfinished: list[str] = []
    acknowledgements = earlier = 0
    for file in seen:
        top = top_of(file.path)
        if file.path in put:
            there[file.path] = file
        elif on.is_acknowledgement(file.path):
            acknowledgements += 1
        elif on.is_temporary(file.path):
            unfinished.append(file.path)
        elif top in on.folders and top not in own:
            earlier += 1
        else:
            foreign.append(file.path)
    return Drift(
        target=target,
        found=tuple(_found(shipment, there) for shipment in shipped),
        foreign=tuple(foreign),
        unfinished=tuple(unfinished),
        acknowledgements=acknowledgements,
        earlier=earlier,
    )


def top_of(path: str) -> str:
    """The first folder of a path: that of a shipment, at a recipient."""
    return path.partition("/")[0]


def _found(shipment: Shipped, there: Mapping[str, Seen]) -> Found:
    needed = [file.path for file in shipment.files if not file.optional]
    missing = tuple(path for path in needed if path not in there)
    if len(missing) == len(needed):
        return Found(shipment=shipment, presence=Presence.CONSUMED, evidence=Evidence.ABSENCE)
    changes, proved = [], not missing
    for file in shipment.files:
        seen = there.get(file.path)
        if seen is None:
            continue
        differs, by_digest = _compare(file, seen)
        proved = proved and (by_digest or file.optional)
        if differs is not None:
            changes.append(differs)
    presence = Presence.PARTIAL if missing else Presence.PRESENT
    return Found(
        shipment=shipment,
        presence=Presence.CHANGED if changes else presence,
        evidence=Evidence.DIGESTS if proved else Evidence.SIZES,
        missing=missing,
        changes=tuple(changes),
    )


def _compare(put: Put, seen: Seen) -> tuple[Change | None, bool]:
    """What differs, if anything does, and whether digests say so rather than sizes alone."""
    if put.size is not None and put.size != seen.size:
        return Change(path=put.path, before=f"{put.size} B", after=f"{seen.size} B"), False
    for name, ours, theirs in (
        ("SHA-256", put.sha256, seen.sha256),
        ("MD5", put.md5, seen.md5),
    ):
        if ours is not None and theirs is not None:
            if ours != theirs.lower():
                return Change(
                    path=put.path, before=f"{name} {ours}", after=f"{name} {theirs}"
                ), True
            return None, True
    return None, False
