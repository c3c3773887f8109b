"""Erasing the bytes of content and messages that are old and that nothing needs any more.

Needed are: what an open intention or an open shipment refers to; content, message and MEAD message
of the last delivery of each release that is live or taken down, and of the one before, which counts
again if the last one is rejected; and all content of a release while it is live or taken down, as
its fingerprints may have to be made anew from it. Of what was purged the last content stays, which
says under which ICPN a recipient knew the release.

That bytes are erased is recorded first, in each stream that refers to them; then they are erased.
So a run that was killed in between is carried on by the next one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime

from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.ledger.contents import name_of
from stardust_gitops.ledger.events import Kind, Provenance, StreamId, erased, references
from stardust_gitops.ledger.journal import Entry, Journal
from stardust_gitops.ledger.lease import holding_lease
from stardust_gitops.ledger.state import Phase, Sent, StreamState
from stardust_gitops.ledger.store import LedgerStore, Snapshot

REASON = "keep_for"
_TOGETHER = 500
_CONTENT = "content"
_LIVING = frozenset({Phase.LIVE, Phase.TAKEN_DOWN})
_EMPTY = name_of(b"")
"""What every shipment refers to whose marker is empty: erasing it would save nothing."""

Advance = Callable[[str], None]


@dataclass(slots=True)
class Stored:
    """Bytes to which events refer: as what (a key of `events.REFERENCES`), when last (instant
    text), and in which streams; `recorded` are those of them that say that they are erased."""

    kind: str
    time: str
    streams: set[StreamId] = field(default_factory=set)
    recorded: set[StreamId] = field(default_factory=set)

    @property
    def at(self) -> tuple[str, str]:
        """Environment and target of one that had it, for people."""
        return min(self.streams)[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prunable:
    """What may be erased, by digest, as of a position of the ledger."""

    position: int
    stored: Mapping[str, Stored]

    def targets(self) -> list[tuple[str, str]]:
        """All (environment, target) that it concerns."""
        return sorted({stream[:2] for one in self.stored.values() for stream in one.streams})

    def unrecorded(self) -> dict[StreamId, list[str]]:
        """What has yet to be recorded, stream by stream."""
        found: dict[StreamId, list[str]] = {}
        for digest, one in sorted(self.stored.items()):
            for stream in one.streams - one.recorded:
                found.setdefault(stream, []).append(digest)
        return dict(sorted(found.items()))

    def without(self, digests: Set[str]) -> Prunable:
        """The same but for these."""
        left = {digest: one for digest, one in self.stored.items() if digest not in digests}
        return replace(self, stored=left)


def find(ledger: LedgerStore, oldest: datetime, advance: Advance = lambda _: None) -> Prunable:
    """What events before `oldest` refer to and nothing needs any more. Reads the whole ledger."""
    stored: dict[str, Stored] = {}
    last, environments = 0, set[str]()
    for position, event in ledger.events():
        last = position
        stream = event.stream
        environments.add(stream.environment)
        for kind, digest in references(event):
            one = stored.setdefault(digest, Stored(kind, event.time))
            one.time = max(one.time, event.time)
            one.streams.add(stream)
            one.recorded.discard(stream)
        for digest in erased(event):
            if digest in stored:
                stored[digest].recorded.add(stream)
        advance(stream.subject)
    since = instant_text(oldest)
    needed, living = _needs(ledger.snapshot(name, since=since) for name in sorted(environments))
    kept = ledger.kept()
    found = {
        digest: one
        for digest, one in stored.items()
        if digest in kept
        and one.time < since
        and digest not in needed
        and not (one.kind == _CONTENT and one.streams & living)
    }
    return Prunable(position=last, stored=found)


def _needs(snapshots: Iterable[Snapshot]) -> tuple[set[str], set[StreamId]]:
    """The digests that are needed, and the streams of releases that live."""
    needed, living = {_EMPTY}, set[StreamId]()
    for snapshot in snapshots:
        for stream, state in snapshot.releases.items():
            needed.update(_needed(state))
            if state.phase in _LIVING or state.open is not None:
                living.add(stream)
        needed.update(batch.marker for batch in snapshot.batches.values() if batch.marker)
    return needed, living


def _needed(state: StreamState) -> Iterator[str]:
    for known, phase in ((state.baseline, state.phase), (state.previous, state.previous_phase)):
        if known is not None:
            yield from _all_of(known) if phase in _LIVING else (known.content,)
    for sent in (state.open, state.rejected.sent if state.rejected else None):
        if sent is not None:
            yield from _all_of(sent)


def _all_of(sent: Sent) -> Iterator[str]:
    yield from filter(None, (sent.content, sent.message, sent.mead))


def prune(
    ledger: LedgerStore,
    found: Prunable,
    *,
    keep_for: str,
    clock: Clock,
    provenance: Provenance,
) -> Prunable:
    """Record that these bytes are erased, then erase them; what was erased.

    What has been referred to anew since they were found stays. `LeaseHeldError` where somebody is
    applying to one of the targets.
    """
    with ExitStack() as stack:
        lost = threading.Event()
        journals = {}
        for environment, target in found.targets():
            lease = stack.enter_context(
                holding_lease(ledger, environment, target, provenance=provenance, lost=lost)
            )
            journals[environment, target] = Journal(
                ledger, lease=lease, clock=clock, provenance=provenance
            )
        found = found.without(_referred_since(ledger, found.position))
        entries = [_entry(stream, some, keep_for) for stream, some in found.unrecorded().items()]
        for key, journal in journals.items():
            own = [entry for entry in entries if entry.stream[:2] == key]
            for begin in range(0, len(own), _TOGETHER):
                journal.append(*own[begin : begin + _TOGETHER])
        found = found.without(_referred_since(ledger, found.position))
        if found.stored:
            ledger.erase(found.stored.keys())
    ledger.checkpoint()
    return found


def _referred_since(ledger: LedgerStore, position: int) -> set[str]:
    events = (event for _, event in ledger.events(after=position))
    return {digest for event in events for _, digest in references(event)}


def _entry(stream: StreamId, digests: list[str], keep_for: str) -> Entry:
    count = len(digests)
    what = "1 stored content or message" if count == 1 else f"{count} stored contents and messages"
    text = f"{what} older than {keep_for}"
    data = {"digests": digests, "reason": REASON, "keep_for": keep_for, "text": text}
    return Entry(stream, Kind.ERASED, data)
