"""Building, reading and writing XML, safely and the same way every time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from lxml import etree

from stardust_gitops.messages.problems import MessageError

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def clean(value: str, name: str) -> str:
    """`value` as it may stand in a message: NFC, not empty, without control characters.

    Raises `MessageError`; `name` is the element or attribute that was to hold the text.
    """
    found = _FORBIDDEN.search(value)
    if found:
        raise MessageError(
            f"{name}: U+{ord(found[0]):04X} in {value!r} cannot stand in a message",
            hint="remove the control character from the catalogue",
            code="SG4001",
        )
    if not value:
        raise MessageError(
            f"{name} would be empty", hint="fill or drop it in the catalogue", code="SG4002"
        )
    return unicodedata.normalize("NFC", value)


def add(
    parent: etree._Element, name: str, value: str, attributes: Mapping[str, str] | None = None
) -> None:
    """Append ``<name>value</name>`` to `parent`. Raises `MessageError` as `clean` does.

    Values of `attributes` are not looked at: pass free text through `clean` first.
    """
    element = etree.SubElement(parent, name)
    if attributes:
        # a third faster than to give them to SubElement
        for key, text in attributes.items():
            element.set(key, text)
    # printable ASCII needs no more looking at, and it is nearly all there is
    if value and value.isascii() and value.isprintable():
        element.text = value
    else:
        element.text = clean(value, name)


def serialise(root: etree._Element) -> bytes:
    """The document as bytes: UTF-8, declared, indented by two spaces; equal trees, equal bytes."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def parse(data: bytes) -> etree._Element:
    """The root of a document of unknown origin: no network, no entities, no DTD.

    Raises `MessageError` where it is not well-formed or has a document type declaration.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MessageError(f"not well-formed XML: {error}", code="SG4003") from error
    docinfo: Any = root.getroottree().docinfo  # lxml-stubs know no doctype
    if docinfo.doctype:
        raise MessageError("a document type declaration is not accepted", code="SG4003")
    return root
