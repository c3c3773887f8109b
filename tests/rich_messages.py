"""Messages of ERN 4 with all there is, as they stand, for tests to read."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from lxml import etree

from stardust_gitops.content.model import Asset, Delivery
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import build_message
from tests import message_examples as example
from tests.ddex import official
from tests.message_examples import HEADER, UNSAID, rich_delivery

Element: TypeAlias = etree._Element
SHAPE_4 = ("4.2", "4.3", "4.3.2")
WITH_EDITIONS = ("4.3", "4.3.2")
each_version = pytest.mark.parametrize("version", SHAPE_4)
with_editions = pytest.mark.parametrize("version", WITH_EDITIONS)
WORLD = 'ApplicableTerritoryCode="Worldwide" IsDefault="true"'


def rich(version: str, *, without: Iterable[str] = (), **changes: Any) -> Delivery:
    """The release with all that the version has a place for."""
    return rich_delivery(without={*without, *UNSAID.get(version, ())}, **changes)


def tree(of: Delivery, version: str, **options: Any) -> Element:
    """The message of a delivery with its files, which is as the standard and DDEX's XSD want it."""
    chosen = MessageOptions(version=version, files=example.files_of(of), **options)
    root = build_message(of, HEADER, chosen)
    assert check_tree(root, version) == []
    assert official(version)(root) == []
    return root


def xml(root: Element, path: str) -> str:
    """The only element at a path, as it stands in the message."""
    (found,) = root.iterfind(path)
    alone = copy.deepcopy(found)
    etree.cleanup_namespaces(alone)
    return etree.tostring(alone, encoding="unicode")


def with_track(of: Delivery, place: int, **changes: Any) -> Delivery:
    """The delivery with one track (from 1) changed."""
    tracks = list(of.content.tracks)
    tracks[place - 1] = replace(tracks[place - 1], **changes)
    return replace(of, content=replace(of.content, tracks=tuple(tracks)))


def file_of(uri: int, of: Asset) -> str:
    """File and what follows it, of the file with that number."""
    return (
        f"<File><URI>resources/4006381333931_{uri:02d}.bin</URI>"
        f"<HashSum><Algorithm>MD5</Algorithm><HashSumValue>{of.md5}</HashSumValue></HashSum>"
        "<FileSize>31457280</FileSize></File><IsProvidedInDelivery>true</IsProvidedInDelivery>"
    )


def named(of: Delivery, role: str) -> Asset:
    """The only file with a role."""
    (found,) = (each for each in of.assets if each.role == role)
    return found
