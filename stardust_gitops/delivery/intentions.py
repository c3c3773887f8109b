"""Intentions: messages made ready, checked and kept, so that any run sends the same bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from stardust_gitops.clock import instant_text
from stardust_gitops.content.canonical import dump_delivery, load_delivery
from stardust_gitops.content.fingerprint import SCHEME, delivery_fingerprints, recordings_digest
from stardust_gitops.content.model import Delivery
from stardust_gitops.delivery.known import as_known
from stardust_gitops.delivery.package import Package, lay_out
from stardust_gitops.delivery.recipient import Choreography
from stardust_gitops.delivery.rendering import message_options
from stardust_gitops.delivery.results import (
    UNKNOWN_HINT,
    UNKNOWN_TEXT,
    ItemResult,
    Outcome,
)
from stardust_gitops.delivery.session import Job, Session
from stardust_gitops.delivery.shipments.shipment import (
    Member,
    Shipment,
    batch_stream,
    member_of,
    read_intention,
)
from stardust_gitops.delivery.shipments.sources import open_sources
from stardust_gitops.delivery.transports.base import Source
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import Kind, StreamId
from stardust_gitops.ledger.journal import Entry
from stardust_gitops.ledger.state import Phase, Sent, StreamState
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.mead.version import MEAD_11
from stardust_gitops.messages.mead.writer import mead_id, write_mead
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.planning.decide import REMOVALS
from stardust_gitops.planning.model import Action, Item

_CHANGING = re.compile(
    rb"<(MessageId|MessageThreadId|MessageCreatedDateTime|UpdateIndicator)>[^<]*<"
)
_BACKFILL = re.compile(rb"\s*<IsBackfill>[^<]*</IsBackfill>")
_DOCUMENTS = (b"<SupplementalDocumentList>", b"</SupplementalDocumentList>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A member that is ready to be intended: its event, and where its bytes come from."""

    member: Member
    intended: Mapping[str, Any]
    sources: Mapping[str, Source]
    supersedes: bool


def prepare(session: Session, item: Item, *, batch: str) -> Draft | None:
    """The draft of an item in the shipment `batch`.

    ``None`` where no message is needed, because it would repeat the last one; the new content is
    then on record. Raises `GitOpsError` where the item cannot be sent; nothing is on record then.
    """
    stream = session.stream(item.release)
    state = session.ledger.state(stream)
    if state.marker_begun or state.unknown:
        raise MessageError(UNKNOWN_TEXT, hint=UNKNOWN_HINT, code="SG6020")
    sent = state.open if item.resumes else state.baseline
    job = as_known(_load(session, item, state), item.action, sent, session.ledger)
    choreography, icpn = session.recipient.choreography, job.delivery.icpn
    folder = choreography.member_folder(choreography.folder(icpn, batch), icpn)
    if state.open is not None and item.resumes:
        intended = _intend_again(session, stream, state.open.batch, folder=folder, batch=batch)
    else:
        _must_be_as_planned(item, job.delivery)
        intended = _render(session, item, job, state, folder=folder, batch=batch)
        if _repeats(item, state, intended):
            _import(session, item, stream, intended)
            return None
    member = member_of(stream, intended)
    _must_fit(choreography, member)
    return Draft(
        member=member,
        intended=intended,
        sources=open_sources(
            session.desk.root,
            job.delivery,
            member.package,
            hash_algorithm=session.recipient.message.hash_algorithm,
        ),
        supersedes=state.open is not None and not item.resumes,
    )


def record(session: Session, batch: str, drafts: Sequence[Draft]) -> Shipment:
    """The shipment of these drafts, on record: batch and members in one append."""
    choreography = session.recipient.choreography
    folder = choreography.folder(drafts[0].member.icpn, batch)
    completion: str = choreography.completion
    if choreography.package == "zip":
        completion = "archive"
        marker_path = f"{folder}/{drafts[0].member.icpn}.zip"
    elif completion == "message":
        marker_path = drafts[0].member.package.message_path
    else:
        marker_path = f"{folder}/{choreography.marker_name(folder, batch)}"
    shipment = Shipment(
        id=batch,
        stream=batch_stream(session.desk.environment, session.recipient.id, batch),
        folder=folder,
        layout=choreography.layout,
        completion=completion,
        marker_path=marker_path,
        created=instant_text(session.desk.clock.now()),
        members=tuple(draft.member for draft in drafts),
    )
    entries = [Entry(shipment.stream, Kind.INTENDED, shipment.as_data())]
    for draft in drafts:
        if draft.supersedes:
            entries.append(Entry(draft.member.stream, Kind.SUPERSEDED, {"by": batch}))
        entries.append(Entry(draft.member.stream, Kind.INTENDED, draft.intended))
    session.journal.append(*entries)
    return shipment


