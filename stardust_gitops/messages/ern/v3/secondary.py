"""The secondary resources: pictures (front cover, screen captures) and texts (lyrics, booklet)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, AssetRole, ImageFacts, TextFacts
from stardust_gitops.messages.ern.recordings import Recording, cover_of
from stardust_gitops.messages.ern.v3.common import add_worldwide
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.technical import PIXEL, REFERENCE, add_file
from stardust_gitops.messages.ern.v3.words import TEXT_CODEC, add_word
from stardust_gitops.messages.xml import add


@dataclass(frozen=True, slots=True, kw_only=True)
class Secondary:
    """A resource that a release or a recording has beside it: what it is, its reference, and what
    it is to the recording."""

    kind: str
    reference: str
    link: str | None = None


_PICTURES: dict[AssetRole, str] = {"screen_capture": "VideoScreenCapture"}
_LYRICS = "Lyrics"
"""What ERN 4.3.2 calls the link to them; free text here."""
_TEXTS: dict[AssetRole, str] = {"lyrics": "LyricText", "booklet": "NonInteractiveBooklet"}


def of_recording(recording: Recording, draft: Draft) -> Iterator[Secondary]:
    """The picture and text of a recording."""
    for role, asset in recording.extras.items():
        if role in _PICTURES:
            reference = f"A{draft.further[asset]}"
            yield Secondary(kind="Image", reference=reference, link=_PICTURES[role])
        elif role in _TEXTS:
            reference = f"A{draft.further[asset]}"
            yield Secondary(kind="Text", reference=reference, link=_LYRICS)


def of_release(draft: Draft) -> Iterator[Secondary]:
    """The front cover and the booklet."""
    if draft.cover_reference is not None:
        yield Secondary(kind="Image", reference=draft.cover_reference)
    if draft.booklet is not None:
        yield Secondary(kind="Text", reference=f"A{draft.further[draft.booklet]}")


def add_secondary_resources(parent: Element, draft: Draft) -> None:
    """All pictures, then all texts, as the standard orders them."""
    _add_cover(parent, draft)
    if not draft.further:
        return
    isrcs = {
        asset: recording.track.isrc
        for recording in draft.recordings.values()
        for asset in recording.extras.values()
    }
    for asset, number in draft.further.items():
        if asset.role in _PICTURES and isinstance(asset.facts, ImageFacts):
            own = f"{isrcs[asset]}_{asset.role}"
            _add_image(parent, asset, asset.facts, number, _PICTURES[asset.role], own, draft)
    for asset, number in draft.further.items():
        if asset.role in _TEXTS:
            own = f"{isrcs[asset]}_{asset.role}" if asset in isrcs else asset.role
            _add_text(parent, asset, number, own, draft)


def _add_cover(parent: Element, draft: Draft) -> None:
    cover = cover_of(draft.delivery)
    if cover is not None and draft.cover_reference is not None:
        number = int(draft.cover_reference[1:])
        _add_image(parent, *cover, number, "FrontCoverImage", "cover", draft)


def _add_image(
    parent: Element,
    asset: Asset,
    facts: ImageFacts,
    number: int,
    image_type: str,
    own: str,
    draft: Draft,
) -> None:
    image = SubElement(parent, "Image")
    add(image, "ImageType", image_type)
    proprietary_id = f"{draft.delivery.icpn}_{own}"
    add(SubElement(image, "ImageId"), "ProprietaryId", proprietary_id, draft.namespace)
    add(image, "ResourceReference", f"A{number}")
    technical = SubElement(add_worldwide(image, "ImageDetailsByTerritory"), "TechnicalImageDetails")
    add(technical, REFERENCE, f"T{number}")
    add(technical, "ImageCodecType", facts.codec)
    add(technical, "ImageHeight", str(facts.height), PIXEL)
    add(technical, "ImageWidth", str(facts.width), PIXEL)
    add_file(technical, asset, draft)


def _add_text(parent: Element, asset: Asset, number: int, own: str, draft: Draft) -> None:
    text = SubElement(parent, "Text")
    add(text, "TextType", _TEXTS[asset.role])
    proprietary_id = f"{draft.delivery.icpn}_{own}"
    add(SubElement(text, "TextId"), "ProprietaryId", proprietary_id, draft.namespace)
    add(text, "ResourceReference", f"A{number}")
    technical = SubElement(add_worldwide(text, "TextDetailsByTerritory"), "TechnicalTextDetails")
    add(technical, REFERENCE, f"T{number}")
    if isinstance(asset.facts, TextFacts):
        add_word(technical, TEXT_CODEC, asset.facts.codec, draft.version.name)
    add_file(technical, asset, draft)
