"""The ManifestMessage of a batch (``BatchComplete_<BatchId>.xml``): DDEX ERN choreography.

The standard for file servers, version 1.5 (namespace ``ern-c/15``) and 1.8 (``ern-c-sftp/18``).
No official XSD can be taken for granted, so the structure is checked by our own table alone.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lxml import etree
from lxml.etree import SubElement

from stardust_gitops.content.model import Content
from stardust_gitops.content.profiles import makeup_of, profile_in_ern_4
from stardust_gitops.messages.header import MessagingParty
from stardust_gitops.messages.problems import MessageError, Problem
from stardust_gitops.messages.structure import Grammar
from stardust_gitops.messages.xml import add, parse, serialise

ManifestVersion = Literal["1.5", "1.8"]
DeliveryType = Literal[
    "NewReleaseDelivery",
    "BackCatalogDelivery",
    "HighPriorityDelivery",
    "ReDelivery",
    "TakeDown",
]
ProductType = Literal["AudioProduct", "MixedMediaBundleProduct", "MobileProduct", "VideoProduct"]
"""What kind of release a message is about."""

_NAMESPACES: Mapping[str, str] = {
    "1.5": "http://ddex.net/xml/ern-c/15",
    "1.8": "http://ddex.net/xml/ern-c-sftp/18",
}
_AVS_VERSION = "3"

_TYPES: Mapping[str, str] = {
    "ManifestMessage": (
        "MessageHeader IsTestFlag:boolean RootDirectory NumberOfMessages:integer MessageInBatch+ "
        "@MessageVersionId! @AvsVersionId"
    ),
    "MessageHeader": (
        "MessageSender:MessagingParty MessageRecipient:MessagingParty "
        "MessageCreatedDateTime:dateTime"
    ),
    "MessagingParty": "PartyId:dpid PartyName?",
    "PartyName": "FullName",
    "MessageInBatch": (
        "MessageType:{MessageType} MessageId URL IncludedReleaseId+ DeliveryType:{DeliveryType} "
        "ProductType:{ProductType} HashSum?"
    ),
    "IncludedReleaseId": "ICPN",
    "HashSum": "HashSumValue HashSumAlgorithmType:{HashSumAlgorithmType}",
}
_SETS: Mapping[str, frozenset[str]] = {
    "MessageType": frozenset({"NewReleaseMessage"}),
    "DeliveryType": frozenset(get_args(DeliveryType)),
    "ProductType": frozenset(get_args(ProductType)),
}
_ALGORITHMS: Mapping[str, frozenset[str]] = {
    "1.5": frozenset({"MD5"}),  # the value sets of that time know no SHA-256
    "1.8": frozenset({"MD5", "SHA-256"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """One message of the batch. `url` is its path relative to the batch's folder, `digest` the
    hash of its bytes in hex (``None`` where none is said), `product_type` as `product_type` tells
    it."""

    message_id: str
    url: str
    icpn: str
    delivery_type: DeliveryType
    product_type: ProductType = "AudioProduct"
    digest: str | None = None
    hash_algorithm: Literal["MD5", "SHA-256"] = "MD5"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestBatch:
    """A batch. `root` is the name of its folder (the BatchId, with the prefix if there is one);
    `created` an instant without fractions."""

    version: ManifestVersion
    root: str
    created: str
    sender: MessagingParty
    recipient: MessagingParty
    entries: tuple[ManifestEntry, ...]
    test: bool


_PRODUCTS: Mapping[str, ProductType] = {
    "LongFormMusicalWorkVideo": "VideoProduct",
    "MixedMedia": "MixedMediaBundleProduct",
    "Ringtone": "MobileProduct",
    "Video": "VideoProduct",
}


def product_type(content: Content) -> ProductType:
    """What a manifest calls a release: it goes by the profile that the content has by itself, so
    that bonus videos make no bundle of an album."""
    return _PRODUCTS.get(profile_in_ern_4(makeup_of(content)), "AudioProduct")


@functools.cache
def _grammar(version: str) -> Grammar:
    sets = {**_SETS, "HashSumAlgorithmType": _ALGORITHMS[version]}
    return Grammar(_TYPES, sets, roots=[f"{{{_NAMESPACES[version]}}}ManifestMessage"])


def write_manifest(batch: ManifestBatch) -> bytes:
    """The manifest as a document; equal batches give equal bytes.

    Raises `MessageError` where the result would not be a valid manifest, e.g. without entries.
    """
    namespace = _NAMESPACES[batch.version]
    attributes: dict[str, str] = {"MessageVersionId": batch.version}
    if batch.version != "1.5":
        attributes["AvsVersionId"] = _AVS_VERSION
    name = etree.QName(namespace, "ManifestMessage")
    root = etree.Element(name, attributes, nsmap={"ernc": namespace})
    header = SubElement(root, "MessageHeader")
    _add_party(header, "MessageSender", batch.sender)
    _add_party(header, "MessageRecipient", batch.recipient)
    add(header, "MessageCreatedDateTime", batch.created)
    add(root, "IsTestFlag", "true" if batch.test else "false")
    add(root, "RootDirectory", batch.root)
    add(root, "NumberOfMessages", str(len(batch.entries)))
    for entry in batch.entries:
        _add_entry(root, entry)
    problems = _check(root, batch.version)
    if problems:
        raise MessageError(
            "the manifest is not valid: " + "; ".join(map(str, problems)), code="SG4060"
        )
    return serialise(root)


def _add_party(header: etree._Element, name: str, party: MessagingParty) -> None:
    element = SubElement(header, name)
    add(element, "PartyId", party.dpid)
    add(SubElement(element, "PartyName"), "FullName", party.name)


def _add_entry(root: etree._Element, entry: ManifestEntry) -> None:
    element = SubElement(root, "MessageInBatch")
    add(element, "MessageType", "NewReleaseMessage")
    add(element, "MessageId", entry.message_id)
    add(element, "URL", entry.url)
    add(SubElement(element, "IncludedReleaseId"), "ICPN", entry.icpn)
    add(element, "DeliveryType", entry.delivery_type)
    add(element, "ProductType", entry.product_type)
    if entry.digest is not None:
        digest = SubElement(element, "HashSum")
        add(digest, "HashSumValue", entry.digest)
        add(digest, "HashSumAlgorithmType", entry.hash_algorithm)


def check_manifest(data: bytes, version: ManifestVersion) -> list[Problem]:
    """What is wrong with a manifest that we wrote; empty if it may leave."""
    try:
        return _check(parse(data), version)
    except MessageError as error:
        return [Problem(path="/", message=error.message, source="syntax")]


def _check(root: etree._Element, version: str) -> list[Problem]:
    problems = _grammar(version).check(root)
    if problems:
        return problems
    if (root.get("AvsVersionId") is None) != (version == "1.5"):
        problems.append(Problem(path="/", message=f"AvsVersionId is wrong in version {version}"))
    entries = root.findall("MessageInBatch")
    if root.findtext("NumberOfMessages") != str(len(entries)):
        problems.append(Problem(path="/", message="NumberOfMessages is not their number"))
    for name in ("MessageId", "URL", "IncludedReleaseId/ICPN"):
        values = [entry.findtext(name) for entry in entries]
        if len(set(values)) != len(values):
            problems.append(Problem(path="/", message=f"a {name} stands in two entries"))
    return problems
