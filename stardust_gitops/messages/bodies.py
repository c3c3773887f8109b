"""Messages that differ in nothing but their headers are built once.

A distributor tells many recipients the same of a release. All of it but the header stands in the
message word for word, so the body is kept and put behind each recipient's own header.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TypeAlias

from lxml import etree

from stardust_gitops.content.model import Asset, Content, Delivery
from stardust_gitops.messages.ern.envelope import add_header
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.xml import serialise

LIMIT = 32_000_000
"""Bytes of messages that are kept: about a thousand of ten tracks."""

_DATE = len("2026-12-04")
_BEGIN, _END = b"<MessageHeader>", b"</MessageHeader>"

_Key: TypeAlias = tuple[str, str, tuple[Asset, ...], tuple[str, ...], MessageOptions]


class Bodies:
    """The bodies of the messages that one run has built, the last ones first. For several threads.

    Two threads that want the same body at the same moment both build it: equal content gives equal
    bytes, so neither is wrong.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[bytes, bytes]] = OrderedDict()
        self._size = 0
        self.built = 0
        """How many messages were built whole."""

    def write(
        self, delivery: Delivery, header: Header, options: MessageOptions, *, fingerprint: str
    ) -> bytes:
        """The same bytes as `write_message` makes. `fingerprint` is that of the content's message
        part: with the files, what stands in bodies of the header and the options it says all that
        a body has in it. Raises `MessageError` as `write_message` does."""
        about = _in_bodies(delivery.content, header)
        key = (fingerprint, delivery.icpn, delivery.assets, about, options)
        with self._lock:
            body = self._kept.get(key)
            if body is not None:
                self._kept.move_to_end(key)
        if body is not None:
            return _header_bytes(delivery, header).join(body)
        message = write_message(delivery, header, options)
        before, _, rest = message.partition(_BEGIN)
        after = rest.partition(_END)[2]
        with self._lock:
            self.built += 1
            if key not in self._kept:
                self._keep(key, (before, after))
        return message

    def _keep(self, key: _Key, body: tuple[bytes, bytes]) -> None:
        self._kept[key] = body
        self._size += len(body[0]) + len(body[1])
        while self._size > self._limit:
            _, (before, after) = self._kept.popitem(last=False)
            self._size -= len(before) + len(after)


def _in_bodies(content: Content, header: Header) -> tuple[str, ...]:
    """What bodies have of a header: the sender, who is the owner of our ids; the day, on which a
    takedown of ERN 3 begins; and the recipient, whose words price codes are."""
    deals = (content.deals, content.track_deals, *(track.deals for track in content.tracks))
    priced = any(deal.price_code for each in deals for deal in each or ())
    owner = header.recipient.dpid if priced else ""
    return header.sender.dpid, header.created[:_DATE], owner


def _header_bytes(delivery: Delivery, header: Header) -> bytes:
    """The header as it stands in a message, one step indented."""
    root = etree.Element("Message")
    add_header(root, header, delivery)
    data = serialise(root)
    return data[data.index(_BEGIN) : data.index(_END) + len(_END)]
