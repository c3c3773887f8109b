"""Shipments that an earlier run left open: settled by evidence, carried on, or cleared away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.completion import (
    conclude,
    note_unknown,
    place_marker,
    sweep_folder,
)
from stardust_gitops.delivery.shipments.marker import kept_marker
from stardust_gitops.delivery.shipments.shipment import Member, Shipment, read_shipment
from stardust_gitops.delivery.shipments.shipping import (
    SpoiledError,
    clear,
    contained,
    end_empty,
    give_up,
    leave,
    ship,
)
from stardust_gitops.delivery.shipments.sources import open_sources
from stardust_gitops.delivery.transports.base import Source
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import Kind, StreamId
from stardust_gitops.ledger.journal import Entry
from stardust_gitops.ledger.state import BatchState
from stardust_gitops.ledger.store import LedgerError
from stardust_gitops.planning.model import Action, Item


def recover(session: Session, batches: Iterable[StreamId]) -> None:
    """Bring every open shipment of the target to an end, oldest first."""
    for stream in sorted(batches):
        session.halt.check()
        batch = session.ledger.batch(stream)
        if batch.ended:
            continue
        shipment = read_shipment(session.ledger, stream)
        waiting = [member for member in shipment.members if _is_open(session, shipment, member)]
        session.report("recovering", batch=shipment.id, members=len(waiting))
        with contained(session, waiting):
            if batch.completing:
                _settle(session, shipment, batch, waiting)
            else:
                _carry_on(session, shipment, waiting)


def _is_open(session: Session, shipment: Shipment, member: Member) -> bool:
    opened = session.ledger.state(member.stream).open
    return opened is not None and opened.batch == shipment.id


def _settle(session: Session, shipment: Shipment, batch: BatchState, waiting: list[Member]) -> None:
    """The marker was begun: find out what arrived."""
    members = [member for member in waiting if member.release in batch.members]
    if not members:
        # An acknowledgement, or the user, has settled each of them.
        data = {"outcome": "settled", "text": "every member was settled by itself"}
        session.journal.append(Entry(shipment.stream, Kind.RESOLVED, data))
        return
    if batch.marker is None:
        raise LedgerError(f"batch {shipment.id} was to be completed with an unknown marker")
    stored = session.ledger.fetch(batch.marker, f"the marker of shipment {shipment.id}")
    marker = kept_marker(session, shipment, members, stored)
    with session.lines.borrow() as line:
        delivered = place_marker(session, line, shipment, members, marker, fresh=False)
        if delivered:
            sweep_folder(session, line, shipment.folder)
    if delivered is None:
        return
    if delivered or not batch.unknown:
        conclude(session, shipment, members, delivered=delivered)
        return
    for member in members:
        note_unknown(session, shipment, member)


def _carry_on(session: Session, shipment: Shipment, waiting: list[Member]) -> None:
    """The marker was not begun: those who still want the same stay, the others leave."""
    if any(not _is_planned(session, member) for member in waiting):
        # The plan does not speak of all of them (a selection, or it went stale), or has some wait.
        # So nothing is undone here; those that may go travel in another shipment.
        return
    staying = [member for member in waiting if _stays(session.items[member.release])]
    leaving = [member for member in waiting if member not in staying]
    if not staying:
        _supersede(session, leaving)
        end_empty(session, shipment)
        return
    spoiled = _clear_all(session, leaving)
    _supersede(session, leaving)
    if spoiled is not None:
        # Those who stay keep their messages and travel in another shipment.
        data = {"text": spoiled.message}
        session.journal.append(Entry(shipment.stream, Kind.SUPERSEDED, data))
        return
    try:
        members, sources = _with_sources(session, shipment, staying)
    except SpoiledError as error:
        give_up(session, shipment, staying, error)
        return
    session.wait_for_pace(len(members))
    session.count_messages(len(members))
    ship(session, shipment, members, sources, resumed=True)


def _stays(item: Item) -> bool:
    return item.action.sends and item.resumes


def _clear_all(session: Session, members: list[Member]) -> SpoiledError | None:
    """Remove the folders of members; the error where one may not be removed."""
    try:
        for member in members:
            clear(session, member.package.folder)
    except SpoiledError as error:
        return error
    return None


def _is_planned(session: Session, member: Member) -> bool:
    item = session.items.get(member.release)
    if item is None or member.release in session.outcomes:
        return False
    return not (item.action is Action.HELD and item.resumes)  # its time has not come: it waits


def _supersede(session: Session, members: list[Member]) -> None:
    if members:
        data = {"text": "the catalogue says something else by now"}
        session.journal.append(*(Entry(m.stream, Kind.SUPERSEDED, data) for m in members))


def _with_sources(
    session: Session, shipment: Shipment, members: list[Member]
) -> tuple[list[Member], Mapping[str, Source]]:
    """The members whose files are still there, with them; the others leave."""
    sources: dict[str, Source] = {}
    ready = []
    for member in members:
        try:
            job = session.desk.load(session.items[member.release])
            sources |= open_sources(
                session.desk.root,
                job.delivery,
                member.package,
                hash_algorithm=session.recipient.message.hash_algorithm,
            )
        except GitOpsError as error:
            leave(session, shipment, member, error)
        else:
            ready.append(member)
    return ready, sources
