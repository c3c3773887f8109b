"""Image: the front cover, and the screen captures of videos."""

from __future__ import annotations

from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, ImageFacts
from stardust_gitops.messages.ern.recordings import cover_of
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.files import add_file, add_image_facts
from stardust_gitops.messages.xml import add


def add_cover(parent: Element, draft: Draft) -> None:
    """The front cover, if there is one."""
    cover = cover_of(draft.delivery)
    if cover is None or draft.cover_reference is None:
        return
    number = draft.cover_reference.removeprefix("A")
    _add_image(parent, "FrontCoverImage", number, f"{draft.delivery.icpn}_cover", *cover, draft)


def add_screen_captures(parent: Element, draft: Draft) -> None:
    """The screen captures, in order of the videos."""
    for isrc, recording in draft.recordings.items():
        asset = recording.extras.get("screen_capture")
        if asset is not None and isinstance(asset.facts, ImageFacts):
            number = str(draft.numbers[asset])
            own_id = f"{draft.delivery.icpn}_{isrc}_screen_capture"
            _add_image(parent, "VideoScreenCapture", number, own_id, asset, asset.facts, draft)


def _add_image(
    parent: Element,
    kind: str,
    number: str,
    own_id: str,
    asset: Asset,
    facts: ImageFacts,
    draft: Draft,
) -> None:
    image = SubElement(parent, "Image")
    add(image, "ResourceReference", f"A{number}")
    add(image, "Type", kind)
    add(SubElement(image, "ResourceId"), "ProprietaryId", own_id, draft.namespace)
    details = SubElement(image, "TechnicalDetails")
    add(details, "TechnicalResourceDetailsReference", f"T{number}")
    add_image_facts(details, facts)
    add_file(details, asset, draft)
