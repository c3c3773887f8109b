"""The manifest of a batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.messages.header import MessagingParty
from stardust_gitops.messages.manifest import (
    ManifestBatch,
    ManifestEntry,
    ProductType,
    check_manifest,
    product_type,
    write_manifest,
)
from stardust_gitops.messages.problems import MessageError
from tests.message_examples import RECIPIENT, SENDER, content, read, track

ENTRY = ManifestEntry(
    message_id="M-1",
    url="4006381333931/4006381333931.xml",
    icpn="4006381333931",
    delivery_type="NewReleaseDelivery",
    digest="0123456789abcdef0123456789abcdef",
)
SECOND = ManifestEntry(
    message_id="M-2",
    url="2000000000015/2000000000015.xml",
    icpn="2000000000015",
    delivery_type="TakeDown",
)


def batch(**changes: Any) -> ManifestBatch:
    """A batch of two."""
    plain = ManifestBatch(
        version="1.8",
        root="20261122070000123",
        created="2026-11-22T07:00:00Z",
        sender=MessagingParty(dpid=SENDER, name="Alpha Tide"),
        recipient=MessagingParty(dpid=RECIPIENT, name="Spotify"),
        entries=(ENTRY, SECOND),
        test=False,
    )
    return replace(plain, **changes)


def test_content_in_the_order_of_the_standard() -> None:
    data = write_manifest(batch())
    assert data == write_manifest(batch())
    message = read(data)
    assert message.root.tag == "{http://ddex.net/xml/ern-c-sftp/18}ManifestMessage"
    assert message.root.attrib == {"MessageVersionId": "1.8", "AvsVersionId": "3"}
    assert [child.tag for child in message.root] == [
        "MessageHeader",
        "IsTestFlag",
        "RootDirectory",
        "NumberOfMessages",
        "MessageInBatch",
        "MessageInBatch",
    ]
    assert message.text("MessageHeader/MessageSender/PartyId") == SENDER
    assert message.text("MessageHeader/MessageRecipient/PartyName/FullName") == "Spotify"
    assert message.text("IsTestFlag") == "false"
    assert message.text("RootDirectory") == "20261122070000123"
    assert message.text("NumberOfMessages") == "2"
    first = message.root.find("MessageInBatch")
    assert first is not None
    assert [(each.tag, (each.text or "").strip()) for each in first] == [
        ("MessageType", "NewReleaseMessage"),
        ("MessageId", "M-1"),
        ("URL", "4006381333931/4006381333931.xml"),
        ("IncludedReleaseId", ""),
        ("DeliveryType", "NewReleaseDelivery"),
        ("ProductType", "AudioProduct"),
        ("HashSum", ""),
    ]
    assert [(each.tag, each.text) for each in message.one("MessageInBatch/HashSum")] == [
        ("HashSumValue", "0123456789abcdef0123456789abcdef"),
        ("HashSumAlgorithmType", "MD5"),
    ]
    assert message.texts("MessageInBatch/IncludedReleaseId/ICPN") == [
        "4006381333931",
        "2000000000015",
    ]
    assert message.texts("MessageInBatch/DeliveryType") == ["NewReleaseDelivery", "TakeDown"]


def test_version_1_5_has_its_namespace_and_no_avs_version() -> None:
    data = write_manifest(batch(version="1.5", test=True))
    message = read(data)
    assert message.root.tag == "{http://ddex.net/xml/ern-c/15}ManifestMessage"
    assert message.root.attrib == {"MessageVersionId": "1.5"}
    assert message.text("IsTestFlag") == "true"
    assert check_manifest(data, "1.5") == []
    assert check_manifest(data, "1.8") != []


@pytest.mark.parametrize(
    ("changes", "videos", "expected"),
    [
        ({}, 0, "AudioProduct"),
        ({"type": "RingtoneRelease"}, 0, "MobileProduct"),
        ({}, 1, "MixedMediaBundleProduct"),
        ({}, 2, "VideoProduct"),
        ({"bonus": True}, 1, "AudioProduct"),
    ],
)
def test_the_product_is_what_the_release_is(
    changes: dict[str, Any], videos: int, expected: ProductType
) -> None:
    two = content(tracks=(track(1), track(2)))
    bonus = "bonus" in changes
    tracks = tuple(
        replace(each, video=True, bonus=bonus) if place < videos else each
        for place, each in enumerate(two.tracks)
    )
    product = product_type(replace(two, tracks=tracks, type=changes.get("type", two.type)))
    assert product == expected
    data = write_manifest(batch(entries=(replace(ENTRY, product_type=product),)))
    assert read(data).texts("MessageInBatch/ProductType") == [expected]


def test_products_are_those_of_the_standard() -> None:
    with pytest.raises(MessageError, match="'Product' is not an allowed value"):
        write_manifest(batch(entries=(replace(ENTRY, product_type="Product"),)))  # type: ignore[arg-type]


def test_hash_algorithms_of_the_version() -> None:
    entry = replace(ENTRY, hash_algorithm="SHA-256")
    assert b"SHA-256" in write_manifest(batch(entries=(entry,)))
    with pytest.raises(MessageError, match="'SHA-256' is not an allowed value"):
        write_manifest(batch(version="1.5", entries=(entry,)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"entries": ()}, "expected MessageInBatch"),
        ({"created": "now"}, "not of the form dateTime"),
        ({"entries": (ENTRY, ENTRY)}, "MessageId stands in two entries"),
        (
            {"entries": (ENTRY, replace(SECOND, icpn=ENTRY.icpn))},
            "IncludedReleaseId/ICPN stands in two entries",
        ),
        ({"sender": MessagingParty(dpid="PA-DPIDA", name="x")}, "not of the form dpid"),
        ({"root": ""}, "RootDirectory would be empty"),
    ],
)
def test_a_manifest_that_would_not_be_valid_is_not_written(
    changes: dict[str, Any], expected: str
) -> None:
    with pytest.raises(MessageError, match=expected):
        write_manifest(batch(**changes))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<NumberOfMessages>2<", b"<NumberOfMessages>3<"),
        (b"TakeDown", b"Purge"),
        (b' AvsVersionId="3"', b""),
        (b"<MessageId>M-2</MessageId>", b""),
        (b"</ernc:ManifestMessage>", b""),
    ],
)
def test_a_spoiled_manifest_is_noticed(old: bytes, new: bytes) -> None:
    data = write_manifest(batch())
    assert check_manifest(data, "1.8") == []
    assert old in data
    assert check_manifest(data.replace(old, new), "1.8") != []
