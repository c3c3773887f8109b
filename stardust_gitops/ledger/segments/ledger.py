"""A ledger over a log of segments: what it reads is in tables that follow the log (`Follower`);
here it writes into the log."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from stardust_gitops.clock import Clock, SystemClock, instant_text
from stardust_gitops.ledger.contents import Contents, Keeping, inside
from stardust_gitops.ledger.events import Event, references
from stardust_gitops.ledger.holding import (
    LEASE_EXPIRY,
    Holding,
    Watch,
    counting,
    held,
    must_cover,
    takeover,
    takeover_stream,
)
from stardust_gitops.ledger.segments import inspection, replica, snapshots
from stardust_gitops.ledger.segments.contents import LogContents
from stardust_gitops.ledger.segments.follower import Follower
from stardust_gitops.ledger.segments.log import (
    LeaseChange,
    OutrunError,
    SegmentLog,
    UnreachableError,
)
from stardust_gitops.ledger.segments.segment import Segment
from stardust_gitops.ledger.sqlite import rows
from stardust_gitops.ledger.store import (
    ConflictError,
    Lease,
    LeaseLostError,
    LedgerError,
)
from stardust_gitops.ledger.upcast import UPCASTERS, Upcaster

ATTEMPTS = 20
"""How often something is written again because somebody else was faster."""

_UNANSWERED = 5
"""How often a place that does not answer is asked."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0
_POLL_SECONDS = 5.0

Done = TypeVar("Done")


