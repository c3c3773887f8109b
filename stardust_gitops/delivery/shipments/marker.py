"""The marker's bytes: kept in the ledger as they are, or, for a zip, as what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from stardust_gitops.delivery.archive import Archive, entries_of, measure
from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.shipment import Member, Shipment
from stardust_gitops.delivery.shipments.sources import open_sources
from stardust_gitops.delivery.transports.base import ChangedError, Source
from stardust_gitops.errors import GitOpsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """What completes a shipment. `record` is what the ledger keeps of it, `source` its bytes."""

    record: bytes
    source: Source

    @classmethod
    def of(cls, shipment: Shipment, members: Sequence[Member], data: bytes) -> Marker:
        """A marker that is kept as it is."""
        source = Source.of_bytes(shipment.marker_path, data)
        return cls(record=data, source=_asking(source, members))


def archive_marker(
    session: Session, shipment: Shipment, member: Member, sources: Mapping[str, Source]
) -> Marker:
    """The zip of a member, whose resources are in `sources` by their path. They are read for
    that; `ChangedError` where one is not what was recorded."""
    texts = _texts(session, member)
    files = {file.path: sources[file.path] for file in member.package.files}
    archive = measure([*entries_of(member.package.folder, member.icpn, {**texts, **files})])
    found = _by_digest(texts, files)
    source = archive.source(shipment.marker_path, lambda: found)
    return Marker(record=archive.as_bytes(), source=_asking(source, [member]))


def kept_marker(
    session: Session, shipment: Shipment, members: Sequence[Member], record: bytes
) -> Marker:
    """The marker of a shipment that an earlier run began to complete."""
    if not shipment.is_archive:
        return Marker.of(shipment, members, record)
    (member,) = members

    def find() -> Mapping[str, Source]:
        try:
            job = session.desk.load(session.items[member.release])
            files = open_sources(
                session.desk.root,
                job.delivery,
                member.package,
                hash_algorithm=session.recipient.message.hash_algorithm,
            )
        except KeyError:
            raise ChangedError(
                f"the plan says nothing of {member.icpn}, whose zip was begun",
                hint="apply without a selection",
            ) from None
        except GitOpsError as error:
            raise ChangedError(error.message, hint=error.hint, code=error.code) from error
        return _by_digest(_texts(session, member), files)

    source = Archive.from_bytes(record).source(shipment.marker_path, find)
    return Marker(record=record, source=_asking(source, members))


def noting(
    session: Session, shipment: Shipment, members: Sequence[Member], source: Source
) -> Callable[[int], None]:
    """Counts what is sent of a marker; that of a zip, which may take long, is reported too."""
    sent = 0

    def note(count: int) -> None:
        nonlocal sent
        sent += count
        session.sent(count)
        if shipment.is_archive:
            about = {"release": members[0].release, "path": shipment.marker_path}
            session.report("file_progress", **about, sent=sent, size=source.size)

    return note


def _asking(source: Source, members: Sequence[Member]) -> Source:
    """The source with what it asks for, where that is one thing."""
    operations = {member.operation for member in members}
    return replace(source, operation=operations.pop() if len(operations) == 1 else None)


def _texts(session: Session, member: Member) -> dict[str, Source]:
    """The message, and the MEAD message if one travels, by path."""
    paths = {member.package.message_path: member.message}
    if member.mead is not None:
        paths[member.package.mead_path] = member.mead
    return {
        path: Source.of_bytes(path, session.ledger.fetch(digest)) for path, digest in paths.items()
    }


def _by_digest(*sources: Mapping[str, Source]) -> dict[str, Source]:
    return {source.sha256: source for some in sources for source in some.values()}
