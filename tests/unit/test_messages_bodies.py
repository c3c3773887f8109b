"""Bodies that are kept give the bytes that building anew would have given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stardust_gitops.content.canonical import document_of
from stardust_gitops.content.fingerprint import message_fingerprint
from stardust_gitops.content.model import Delivery, Principal
from stardust_gitops.messages.bodies import Bodies
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.versions import VERSIONS
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.header import Header, MessagingParty
from tests import message_examples as example

HOSTILE = MessagingParty(dpid="PADPIDA2013020802I", name="<MessageHeader> & </MessageHeader>")


def write(bodies: Bodies, of: Delivery, header: Header, options: MessageOptions) -> bytes:
    fingerprint = message_fingerprint(document_of(of.content))
    return bodies.write(of, header, options, fingerprint=fingerprint)


def other(header: Header = example.HEADER) -> Header:
    return replace(header, message_id="M-2", thread_id="T-2", recipient=HOSTILE, test=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("purge", [False, True])
def test_a_second_recipient_gets_what_building_anew_gives(version: str, purge: bool) -> None:
    of = example.delivery()
    options = MessageOptions(version=version, files=example.files_of(of), purge=purge)
    bodies = Bodies()
    for header in (example.HEADER, other(), replace(other(), also_to=(example.HEADER.sender,))):
        assert write(bodies, of, header, options) == write_message(of, header, options)
    assert bodies.built == 1


def test_a_title_that_looks_like_a_header_stays_one() -> None:
    tricky = replace(example.delivery().content, title="</MessageHeader><MessageHeader>")
    of = replace(example.delivery(), content=tricky)
    bodies, options = Bodies(), MessageOptions()
    for header in (example.HEADER, other()):
        assert write(bodies, of, header, options) == write_message(of, header, options)


@pytest.mark.parametrize("version", VERSIONS)
def test_price_codes_are_the_words_of_their_recipient(version: str) -> None:
    of, bodies = example.delivery(), Bodies()
    deals = tuple(replace(deal, price=None, price_code="7") for deal in of.content.deals)
    priced = replace(of, content=replace(of.content, deals=deals))
    options = MessageOptions(version=version, files=example.files_of(of))
    for header in (example.HEADER, other()):
        message = write(bodies, priced, header, options)
        assert message == write_message(priced, header, options)
        assert f'Namespace="{header.recipient.dpid}">7<'.encode() in message


def test_a_takedown_of_the_next_day_begins_on_it() -> None:
    of, bodies = example.delivery(), Bodies()
    options = MessageOptions(version="3.8.2", takedown="takedown_flag")
    for created in ("2026-11-22T23:59:59+00:00", "2026-11-23T00:00:00+00:00"):
        header = replace(example.HEADER, created=created)
        assert write(bodies, of, header, options) == write_message(of, header, options)


def test_whom_a_message_is_sent_for_stands_in_the_header_alone() -> None:
    of, options, bodies = example.delivery(), MessageOptions(), Bodies()
    label = replace(of, on_behalf_of=Principal(dpid="PADPIDA2013020802I", name="Alpha Tide"))
    for each in (of, label):
        assert write(bodies, each, other(), options) == write_message(each, other(), options)
    assert bodies.built == 1


def test_whatever_else_differs_is_built_anew() -> None:
    of, bodies = example.delivery(), Bodies()
    plain = MessageOptions()
    louder = replace(of, content=replace(of.content, title="Breakwater II"))
    longer = tuple(
        replace(asset, facts=example.audio(duration="99")) if asset.track == 1 else asset
        for asset in of.assets
    )
    sender = replace(other(), sender=HOSTILE)
    cases = [
        (of, other(), plain),
        (louder, other(), plain),
        (replace(of, assets=longer), other(), plain),
        (replace(of, icpn="0" + of.icpn), other(), plain),
        (of, sender, plain),
        (of, other(), replace(plain, takedown="no_deals")),
        (of, other(), replace(plain, version="3.8.2")),
    ]
    for each, header, options in cases:
        assert write(bodies, each, header, options) == write_message(each, header, options)
    assert bodies.built == len(cases)


def test_what_was_longest_ago_goes_first() -> None:
    of = example.delivery()
    size = len(write_message(of, example.HEADER, MessageOptions()))
    bodies = Bodies(limit=2 * size)
    first, second, third = (
        replace(of, content=replace(of.content, title=f"Breakwater {name}")) for name in "ABC"
    )
    for each in (first, second, first, third):
        write(bodies, each, example.HEADER, MessageOptions())
    assert bodies.built == 3
    write(bodies, first, other(), MessageOptions())
    assert bodies.built == 3
    write(bodies, second, other(), MessageOptions())
    assert bodies.built == 4