class SegmentLedger(Keeping, Follower):
    """A ledger whose events lie in a shared place, for any number of machines."""

    keeps_advisory = False  # each event would be a round trip; resuming asks the recipient instead

    def __init__(
        self,
        path: Path,
        catalogue_id: str,
        log: SegmentLog,
        *,
        clock: Clock | None = None,
        expiry: float = LEASE_EXPIRY,
        upcasters: Mapping[int, Upcaster] = UPCASTERS,
        outside: Contents | None = None,
    ) -> None:
        """As `Follower`; `expiry` is in seconds, `outside` where new bytes are kept."""
        own = LogContents(log, reading=self._reading, writing=self._writing, insist=self._insist)
        self._places = inside(own, outside)
        super().__init__(path, catalogue_id, log, upcasters=upcasters)
        self._clock = clock or SystemClock()
        self._watch = Watch(expiry)

    def append(self, events: Sequence[Event], *, lease: Lease | None = None) -> int:
        """See `LedgerStore.append`. Bytes that the events refer to go with them."""

        def write(connection: sqlite3.Connection) -> int:
            change = None if lease is None else self._beat(lease)
            if lease is not None:
                must_cover(lease, events)
            return self._add(connection, events, change)

        def landed(connection: sqlite3.Connection) -> int | None:
            return replica.position_of(connection, events[-1])

        if not events:
            return 0
        return self._insist(write, landed)

    def _add(
        self, connection: sqlite3.Connection, events: Sequence[Event], lease: LeaseChange | None
    ) -> int:
        """Events into the tables and, if they fit there, into the log."""
        mark = replica.mark(connection)
        position = rows.append(connection, events)
        segment = Segment(
            number=mark.segment + 1,
            first=position - len(events) + 1,
            events=tuple(event.body() for event in events),
        )
        named = dict.fromkeys(digest for event in events for _, digest in references(event))
        contents = replica.waiting(connection, named)
        head = self._log.write(
            replica.head_of(mark),
            segment=segment,
            contents=contents,
            lease=lease,
            about=_about(events),
        )
        rows.erase_blobs(connection, contents)
        replica.set_mark(connection, replica.Mark(head, segment.number, mark.listed))
        return position

    def _beat(self, lease: Lease) -> LeaseChange:
        holding = counting(self._log.lease(lease.environment, lease.target), lease)
        return LeaseChange(holding, holding.beaten())

    def _insist(
        self,
        write: Callable[[sqlite3.Connection], Done],
        landed: Callable[[sqlite3.Connection], Done | None] = lambda _: None,
    ) -> Done:
        """Write; where somebody was faster, or the answer did not come, look what there is now and
        write again. `landed` finds what has arrived all the same."""
        said, unanswered, refused = "", 0, False
        for attempt in range(ATTEMPTS):
            try:
                with self._writing() as connection:
                    if attempt:
                        self._follow(connection)
                    done = landed(connection) if attempt and self._log.arrived() else None
                if done is not None:
                    return done
                with self._writing() as connection:
                    return write(connection)
            except OutrunError as error:
                said = str(error)
            except UnreachableError:
                unanswered += 1
                if unanswered >= _UNANSWERED:
                    raise
            except (ConflictError, LeaseLostError):
                # What we know may be old: only what is known now counts.
                if refused:
                    raise
                refused = True
                continue
            self._clock.sleep(random.uniform(0, _pause(attempt)))
        raise LedgerError(
            f"the ledger was changed by others {ATTEMPTS} times while we wanted to write to it"
            f" ({said or 'no reason was given'}); nothing of ours is in it",
            hint="run the command again when fewer others write; if it stays so, a rule of the"
            " server may refuse what we write",
            code="SG5016",
        )

    def take_lease(
        self, environment: str, target: str, *, holder: str, wait: float = 0.0, force: bool = False
    ) -> Lease:
        """See `LedgerStore.take_lease`."""
        until = self._clock.monotonic() + wait
        tried: list[Holding] = []

        def take(connection: sqlite3.Connection) -> Holding:
            """Whose lease it is now."""
            self._follow(connection)
            before, now = self._log.lease(environment, target), self._clock.monotonic()
            free = self._watch.is_free(before, now, force=force)
            if before is not None and (before in tried or not free):
                return before
            taken = Holding.next(before, environment, target, holder)
            tried.append(taken)
            reason = self._watch.why_over(before, now, force=force) if before else None
            self._grant(connection, before, taken, reason)
            return taken

        while True:
            found = self._insist(take)
            if found in tried:
                return found.lease
            left = until - self._clock.monotonic()
            if left <= 0:
                raise held(found, self._watch.expiry)
            self._clock.sleep(min(_POLL_SECONDS, left))

    def _grant(
        self,
        connection: sqlite3.Connection,
        before: Holding | None,
        taken: Holding,
        reason: str | None,
    ) -> None:
        change = LeaseChange(before, taken)
        if before is None or reason is None:
            self._log.write(replica.head_of(replica.mark(connection)), lease=change)
            return
        stream = takeover_stream(taken.lease.environment, taken.lease.target)
        state = rows.load(connection, stream)
        event = takeover(
            taken.lease,
            before,
            reason,
            time=instant_text(self._clock.now()),
            version=state.version,
            previous=state.head,
        )
        self._add(connection, [event], change)

    def held_leases(self) -> list[Holding]:
        """See `LedgerStore.held_leases`."""
        self.follow()
        return sorted(
            (holding for holding in self._log.leases() if holding.held),
            key=lambda holding: (holding.lease.environment, holding.lease.target),
        )

    def renew_lease(self, lease: Lease) -> None:
        """See `LedgerStore.renew_lease`."""

        def write(connection: sqlite3.Connection) -> None:
            self._log.write(replica.head_of(replica.mark(connection)), lease=self._beat(lease))

        self._insist(write)

    def release_lease(self, lease: Lease) -> None:
        """See `LedgerStore.release_lease`."""

        def write(connection: sqlite3.Connection) -> None:
            before = counting(self._log.lease(lease.environment, lease.target), lease)
            change = LeaseChange(before, before.released())
            self._log.write(replica.head_of(replica.mark(connection)), lease=change)

        with suppress(LeaseLostError):
            self._insist(write)

    def checkpoint(self) -> None:
        """See `LedgerStore.checkpoint`. Writes nothing where nothing happened since the last."""

        def write(connection: sqlite3.Connection) -> None:
            mark, before = replica.mark(connection), replica.last_checkpoint(connection)
            rows.checkpoint(connection)
            position, digest = after = replica.last_checkpoint(connection)
            if after == before:
                return
            segment = Segment(number=mark.segment + 1, first=position + 1, checkpoint=digest)
            head = self._log.write(replica.head_of(mark), segment=segment, about="checkpoint")
            replica.set_mark(connection, replica.Mark(head, segment.number, mark.listed))

        self._insist(write)
        self._tidy()

    def _tidy(self) -> None:
        """Nothing depends on it: where somebody is faster, the next one does it."""
        with suppress(OutrunError), self._writing() as connection:
            mark = replica.mark(connection)
            head = replica.head_of(mark)
            before = self._log.snapshot(head)
            due = snapshots.is_due(connection, before[0] if before else 0)
            head = self._log.tidy(head, snapshots.take(connection) if due else None)
            replica.set_mark(connection, mark._replace(head=head))

    def rebuild(self) -> None:
        """See `LedgerStore.rebuild`."""
        with self._writing() as connection:
            replica.clear(connection)
            self._follow(connection, shortcut=False)

    def verify(self) -> list[str]:
        """See `LedgerStore.verify`. Reads all that there is in the log, and the tables."""
        self.follow()
        with self._writing() as connection:
            self._complete(connection)
            auditor = inspection.inspect(
                connection, self._log, replica.head_of(replica.mark(connection)), self._upcasters
            )
        self._audit_bytes(auditor)
        return auditor.problems

    def close(self) -> None:
        """See `LedgerStore.close`."""
        super().close()
        self._close_places()


def _pause(attempt: int) -> float:
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**attempt)


def _about(events: Sequence[Event]) -> str:
    """What a commit says: whom it concerns, and what happened to how many releases. A batch has a
    stream of its own, which repeats what its members say: it counts where nobody else is told of.
    """
    releases = [event for event in events if event.stream.is_release]
    shipments = [event for event in events if event.stream.is_batch]
    noun = "release" if releases else "shipment" if shipments else "lease"
    kinds: dict[str, set[str]] = {}
    for event in releases or shipments or events:
        what = event.kind.removeprefix("lease_").replace("_", " ")
        kinds.setdefault(what, set()).add(event.stream.subject)
    counts = ", ".join(
        f"{len(whom)} {noun}{'' if len(whom) == 1 else 's'} {what}" for what, whom in kinds.items()
    )
    return f"{events[0].stream.environment}/{events[0].stream.target}: {counts}"
