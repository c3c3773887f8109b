"""Contents made by hand that use every field of the model, and little of it: see
`tests/unit/test_frozen_fingerprints.py`, which freezes their fingerprints."""

from __future__ import annotations

import dataclasses

from stardust_gitops.content.model import (
    Artist,
    Asset,
    AudioFacts,
    Content,
    Contributor,
    Deal,
    Delivery,
    Descriptors,
    Disc,
    Genre,
    ImageFacts,
    Immersive,
    LocalName,
    Party,
    Preview,
    Price,
    ProprietaryId,
    RelatedRecording,
    RelatedRelease,
    RightsLine,
    TerritoryDate,
    Title,
    Track,
    Visibility,
    Work,
)

ADA = Party(
    name="Ada Quill",
    isni="000000000000001X",
    ipi="00000000101",
    ipn="12345678",
    ids=(ProprietaryId(namespace="PADPIDA2026112201U", value="AQ-1"),),
)
TERMS = Deal(
    models=("PayAsYouGoModel",),
    uses=("PermanentDownload",),
    start="2026-12-04T09:00:00",
    end="2030-12-31",
    territories=("AT", "CH", "DE"),
    price_code="7",
    preorder=True,
)
PRICED = Deal(
    models=("SubscriptionModel",),
    uses=("ConditionalDownload", "OnDemandStream"),
    start="2026-12-04T16:00:00Z",
    excluded_territories=("JP", "KR"),
    price=Price(amount="4.20", currency="EUR"),
)
FULL_TRACK = Track(
    isrc="GBXYZ2600001",
    disc=1,
    title="Straße № 1",
    display_artist="Ada Quill feat. 電子",
    artists=(Artist(party=ADA), Artist(party=Party(name="電子"), role="FeaturedArtist")),
    parental_warning="Explicit",
    genre=Genre(name="Electronic", sub="House"),
    version="Night Mix",
    contributors=(Contributor(party=ADA, roles=("Composer", "Lyricist")),),
    p_line=RightsLine(text="2026 Alpha Tide", year=2026, owner="Alpha Tide"),
    iswc="T9000000011",
    language="de",
    deals=(),
)
PLAIN_TRACK = Track(
    isrc="GBXYZ2600002",
    disc=2,
    title="Ebb",
    display_artist="Ada Quill",
    artists=(Artist(party=Party(name="Ada Quill")),),
    parental_warning="NotExplicit",
    genre=Genre(name="Electronic"),
)
TITLES = (
    Title(title="通り", language="ja-Jpan", version="デラックス版"),
    Title(title="Calle", language="es-419"),
)
PLAYER = Contributor(
    party=Party(name="Kestrel"), roles=("Musician",), instruments=("Cello", "Piano")
)
CLAIM = Deal(
    models=("RightsClaimModel",),
    uses=("UserMakeAvailableUserProvided",),
    start="2026-12-04",
    territories=("Worldwide",),
    policy="Monetize",
)
FIRST = Content(
    icpn="04006381333931",
    type="EP",
    title="Straße",
    display_artist="Ada Quill feat. 電子",
    artists=FULL_TRACK.artists,
    label="Alpha Tide",
    genre=Genre(name="Electronic", sub="House"),
    parental_warning="Explicit",
    tracks=(FULL_TRACK, dataclasses.replace(PLAIN_TRACK, instrumental=True, deals=(PRICED,))),
    language="en",
    version="Deluxe Edition",
    catalog_number="AT001",
    p_line=RightsLine(text="2026 Alpha Tide", year=2026, owner="Alpha Tide"),
    c_line=RightsLine(text="Alpha Tide"),
    release_date="2026-12-04",
    original_release_date="2025-12-04",
    deals=(TERMS, PRICED),
    track_deals=(PRICED,),
    visibility=Visibility(release="2026-11-01", cover="2026-11-02", tracks="2026-11-03"),
)
LITTLE = Content(
    icpn="00012345678905",
    type="Single",
    title="Ebb",
    display_artist="Ada Quill",
    artists=(Artist(party=Party(name="Ada Quill")),),
    label="Alpha Tide",
    genre=Genre(name="Electronic"),
    parental_warning="NotExplicit",
    tracks=(PLAIN_TRACK,),
    language="en",
)
SECOND = dataclasses.replace(
    FIRST,
    tracks=(
        dataclasses.replace(
            FULL_TRACK,
            contributors=(PLAYER, *FULL_TRACK.contributors),
            titles=TITLES,
            bonus=True,
            hidden=True,
        ),
        FIRST.tracks[1],
    ),
    deals=(dataclasses.replace(TERMS, instant_gratification=(FULL_TRACK.isrc,)), PRICED, CLAIM),
    titles=TITLES,
    grid="A12425GABC1234002M",
    compilation="multi_artist",
    related=(RelatedRelease(type="IsDigitalEquivalentToPhysical", icpn="4006381333948"),),
    keywords=("tide", "piano"),
    marketing_comment="Session of the week on Radio Ebb.",
)
THIRD = dataclasses.replace(
    SECOND,
    tracks=(
        dataclasses.replace(SECOND.tracks[0], preview=Preview(start=45, duration=30)),
        *SECOND.tracks[1:],
    ),
    deals=(*SECOND.deals[:-1], dataclasses.replace(CLAIM, share="50")),
    release_dates=(TerritoryDate(territory="JP", date="2026-12-11"),),
)
LOCAL = LocalName(name="エイダ・クイル", language="ja-Jpan")
SPECIAL_TRACK = dataclasses.replace(
    THIRD.tracks[0],
    artists=(Artist(party=dataclasses.replace(ADA, names=(LOCAL,))), *FULL_TRACK.artists[1:]),
    contributors=tuple(dataclasses.replace(c, ai="Partly") for c in THIRD.tracks[0].contributors),
    video=True,
    type="ConcertVideo",
    immersive=Immersive(
        isrc="GBXYZ2600009", p_line=RightsLine(text="2026 Ada", year=2026, owner="Ada")
    ),
    work=Work(title="Tidal Suite", titles=TITLES),
    related=(
        RelatedRecording(type="ContainsSamplesFrom", isrc="GBXYZ2600008", start=45, duration=12),
    ),
    contains_ai="All",
    display_artists=(LOCAL,),
    descriptors=Descriptors(
        moods=("Happy",),
        themes=("Action",),
        activities=("BBQ",),
        key="C minor",
        time_signature="6/8",
        tempo="Allegro",
        bpm="120.5",
    ),
)
EVERYTHING = dataclasses.replace(
    THIRD,
    tracks=(SPECIAL_TRACK, *THIRD.tracks[1:]),
    display_artists=(LOCAL,),
    discs=(Disc(number=1, title="Day", icpn="04006381333955"),),
    contains_ai="Partly",
    descriptors=Descriptors(moods=("Happy",)),
)
"""Every field that there is."""
FLAC = AudioFacts(
    codec="FLAC", sample_rate=44100, channels=2, duration="3.5", container="Ogg", bit_depth=16
)
JPEG = ImageFacts(codec="JPEG", width=3000, height=3000, mode="RGB")


def asset(track: int | None, digit: str) -> Asset:
    """A file with a made-up digest; the cover where there is no track."""
    return Asset(
        role="audio" if track else "cover",
        track=track,
        path=f"assets/{digit}",
        sha256=digit * 64,
        md5=digit * 32,
        size=1000,
        facts=FLAC if track else JPEG,
    )


BY_HAND = {
    "by hand/everything": Delivery(
        icpn="4006381333931",
        content=FIRST,
        assets=(asset(1, "1"), asset(2, "2"), asset(None, "f")),
    ),
    "by hand/everything 2": Delivery(icpn="4006381333931", content=SECOND),
    "by hand/everything 3": Delivery(icpn="4006381333931", content=THIRD),
    "by hand/little": Delivery(icpn="012345678905", content=LITTLE, assets=(asset(1, "2"),)),
    "by hand/no files": Delivery(icpn="12345678905", content=LITTLE),
    "by hand/no deals": Delivery(
        icpn="012345678905",
        content=dataclasses.replace(LITTLE, visibility=Visibility(), track_deals=()),
    ),
}
