"""Corrections of the ledger by hand: what the user knows and the ledger does not.

Each is shown before it is made. They send nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from stardust_gitops.clock import Clock
from stardust_gitops.content.canonical import dump_delivery
from stardust_gitops.content.fingerprint import SCHEME, delivery_fingerprints, recordings_digest
from stardust_gitops.errors import SafetyError, UsageError
from stardust_gitops.ledger.codec import moved_state
from stardust_gitops.ledger.events import Kind, Provenance, StreamId
from stardust_gitops.ledger.fold import ACCEPTANCES
from stardust_gitops.ledger.journal import Entry, Journal
from stardust_gitops.ledger.lease import holding_lease
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.planning.selection import Candidate, Selection
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.planner import Planner


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One event to be, with a line for people."""

    entry: Entry
    text: str

    @property
    def target(self) -> str:
        """The target whose lease it needs."""
        return self.entry.stream.target


def adopt(
    planner: Planner,
    ledger: LedgerStore,
    environment: str,
    selection: Selection,
    reason: str,
    progress: Callable[[str], None],
) -> list[Correction]:
    """Record present content as what the recipients have, where they are not known to have any.
    `progress` is called with each release that was looked at."""
    wishes = [wish for wish in planner.look().desired if wish.status != "archived"]
    selection.check(_candidate(wish.release, wish.icpn, wish.target, wish.label) for wish in wishes)
    corrections: list[Correction] = []
    for wish in wishes:
        progress(wish.icpn)
        candidate = _candidate(wish.release, wish.icpn, wish.target, wish.label)
        stream = StreamId(environment, wish.target, wish.release)
        state = ledger.state(stream)
        if not selection.selects(candidate) or state.phase is Phase.LIVE or state.open:
            continue
        resolved = planner.resolve(wish.release, wish.target)
        if resolved is None or not resolved[0].complete:
            raise SafetyError(
                f"{wish.icpn}@{wish.target} cannot be adopted: its content does not resolve",
                hint="run  stardust-gitops validate  and correct it, or leave it out",
                code="SG5011",
            )
        base, delivery = resolved
        message, assets = delivery_fingerprints(delivery)
        data = {
            "operation": "insert",
            "status": wish.status,
            "protected": base.model.prevent_takedown,
            "message_fingerprint": message,
            "assets_fingerprint": assets,
            "scheme": SCHEME,
            "recordings": recordings_digest(track.isrc for track in delivery.content.tracks),
            "recipient": planner.recipient_dpid(wish.target),
            "content": ledger.store(dump_delivery(delivery)),
            "reason": reason,
        }
        corrections.append(
            Correction(
                entry=Entry(stream, Kind.IMPORTED, data),
                text=f"adopt {wish.icpn}@{wish.target}  {wish.name}",
            )
        )
    return corrections


def forget(
    ledger: LedgerStore, environment: str, selection: Selection, reason: str, *, since: str
) -> list[Correction]:
    """Record that nothing is known of what the recipients have."""
    streams = _known(ledger, environment, since)
    selection.check(_of_stream(stream) for stream in streams)
    return [
        Correction(
            entry=Entry(stream, Kind.FORGOTTEN, {"reason": reason}),
            text=f"forget {shown_icpn(stream.subject)}@{stream.target}",
        )
        for stream in streams
        if selection.selects(_of_stream(stream))
    ]


def acknowledge(
    ledger: LedgerStore, environment: str, selection: Selection, text: str, *, since: str
) -> list[Correction]:
    """Record that recipients accepted the last message that they were sent of each release."""
    streams = _known(ledger, environment, since)
    selection.check(_of_stream(stream) for stream in streams)
    chosen = [stream for stream in streams if selection.selects(_of_stream(stream))]
    found = []
    for stream in chosen:
        state = ledger.state(stream)
        sent = (state.rejected.sent if state.rejected else None) or state.baseline
        if sent is None or sent.message_id is None:
            continue
        if state.answer is not None and state.answer.status in ACCEPTANCES:
            continue
        data = {"message_id": sent.message_id, "status": "accepted", "text": text}
        name = f"{shown_icpn(stream.subject)}@{stream.target}"
        found.append(
            Correction(entry=Entry(stream, Kind.ACKNOWLEDGED, data), text=f"acknowledge {name}")
        )
    return found


