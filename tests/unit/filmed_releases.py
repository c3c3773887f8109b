"""Releases with recordings, videos and files of every kind, written in ERN 3."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from lxml import etree

from stardust_gitops.content.model import Delivery, LocalName, Party, Track
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import build_message, write_message
from tests import message_examples as example
from tests.ddex import official
from tests.message_examples import COVER, FILM, HEADER, Read, audio, track
from tests.unit.test_messages_v3 import MAIN

VIDEO = "ResourceList/Video"
SCREEN = replace(COVER, width=1920, height=1080)
GROUP = f"{MAIN}/ReleaseDetailsByTerritory/ResourceGroup"
ITEM = "ResourceGroupContentItem"


def filmed(number: int, **changes: Any) -> Track:
    return track(number, video=True, **changes)


def released(*tracks: Track, beside: Any = (), facts: Any = None, **changes: Any) -> Delivery:
    """A release of these tracks; `beside` are further files as role, place, facts."""
    of = example.content(tracks=tracks, **changes)
    files = [
        example.asset(
            place,
            (facts or {}).get(place, FILM if each.video else audio()),
            key=each.isrc,
            role="video" if each.video else "audio",
        )
        for place, each in enumerate(tracks, 1)
    ]
    files.append(example.asset(None, COVER, key="cover"))
    files += [
        example.asset(place, found, key=f"{role}-{place}", role=role)
        for role, place, found in beside
    ]
    return Delivery(icpn="4006381333931", content=of, assets=tuple(files))


def sound(of: Delivery, version: str = "3.8.2", **options: Any) -> Read:
    """The message, of which our check and the official one find nothing wrong."""
    told = MessageOptions(version=version, files=example.files_of(of), **options)
    root = build_message(of, HEADER, told)
    assert check_tree(root, version) == []
    assert official(version)(root) == []
    assert write_message(of, HEADER, told) == write_message(of, HEADER, told)
    return example.read(etree.tostring(root))


def shown(element: Any) -> str:
    """An element in one line."""
    text = etree.tostring(etree.fromstring(ElementTree.tostring(element)))
    return "".join(part.strip() for part in text.decode().splitlines())


NOVA = Party(name="Nova", isni="0000000114819103", names=(LocalName(name="نوفا", language="ar"),))
