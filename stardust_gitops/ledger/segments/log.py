"""What a shared place must be able to do to hold a ledger: few verbs, all of them atomic."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from stardust_gitops.ledger.holding import Holding
from stardust_gitops.ledger.segments.segment import Segment
from stardust_gitops.ledger.segments.snapshots import Snapshot
from stardust_gitops.ledger.store import LedgerError


class OutrunError(Exception):
    """Somebody else has written since we looked. Nothing of ours was; look again."""


class UnreachableError(LedgerError):
    """The place did not answer. What was to be written may be there, or not."""

    default_code = "SG5015"


class LeaseChange(NamedTuple):
    """A holding that is to take the place of another one (``None``: of nothing)."""

    before: Holding | None
    after: Holding


class SegmentLog(Protocol):
    """The shared place. `head` names all that stands in it at one moment.

    Every method may raise `LedgerError`; those that ask the place, `UnreachableError`.
    """

    def refresh(self, known: str | None) -> str:
        """Look at the place; the head that it has now.

        `SafetyError` where `known` (the head that our tables stand at, if any) is not in its past:
        it was rewritten or deleted.
        """
        ...

    def read(self, known: str | None, head: str, *, after: int = 0) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of every file of segments that came after `known` (``None``: of all), in
        the order of their segments; those that hold none behind segment `after` are left out. They
        may begin with segments that `known` had elsewhere. `LedgerError` where a file of `known`
        has changed or gone."""
        ...

    def write(
        self,
        head: str,
        *,
        segment: Segment | None = None,
        contents: Mapping[str, bytes] | None = None,
        lease: LeaseChange | None = None,
        about: str = "",
    ) -> str:
        """Add a segment, bytes by their SHA-256, and the change of a lease to what stands at
        `head`: all or nothing. The head after it. `about` is a line for people.

        `OutrunError` where something is not as `head` and `lease` say.
        """
        ...

    def arrived(self) -> bool:
        """Whether a segment whose `write` has failed is there all the same, as of the last
        `refresh`: an answer may get lost, and a transport may then have tried again by itself."""
        ...

    def lease(self, environment: str, target: str) -> Holding | None:
        """The last taking of a lease, as of the last `refresh`."""
        ...

    def leases(self) -> Sequence[Holding]:
        """The last taking of every lease, as of the last `refresh`."""
        ...

    def places(self, known: str | None, head: str) -> Iterator[tuple[str, str | None]]:
        """SHA-256 and place of all bytes that were added since `known`; ``None`` as the place of
        those that were erased."""
        ...

    def contents(self, places: Sequence[str], nearby: Sequence[str] = ()) -> Iterator[bytes]:
        """The bytes at these places, in this order. Those at the places `nearby` may be wanted
        next, the first ones soonest."""
        ...

    def erase(self, head: str, digests: Collection[str]) -> str:
        """Erase bytes, every copy of them that stands at `head`; the head after it. `OutrunError`
        as in `write`. Erasing what is not there writes nothing."""
        ...

    def snapshot(self, head: str) -> tuple[int, str] | None:
        """Position and place of the snapshot that stands there, for `contents`."""
        ...

    def tidy(self, head: str, snapshot: Snapshot | None) -> str:
        """Bring the place into the shape that is quickest to read, if that is due, and put this
        snapshot in the place of the one before; the head after it. `OutrunError` as in `write`."""
        ...
