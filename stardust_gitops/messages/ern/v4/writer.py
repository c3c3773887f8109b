"""A NewReleaseMessage in the shape of ERN 4.x."""

from __future__ import annotations

from collections.abc import Mapping
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
    carried_assets,
    cover_of,
    recordings,
    uris_of,
)
from stardust_gitops.messages.ern.unsaid import refuse_editions_and_clips, refuse_strange_extras
from stardust_gitops.messages.ern.v4.deals import add_deal_list, offers_of, visibility_of
from stardust_gitops.messages.ern.v4.draft import Draft, Element, Parties
from stardust_gitops.messages.ern.v4.releases import add_release_list
from stardust_gitops.messages.ern.v4.resources import add_resource_list
from stardust_gitops.messages.ern.v4.variants import variant_of
from stardust_gitops.messages.ern.version import Version
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.xml import XSI, add, clean


def build(delivery: Delivery, header: Header, options: MessageOptions, version: Version) -> Element:
    """The tree of the message. Raises `MessageError` where the content cannot be said."""
    if not version.dialect.editions:
        refuse_editions_and_clips(delivery, version.name)
    found = recordings(delivery)
    profile = profile_of(delivery, options, version.shape)
    check_profile(delivery, profile)
    options = replace(options, profile=profile)
    root = _root(version, "NewReleaseMessage", delivery.content.language)
    root.set("ReleaseProfileVersionId", profile)
    variant = variant_of(delivery.content, options)
    if variant is not None:
        root.set("ReleaseProfileVariantVersionId", variant)
    add_header(root, header, delivery)
    has_cover = cover_of(delivery) is not None
    draft = Draft(
        root=root,
        version=version,
        delivery=delivery,
        header=header,
        options=options,
        parties=Parties(SubElement(root, "PartyList")),
        recordings=found,
        cover_reference=f"A{len(found) + 1}" if has_cover else None,
        uris=uris_of(delivery, options),
        numbers=_numbers(delivery, found),
        variant=variant,
        namespace={"Namespace": clean(header.sender.dpid, "Namespace")},
    )
    offers = offers_of(draft)
    visibility = visibility_of(draft, offers)
    add_resource_list(draft)
    add_release_list(draft, visible=visibility is not None)
    add_deal_list(draft, offers, visibility)
    if options.mead is not None:  # MEAD 1.1, clause 6.2
        documents = SubElement(root, "SupplementalDocumentList")
        add(SubElement(documents, "SupplementalDocument"), "URI", options.mead)
    return root


def _numbers(delivery: Delivery, found: Mapping[str, Recording]) -> dict[Asset, int]:
    """The numbers of what recordings have beside their main file, and of the booklet; nothing at
    all where a release has none of them."""
    main = len(found) + (cover_of(delivery) is not None)
    if booklet_of(delivery) is None and not any(each.extras for each in found.values()):
        return {}
    refuse_strange_extras(found.values())
    return {
        asset: number for number, asset in enumerate(carried_assets(delivery), 1) if number > main
    }


def build_purge(
    delivery: Delivery, header: Header, options: MessageOptions, version: Version
) -> Element:
    """The tree of a PurgeReleaseMessage: which release is to be removed for good. Its title is
    left out, as ERN 4 has no type for a title that is shown."""
    root = _root(version, "PurgeReleaseMessage", delivery.content.language)
    add_header(root, header, delivery)
    release_id = SubElement(SubElement(root, "PurgedRelease"), "ReleaseId")
    add(release_id, "ICPN", delivery.icpn)
    return root


def _root(version: Version, message: str, language: str) -> Element:
    location = f"{version.namespace} {version.namespace}/{version.message_xsd}"
    attributes = {
        f"{{{XSI}}}schemaLocation": location,
        "LanguageAndScriptCode": clean(language, "LanguageAndScriptCode"),
    }
    if version.avs_version is not None:
        attributes["AvsVersionId"] = version.avs_version
    namespaces = {"ern": version.namespace, "xsi": XSI}
    return etree.Element(version.root(message), attributes, nsmap=namespaces)
