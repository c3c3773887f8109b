"""Text: the booklet of a release, and the lyrics of its recordings."""

from __future__ import annotations

from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, TextFacts
from stardust_gitops.messages.ern.recordings import booklet_of
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.files import add_file
from stardust_gitops.messages.xml import add


def add_texts(parent: Element, draft: Draft) -> None:
    """The lyrics in order of the recordings, in the language that is sung, and the booklet."""
    icpn = draft.delivery.icpn
    for isrc, recording in draft.recordings.items():
        lyrics = recording.extras.get("lyrics")
        if lyrics is not None:
            language = recording.track.language
            _add_text(parent, lyrics, "LyricText", f"{icpn}_{isrc}_lyrics", language, draft)
    booklet = booklet_of(draft.delivery)
    if booklet is not None:
        _add_text(parent, booklet, "NonInteractiveBooklet", f"{icpn}_booklet", None, draft)


def _add_text(
    parent: Element, asset: Asset, kind: str, own_id: str, language: str | None, draft: Draft
) -> None:
    number = draft.numbers[asset]
    text = SubElement(parent, "Text")
    add(text, "ResourceReference", f"A{number}")
    add(text, "Type", kind)
    add(SubElement(text, "ResourceId"), "ProprietaryId", own_id, draft.namespace)
    details = SubElement(text, "TechnicalDetails")
    add(details, "TechnicalResourceDetailsReference", f"T{number}")
    if isinstance(asset.facts, TextFacts):
        add(details, "TextCodecType", asset.facts.codec)
    add_file(details, asset, draft)
    if language and draft.dialect.language_of_text:
        add(text, "LanguageOfText", language)
