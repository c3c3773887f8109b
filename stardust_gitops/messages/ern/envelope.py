"""The header of a message, which all shapes say alike."""

from __future__ import annotations

from lxml import etree
from lxml.etree import SubElement

from stardust_gitops.content.model import Delivery
from stardust_gitops.messages.header import Header, MessagingParty, principal_of
from stardust_gitops.messages.xml import add


def add_header(root: etree._Element, header: Header, delivery: Delivery) -> None:
    """Append the MessageHeader."""
    element = SubElement(root, "MessageHeader")
    add(element, "MessageThreadId", header.thread_id)
    add(element, "MessageId", header.message_id)
    _add_party(element, "MessageSender", header.sender)
    principal = principal_of(delivery, header)
    if principal is not None:
        _add_party(element, "SentOnBehalfOf", principal)
    for recipient in (header.recipient, *header.also_to):
        _add_party(element, "MessageRecipient", recipient)
    add(element, "MessageCreatedDateTime", header.created)
    add(element, "MessageControlType", "TestMessage" if header.test else "LiveMessage")


def _add_party(parent: etree._Element, name: str, party: MessagingParty) -> None:
    element = SubElement(parent, name)
    add(element, "PartyId", party.dpid)
    add(SubElement(element, "PartyName"), "FullName", party.name)
