"""A shipment that the recipient did not begin with, and said so: put on record, without doubt."""

from __future__ import annotations

from collections.abc import Sequence

from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.shipment import Member, Shipment
from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    PassingError,
    RejectedError,
    TransportError,
)
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.journal import Entry

_OF_THE_TARGET = (AuthenticationError, HostKeyError, NoSpaceError, PassingError)
"""Errors that the next shipment would meet too."""


def decline(
    session: Session, shipment: Shipment, members: Sequence[Member], error: TransportError
) -> bool:
    """End a shipment whose marker was refused; whether the target's others can go on.

    What the recipient has read and does not take is rejected: it is not sent again unchanged.
    After anything else the members are sent anew, with new messages.
    """
    data = {"batch": shipment.id, "outcome": "refused", "code": error.code, "text": error.message}
    entries = [Entry(shipment.stream, Kind.RESOLVED, data)]
    for member in members:
        if isinstance(error, RejectedError):
            said = {**data, "message_id": member.message_id, "outcome": "rejected"}
            entries.append(Entry(member.stream, Kind.REJECTED, said))
        else:
            entries.append(Entry(member.stream, Kind.RESOLVED, data))
    session.journal.append(*entries)
    for member in members:
        session.refuse(member.release, member.operation, error)
    return not isinstance(error, _OF_THE_TARGET)
