"""One plain release, to be changed by each test, and a reader that shares no code with ours."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

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
from stardust_gitops.messages.ern.options import FileName, MessageOptions
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.header import Header, MessagingParty

SENDER = "PADPIDA2026112201U"
RECIPIENT = "PADPIDA2011072101T"
KESTREL = Party(name="Kestrel & Sons", isni="0000000114819103")
ADA = Party(name="Ada Quill")
GENRE = Genre(name="Electronic", sub="House")
STREAMING = Deal(
    models=("SubscriptionModel",),
    uses=("NonInteractiveStream", "OnDemandStream"),
    start="2026-12-04",
    excluded_territories=("JP", "KR"),
)
HEADER = Header(
    message_id="M-1",
    thread_id="T-1",
    created="2026-11-22T07:00:00Z",
    sender=MessagingParty(dpid=SENDER, name="Alpha Tide"),
    recipient=MessagingParty(dpid=RECIPIENT, name="Spotify"),
)


def track(number: int, **changes: Any) -> Track:
    """Track `number` of the example."""
    plain = Track(
        isrc=f"GBXYZ26{number:05d}",
        disc=1,
        title=f"Track {number}",
        display_artist="Kestrel & Sons",
        artists=(Artist(party=KESTREL),),
        parental_warning="NotExplicit",
        genre=GENRE,
        contributors=(Contributor(party=ADA, roles=("Composer", "Lyricist")),),
        p_line=RightsLine(text="2026 Alpha Tide", year=2026, owner="Alpha Tide"),
        language="en",
    )
    return replace(plain, **changes)


def content(**changes: Any) -> Content:
    """The content of the example: two tracks, one offer."""
    plain = Content(
        icpn="04006381333931",
        type="Single",
        title="Breakwater",
        display_artist="Kestrel & Sons",
        artists=(Artist(party=KESTREL),),
        label="Alpha Tide",
        genre=GENRE,
        parental_warning="NotExplicit",
        tracks=(track(1), track(2)),
        language="en",
        release_date="2026-12-04",
        deals=(STREAMING,),
    )
    return replace(plain, **changes)


def asset(place: int | None, facts: AudioFacts | ImageFacts, *, key: str = "") -> Asset:
    """A measured file; equal keys are equal bytes."""
    name = key or f"file-{place}"
    return Asset(
        role="cover" if place is None else "audio",
        track=place,
        path=f"assets/{name}",
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        md5=hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(),
        size=31457280,
        facts=facts,
    )


def audio(**changes: Any) -> AudioFacts:
    """Facts of a FLAC file of 201.4 s."""
    plain = AudioFacts(codec="FLAC", sample_rate=44100, channels=2, duration="201.4", bit_depth=24)
    return replace(plain, **changes)


COVER = ImageFacts(codec="JPEG", width=3000, height=2999, mode="RGB")


def delivery(facts: Mapping[int, AudioFacts] | None = None, **changes: Any) -> Delivery:
    """The example with its files; `facts` replaces those of single tracks."""
    made = content(**changes)
    files = [
        asset(place, (facts or {}).get(place, audio()), key=each.isrc)
        for place, each in enumerate(made.tracks, 1)
    ]
    return Delivery(
        icpn="4006381333931", content=made, assets=(*files, asset(None, COVER, key="cover"))
    )


def files_of(of: Delivery) -> tuple[FileName, ...]:
    """A name for each file that the message carries."""
    return tuple(
        FileName(asset=each, uri=f"resources/4006381333931_{number:02d}.bin")
        for number, each in enumerate(carried_assets(of), 1)
    )


@dataclass(frozen=True)
class Read:
    """A message as read back with the standard library."""

    root: ElementTree.Element

    def texts(self, path: str) -> list[str]:
        """The texts of all elements at `path`."""
        return [element.text or "" for element in self.root.iterfind(path)]

    def text(self, path: str) -> str:
        """The text of the only element at `path`."""
        (found,) = self.texts(path)
        return found

    def one(self, path: str) -> ElementTree.Element:
        """The only element at `path`."""
        (found,) = self.root.iterfind(path)
        return found


def read(data: bytes) -> Read:
    """Parse a message that we wrote."""
    return Read(ElementTree.fromstring(data))  # noqa: S314  our own bytes


def written(of: Delivery | None = None, header: Header = HEADER, **options: Any) -> Read:
    """The message of a delivery, read back."""
    return read(write_message(of or delivery(), header, MessageOptions(**options)))
