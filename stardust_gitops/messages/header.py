"""Who sends a message to whom, and its identity: everything that is not content."""

from __future__ import annotations

from dataclasses import dataclass

from stardust_gitops.content.model import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingParty:
    """The sender or recipient of a message. `dpid` is written without hyphens."""

    dpid: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A message's header. Fixed when the delivery is intended, so that a repetition is equal.

    `message_id` is unique for ever at this sender; `thread_id` is the same for all messages about
    one release. `created` is an instant without fractions: ``2026-11-22T07:00:00Z``. `test` marks
    a TestMessage; nobody may forget to say. `also_to` are further recipients of the same message.
    """

    message_id: str
    thread_id: str
    created: str
    sender: MessagingParty
    recipient: MessagingParty
    test: bool
    on_behalf_of: MessagingParty | None = None
    also_to: tuple[MessagingParty, ...] = ()


def principal_of(delivery: Delivery, header: Header) -> MessagingParty | None:
    """Whom the message is sent on behalf of: the label's word, unless the header has another."""
    label = delivery.on_behalf_of
    if header.on_behalf_of is not None or label is None:
        return header.on_behalf_of
    return MessagingParty(dpid=label.dpid, name=label.name)
