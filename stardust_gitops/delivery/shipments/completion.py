"""The marker: its bytes, putting it last and once, and judging what arrived when nobody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import Enum

from stardust_gitops.delivery.results import (
    UNKNOWN_HINT,
    UNKNOWN_TEXT,
    ItemResult,
    Outcome,
)
from stardust_gitops.delivery.retry import Line
from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.shipment import Member, Shipment
from stardust_gitops.delivery.shipments.upload import digest_of, is_temporary, sweep, temporary_name
from stardust_gitops.delivery.transports.base import (
    PermissionDeniedError,
    Source,
    Transport,
)
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.journal import Entry
from stardust_gitops.messages.manifest import ManifestBatch, ManifestEntry, write_manifest


class Evidence(Enum):
    """What the recipient's folder proves after a marker was begun."""

    DELIVERED = "the marker is there, with our bytes"
    WHOLE = "all but the marker is there: it was never put"
    NONE = "neither: it may have been swept"


def complete(session: Session, line: Line, shipment: Shipment, members: Sequence[Member]) -> None:
    """Put the marker of a shipment whose `members` are at the recipient in full.

    That it begins is on record before its first byte leaves.
    """
    marker = _marker(session, shipment, members)
    if not shipment.expected(members):
        line.do(lambda transport: _leave_witness(session, transport, shipment, marker))
    session.halt.check()
    digest = session.ledger.store(marker)
    data = {
        "members": [member.release for member in members],
        "marker_path": shipment.marker_path,
        "marker": digest,
    }
    mark = {"batch": shipment.id}
    session.journal.append(
        Entry(shipment.stream, Kind.COMPLETING, data),
        *(Entry(member.stream, Kind.COMPLETING, mark) for member in members),
    )
    delivered = place_marker(session, line, shipment, members, marker, fresh=True)
    conclude(session, shipment, members, delivered=delivered)


def place_marker(
    session: Session,
    line: Line,
    shipment: Shipment,
    members: Sequence[Member],
    marker: bytes,
    *,
    fresh: bool,
) -> bool:
    """Put the marker; whether the delivery is complete (``False``: nobody knows).

    `fresh` says that nobody has begun to put it. Else, and again after an error that left open
    whether it arrived, the evidence decides, so that no recipient is told to begin twice.
    """
    source = Source.of_bytes(shipment.marker_path, marker)
    temporary = temporary_name(shipment.marker_path, session.journal.fence)
    doubtful, left = not fresh, source.size

    def progress(count: int) -> None:
        nonlocal left
        left -= count
        session.outcomes.sent(count)

    def attempt(transport: Transport) -> bool:
        nonlocal doubtful, left
        if doubtful:
            evidence = weigh(transport, shipment, members, marker)
            if evidence is not Evidence.WHOLE:
                return evidence is Evidence.DELIVERED
            if not shipment.expected(members):
                _leave_witness(session, transport, shipment, marker)
        left = source.size
        try:
            transport.put(source, shipment.marker_path, temporary=temporary, progress=progress)
        except Exception:
            # It has its final name only after its last byte: before that it cannot have arrived.
            doubtful = left <= 0
            raise
        return True

    return line.do(attempt)


def weigh(
    transport: Transport, shipment: Shipment, members: Sequence[Member], marker: bytes
) -> Evidence:
    """What the recipient's folder proves."""
    try:
        found = transport.stat(shipment.marker_path)
        if found is not None:
            same = found.size == len(marker) and _same_bytes(transport, shipment, marker)
            return Evidence.DELIVERED if same else Evidence.NONE
        present = {file.path: file.size for file in transport.list(shipment.folder)}
    except PermissionDeniedError:
        return Evidence.NONE
    expected = shipment.expected(members)
    if expected:
        whole = all(present.get(path) == size for path, size in expected.items())
    else:
        # The unfinished marker gets its final name by a rename: where it still lies, that has not
        # happened. (See `_leave_witness`.)
        whole = any(
            is_temporary(path) and path.startswith(shipment.marker_path) for path in present
        )
    return Evidence.WHOLE if whole else Evidence.NONE


