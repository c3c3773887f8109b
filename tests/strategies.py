"""Hypothesis strategies over the whole content model."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from stardust_gitops.catalog.vocabulary import (
    allowed,
    allowed_values,
    is_told,
    known_since,
)
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
    Preview,
    Price,
    Principal,
    ProprietaryId,
    RelatedRelease,
    RightsLine,
    TerritoryDate,
    Title,
    Track,
    Visibility,
)
from stardust_gitops.messages.ern.options import FileName, MessageOptions
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.messages.header import Header, MessagingParty

T = TypeVar("T")

_AWKWARD = (
    "Kestrel & Sons",
    "<b>bold</b>",
    "]]>",
    "\"quoted\" 'twice'",
    "עברית ١٢٣",
    "e\u0301tude",
    "👩‍🚀 moon",
    "Straße\u00a0№ 1",
    "\u202eright to left",
    " spaces ",
    "𝔄𝔩𝔭𝔥𝔞",
)
_ISO = sorted(
    code
    for code in allowed_values("4.2")["CurrentTerritoryCode"]
    if len(code) == 2 and code.isalpha()
)


def _sampled(name: str, version: str) -> SearchStrategy[str]:
    """The values of a set that a catalogue may say to a version: those that it knows, and those
    that it is told of as ``UserDefined``."""
    values = allowed_values(version)[name]
    if is_told(name, version):
        newer = (value for value in allowed(name) if known_since(name, value, version))
        values = values.union(newer)
    return st.sampled_from(sorted(values))


def _optional(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    return st.none() | strategy


def _tuples(strategy: SearchStrategy[T], low: int, high: int) -> SearchStrategy[tuple[T, ...]]:
    return st.lists(strategy, min_size=low, max_size=high).map(tuple)


def _sets(strategy: SearchStrategy[str], low: int, high: int) -> SearchStrategy[tuple[str, ...]]:
    return st.sets(strategy, min_size=low, max_size=high).map(lambda found: tuple(sorted(found)))


_letters = st.characters(
    exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff", codec="utf-8"
)
texts: SearchStrategy[str] = st.sampled_from(_AWKWARD) | st.text(_letters, min_size=1, max_size=20)
"""Any text that may stand in a message."""

_days = st.dates(date(1990, 1, 1), date(2099, 12, 31)).map(date.isoformat)


@st.composite
def dates(draw: DrawFn) -> str:
    """A date text in one of the three forms of the content model."""
    day = draw(st.integers(2000, 2099).map(str)) + draw(
        st.sampled_from(("-01-01", "-02-28", "-06-15", "-12-31"))
    )
    return day + draw(st.sampled_from(("", "T17:00:00", "T16:30:00Z")))


parties: SearchStrategy[Party] = st.builds(
    Party,
    name=texts,
    isni=_optional(st.just("0000000114819103")),
    ipi=_optional(st.from_regex(r"[0-9]{11}", fullmatch=True)),
    ipn=_optional(st.just("12345678")),
    ids=_tuples(
        st.builds(ProprietaryId, namespace=st.just("PADPIDA2011072101T"), value=texts), 0, 2
    ),
)
artists: SearchStrategy[Artist] = st.builds(
    Artist, party=parties, role=st.sampled_from(("MainArtist", "FeaturedArtist"))
)
rights_lines: SearchStrategy[RightsLine] = st.builds(
    RightsLine, text=texts, year=_optional(st.integers(1900, 2099)), owner=_optional(texts)
)
genres: SearchStrategy[Genre] = st.builds(Genre, name=texts, sub=_optional(texts))
warnings: SearchStrategy[str] = st.sampled_from(
    ("Explicit", "ExplicitContentEdited", "NotExplicit", "NoAdviceAvailable")
)
languages = st.sampled_from(("en", "de", "ja-Jpan", "pt-BR", "es-419", "zh-Hant-TW"))
titles: SearchStrategy[tuple[Title, ...]] = _tuples(
    st.builds(Title, title=texts, language=languages, version=_optional(texts)), 0, 2
)
visibilities: SearchStrategy[Visibility] = st.builds(
    Visibility, release=_optional(dates()), cover=_optional(dates()), tracks=_optional(dates())
)


previews: SearchStrategy[Preview] = st.builds(
    Preview, start=st.integers(0, 300), duration=_optional(st.integers(1, 60))
)
territory_dates: SearchStrategy[tuple[TerritoryDate, ...]] = _tuples(
    st.builds(TerritoryDate, territory=st.sampled_from(_ISO), date=dates()), 0, 2
)


def contributors(version: str) -> SearchStrategy[Contributor]:
    """Every role and instrument."""
    return st.builds(
        Contributor,
        party=parties,
        roles=_sets(_sampled("ContributorRole", version), 1, 3),
        instruments=_sets(_sampled("InstrumentType", version), 0, 2),
    )


def prices(version: str) -> SearchStrategy[Price]:
    """Prices in every currency."""
    return st.builds(
        Price,
        amount=st.decimals("0.01", "99", places=2).map(str),
        currency=_sampled("CurrencyCode", version),
    )


def related(version: str) -> SearchStrategy[RelatedRelease]:
    """Every relation."""
    return st.builds(
        RelatedRelease,
        type=_sampled("ReleaseRelationshipType", version),
        icpn=st.sampled_from(("4006381333931", "036000291452")),
    )


def _shares(version: str, territories: tuple[str, ...], excluded: bool) -> tuple[str | None, ...]:
    """Shares that a claim may say: ERN 3 tells one, for the whole world."""
    if version.startswith("3."):
        return (None, "50") if territories == ("Worldwide",) else (None,)
    return (None,) if excluded else (None, "50", "33.33")


@st.composite
def deals(draw: DrawFn, version: str, isrcs: tuple[str, ...] = ()) -> Deal:
    """Terms of any kind: every model and use, included or excluded territories, either price.

    `isrcs` are the recordings that a pre-order may give at once.
    """
    excluded = draw(st.booleans())
    some = _sets(st.sampled_from(_ISO), 1, 12)
    territories = draw(some if excluded else some | st.just(("Worldwide",)))
    kind = draw(st.sampled_from(("none", "code", "price")))
    return Deal(
        models=draw(_sets(_sampled("CommercialModelType_ERN", version), 1, 3)),
        uses=draw(_sets(_sampled("UseType_ERN", version), 1, 4)),
        start=draw(dates()),
        end=draw(_optional(dates())),
        territories=() if excluded else territories,
        excluded_territories=territories if excluded else (),
        price_code=draw(texts) if kind == "code" else None,
        price=draw(prices(version)) if kind == "price" else None,
        preorder=draw(st.booleans()),
        policy=draw(_optional(_sampled("RightsClaimPolicyType", version))),
        instant_gratification=draw(_sets(st.sampled_from(isrcs), 0, 2)) if isrcs else (),
        share=draw(st.sampled_from(_shares(version, territories, excluded))),
    )


@st.composite
def tracks(draw: DrawFn, number: int, disc: int, version: str) -> Track:
    """A track with an ISRC made from `number`."""
    instrumental = draw(st.booleans())
    return Track(
        isrc=f"GBXYZ26{number:05d}",
        disc=disc,
        title=draw(texts),
        display_artist=draw(texts),
        artists=draw(_tuples(artists, 1, 3)),
        parental_warning=draw(warnings),  # type: ignore[arg-type]
        genre=draw(genres),
        version=draw(_optional(texts)),
        contributors=draw(_tuples(contributors(version), 0, 3)),
        p_line=draw(_optional(rights_lines)),
        iswc=draw(_optional(st.just("T0345246801"))),
        language=None if instrumental else draw(_optional(languages)),
        instrumental=instrumental,
        deals=draw(_optional(_tuples(deals(version), 0, 3))),
        titles=draw(titles),
        bonus=draw(st.booleans()),
        hidden=draw(st.booleans()),
        preview=draw(_optional(previews)),
    )


@st.composite
def track_lists(draw: DrawFn, version: str) -> tuple[Track, ...]:
    """One to three discs; sometimes a recording stands on the last one again."""
    made: list[Track] = []
    for disc in range(1, draw(st.integers(1, 3)) + 1):
        for _ in range(draw(st.integers(1, 3))):
            made.append(draw(tracks(len(made) + 1, disc, version)))
    if draw(st.booleans()):
        made.append(replace(made[0], disc=made[-1].disc, bonus=draw(st.booleans())))
    return tuple(made)


@st.composite
def contents(draw: DrawFn, version: str) -> Content:
    """The content of a release with everything that the model can say, or little of it."""
    placed = draw(track_lists(version))
    isrcs = tuple(sorted({track.isrc for track in placed}))
    return Content(
        icpn="04006381333931",
        type=draw(_sampled("ReleaseType_ERN4", version)),
        title=draw(texts),
        display_artist=draw(texts),
        artists=draw(_tuples(artists, 1, 3)),
        label=draw(texts),
        genre=draw(genres),
        parental_warning=draw(warnings),  # type: ignore[arg-type]
        tracks=placed,
        language=draw(languages),
        version=draw(_optional(texts)),
        catalog_number=draw(_optional(texts)),
        p_line=draw(_optional(rights_lines)),
        c_line=draw(_optional(rights_lines)),
        release_date=draw(_optional(dates())),
        original_release_date=draw(_optional(_days)),
        deals=draw(_tuples(deals(version, isrcs), 0, 3)),
        track_deals=draw(_optional(_tuples(deals(version), 0, 3))),
        visibility=draw(_optional(visibilities)),
        titles=draw(titles),
        grid=draw(_optional(st.just("A12425GABC1234002M"))),
        compilation=draw(st.sampled_from((None, "single_artist", "multi_artist"))),
        related=draw(_tuples(related(version), 0, 2)),
        keywords=draw(_tuples(texts, 0, 3)),
        marketing_comment=draw(_optional(texts)),
        release_dates=draw(territory_dates),
    )


def _asset(role: str, track: int | None, key: str, facts: AudioFacts | ImageFacts) -> Asset:
    name = key.encode()
    return Asset(
        role="audio" if role == "audio" else "cover",
        track=track,
        path=f"assets/{key}",
        sha256=hashlib.sha256(name).hexdigest(),
        md5=hashlib.md5(name, usedforsecurity=False).hexdigest(),
        size=len(name) * 1000,
        facts=facts,
    )


def audio_facts(version: str) -> SearchStrategy[AudioFacts]:
    """Every codec and container, mono to surround."""
    return st.builds(
        AudioFacts,
        codec=_sampled("AudioCodecType", version),
        sample_rate=st.sampled_from((44100, 48000, 96000)),
        channels=st.sampled_from((1, 2, 6)),
        duration=st.decimals("0.1", "20000", places=6).map(str),
        container=_optional(_sampled("ContainerFormat", version)),
        bit_depth=_optional(st.sampled_from((16, 24))),
    )


def image_facts(version: str) -> SearchStrategy[ImageFacts]:
    """Covers of every codec and size."""
    return st.builds(
        ImageFacts,
        codec=_sampled("ImageCodecType", version),
        width=st.integers(1, 9000),
        height=st.integers(1, 9000),
        mode=st.just("RGB"),
    )


@st.composite
def deliveries(draw: DrawFn, version: str) -> Delivery:
    """Content with the facts of every file that it needs."""
    content = draw(contents(version))
    measured = {track.isrc: draw(audio_facts(version)) for track in content.tracks}
    assets = [
        _asset("audio", place, track.isrc, measured[track.isrc])
        for place, track in enumerate(content.tracks, 1)
    ]
    assets.append(_asset("cover", None, "cover.jpg", draw(image_facts(version))))
    icpn = draw(st.sampled_from(("4006381333931", "04006381333931")))
    principal = draw(
        _optional(st.builds(Principal, dpid=st.just("PADPIDA2011072101T"), name=texts))
    )
    return Delivery(icpn=icpn, content=content, assets=tuple(assets), on_behalf_of=principal)


_messaging_parties = st.builds(
    MessagingParty, dpid=st.sampled_from(("PADPIDA2026112201U", "PADPIDA2011072101T")), name=texts
)
headers: SearchStrategy[Header] = st.builds(
    Header,
    message_id=texts,
    thread_id=texts,
    created=st.sampled_from(("2026-11-22T07:00:00Z", "2024-02-29T23:59:59Z")),
    sender=_messaging_parties,
    recipient=_messaging_parties,
    test=st.booleans(),
    on_behalf_of=_optional(_messaging_parties),
    also_to=_tuples(_messaging_parties, 0, 2),
)


def named_files(delivery: Delivery) -> tuple[FileName, ...]:
    """A name for every file that the message carries."""
    return tuple(
        FileName(asset=asset, uri=f"resources/{delivery.icpn}_{number:03d}.bin")
        for number, asset in enumerate(carried_assets(delivery), 1)
    )


@st.composite
def messages(draw: DrawFn, version: str = "4.3") -> tuple[Delivery, Header, MessageOptions]:
    """All that a message of an ERN version is written from: new, update, takedown of each kind that
    the version knows, or purge."""
    delivery = draw(deliveries(version))
    kinds = ("no_deals", "end_date", *(("takedown_flag",) if version.startswith("3.") else ()))
    takedown = draw(st.sampled_from((None, None, *kinds)))
    single = len(delivery.content.tracks) == 1 and draw(st.booleans())
    with_files = takedown is None and draw(st.booleans())
    algorithms = {"MD5", "SHA-256"} & allowed_values(version)["HashSumAlgorithmType"]
    variants = ("none", "Classical", "BoxedSet", "BoxedSet Classical")
    options = MessageOptions(
        version=version,
        profile="SimpleAudioSingle" if single else "Audio",
        variant=draw(_optional(st.sampled_from(variants))),
        files=named_files(delivery) if with_files else None,
        takedown=takedown,
        purge=takedown is None and draw(st.integers(0, 9)) == 0,
        update_indicator=draw(st.sampled_from((None, "OriginalMessage", "UpdateMessage"))),
        track_deals=draw(st.integers(0, 4)) > 0,
        end_date=draw(_days) if takedown == "end_date" else None,
        hash_algorithm=draw(st.sampled_from(sorted(algorithms))),
    )
    return delivery, draw(headers), options
