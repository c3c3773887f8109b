"""One shipment: resources first, then messages, then what tells the recipient to begin."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import BinaryIO

from stardust_gitops.delivery.circuit import OF_THE_TARGET, CircuitOpenError
from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.completion import complete, marker_of
from stardust_gitops.delivery.shipments.marker import Marker
from stardust_gitops.delivery.shipments.shipment import Member, Shipment
from stardust_gitops.delivery.shipments.upload import send, sweep
from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    ChangedError,
    HostKeyError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    Source,
    TransportError,
    VerificationError,
)
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.journal import Entry

UNREACHABLE = (AuthenticationError, HostKeyError, NoSpaceError)
"""Errors that every other upload to this recipient would meet too."""

Upload = tuple[Member, str, Source]


class SpoiledError(GitOpsError):
    """What a member left behind at the recipient cannot be removed, so the shipment must not be
    completed. Without its marker the recipient passes its folder over."""

    default_code = "SG6014"


def ship(
    session: Session,
    shipment: Shipment,
    members: Sequence[Member],
    sources: Mapping[str, Source],
    *,
    resumed: bool = False,
) -> None:
    """Upload `members` of a shipment that is on record, and complete it. A part of one that is
    `resumed` may be there already.

    `sources` has the resources by their path at the recipient. A member that fails leaves the
    shipment, with its folder. Raises what concerns the shipment as a whole (see `contained`), or
    the target: it then stays open, and the next run carries it on. `HaltedError` where the work
    was told to stop.
    """
    for member in members:
        _announce(session, member)
    try:
        remaining = _upload(session, shipment, members, sources, resumed=resumed)
        session.halt.check()
        remaining = _inspect(session, shipment, remaining)
        marker = _made(session, shipment, remaining, sources) if remaining else None
    except SpoiledError as error:
        give_up(session, shipment, members, error)
        return
    if marker is None:
        end_empty(session, shipment)
        return
    with session.lines.borrow() as line:
        complete(session, line, shipment, remaining, marker)


@contextmanager
def contained(session: Session, members: Sequence[Member]) -> Iterator[None]:
    """What fails in one shipment ends that one: it stays open, the next run carries it on, and the
    target's others go on. Raised is what the others would meet too."""
    try:
        yield
    except TransportError as error:
        if isinstance(error, UNREACHABLE) or error.unreached:
            raise
        for member in members:
            if member.release not in session.outcomes:
                session.refuse(member.release, member.operation, error)
        if members:
            _count(session, error, members[0])


def _made(
    session: Session,
    shipment: Shipment,
    members: Sequence[Member],
    sources: Mapping[str, Source],
) -> Marker | None:
    """The marker; ``None`` where the only member has left, because its zip cannot be made."""
    try:
        return marker_of(session, shipment, members, sources)
    except ChangedError as error:
        leave(session, shipment, members[0], error)
        return None


def leave(session: Session, shipment: Shipment, member: Member, error: GitOpsError) -> None:
    """A member fails: its folder goes, and so does the member. Its intention stays, and a later
    run sends the same message in another shipment."""
    try:
        clear(session, member.package.folder)
    except SpoiledError as spoiled:
        # Why it failed is what has to be mended; what stays there is harmless.
        text = f"{error.message}; {spoiled.message}"
        raise SpoiledError(text, hint=error.hint or spoiled.hint, code=error.code) from error
    session.journal.append(Entry(member.stream, Kind.FAILED, _failure(shipment, error)))
    session.refuse(member.release, member.operation, error)


def clear(session: Session, folder: str) -> None:
    """Remove a folder; `SpoiledError` where the recipient does not let us."""
    try:
        with session.lines.borrow() as line:
            line.do(lambda transport: transport.remove_folder(folder))
    except (PassingError, *UNREACHABLE):
        raise
    except TransportError as error:
        session.report("cleanup_failed", folder=folder, error=error.message)
        raise SpoiledError(
            f"{folder} cannot be removed: {error.message}",
            hint="remove it at the recipient; it has no completion file, so it does no harm",
        ) from error


def end_empty(session: Session, shipment: Shipment) -> None:
    """End a shipment that nobody is left in, with its folder."""
    with suppress(SpoiledError):  # it is reported, and harmless without a marker
        clear(session, shipment.folder)
    data = {"text": "no member is left"}
    session.journal.append(Entry(shipment.stream, Kind.SUPERSEDED, data))