def body_digest(message: bytes) -> str:
    """SHA-256 of a message without its ids, its time, what it says it is and what documents come
    with it: what tells whether it repeats another."""
    said = _BACKFILL.sub(b"", _CHANGING.sub(rb"<\1><", message, count=4), count=1)
    before, begin, after = said.partition(_DOCUMENTS[0])
    if begin:
        said = before.rstrip() + after.partition(_DOCUMENTS[1])[2]
    return hashlib.sha256(said).hexdigest()


def next_created(now: datetime, last: str | None) -> str:
    """The MessageCreatedDateTime of a message: whole seconds, UTC, strictly later than the last
    one of its stream, however the clock jumps (recipients apply messages in this order)."""
    moment = now.astimezone(UTC).replace(microsecond=0)
    if last is not None:
        earlier = datetime.fromisoformat(last).astimezone(UTC).replace(microsecond=0)
        moment = max(moment, earlier + timedelta(seconds=1))
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def _load(session: Session, item: Item, state: StreamState) -> Job:
    """What the item sends. Nothing in the catalogue stops a takedown of what was sent."""
    try:
        return session.desk.load(item)
    except GitOpsError:
        if item.action not in REMOVALS or state.baseline is None:
            raise
    return Job(
        delivery=_last_content(session, state.baseline),
        status="takedown",
        protected=state.protected,
    )


def _render(
    session: Session, item: Item, job: Job, state: StreamState, *, folder: str, batch: str
) -> dict[str, Any]:
    """As `_intend`; a removal that cannot be made from the present content is made from that
    which was sent last."""
    try:
        return _intend(session, item, job, state, folder=folder, batch=batch)
    except MessageError:
        if item.action not in REMOVALS or state.baseline is None:
            raise
    last = _last_content(session, state.baseline)
    job = replace(job, delivery=replace(last, icpn=job.delivery.icpn))
    item = item._replace(message_fingerprint=None, assets_fingerprint=None)
    return _intend(session, item, job, state, folder=folder, batch=batch)


def _last_content(session: Session, baseline: Sent) -> Delivery:
    stored = session.ledger.fetch(baseline.content, baseline.named("the content"))
    return load_delivery(stored)


def _must_be_as_planned(item: Item, delivery: Delivery) -> None:
    # A takedown is never stopped by what the catalogue says of the release by now.
    if item.action in REMOVALS:
        return
    if delivery_fingerprints(delivery) != (item.message_fingerprint, item.assets_fingerprint):
        raise MessageError(
            "the catalogue has changed since the plan was made",
            hint="run `stardust-gitops apply` again",
            code="SG6013",
        )


def _intend(
    session: Session, item: Item, job: Job, state: StreamState, *, folder: str, batch: str
) -> dict[str, Any]:
    """The data of a new ``intended`` event; content and message are in the content store."""
    recipient, delivery = session.recipient, job.delivery
    header = _header(session, delivery, state, batch=batch)
    package = lay_out(
        delivery,
        folder=folder,
        choreography=recipient.choreography,
        with_files=item.with_files,
    )
    options = _options(session, item, job, package)
    fingerprint, assets = delivery_fingerprints(delivery)
    message = session.desk.bodies.write(delivery, header, options, fingerprint=fingerprint)
    _must_be_sound(session, message, options.version)
    beside = {} if options.mead is None else _mead(session, delivery, header, job.described)
    if item.back_catalogue:
        beside["back_catalogue"] = True
    return {
        "operation": str(item.action),
        "status": job.status,
        "protected": job.protected,
        "icpn": delivery.icpn,
        "recipient": recipient.party.dpid,
        "message_fingerprint": item.message_fingerprint or fingerprint,
        "assets_fingerprint": item.assets_fingerprint or assets,
        "scheme": SCHEME,
        "recordings": recordings_digest(track.isrc for track in delivery.content.tracks),
        "content": session.ledger.store(dump_delivery(delivery)),
        "message_id": header.message_id,
        "thread_id": header.thread_id,
        "created": header.created,
        "message": session.ledger.store(message),
        "message_size": len(message),
        "body": body_digest(message),
        "batch": batch,
        "package": package.as_data(),
        **beside,
    }


