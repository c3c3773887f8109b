"""What a run sends, phase by phase: what earlier ones left open, takedowns, purges, the rest."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from stardust_gitops.delivery.intentions import Draft, prepare, record
from stardust_gitops.delivery.lines import raise_first
from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.recovery import recover
from stardust_gitops.delivery.shipments.shipment import Shipment
from stardust_gitops.delivery.shipments.shipping import contained, ship
from stardust_gitops.delivery.transports.base import Source
from stardust_gitops.errors import GitOpsError, LockedError, SafetyError
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.messages.problems import SchemaError
from stardust_gitops.planning.model import OPERATIONS, Action, Item

_TAKEDOWNS, _PURGES = frozenset({Action.TAKEDOWN}), frozenset({Action.PURGE})
_DELIVERIES = frozenset(OPERATIONS) - _TAKEDOWNS - _PURGES


def work(session: Session, batches: Iterable[StreamId]) -> None:
    """Bring the open shipments `batches` to an end, then send what is due.

    Raises what ends the target's run; what ends an item is in the results.
    """
    if session.circuit.probing:
        _probe(session)
    recover(session, batches)
    for part, queue in _phases(session, session.due()):
        _ship_all(part, queue)


def _probe(session: Session) -> None:
    """One item by itself, until a target that was left alone answers again: of those that nothing
    is left open of, so that one that can never arrive does not speak for all."""
    fresh = [
        item
        for item in session.due()
        if session.ledger.state(session.stream(item.release)).open is None
    ]
    for part, queue in _phases(session, fresh):
        _ship_single(part, queue)


def _phases(session: Session, items: Iterable[Item]) -> Iterator[tuple[Session, deque[Item]]]:
    """What is sent one after the other, each with its session. Back catalogue comes last."""
    due = [item for item in items if item.release not in session.outcomes]
    for actions in (_TAKEDOWNS, _PURGES, _DELIVERIES):
        queue = deque(i for i in due if i.action in actions and not i.back_catalogue)
        yield (_apart(session) if actions is _PURGES else session), queue
    yield _for_back_catalogue(session), deque(item for item in due if item.back_catalogue)


def _apart(session: Session) -> Session:
    """The same session for what no manifest may name."""
    recipient = session.recipient
    apart = replace(recipient, choreography=recipient.choreography.apart)
    return replace(session, recipient=apart)


def _for_back_catalogue(session: Session) -> Session:
    """The same session for what may wait: it travels last and by itself."""
    recipient = session.recipient
    low = replace(recipient, choreography=recipient.choreography.for_back_catalogue)
    return replace(session, recipient=low)


def _ship_single(session: Session, queue: deque[Item]) -> None:
    """One item after the other, as long as nothing shows that the target answers."""
    while queue and session.circuit.probing:
        _ship_next(session, queue, threading.Lock(), most=1)


def _ship_all(session: Session, queue: deque[Item]) -> None:
    """All items of a phase: batch by batch, or as many releases at a time as there are
    connections."""
    _ship_single(session, queue)
    at_once = session.lines.count if session.recipient.choreography.layout == "release" else 1
    at_once = min(at_once, len(queue))
    turn = threading.Lock()

    def take_turns() -> None:
        try:
            while _ship_next(session, queue, turn):
                pass
        except BaseException:
            session.halt.unreachable.set()
            raise

    if at_once == 1:
        take_turns()
    elif at_once:
        with ThreadPoolExecutor(at_once, thread_name_prefix="shipment") as pool:
            futures = [pool.submit(take_turns) for _ in range(at_once)]
        raise_first([error for future in futures if (error := future.exception()) is not None])


def _ship_next(
    session: Session, queue: deque[Item], turn: threading.Lock, *, most: int | None = None
) -> bool:
    """Send one shipment of the next items, at `most` so many; whether there were any.

    Shipments are begun one after the other, in the order of the plan, and only sent side by side.
    """
    with turn:
        if not queue:
            return False
        begun = _begin(session, queue, most)
    if begun is not None:
        shipment, sources = begun
        with contained(session, shipment.members):
            ship(session, shipment, shipment.members, sources)
    return True


def _begin(
    session: Session, queue: deque[Item], most: int | None
) -> tuple[Shipment, Mapping[str, Source]] | None:
    """A shipment of the next items, which is on record; ``None`` where none of them has anything
    to send."""
    session.halt.check()
    desk = session.desk
    bounds = (
        session.recipient.choreography.capacity,
        session.recipient.limits.per_minute,
        most,
        len(queue),
    )
    capacity = min(bound for bound in bounds if bound is not None)
    session.wait_for_pace(capacity)
    batch = desk.batch_ids.take(
        desk.ledger, desk.environment, session.recipient.id, desk.clock.now()
    )
    drafts: list[Draft] = []
    while queue and len(drafts) < capacity:
        session.halt.check()
        draft = _draft(session, queue[0], batch=batch)
        queue.popleft()
        if draft is not None:
            drafts.append(draft)
    if not drafts:
        return None
    if not session.lines.connected:
        # A recipient that refuses us is noticed before anything is on record.
        with session.lines.borrow() as line:
            line.do(lambda transport: None)
    shipment = record(session, batch, drafts)
    session.count_messages(len(drafts))
    return shipment, {path: source for d in drafts for path, source in d.sources.items()}


def _draft(session: Session, item: Item, *, batch: str) -> Draft | None:
    """The draft of an item; ``None`` where there is none, which is then in the results."""
    try:
        return prepare(session, item, batch=batch)
    except (SafetyError, LockedError, SchemaError):
        raise  # somebody else writes to this stream or has our lease, or no message can be judged
    except GitOpsError as error:
        session.refuse(item.release, str(item.action), error)
        return None