def give_up(
    session: Session, shipment: Shipment, members: Sequence[Member], error: GitOpsError
) -> None:
    """End a shipment that must not be completed; later runs send its members in another one."""
    data = _failure(shipment, error)
    left = [member for member in members if member.release not in session.outcomes]
    session.journal.append(
        Entry(shipment.stream, Kind.SUPERSEDED, {"text": error.message}),
        *(Entry(member.stream, Kind.FAILED, data) for member in left),
    )
    for member in left:
        session.refuse(member.release, member.operation, error)


def _failure(shipment: Shipment, error: GitOpsError) -> dict[str, str]:
    return {
        "batch": shipment.id,
        "outcome": "failed",
        "code": error.code,
        "text": error.message,
    }


def _announce(session: Session, member: Member) -> None:
    session.report(
        "item_started",
        release=member.release,
        operation=member.operation,
        files=len(member.package.files),
        bytes=sum(file.size for file in member.package.files)
        + member.message_size
        + member.mead_size,
    )


def _upload(
    session: Session,
    shipment: Shipment,
    members: Sequence[Member],
    sources: Mapping[str, Source],
    *,
    resumed: bool,
) -> list[Member]:
    """All resources, with the MEAD messages, which are uploaded as such (MEAD 1.1, clause 6.2);
    then all messages; over as many connections as there are. Returns the members that are there in
    full; the others have left. What travels in one zip is its marker, and nothing goes before."""
    if shipment.is_archive:
        return list(members)
    resources = [
        (member, file.path, sources[file.path])
        for member in members
        for file in member.package.files
    ]
    resources += [
        _stored(session, member, member.package.mead_path, member.mead, member.mead_size)
        for member in members
        if member.mead is not None
    ]
    remaining = _send_all(session, shipment, members, resources, resumed=resumed)
    if shipment.message_is_marker:
        return remaining
    messages = [
        _stored(session, member, member.package.message_path, member.message, member.message_size)
        for member in remaining
    ]
    return _send_all(session, shipment, remaining, messages, resumed=resumed)


def _stored(session: Session, member: Member, path: str, digest: str, size: int) -> Upload:
    """A message, whose bytes the content store keeps: read when they are sent."""

    def opened() -> BinaryIO:
        return io.BytesIO(session.ledger.fetch(digest, f"the message for {path}"))

    return member, path, Source(name=path, size=size, sha256=digest, open=opened)


def _send_all(
    session: Session,
    shipment: Shipment,
    members: Sequence[Member],
    uploads: Sequence[Upload],
    *,
    resumed: bool,
) -> list[Member]:
    failures: dict[str, TransportError] = {}

    def run(upload: Upload) -> None:
        member, path, source = upload
        if member.release in failures:
            return
        try:
            with session.lines.borrow(source.size) as line:
                send(session, line, member, path, source, shipment.id, resumed=resumed)
        except UNREACHABLE:
            session.halt.unreachable.set()
            raise
        except TransportError as error:
            first = failures.setdefault(member.release, error) is error
            if first and isinstance(error, OF_THE_TARGET):
                _count(session, error, member)

    try:
        session.crew.run([(upload[2].size, partial(run, upload)) for upload in uploads])
    except CircuitOpenError:
        for member in members:
            if error := failures.get(member.release):
                session.refuse(member.release, member.operation, error)
        raise
    session.halt.check()
    for member in members:
        if error := failures.get(member.release):
            leave(session, shipment, member, error)
    return [member for member in members if member.release not in failures]


def _count(session: Session, error: TransportError, member: Member) -> None:
    """Count a failure of the target; one too many ends its run."""
    try:
        session.circuit.failed(error, member.release)
    except GitOpsError:
        session.halt.unreachable.set()
        raise


def _inspect(session: Session, shipment: Shipment, members: Sequence[Member]) -> list[Member]:
    """The last look before the marker: nothing of those who left, no unfinished file, and every
    file of the others in its right size."""
    staying = {member.release for member in members}
    for member in shipment.members:
        if member.release not in staying:
            clear(session, member.package.folder)
    if session.recipient.verify == "none" or not members:
        return list(members)
    try:
        with session.lines.borrow() as line:
            files = line.do(lambda transport: transport.list(shipment.folder))
            sweep(session, line, files)
    except PermissionDeniedError:
        return list(members)  # a write-only inbox shows nothing
    sizes = {file.path: file.size for file in files}
    whole = []
    for member in members:
        wrong = [p for p, size in shipment.expected([member]).items() if sizes.get(p) != size]
        if wrong:
            leave(session, shipment, member, _vanished(wrong[0]))
        else:
            whole.append(member)
    return whole


def _vanished(path: str) -> VerificationError:
    return VerificationError(
        f"{path} was put and is not there any more, or not whole",
        hint="something at the recipient removes or changes files before they are complete; "
        "if that is intended there, set `verify: none`",
    )
