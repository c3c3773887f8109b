"""One shipment: resources first, then messages, then what tells the recipient to begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from stardust_gitops.delivery.retry import HaltedError
from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.completion import complete
from stardust_gitops.delivery.shipments.shipment import Member, Shipment
from stardust_gitops.delivery.shipments.upload import send, sweep
from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
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
) -> None:
    """Upload `members` of a shipment that is on record, and complete it.

    `sources` has the resources by their path at the recipient. A member that fails leaves the
    shipment, with its folder. Raises what concerns the target as a whole: the shipment then stays
    open, and the next run carries it on. `HaltedError` where the work was told to stop.
    """
    for member in members:
        _announce(session, member)
    try:
        remaining = _upload(session, shipment, members, sources)
        session.halt.check()
        remaining = _inspect(session, shipment, remaining)
    except SpoiledError as error:
        give_up(session, shipment, members, error)
        return
    if not remaining:
        end_empty(session, shipment)
        return
    with session.lines.borrow() as line:
        complete(session, line, shipment, remaining)


def leave(session: Session, shipment: Shipment, member: Member, error: GitOpsError) -> None:
    """A member fails: its folder goes, and so does the member. Its intention stays, and a later
    run sends the same message in another shipment."""
    try:
        clear(session, member.package.folder)
    except SpoiledError as spoiled:
        raise SpoiledError(f"{error.message}; {spoiled.message}", hint=spoiled.hint) from error
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
) -> list[Member]:
    """All resources, with the MEAD messages, which are uploaded as such (MEAD 1.1, clause 6.2);
    then all messages; over as many connections as there are. Returns the members that are there in
    full; the others have left."""
    resources = [
        (member, file.path, sources[file.path])
        for member in members
        for file in member.package.files
    ]
    resources += [
        _stored(session, member, member.package.mead_path, member.mead)
        for member in members
        if member.mead is not None
    ]
    remaining = _send_all(session, shipment, members, resources)
    if shipment.message_is_marker:
        return remaining
    messages = [
        _stored(session, member, member.package.message_path, member.message)
        for member in remaining
    ]
    return _send_all(session, shipment, remaining, messages)


def _stored(session: Session, member: Member, path: str, digest: str) -> Upload:
    """A message whose bytes the content store keeps."""
    return (
        member,
        path,
        Source.of_bytes(path, session.ledger.fetch(digest, f"the message for {path}")),
    )


def _send_all(
    session: Session, shipment: Shipment, members: Sequence[Member], uploads: Sequence[Upload]
) -> list[Member]:
    failures: dict[str, TransportError] = {}

    def run(upload: Upload) -> None:
        member, path, source = upload
        if member.release in failures:
            return
        try:
            with session.lines.borrow() as line:
                send(session, line, member, path, source, shipment.id)
        except UNREACHABLE:
            session.halt.unreachable.set()
            raise
        except TransportError as error:
            failures.setdefault(member.release, error)

    if uploads:
        _run_all(run, uploads, session.lines.count)
    session.halt.check()
    for member in members:
        if error := failures.get(member.release):
            leave(session, shipment, member, error)
    return [member for member in members if member.release not in failures]


def _run_all(run: Callable[[Upload], None], uploads: Sequence[Upload], threads: int) -> None:
    """Run all, wait for all; then raise the first error that is more than an order to halt."""
    with ThreadPoolExecutor(min(threads, len(uploads)), thread_name_prefix="upload") as pool:
        futures = [pool.submit(run, upload) for upload in uploads]
    errors = [error for future in futures if (error := future.exception()) is not None]
    errors.sort(key=lambda error: isinstance(error, HaltedError))
    if errors:
        raise errors[0]


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