def move(
    ledger: LedgerStore, environment: str, old: str, new: str, *, since: str
) -> list[Correction]:
    """Carry everything of one target over to its new id."""
    streams = [stream for stream in _known(ledger, environment, since) if stream.target == old]
    if not streams:
        raise UsageError(f"the ledger knows nothing of {old!r}", hint="see  ledger show")
    corrections: list[Correction] = []
    for stream in streams:
        there = StreamId(environment, new, stream.subject)
        state = ledger.state(stream)
        if ledger.state(there).phase is not Phase.NEVER:
            raise SafetyError(
                f"{shown_icpn(stream.subject)} is on record at {new!r} already",
                hint="forget one of the two first",
                code="SG5012",
            )
        if state.open is not None:
            raise SafetyError(
                f"{shown_icpn(stream.subject)}@{old} has a delivery under way",
                hint="finish it with apply, or settle it with ledger resolve",
                code="SG5013",
            )
        text = f"move {shown_icpn(stream.subject)}  {old} → {new}"
        state_data = {"from": list(stream), "state": moved_state(state)}
        corrections.append(
            Correction(entry=Entry(stream, Kind.MOVED, {"to": list(there)}), text=text)
        )
        corrections.append(Correction(entry=Entry(there, Kind.MOVED, state_data), text=""))
    return corrections


def resolve(ledger: LedgerStore, stream: StreamId, outcome: str, reason: str) -> list[Correction]:
    """Settle a delivery of which nobody could say whether it arrived."""
    state = ledger.state(stream)
    if state.open is None or not state.marker_begun:
        raise UsageError(
            f"{shown_icpn(stream.subject)}@{stream.target} has no delivery with an unknown outcome",
            hint="see  stardust-gitops show ICPN@TARGET",
        )
    data = {"outcome": outcome, "reason": reason}
    text = f"resolve {shown_icpn(stream.subject)}@{stream.target}  {outcome}"
    corrections = [Correction(entry=Entry(stream, Kind.RESOLVED, data), text=text)]
    if state.open.batch is not None:
        batch = StreamId(stream.environment, stream.target, f"batch:{state.open.batch}")
        others = (
            member
            for member in ledger.batch(batch).members
            if member != stream.subject
            and ledger.state(stream._replace(subject=member)).marker_begun
        )
        if not any(others) and not ledger.batch(batch).ended:
            corrections.append(Correction(entry=Entry(batch, Kind.RESOLVED, data), text=""))
    return corrections


def record(
    corrections: Sequence[Correction],
    ledger: LedgerStore,
    environment: str,
    clock: Clock,
    provenance: Provenance,
) -> None:
    """Append them, all or nothing for each target, under the leases of the targets."""
    targets = sorted({correction.target for correction in corrections})
    with ExitStack() as stack:
        lost = threading.Event()
        leases = {
            target: stack.enter_context(
                holding_lease(ledger, environment, target, provenance=provenance, lost=lost)
            )
            for target in targets
        }
        for target in targets:
            journal = Journal(ledger, lease=leases[target], clock=clock, provenance=provenance)
            journal.append(*(c.entry for c in corrections if c.target == target))
    ledger.checkpoint()


def _known(ledger: LedgerStore, environment: str, since: str) -> list[StreamId]:
    snapshot = ledger.snapshot(environment, since=since)
    return sorted(
        stream
        for stream, state in snapshot.releases.items()
        if state.phase is not Phase.NEVER or state.open is not None
    )


def _of_stream(stream: StreamId) -> Candidate:
    return _candidate(stream.subject, shown_icpn(stream.subject), stream.target, None)


def _candidate(release: str, icpn: str, target: str, label: str | None) -> Candidate:
    return Candidate(release=release, icpn=icpn, target=target, label=label)


def texts(corrections: Iterable[Correction]) -> list[str]:
    """What is about to be recorded, a line each."""
    return [correction.text for correction in corrections if correction.text]
