"""One plain release, to be changed by each test, one with all there is (`rich_delivery`), and a
reader that shares no code with ours."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

from stardust_gitops.content.model import (
    Artist,
    Asset,
    AssetRole,
    AudioFacts,
    Content,
    Contributor,
    Deal,
    Delivery,
    Disc,
    Genre,
    ImageFacts,
    Immersive,
    LocalName,
    Party,
    Preview,
    RelatedRecording,
    RightsLine,
    TextFacts,
    Title,
    Track,
    VideoFacts,
    Work,
)
from stardust_gitops.messages.ern.options import FileName, MessageOptions
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.header import Header, MessagingParty
from tests.made_up_facts import atmos_facts, film_facts

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
    test=False,
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


def asset(
    place: int | None,
    facts: AudioFacts | ImageFacts | VideoFacts | TextFacts,
    *,
    key: str = "",
    role: AssetRole | None = None,
) -> Asset:
    """A measured file; equal keys are equal bytes. Without a role it is cover or audio."""
    name = key or f"file-{place}"
    return Asset(
        role=role or ("cover" if place is None else "audio"),
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


PIECES = frozenset(
    {
        *("works", "discs", "immersive", "video", "screen_capture", "lyrics", "booklet"),
        *("preview", "clip", "related", "names", "ai"),
    }
)
"""What `rich_delivery` has and can be without."""
UNSAID = {
    "3.8.2": frozenset({"immersive", "clip"}),
    "3.8.3": frozenset({"immersive", "clip"}),
    "4.2": frozenset({"immersive", "clip"}),
}
"""The pieces that a version has no place for, so that a target leaves them out."""
NAMED = Party(
    name="Kestrel & Sons",
    isni="0000000114819103",
    names=(
        LocalName(name="ケストレル", language="ja"),
        LocalName(name="كيستريل وأبناؤه", language="ar"),
    ),
)
"""The artist with names in Japanese and Arabic."""
ATMOS = atmos_facts("201.4", 10)
FILM = film_facts("203.16")
_WORK = Work(title="Harbour Suite", titles=(Title(title="Hafensuite", language="de"),))


def _rich_tracks(has: frozenset[str]) -> tuple[Track, ...]:
    names = (LocalName(name="ケストレル", language="ja"),) if "names" in has else ()
    common: dict[str, Any] = {
        "artists": (Artist(party=NAMED if "names" in has else KESTREL),),
        "display_artists": names,
        "work": _WORK if "works" in has else None,
    }
    line = RightsLine(text="2026 Alpha Tide Immersive", year=2026, owner="Alpha Tide")
    made = RelatedRecording(type="IsSpedUpOf", isrc="GBXYZ2500001")
    sampled = RelatedRecording(
        type="ContainsSamplesFrom", isrc="GBXYZ2500002", start=30, duration=12
    )
    suite = track(
        1,
        title="Harbour Suite: I. Dawn",
        iswc="T0345246801",
        immersive=Immersive(isrc="GBXYZ2600091", p_line=line) if "immersive" in has else None,
        related=(made, sampled) if "related" in has else (),
        contains_ai="Partly" if "ai" in has else None,
        contributors=(
            Contributor(
                party=ADA, roles=("Composer", "Lyricist"), ai="Partly" if "ai" in has else None
            ),
        ),
        **common,
    )
    preview = Preview(start=45, duration=30) if "preview" in has else None
    second = track(2, title="Harbour Suite: II. Noon", preview=preview, **common)
    tracks = [suite, replace(second, contains_ai="None" if "ai" in has else None)]
    if "video" in has:
        filmed = track(3, disc=2, title="Breakwater (Video)", video=True, type="LyricVideo")
        tracks.append(replace(filmed, artists=common["artists"], display_artists=names))
    if "clip" in has:
        cut = RelatedRecording(type="IsClipFrom", isrc="GBXYZ2600001", start=12)
        clip = track(4, disc=1 if "video" not in has else 2, title="Dawn (Clip)", type="Clip")
        tracks.append(replace(clip, related=(cut,) if "related" in has else ()))
    return tuple(tracks)


def _rich_files(tracks: tuple[Track, ...], has: frozenset[str]) -> tuple[Asset, ...]:
    files = [
        asset(
            place,
            FILM if each.video else audio(duration="15") if each.type == "Clip" else audio(),
            key=each.isrc,
            role="video" if each.video else "audio",
        )
        for place, each in enumerate(tracks, 1)
    ]
    further: dict[str, tuple[AssetRole, int | None, Any]] = {
        "immersive": ("immersive", 1, ATMOS),
        "lyrics": ("lyrics", 1, TextFacts(codec="TTML")),
        "preview": ("preview", 2, audio(codec="MP3", duration="30", bit_depth=None)),
        "booklet": ("booklet", None, TextFacts(codec="PDF")),
    }
    if "video" in has:
        still = ImageFacts(codec="JPEG", width=1920, height=1080, mode="RGB")
        further["screen_capture"] = ("screen_capture", 3, still)
    files.append(asset(None, COVER, key="cover"))
    files += [
        asset(place, facts, key=role, role=role)
        for piece, (role, place, facts) in further.items()
        if piece in has
    ]
    return tuple(files)


def rich_delivery(*, without: Iterable[str] = (), **changes: Any) -> Delivery:
    """A release with two movements of a work, a video on a second disc and a stand-alone clip, and
    all that these can have beside them, less the `PIECES` in `without`; `changes` are of its
    content. Without the video there is one disc, and no screen capture."""
    unknown = set(without) - PIECES
    assert not unknown, unknown
    has = PIECES - set(without)
    tracks = _rich_tracks(has)
    first = Disc(number=1, title="The Suite", icpn="036000291452")
    second = Disc(number=2, title="The Film")
    party = NAMED if "names" in has else KESTREL
    local = (
        LocalName(name="ケストレル", language="ja"),
        LocalName(name="كيستريل وأبناؤه", language="ar"),
    )
    rich: dict[str, Any] = {
        "type": "Album",
        "tracks": tracks,
        "artists": (Artist(party=party),),
        "display_artists": local if "names" in has else (),
        "contains_ai": "Partly" if "ai" in has else None,
        "discs": ((first, second) if "video" in has else (first,)) if "discs" in has else (),
    }
    made = content(**{**rich, **changes})
    return Delivery(icpn="4006381333931", content=made, assets=_rich_files(tracks, has))


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
