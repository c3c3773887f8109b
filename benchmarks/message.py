"""Building and checking the message of a ten-track release, beside bare lxml and libxml2.

Ours: content to tree, structure, references, official XSD. Floor: the same tree built with bare
`SubElement` calls from values at hand, and libxml2's XSD validation of it. Held to 1.6 times.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from lxml import etree

from benchmarks.rows import Row, in_turns
from stardust_gitops.content.model import (
    Artist,
    Asset,
    AudioFacts,
    Content,
    Contributor,
    Deal,
    Delivery,
    Genre,
    ImageFacts,
    Party,
    RightsLine,
    Track,
)
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.options import FileName, MessageOptions
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.messages.ern.versions import VERSIONS, version_named
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.header import Header, MessagingParty
from stardust_gitops.messages.xsd import compile_schema
from tests.ddex import official_files, require_schemas

TARGET = 1.6
_TRACKS = 10
_ROUNDS = 200

Call: TypeAlias = tuple[int, str, dict[str, str], str | None]
"""One SubElement call: the parent's number, name, attributes, text."""


def _asset(role: str, track: int | None, facts: AudioFacts | ImageFacts) -> Asset:
    name = f"{role}-{track}".encode()
    return Asset(
        role="audio" if role == "audio" else "cover",
        track=track,
        path=f"assets/{name.decode()}",
        sha256=hashlib.sha256(name).hexdigest(),
        md5=hashlib.md5(name, usedforsecurity=False).hexdigest(),
        size=30_000_000,
        facts=facts,
    )


def _track(number: int) -> Track:
    return Track(
        isrc=f"GBXYZ26{number:05d}",
        disc=1,
        title=f"Breakwater {number}",
        display_artist="Kestrel & Sons feat. Ada Quill",
        artists=(
            Artist(party=Party(name="Kestrel & Sons", isni="0000000114819103")),
            Artist(party=Party(name="Ada Quill"), role="FeaturedArtist"),
        ),
        parental_warning="NotExplicit",
        genre=Genre(name="Electronic", sub="House"),
        version="Acoustic" if number % 3 == 0 else None,
        contributors=(
            Contributor(party=Party(name="Ida Brandt"), roles=("Composer", "Lyricist")),
            Contributor(party=Party(name="Jo Fenn"), roles=("StudioProducer", "Mixer")),
        ),
        p_line=RightsLine(text="2026 Alpha Tide", year=2026, owner="Alpha Tide"),
        iswc="T0345246801",
        language="en",
    )


def ten_tracks() -> Delivery:
    """A release of ten tracks with what a real one has."""
    streaming = Deal(
        models=("AdvertisementSupportedModel", "SubscriptionModel"),
        uses=("NonInteractiveStream", "OnDemandStream"),
        start="2026-12-04",
        excluded_territories=("JP", "KR"),
    )
    download = Deal(
        models=("PayAsYouGoModel",),
        uses=("PermanentDownload",),
        start="2026-12-04",
        territories=("AT", "CH", "DE", "GB", "US"),
        price_code="7",
    )
    line = RightsLine(text="2026 Alpha Tide", year=2026, owner="Alpha Tide")
    content = Content(
        icpn="04006381333931",
        type="Album",
        title="Breakwater",
        display_artist="Kestrel & Sons",
        artists=(Artist(party=Party(name="Kestrel & Sons", isni="0000000114819103")),),
        label="Alpha Tide",
        genre=Genre(name="Electronic", sub="House"),
        parental_warning="NotExplicit",
        tracks=tuple(_track(number) for number in range(1, _TRACKS + 1)),
        language="en",
        catalog_number="AT001",
        p_line=line,
        c_line=line,
        release_date="2026-12-04",
        original_release_date="2026-12-04",
        deals=(streaming, download),
    )
    audio = AudioFacts(codec="FLAC", sample_rate=44100, channels=2, duration="201.25", bit_depth=24)
    image = ImageFacts(codec="JPEG", width=3000, height=3000, mode="RGB")
    assets = [_asset("audio", number, audio) for number in range(1, _TRACKS + 1)]
    assets.append(_asset("cover", None, image))
    return Delivery(icpn="4006381333931", content=content, assets=tuple(assets))


def _header() -> Header:
    return Header(
        message_id="M1",
        thread_id="T1",
        created="2026-11-22T07:00:00Z",
        sender=MessagingParty(dpid="PADPIDA2026112201U", name="Alpha Tide"),
        recipient=MessagingParty(dpid="PADPIDA2011072101T", name="Spotify"),
        test=False,
    )


def _calls(root: etree._Element) -> list[Call]:
    """The SubElement calls that make the tree, parents before children."""
    numbers = {root: 0}
    calls: list[Call] = []
    for element in root.iterdescendants():
        numbers[element] = len(numbers)
        parent = element.getparent()
        assert parent is not None
        attributes = {str(name): str(value) for name, value in element.items()}
        calls.append((numbers[parent], element.tag, attributes, element.text))
    return calls


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def run() -> list[Row]:
    """Measure each version. Needs the official XSDs where the tests look for them, else it skips
    the versions that it has none of."""
    versions = [version for version in VERSIONS if official_files(version) is not None]
    # Each in a process of its own: libxml2 grows slower, and the floor with it, with each schema.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return pool.map(_row, versions, chunksize=1)


def _row(version: str) -> Row:
    base, files = require_schemas(), official_files(version)
    assert files is not None
    which = version_named(version)
    schema = compile_schema(which.schema, *files)
    delivery, header = ten_tracks(), _header()
    names = tuple(
        FileName(asset=asset, uri=f"resources/{number}.bin")
        for number, asset in enumerate(carried_assets(delivery))
    )
    options = MessageOptions(version=version, files=names)

    def ours() -> None:
        problems = check_tree(build_message(delivery, header, options), version, base)
        assert not problems, problems

    tree = build_message(delivery, header, options)
    calls, attributes = _calls(tree), {str(name): str(value) for name, value in tree.items()}
    nsmap = {prefix: uri for prefix, uri in tree.nsmap.items() if prefix}

    def floor() -> None:
        made = [etree.Element(which.root("NewReleaseMessage"), attributes, nsmap=nsmap)]
        for parent, name, given, text in calls:
            element = etree.SubElement(made[parent], name, given)
            if text is not None:
                element.text = text
            made.append(element)
        assert schema.validate(made[0])

    ours()
    floor()
    ours_times, floor_times = in_turns(
        _ROUNDS, partial(_milliseconds, ours), partial(_milliseconds, floor)
    )
    return Row(
        name=f"ERN {version} of {_TRACKS} tracks, built and checked",
        unit="ms",
        ours=statistics.median(ours_times),
        floor=statistics.median(floor_times),
        target=TARGET,
    )
