"""The marker: its bytes, putting it last and once, and judging what arrived when nobody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from enum import Enum

from stardust_gitops.delivery.results import (
    UNKNOWN_HINT,
    UNKNOWN_TEXT,
    ItemResult,
    Outcome,
)
from stardust_gitops.delivery.retry import HaltedError, Line
from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.marker import Marker, archive_marker, noting
from stardust_gitops.delivery.shipments.refused import decline
from stardust_gitops.delivery.shipments.shipment import Member, Shipment
from stardust_gitops.delivery.shipments.upload import digest_of, is_temporary, sweep, temporary_name
from stardust_gitops.delivery.transports.base import (
    PermissionDeniedError,
    Source,
    Transport,
    TransportError,
    telling,
)
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.journal import Entry
from stardust_gitops.messages.manifest import ManifestBatch, ManifestEntry, write_manifest


class Evidence(Enum):
    """What the recipient's folder proves after a marker was begun."""

    DELIVERED = "the marker is there, with our bytes"
    WHOLE = "all but the marker is there: it was never put"
    NONE = "neither: it may have been swept"


def complete(
    session: Session,
    line: Line,
    shipment: Shipment,
    members: Sequence[Member],
    marker: Marker,
) -> None:
    """Put the marker of a shipment whose `members` are at the recipient in full.

    That it begins is on record before its first byte leaves.
    """
    if not shipment.expected(members):
        line.do(lambda transport: _leave_witness(session, transport, shipment, marker))
    session.halt.check()
    digest = session.ledger.store(marker.record)
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
    if delivered is not None:
        conclude(session, shipment, members, delivered=delivered)


def place_marker(
    session: Session,
    line: Line,
    shipment: Shipment,
    members: Sequence[Member],
    marker: Marker,
    *,
    fresh: bool,
) -> bool | None:
    """Put the marker; whether the delivery is complete (``False``: nobody knows). ``None`` where
    for certain it is not, which is then on record.

    `fresh` says that nobody has begun to put it. Else, and again after an error that left open
    whether it arrived, the evidence decides, so that no recipient is told to begin twice.
    """
    putting = _Putting(session, shipment, members, marker, doubtful=not fresh)
    watch = session.watches.of(shipment.id)
    try:
        with watch.running() if watch else nullcontext():
            return line.do(putting.attempt, watch=watch)
    except (TransportError, HaltedError):
        if putting.refusal is None:
            raise
        if decline(session, shipment, members, putting.refusal):
            return None
        raise


class _Putting:
    """A marker on its way: what is known of it from one attempt to the next.

    `doubtful` says that it may have arrived, `refusal` that for certain it has not, and why.
    """

    def __init__(
        self,
        session: Session,
        shipment: Shipment,
        members: Sequence[Member],
        marker: Marker,
        *,
        doubtful: bool,
    ) -> None:
        self.doubtful = doubtful
        self.refusal: TransportError | None = None
        self._session = session
        self._shipment = shipment
        self._members = members
        self._marker = marker
        self._left = marker.source.size
        self._note = noting(session, shipment, members, marker.source)

    def attempt(self, transport: Transport) -> bool:
        """Whether the delivery is complete (``False``: nobody knows)."""
        shipment, self.refusal = self._shipment, None
        again = self.doubtful and telling(transport) is not None
        if self.doubtful:
            evidence = weigh(transport, shipment, self._members, self._marker.source)
            if evidence is not Evidence.WHOLE:
                return evidence is Evidence.DELIVERED
            if not shipment.expected(self._members):
                _leave_witness(self._session, transport, shipment, self._marker)
        self._left = self._marker.source.size
        try:
            transport.put(
                self._marker.source,
                shipment.marker_path,
                temporary=temporary_name(shipment.marker_path, self._session.journal.fence),
                progress=self._progress,
                completes=True,
            )
        except Exception as error:
            undone = isinstance(error, TransportError) and error.undone
            # It has its final name only after its last byte: before that it cannot have arrived.
            # What may be asked twice can have been done the first time, whatever the second says.
            self.doubtful = again or (self._left <= 0 and not undone)
            if isinstance(error, TransportError) and undone and not again:
                self.refusal = error
            raise
        return True

    def _progress(self, count: int) -> None:
        self._left -= count
        self._note(count)


def weigh(
    transport: Transport, shipment: Shipment, members: Sequence[Member], marker: Source
) -> Evidence:
    """What the recipient's folder proves, or the recipient says."""
    teller = telling(transport)
    try:
        told = None if teller is None else teller.told(marker, shipment.marker_path)
        if told is not None:
            return Evidence.DELIVERED if told else Evidence.WHOLE
        found = transport.stat(shipment.marker_path)
        if found is not None:
            same = found.size == marker.size and _same_bytes(transport, shipment, marker)
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
        session.answers()
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
    session: Session, transport: Transport, shipment: Shipment, marker: Marker
) -> None:
    """Put what is kept of the marker under its temporary name, before it is on record that it
    begins.

    A message that goes alone has nothing beside it that would show, after a crash, whether the
    recipient has swept its folder or never saw it. This shows it, and is used up by the rename.
    Those of earlier runs go after ours has come, so that there is always one until then. Where a
    request tells the recipient to begin, nothing is renamed, and it would show nothing.
    """
    if telling(transport) is not None:
        return
    fence = session.journal.fence
    path = f"{shipment.folder}/{temporary_name(shipment.marker_path, fence)}"
    transport.put(
        Source.of_bytes(path, marker.record),
        path,
        temporary=temporary_name(path, fence),
        progress=session.sent,
    )
    if session.recipient.verify == "none":
        return
    for file in transport.list(shipment.folder):
        if is_temporary(file.path) and file.path != path:
            transport.delete(file.path)


def _message_of(member: Member) -> str:
    return f"the message {member.message_id}"


def marker_of(
    session: Session,
    shipment: Shipment,
    members: Sequence[Member],
    sources: Mapping[str, Source],
) -> Marker:
    """The marker of a shipment. A zip, which holds the resources, is made from `sources`:
    `ChangedError` where one of them is not what was recorded."""
    match shipment.completion:
        case "archive":
            return archive_marker(session, shipment, members[0], sources)
        case "message":
            data = session.ledger.fetch(members[0].message, _message_of(members[0]))
        case "manifest":
            data = _manifest(session, shipment, members)
        case _:
            data = b""
    return Marker.of(shipment, members, data)


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
                delivery_type=recipient.choreography.delivery_type(
                    member.operation, back_catalogue=member.back_catalogue
                ),
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


def _same_bytes(transport: Transport, shipment: Shipment, marker: Source) -> bool:
    try:
        return digest_of(transport, shipment.marker_path) == marker.sha256
    except PermissionDeniedError:
        return True  # it may be seen but not read: its size has to do
