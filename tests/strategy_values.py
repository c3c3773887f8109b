"""Hypothesis strategies for what a content model is put together from: texts, people, terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from stardust_gitops.catalog.vocabulary import (
    allowed,
    allowed_values,
    is_told,
    known_since,
    territories,
)
from stardust_gitops.content.model import (
    Artist,
    Contributor,
    Deal,
    Genre,
    LocalName,
    Party,
    Preview,
    Price,
    ProprietaryId,
    RelatedRelease,
    RightsLine,
    TerritoryDate,
    Title,
    Visibility,
)

T = TypeVar("T")

VAGUE = frozenset({"Unknown", "UserDefined"})
"""Values that no catalogue says."""

_AWKWARD = (
    "Kestrel & Sons",
    "<b>bold</b>",
    "]]>",
    "\"quoted\" 'twice'",
    "עברית ١٢٣",
    "فرقة المدّ",
    "e\u0301tude",
    "👩‍🚀 moon 👨‍👩‍👧‍👦",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "Straße\u00a0№ 1",
    "\u202eright to left",
    " spaces ",
    "𝔄𝔩𝔭𝔥𝔞",
    "ケストレル",
    "Long title, " * 200,
)
ISO = sorted(
    code
    for code in allowed_values("4.2")["CurrentTerritoryCode"] & territories()
    if len(code) == 2 and code.isalpha()
)


_MADE: dict[object, Any] = {}


def _once(key: object, make: Callable[[], SearchStrategy[T]]) -> SearchStrategy[T]:
    """One strategy for each key: to make them anew for every draw takes longer than to draw."""
    if key not in _MADE:
        _MADE[key] = make()
    found: SearchStrategy[T] = _MADE[key]
    return found


@cache
def sampled(name: str, version: str, without: frozenset[str] = VAGUE) -> SearchStrategy[str]:
    """The values of a set that a catalogue may say to a version: those that it knows, and those
    that it is told of as ``UserDefined``."""
    values = allowed_values(version)[name]
    if is_told(name, version):
        newer = (value for value in allowed(name) if known_since(name, value, version))
        values = values.union(newer)
    return st.sampled_from(sorted(values - without))


def optional(strategy: SearchStrategy[T]) -> SearchStrategy[T | None]:
    """`None`, or a value."""
    return _once(("optional", strategy), lambda: st.none() | strategy)


def tuples(strategy: SearchStrategy[T], low: int, high: int) -> SearchStrategy[tuple[T, ...]]:
    """Lists as the content model has them."""
    return _once(
        ("tuple", strategy, low, high),
        lambda: st.lists(strategy, min_size=low, max_size=high).map(tuple),
    )


def sets(strategy: SearchStrategy[str], low: int, high: int) -> SearchStrategy[tuple[str, ...]]:
    """Sets as the content model has them: sorted."""
    return _once(
        ("set", strategy, low, high),
        lambda: st.sets(strategy, min_size=low, max_size=high).map(_in_order),
    )


def _in_order(found: set[str]) -> tuple[str, ...]:
    return tuple(sorted(found))


_letters = st.characters(
    exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff", codec="utf-8"
)
_any_text = st.text(_letters, min_size=1, max_size=12)
_awkward = st.sampled_from(_AWKWARD)
texts: SearchStrategy[str] = st.one_of(_awkward, _awkward, _awkward, _any_text)
"""Any text that may stand in a message; mostly one of a few, since those are drawn fast."""

_FIRST = date(1990, 1, 1).toordinal()
days = st.integers(0, 40_000).map(lambda number: date.fromordinal(_FIRST + number).isoformat())
_TIMES = ("", "T17:00:00", "T16:30:00Z")
dates = st.builds(lambda day, time: day + time, days, st.sampled_from(_TIMES))
"""A date text in one of the three forms of the content model."""


languages = st.sampled_from(("en", "de", "ja-Jpan", "pt-BR", "es-419", "zh-Hant-TW"))
_SCRIPTS = (
    LocalName(name="ケストレル", language="ja-Jpan"),
    LocalName(name="Kesutoreru", language="ja-Latn"),
    LocalName(name="فرقة المدّ", language="ar"),
    LocalName(name="להקת הגאות", language="he-Hebr"),
    LocalName(name="鷹與子", language="zh-Hant-TW"),
)
local_names: SearchStrategy[tuple[LocalName, ...]] = st.lists(
    st.sampled_from(_SCRIPTS), max_size=3, unique_by=lambda each: each.language
).map(tuple)
"""The same name in other languages and scripts, none of them twice."""

_OWNER = "PADPIDA2011072101T"
_KNOWN = (
    Party(name="Ada Quill"),
    Party(name="Ada Quill", ipi="00012345678"),
    Party(name="Kestrel & Sons", isni="0000000114819103", ipn="12345678"),
    Party(name="e\u0301tude", ids=(ProprietaryId(namespace=_OWNER, value="17"),)),
)


@cache
def parties(local: bool) -> SearchStrategy[Party]:
    """Somebody, perhaps somebody known; with names in other languages where `local`."""
    somebody = st.builds(
        Party,
        name=texts,
        isni=optional(st.just("0000000114819103")),
        ipi=optional(st.integers(0, 99).map("000123456{:02}".format)),
        ipn=optional(st.just("12345678")),
        ids=tuples(st.builds(ProprietaryId, namespace=st.just(_OWNER), value=texts), 0, 2),
        names=local_names if local else st.just(()),
    )
    return st.sampled_from(_KNOWN) | somebody


@cache
def artists(local: bool) -> SearchStrategy[tuple[Artist, ...]]:
    """One to three display artists."""
    roles = st.sampled_from(("MainArtist", "FeaturedArtist"))
    return tuples(st.builds(Artist, party=parties(local), role=roles), 1, 3)


rights_lines: SearchStrategy[RightsLine] = st.builds(
    RightsLine, text=texts, year=optional(st.integers(1900, 2099)), owner=optional(texts)
)
genres: SearchStrategy[Genre] = st.builds(Genre, name=texts, sub=optional(texts))
warnings: SearchStrategy[str] = st.sampled_from(
    ("Explicit", "ExplicitContentEdited", "NotExplicit", "NoAdviceAvailable")
)
titles: SearchStrategy[tuple[Title, ...]] = tuples(
    st.builds(Title, title=texts, language=languages, version=optional(texts)), 0, 2
)
visibilities: SearchStrategy[Visibility] = st.builds(
    Visibility, release=optional(dates), cover=optional(dates), tracks=optional(dates)
)
previews: SearchStrategy[Preview] = st.builds(
    Preview, start=st.integers(0, 300), duration=optional(st.integers(1, 60))
)
territory_dates: SearchStrategy[tuple[TerritoryDate, ...]] = st.lists(
    st.builds(TerritoryDate, territory=st.sampled_from(ISO), date=dates),
    max_size=3,
    unique_by=lambda each: each.territory,
).map(tuple)


@cache
def contributors(version: str, local: bool, ai: bool) -> SearchStrategy[Contributor]:
    """Every role and instrument; what AI made of it where `ai`."""
    return st.builds(
        Contributor,
        party=parties(local),
        roles=sets(sampled("ContributorRole", version, frozenset({"UserDefined"})), 1, 3),
        instruments=sets(sampled("InstrumentType", version), 0, 2),
        ai=st.sampled_from((None, "All", "Partly", "None")) if ai else st.none(),
    )


@cache
def related(version: str) -> SearchStrategy[RelatedRelease]:
    """Every relation."""
    return st.builds(
        RelatedRelease,
        type=sampled("ReleaseRelationshipType", version),
        icpn=st.sampled_from(("4006381333931", "036000291452")),
    )


@cache
def _prices(version: str) -> SearchStrategy[Price]:
    return st.builds(
        Price,
        amount=st.integers(1, 9900).map(lambda cents: f"{cents / 100:.2f}"),
        currency=sampled("CurrencyCode", version),
    )


def _shares(version: str, territories: tuple[str, ...], excluded: bool) -> tuple[str | None, ...]:
    """Shares that a claim may say: ERN 3 tells one, for the whole world."""
    if version.startswith("3."):
        return (None, "50") if territories == ("Worldwide",) else (None,)
    return (None,) if excluded else (None, "50", "33.33")


def _row(first: int, count: int) -> tuple[str, ...]:
    """Territories that follow each other, as if in a circle."""
    return tuple(sorted((ISO + ISO)[first : first + count]))


@cache
def deals(version: str, isrcs: tuple[str, ...] = ()) -> SearchStrategy[Deal]:
    """Terms of any kind: every model and use, included or excluded territories (a few, or all that
    there are), either price.

    `isrcs` are the recordings that a pre-order may give at once.
    """
    return _deals(version, isrcs)


_some = st.builds(_row, st.integers(0, len(ISO) - 1), st.integers(1, 12))
_included = _some | st.sampled_from((*(("Worldwide",),) * 5, tuple(ISO)))
_price_kinds = st.sampled_from(("none", "code", "price"))


@st.composite
def _deals(draw: DrawFn, version: str, isrcs: tuple[str, ...]) -> Deal:
    excluded = draw(st.booleans())
    places = draw(_some if excluded else _included)
    kind = draw(_price_kinds)
    return Deal(
        models=draw(sets(sampled("CommercialModelType_ERN", version), 1, 3)),
        uses=draw(sets(sampled("UseType_ERN", version), 1, 4)),
        start=draw(dates),
        end=draw(optional(dates)),
        territories=() if excluded else places,
        excluded_territories=places if excluded else (),
        price_code=draw(texts) if kind == "code" else None,
        price=draw(_prices(version)) if kind == "price" else None,
        preorder=draw(st.booleans()),
        policy=draw(optional(sampled("RightsClaimPolicyType", version))),
        instant_gratification=draw(sets(st.sampled_from(isrcs), 0, 2)) if isrcs else (),
        share=draw(st.sampled_from(_shares(version, places, excluded))),
    )
