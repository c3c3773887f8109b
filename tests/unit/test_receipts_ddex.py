"""Reading DDEX's acknowledgements, in every version."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stardust_gitops.messages.receipts.ddex import read_ddex
from stardust_gitops.messages.receipts.receipt import Receipt, ReceiptError, Statuses
from tests.acknowledgements import file_ack, message_part, release_part, status_ack

AT = datetime(2026, 11, 22, 13, tzinfo=UTC)
BATCH = "20261122120000000"
ICPN = "4006381333931"


def read(data: bytes, **statuses: str) -> list[Receipt]:
    return read_ddex(data, Statuses(statuses))  # type: ignore[arg-type]


def one(data: bytes, **statuses: str) -> Receipt:
    (receipt,) = read(data, **statuses)
    return receipt


@pytest.mark.parametrize("version", ["1.4", "1.5"])
def test_an_acknowledged_file_tells_release_and_batch(version: str) -> None:
    assert one(file_ack(version=version)) == Receipt(
        status="accepted", release=ICPN, batch=BATCH, code="FileOK", time=AT
    )


def test_a_file_that_is_not_ok_says_why_and_what_to_do() -> None:
    more = (
        "<ErrorText>cover is\n too small</ErrorText><ProposedActionType>ResendXmlAndResources"
        "</ProposedActionType><ManualCheckRequired>true</ManualCheckRequired>"
        "<AffectedResource><ISRC>GBXYZ2600001</ISRC></AffectedResource>"
    )
    receipt = one(file_ack(status="ResourceNotMeetingSpecifications", more=more))
    assert (receipt.status, receipt.code) == ("rejected", "ResourceNotMeetingSpecifications")
    assert receipt.text == "cover is too small; somebody has to look at it; about GBXYZ2600001"
    assert receipt.action == "ResendXmlAndResources"


def test_a_date_that_is_no_batch_is_left_alone() -> None:
    assert one(file_ack(date="2026-11-22")).batch is None


@pytest.mark.parametrize(
    ("root", "version"),
    [
        ("ErnAcknowledgementStatusMessage", "1.7"),
        ("AcknowledgementMessage", "1.7"),
        ("AcknowledgementMessage", "1.8"),
    ],
)
def test_each_message_of_each_release_is_an_answer(root: str, version: str) -> None:
    parts = [
        release_part(message_part("M-1", batch=BATCH), message_part("M-2", "ResourceMissing")),
        release_part(release="<GRid>A12425GABC1234002M</GRid>", status="RightsConflict"),
    ]
    found = read(status_ack(parts, root=root, version=version))
    assert [(r.message_id, r.batch, r.release, r.status, r.code) for r in found] == [
        ("M-1", BATCH, ICPN, "accepted", "FileOK"),
        ("M-2", None, ICPN, "rejected", "ResourceMissing"),
        (None, None, "A12425GABC1234002M", "rejected", "RightsConflict"),
    ]
    assert {r.time for r in found} == {AT}


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("ReleaseReceivedByReleaseDistributor", "received"),
        ("InPreparationForDelivery", "processing"),
        ("SuccessfullyIngestedByReleaseDistributor", "accepted"),
        ("ReleaseStagedForPublication", "accepted"),
        ("ReleaseMadeAvailableToConsumers", "live"),
        ("ProcessingErrorAtReleaseDistributor", "rejected"),
        ("ReleaseViolatesTermsOfService", "rejected"),
        ("ReleaseNotAvailable", "unknown"),
        ("SomethingElse", "unknown"),
    ],
)
def test_every_status_of_a_release(status: str, means: str) -> None:
    receipt = one(status_ack([release_part(status=status)]))
    assert (receipt.status, receipt.code) == (means, status)


def test_of_several_words_about_a_message_a_no_counts_and_then_the_furthest() -> None:
    mixed = message_part("M-1", "FileOK", "MetadataMissing", information="no label")
    receipt = one(status_ack([release_part(mixed, status="ReleaseMadeAvailableToConsumers")]))
    assert (receipt.status, receipt.code, receipt.text) == (
        "rejected",
        "MetadataMissing",
        "no label",
    )
    live = release_part(message_part("M-1"), status="ReleaseMadeAvailableToConsumers")
    assert one(status_ack([live])).status == "live"
    refused = release_part(message_part("M-1"), status="RightsConflict")
    assert one(status_ack([refused])).status == "rejected"


def test_words_of_ones_own() -> None:
    own = '<FileStatus UserDefinedValue="Parked">UserDefined</FileStatus>'
    data = file_ack().replace(b"<FileStatus>FileOK</FileStatus>", own.encode())
    assert (one(data).status, one(data).code) == ("unknown", "Parked")
    assert one(data, parked="processing").status == "processing"
    assert one(file_ack(), FileOK="received").status == "received", "the target's table goes first"


def test_a_list_of_messages_by_their_ids() -> None:
    listed = (
        "<AcknowledgementList><Acknowledgement><OriginalMessageId>M-1</OriginalMessageId>"
        "<AcknowledgementType>MessageReceived</AcknowledgementType></Acknowledgement>"
        "</AcknowledgementList>"
    )
    data = f"<FtpAcknowledgementMessage>{listed}</FtpAcknowledgementMessage>".encode()
    receipt = one(data, MessageReceived="received")
    assert (receipt.message_id, receipt.status, receipt.time) == ("M-1", "received", None)


def test_any_namespace_comments_and_encodings() -> None:
    text = file_ack(version="1.4").decode().replace("http://ddex.net/xml/ern-c/14", "urn:other")
    text = text.replace("<FileStatus>", "<!-- so it is --><?and so?><FileStatus>")
    assert one(text.encode()).status == "accepted"
    utf16 = text.replace("UTF-8", "UTF-16").encode("utf-16")
    assert one(utf16).release == ICPN


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<FtpAcknowledgementMessage><FileStatus>&b;</FileStatus></FtpAcknowledgementMessage>"""
EXTERNAL = b"""<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<FtpAcknowledgementMessage><FileStatus>&a;</FileStatus></FtpAcknowledgementMessage>"""


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not well-formed"),
        (b"FileOK", "not well-formed"),
        (file_ack()[:-20], "not well-formed"),
        (file_ack().replace(b"FileOK", b"File\xffOK"), "not well-formed"),
        (BOMB, "document type"),
        (EXTERNAL, "document type"),
        (b"<NewReleaseMessage/>", "'NewReleaseMessage' is no acknowledgement"),
        (b"<a>" * 100_000, "not well-formed"),
        (status_ack([release_part(*[message_part("M")] * 10_001)]), "more than 10000"),
    ],
)
def test_what_is_no_acknowledgement_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(ReceiptError, match=told):
        read(data)


def test_long_and_strange_texts_are_cut_and_cleaned() -> None:
    more = f"<ErrorText>{'x' * 5000}\u202e\u0085</ErrorText>"
    receipt = one(file_ack(release="9" * 500, status="InternalError", time="soon", more=more))
    assert receipt.text is not None
    assert (len(receipt.text), receipt.release, receipt.time) == (1001, None, None)


def test_a_time_without_a_zone_is_utc_and_one_with_is_moved() -> None:
    assert one(file_ack(time="2026-11-22T13:00:00")).time == AT
    assert one(file_ack(time="2026-11-22T14:00:00+01:00")).time == AT
