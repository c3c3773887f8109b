"""A NewReleaseMessage in the shape of ERN 4.x."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree
from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, Delivery
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import (
    Recording,
    carried_assets,
    cover_of,
    recordings,
)
from stardust_gitops.messages.ern.v4.deals import add_deal_list, offers_of, visibility_of
from stardust_gitops.messages.ern.v4.draft import Draft, Element, Parties
from stardust_gitops.messages.ern.v4.releases import add_release_list
from stardust_gitops.messages.ern.v4.resources import add_resource_list
from stardust_gitops.messages.ern.version import Version
from stardust_gitops.messages.header import Header, MessagingParty
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import XSI, add, clean


def build(delivery: Delivery, header: Header, options: MessageOptions, version: Version) -> Element:
    """The tree of the message. Raises `MessageError` where the content cannot be said."""
    found = recordings(delivery)
    _check_profile(delivery, found, options)
    root = _root(version, "NewReleaseMessage", delivery.content.language)
    root.set("ReleaseProfileVersionId", options.profile)
    _add_header(root, header, _principal(delivery, header))
    has_cover = cover_of(delivery) is not None
    draft = Draft(
        root=root,
        delivery=delivery,
        header=header,
        options=options,
        parties=Parties(SubElement(root, "PartyList")),
        recordings=found,
        cover_reference=f"A{len(found) + 1}" if has_cover else None,
        uris=_uris(delivery, options),
        namespace={"Namespace": clean(header.sender.dpid, "Namespace")},
    )
    offers = offers_of(draft)
    visibility = visibility_of(draft, offers)
    add_resource_list(draft)
    add_release_list(draft, visible=visibility is not None)
    add_deal_list(draft, offers, visibility)
    return root


def build_purge(
    delivery: Delivery, header: Header, options: MessageOptions, version: Version
) -> Element:
    """The tree of a PurgeReleaseMessage: which release is to be removed for good. Its title is
    left out, as ERN 4 has no type for a title that is shown."""
    root = _root(version, "PurgeReleaseMessage", delivery.content.language)
    _add_header(root, header, _principal(delivery, header))
    release_id = SubElement(SubElement(root, "PurgedRelease"), "ReleaseId")
    add(release_id, "ICPN", delivery.icpn)
    return root


def _check_profile(
    delivery: Delivery, found: Mapping[str, Recording], options: MessageOptions
) -> None:
    """What a profile demands of the content (Release Profiles 2.3)."""
    if options.profile == "SimpleAudioSingle":
        if len(delivery.content.tracks) != 1:
            raise MessageError(
                f"the profile SimpleAudioSingle has one track, not {len(delivery.content.tracks)}",
                hint="use the profile Audio for this target",
                code="SG4030",
            )
    elif not found or cover_of(delivery) is None:
        missing = "track" if not found else "measured cover"
        raise MessageError(
            f"the profile Audio needs at least one track and a front cover; there is no {missing}",
            hint="complete the release, then run: stardust-gitops assets lock",
            code="SG4031",
        )


def _uris(delivery: Delivery, options: MessageOptions) -> dict[Asset, str]:
    """Where each file lies; all of the message's files or none, and no others."""
    if options.files is None:
        return {}
    uris = {file.asset: file.uri for file in options.files}
    carried = carried_assets(delivery)
    for asset in carried:
        if asset not in uris:
            raise MessageError(f"{asset.path} has no name in the package", code="SG4032")
    for asset in uris:
        if asset not in carried:
            raise MessageError(
                f"{asset.path} would be in the package and not in the message", code="SG4033"
            )
    return uris


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


def _principal(delivery: Delivery, header: Header) -> MessagingParty | None:
    """Whom the message is sent on behalf of: the label's word, unless the header has another."""
    label = delivery.on_behalf_of
    if header.on_behalf_of is not None or label is None:
        return header.on_behalf_of
    return MessagingParty(dpid=label.dpid, name=label.name)


def _add_header(root: Element, header: Header, principal: MessagingParty | None) -> None:
    element = SubElement(root, "MessageHeader")
    add(element, "MessageThreadId", header.thread_id)
    add(element, "MessageId", header.message_id)
    _add_party(element, "MessageSender", header.sender)
    if principal is not None:
        _add_party(element, "SentOnBehalfOf", principal)
    for recipient in (header.recipient, *header.also_to):
        _add_party(element, "MessageRecipient", recipient)
    add(element, "MessageCreatedDateTime", header.created)
    add(element, "MessageControlType", "TestMessage" if header.test else "LiveMessage")


def _add_party(parent: Element, name: str, party: MessagingParty) -> None:
    element = SubElement(parent, name)
    add(element, "PartyId", party.dpid)
    add(SubElement(element, "PartyName"), "FullName", party.name)