def conclude(
    session: Session, shipment: Shipment, members: Sequence[Member], *, delivered: bool
) -> None:
    """Put the end of a shipment on record, for the batch and its members at once."""
    kind = Kind.COMPLETED if delivered else Kind.FAILED
    data: dict[str, object] = {"batch": shipment.id}
    if not delivered:
        data |= {"outcome": "unknown", "text": UNKNOWN_TEXT}
    listed = data | {"members": [member.release for member in members]}
    session.journal.append(
        Entry(shipment.stream, kind, listed),
        *(Entry(member.stream, kind, data) for member in members),
    )
    for member in members:
        if delivered:
            item = session.items.get(member.release)
            resumed = item is None or item.resumes
            outcome = Outcome.RESUMED if resumed else Outcome.SENT
            session.finish(member, outcome, shipment.id)
        else:
            note_unknown(session, shipment, member)
    if delivered:
        session.report(
            "shipment_completed", batch=shipment.id, folder=shipment.folder, members=len(members)
        )


def note_unknown(session: Session, shipment: Shipment, member: Member) -> None:
    """The result of a member whose marker was begun and cannot be found."""
    session.outcomes.add(
        ItemResult(
            release=member.release,
            target=session.recipient.id,
            operation=member.operation,
            outcome=Outcome.UNKNOWN,
            text=UNKNOWN_TEXT,
            code="SG6020",
            hint=UNKNOWN_HINT,
            batch=shipment.id,
        )
    )


def sweep_folder(session: Session, line: Line, folder: str) -> None:
    """Delete what earlier runs left unfinished in a folder, where it may be listed."""
    if session.recipient.verify == "none":
        return
    try:
        files = line.do(lambda transport: transport.list(folder))
    except PermissionDeniedError:
        return
    sweep(session, line, files)


def _leave_witness(
    session: Session, transport: Transport, shipment: Shipment, marker: bytes
) -> None:
    """Put the marker's bytes under its temporary name, before it is on record that it begins.

    A message that goes alone has nothing beside it that would show, after a crash, whether the
    recipient has swept its folder or never saw it. This shows it, and is used up by the rename.
    Those of earlier runs go after ours has come, so that there is always one until then.
    """
    fence = session.journal.fence
    path = f"{shipment.folder}/{temporary_name(shipment.marker_path, fence)}"
    transport.put(
        Source.of_bytes(path, marker),
        path,
        temporary=temporary_name(path, fence),
        progress=session.outcomes.sent,
    )
    if session.recipient.verify == "none":
        return
    for file in transport.list(shipment.folder):
        if is_temporary(file.path) and file.path != path:
            transport.delete(file.path)


def _message_of(member: Member) -> str:
    return f"the message {member.message_id}"


def _marker(session: Session, shipment: Shipment, members: Sequence[Member]) -> bytes:
    match shipment.completion:
        case "message":
            return session.ledger.fetch(members[0].message, _message_of(members[0]))
        case "manifest":
            return _manifest(session, shipment, members)
        case _:
            return b""


def _manifest(session: Session, shipment: Shipment, members: Sequence[Member]) -> bytes:
    recipient = session.recipient
    algorithm = recipient.message.hash_algorithm
    entries = []
    for member in members:
        message = session.ledger.fetch(member.message, _message_of(member))
        digest = hashlib.new(algorithm.replace("-", ""), message, usedforsecurity=False)
        entries.append(
            ManifestEntry(
                message_id=member.message_id,
                url=member.package.message_path.removeprefix(f"{shipment.folder}/"),
                icpn=member.icpn,
                delivery_type=recipient.choreography.delivery_type(member.operation),
                product_type=member.package.product,
                digest=digest.hexdigest(),
                hash_algorithm=algorithm,
            )
        )
    return write_manifest(
        ManifestBatch(
            version=recipient.choreography.manifest_version,
            root=shipment.folder,
            created=f"{session.desk.clock.now():%Y-%m-%dT%H:%M:%S}Z",
            sender=recipient.sender,
            recipient=recipient.party,
            entries=tuple(entries),
            test=session.desk.test,
        )
    )


def _same_bytes(transport: Transport, shipment: Shipment, marker: bytes) -> bool:
    try:
        return digest_of(transport, shipment.marker_path) == hashlib.sha256(marker).hexdigest()
    except PermissionDeniedError:
        return True  # it may be seen but not read: its size has to do