def _mead(
    session: Session, delivery: Delivery, header: Header, described: frozenset[str]
) -> dict[str, Any]:
    """What an ``intended`` event says of the MEAD message, which is in the content store."""
    message = write_mead(delivery, header, described)
    _must_be_sound(session, message, MEAD_11.name)
    return {
        "mead": session.ledger.store(message),
        "mead_id": mead_id(header.message_id),
        "mead_size": len(message),
        "mead_body": body_digest(message),
    }


def _intend_again(
    session: Session, stream: StreamId, old_batch: str | None, *, folder: str, batch: str
) -> dict[str, Any]:
    """The same message, which never left, in another shipment."""
    data = dict(read_intention(session.ledger, stream, batch=old_batch).data)
    data["package"] = Package.from_data(data["package"]).moved_to(folder).as_data()
    data["batch"] = batch
    return data


def _header(session: Session, delivery: Delivery, state: StreamState, *, batch: str) -> Header:
    desk, recipient = session.desk, session.recipient
    target = f"{desk.environment}-{recipient.id}" if desk.test else recipient.id
    thread = f"{desk.catalogue}-{target}-{delivery.icpn}"
    return Header(
        message_id=f"{thread}-{state.version + 1}-{batch}",
        thread_id=state.thread_id or thread,
        created=next_created(desk.clock.now(), state.last_created),
        sender=recipient.sender,
        recipient=recipient.party,
        test=desk.test,
        also_to=recipient.also,
    )


def _options(session: Session, item: Item, job: Job, package: Package) -> MessageOptions:
    # Two days ago, as a rule, is the past in every time zone (ERN reference, B).
    past = session.desk.clock.now() - timedelta(days=session.recipient.end_date_days)
    return message_options(
        session.recipient,
        job.delivery,
        package,
        item.action,
        last_day=job.end_date or past.date().isoformat(),
        replaced_isrcs=job.replaced_isrcs,
        described=job.described,
        back_catalogue=item.back_catalogue,
    )


def _must_fit(choreography: Choreography, member: Member) -> None:
    if choreography.package != "zip" or choreography.max_megabytes is None:
        return
    size = member.packed_size
    if size > choreography.max_megabytes * 1_000_000:
        raise MessageError(
            f"the zip of release {member.icpn} would have {size:,} bytes, more than the"
            f" {choreography.max_megabytes:,} MB that the recipient takes",
            hint="leave files out for this target, or ask the recipient",
            code="SG6016",
        )


def _must_be_sound(session: Session, message: bytes, version: str) -> None:
    problems = session.desk.check(message, version)
    if problems:
        shown = "; ".join(str(problem) for problem in problems[:3])
        more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
        raise MessageError(
            f"the message is not valid and was not sent: {shown}{more}",
            hint="correct the release; if it is right, please report this as a bug",
            code="SG4006",
        )


def _repeats(item: Item, state: StreamState, intended: Mapping[str, Any]) -> bool:
    """Whether neither the message nor the MEAD message, if there is one, says anything new."""
    last = state.baseline.mead_body if state.baseline else None
    return (
        item.action is Action.UPDATE
        and state.phase is Phase.LIVE
        and state.rejected is None
        and state.last_body == intended["body"]
        and intended.get("mead_body", last) == last
    )


def _import(session: Session, item: Item, stream: StreamId, intended: Mapping[str, Any]) -> None:
    """Put on record that the recipient has this content already, told by the last message."""
    message_only = (
        *("message_id", "thread_id", "created", "message", "message_size", "batch", "package"),
        *("mead", "mead_id", "mead_size", "mead_body"),
    )
    data = {k: v for k, v in intended.items() if k not in message_only}
    data["reason"] = "message_equal"
    session.journal.append(Entry(stream, Kind.IMPORTED, data))
    session.outcomes.add(
        ItemResult(
            release=item.release,
            target=item.target,
            operation=str(item.action),
            outcome=Outcome.EQUAL,
            text="the message would repeat the last one; not sent",
        )
    )
