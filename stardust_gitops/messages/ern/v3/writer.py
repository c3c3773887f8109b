"""Messages in the shape of ERN 3.8."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lxml import etree
from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, Delivery
from stardust_gitops.messages.ern.envelope import add_header
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.profiles import check_profile, profile_of
from stardust_gitops.messages.ern.recordings import (
    Recording,
    booklet_of,
    cover_of,
    recordings,
    uris_of,
)
from stardust_gitops.messages.ern.unsaid import refuse_editions_and_clips
from stardust_gitops.messages.ern.v3.business_profiles import derived, version_id
from stardust_gitops.messages.ern.v3.common import add_icpn, add_titles
from stardust_gitops.messages.ern.v3.deals import add_deal_list, offers_of
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.releases import add_release_list
from stardust_gitops.messages.ern.v3.resources import add_resource_list
from stardust_gitops.messages.ern.version import Version
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import XSI, add, clean


def build(delivery: Delivery, header: Header, options: MessageOptions, version: Version) -> Element:
    """The tree of the message. Raises `MessageError` where the content cannot be said."""
    found = recordings(delivery)
    _check_digest(options, version)
    refuse_editions_and_clips(delivery, version.name)
    profile = profile_of(delivery, options, version.shape)
    check_profile(delivery, profile)
    options = replace(options, profile=profile)
    root = _root(version, "NewReleaseMessage", delivery.content.language)
    root.set("ReleaseProfileVersionId", f"CommonReleaseTypes/14/{profile}")
    add_header(root, header, delivery)
    if options.update_indicator is not None:
        add(root, "UpdateIndicator", options.update_indicator)
    if options.backfill:
        add(root, "IsBackfill", "true")
    cover, booklet = cover_of(delivery), booklet_of(delivery)
    before = len(found) + (cover is not None)
    draft = Draft(
        root=root,
        version=version,
        delivery=delivery,
        header=header,
        options=options,
        recordings=found,
        cover_reference=f"A{before}" if cover is not None else None,
        booklet=booklet,
        further=_further(found.values(), booklet, before),
        uris=uris_of(delivery, options, found),
        namespace={"Namespace": clean(header.sender.dpid, "Namespace")},
    )
    offers = offers_of(draft)
    profiles = options.business_profiles
    if profiles is None:
        profiles = derived(deal for offer in offers for deal in offer.deals)
    if profiles:
        root.set("BusinessProfileVersionId", version_id(profiles))
    add_resource_list(draft)
    add_release_list(draft)
    add_deal_list(draft, offers)
    return root


def _further(found: Iterable[Recording], booklet: Asset | None, before: int) -> dict[Asset, int]:
    """The numbers of what recordings have beside their main file, and of the booklet."""
    files = [asset for recording in found for asset in recording.extras.values()]
    if booklet is not None:
        files.append(booklet)
    return {asset: number for number, asset in enumerate(files, before + 1)}


def build_purge(
    delivery: Delivery, header: Header, options: MessageOptions, version: Version
) -> Element:
    """The tree of a PurgeReleaseMessage: which release is to be removed for good."""
    content = delivery.content
    root = _root(version, "PurgeReleaseMessage", content.language)
    add_header(root, header, delivery)
    purged = SubElement(root, "PurgedRelease")
    add_icpn(SubElement(purged, "ReleaseId"), delivery.icpn)
    add_titles(purged, content.title, content.version)
    return root


def _check_digest(options: MessageOptions, version: Version) -> None:
    if options.hash_algorithm != "MD5":
        raise MessageError(
            f"ERN {version.name} does not know {options.hash_algorithm}",
            hint="set  message: {hash: MD5}  in the target",
            code="SG4034",
        )


def _root(version: Version, message: str, language: str) -> Element:
    location = f"{version.namespace} {version.namespace}/{version.message_xsd}"
    attributes = {
        f"{{{XSI}}}schemaLocation": location,
        "MessageSchemaVersionId": version.schema_version_id or "",
        "LanguageAndScriptCode": clean(language, "LanguageAndScriptCode"),
    }
    namespaces = {"ern": version.namespace, "xsi": XSI}
    return etree.Element(version.root(message), attributes, nsmap=namespaces)
