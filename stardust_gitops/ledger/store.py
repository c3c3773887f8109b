"""What every ledger backend can do: a few verbs, one contract suite (`tests/contract`).

The tables that `plan` reads are derived from the events and can be rebuilt at any time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from stardust_gitops.errors import GitOpsError, LockedError, SafetyError
from stardust_gitops.ledger.events import Event, StreamId
from stardust_gitops.ledger.process import Process
from stardust_gitops.ledger.state import BatchState, StreamState


class LedgerError(GitOpsError):
    """The ledger could not be read or written (read-only file, full disk, damage)."""

    default_code = "SG5000"


class LedgerMissingError(SafetyError):
    """There is no ledger there. It is never created by accident (`ledger init` creates one)."""

    default_code = "SG5001"


class WrongLedgerError(SafetyError):
    """The ledger belongs to another catalogue, or a newer version of this program wrote it."""

    default_code = "SG5002"


class ConflictError(SafetyError):
    """Another writer has appended to a stream since it was read."""

    default_code = "SG5003"


class LeaseLostError(LockedError):
    """The lease was taken over: nothing more may be written under it."""

    default_code = "SG5004"


class LeaseHeldError(LockedError):
    """Another process is applying to this target right now."""

    default_code = "SG5005"


MISSING_BYTES = "SG5008"
STORED = "what was stored"


def missing_bytes(digest: str, what: str = STORED) -> LedgerError:
    """What to say where the bytes under a digest are gone or damaged; `what` they were."""
    return LedgerError(
        f"{what} is missing in the ledger, or damaged (SHA-256 {digest})",
        hint="run `stardust-gitops ledger verify`; bring it back from a backup of the ledger, or of"
        " the bucket that `messages:` names",
        code=MISSING_BYTES,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to deliver to one target. Each taking has a higher `fence` than the one before."""

    environment: str
    target: str
    fence: int
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The last taking of a lease, and whether it is held still."""

    lease: Lease
    held: bool
    beat: int
    process: Process

    @classmethod
    def next(cls, before: Holding | None, environment: str, target: str, holder: str) -> Holding:
        """This process holds the lease from now on, with the next fence."""
        fence = before.lease.fence + 1 if before else 1
        lease = Lease(environment=environment, target=target, fence=fence, holder=holder)
        return cls(lease=lease, held=True, beat=0, process=Process.this())

    def beaten(self) -> Holding:
        """Its holder lives."""
        return replace(self, beat=self.beat + 1)

    def released(self) -> Holding:
        """Its holder gave it back. The fence stays, so that the next one is higher."""
        return replace(self, held=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the last hours, for the guards: when, where, what, which release."""

    time: str
    target: str
    operation: str
    release: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What `plan` reads of the ledger, at one position."""

    position: int
    releases: Mapping[StreamId, StreamState]
    batches: Mapping[StreamId, BatchState]
    recent: tuple[Operation, ...]


class LedgerStore(Protocol):
    """One ledger of one catalogue. May be used by several threads.

    A ledger over a network answers `state`, `batch` and `fetch` from what it saw last: when it was
    opened, at a `snapshot`, when a lease was taken, and when something was appended, also in vain.
    """

    @property
    def keeps_advisory(self) -> bool:
        """Whether events that may be lost (``file_uploaded``) are worth their price here."""
        ...

    def snapshot(self, environment: str, *, since: str) -> Snapshot:
        """The derived states of an environment; `recent` holds operations intended after `since`
        (instant text). Open batches only are in `batches`."""
        ...

    def state(self, stream: StreamId) -> StreamState:
        """The present state of one release stream (a fresh one where it does not exist)."""
        ...

    def batch(self, stream: StreamId) -> BatchState:
        """The present state of one batch stream."""
        ...

    def events(
        self, *, after: int = 0, stream: StreamId | None = None
    ) -> Iterator[tuple[int, Event]]:
        """Events in order of their positions, those after a position, or of one stream."""
        ...

    def histories(self, streams: Collection[StreamId]) -> Iterator[Event]:
        """All events of some streams, those of each in their order. The place is asked once, not
        for each stream."""
        ...

    def append(self, events: Sequence[Event], *, lease: Lease | None = None) -> int:
        """Append all or nothing; the position of the last one.

        Each event's version must be the stream's next and `previous` its head, else
        `ConflictError`. Under a lease that was lost: `LeaseLostError`. An event whose data lacks
        what its kind must have: `LedgerError`. Durable on return.
        """
        ...

    def store(self, data: bytes) -> str:
        """Keep bytes, compressed; returns their SHA-256, the name to fetch them by. Idempotent."""
        ...

    def fetch(self, digest: str, what: str = STORED) -> bytes:
        """The bytes stored under a digest; verified. `LedgerError` (`MISSING_BYTES`) where they are
        gone; it says `what` is."""
        ...

    def kept(self) -> set[str]:
        """The digests of all bytes that are kept, sound or not."""
        ...

    def erase(self, digests: Collection[str]) -> None:
        """Erase bytes, wherever they are kept; those that are not there do not matter. Events that
        say so must have been recorded before (``erased``), else they count as missing."""
        ...

    def take_lease(
        self, environment: str, target: str, *, holder: str, wait: float = 0.0, force: bool = False
    ) -> Lease:
        """Take the lease of a target, or raise `LeaseHeldError` with who holds it after waiting
        for `wait` seconds.

        A dead process of this host loses its lease at once; another holder's lease ends when its
        beat has not moved for the expiry time on this observer's own monotonic clock, counted
        from the first time that this ledger object looked. So an observer that has just started
        takes over from a dead machine only if it waits for longer than that. With `force` a
        person takes it from whoever has it. A takeover is recorded as an event.
        """
        ...

    def held_leases(self) -> Sequence[Holding]:
        """All leases that are held now, by environment and target."""
        ...

    def renew_lease(self, lease: Lease) -> None:
        """Beat. `LeaseLostError` where it was taken over."""
        ...

    def release_lease(self, lease: Lease) -> None:
        """Give it back; nothing happens where it was lost."""
        ...

    def rebuild(self) -> None:
        """Make the derived tables anew from the events."""
        ...

    def verify(self) -> list[str]:
        """All that is wrong: broken chains, gaps, checkpoints that do not match, missing or
        damaged bytes, tables that differ from the events. Empty when the ledger is sound."""
        ...

    def checkpoints(self) -> Sequence[tuple[int, str]]:
        """All checkpoints, in order: the position behind which each stands, and its digest."""
        ...

    def checkpoint(self) -> None:
        """Chain the heads of all streams, so that a deleted stream or tail shows in `verify`."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...
