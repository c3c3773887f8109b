"""The neutral content of a release for one target: what a recipient is told and given.

Neutral to format and version. Field names are those of the catalogue's YAML, value names those of
DDEX. Everything here is fingerprinted except `Delivery.icpn`, `Delivery.on_behalf_of` and the
facts measured from bytes (see `content.fingerprint`), so a new field must default to ``None``,
``()`` or ``False``: an unset field is absent from the canonical form and changes no fingerprint.

Dates are texts: ``2026-12-04`` (local midnight in each territory; an end is inclusive),
``2026-12-04T17:00:00`` (local time in each territory) or ``2026-12-04T16:00:00Z`` (one global
instant, always in UTC).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stardust_gitops.assets.facts import AudioFacts as AudioFacts
from stardust_gitops.assets.facts import ImageFacts as ImageFacts

DisplayArtistRole = Literal["MainArtist", "FeaturedArtist"]
Compilation = Literal["single_artist", "multi_artist"]
ParentalWarning = Literal["Explicit", "ExplicitContentEdited", "NotExplicit", "NoAdviceAvailable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProprietaryId:
    """An id that its owner gave; `namespace` is the owner's DPID."""

    namespace: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or company as DDEX's Party: the name to show and public identifiers."""

    name: str
    isni: str | None = None
    ipi: str | None = None
    ipn: str | None = None
    ids: tuple[ProprietaryId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artist:
    """A display artist; the order in the list is the SequenceNumber."""

    party: Party
    role: DisplayArtistRole = "MainArtist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """A contributor with all roles (DDEX ContributorRole values) and instruments (InstrumentType
    values), in the order written."""

    party: Party
    roles: tuple[str, ...]
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsLine:
    """A P-line or C-line: `text` is the full line, without the symbol."""

    text: str
    year: int | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A title in another language or script than that of the metadata; it stands for itself, so
    that one without a version has none in its language."""

    title: str
    language: str
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Genre:
    """A genre in the target's own words."""

    name: str
    sub: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A wholesale price per unit; `amount` is a decimal text as ``4.20``, `currency` ISO 4217."""

    amount: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One set of terms. Exactly one of `territories` and `excluded_territories` is filled.

    `models` and `uses` are DDEX CommercialModelType and UseType values, every model with every
    use; `territories` holds ISO codes or ``Worldwide``. All four are sorted (they are sets).
    `price_code` is in the target's words. `policy` (RightsClaimPolicyType) is what a rights claim
    asks for, `share` the percentage of the rights that it stands for (all of them where unset), a
    decimal text; `instant_gratification` are the ISRCs, sorted, that a pre-order gives at once.
    """

    models: tuple[str, ...]
    uses: tuple[str, ...]
    start: str
    end: str | None = None
    territories: tuple[str, ...] = ()
    excluded_territories: tuple[str, ...] = ()
    price_code: str | None = None
    price: Price | None = None
    preorder: bool = False
    policy: str | None = None
    instant_gratification: tuple[str, ...] = ()
    share: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """From when what may be shown before the release (DDEX ReleaseVisibility), as date texts."""

    release: str | None = None
    cover: str | None = None
    tracks: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedRelease:
    """Another release and what this one is to it (DDEX ReleaseRelationshipType)."""

    type: str
    icpn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryDate:
    """The release date of one territory (ISO code) that has one of its own."""

    territory: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The piece of a recording that may be heard before buying: where it begins and how long it
    is, in seconds. Without a duration the recipient decides."""

    start: int
    duration: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One recording in its place on the release.

    `deals` is ``None`` where the track is sold on `Content.track_deals`, ``()`` where it is not
    sold alone (``available: album_only``, or ``none``). `language` is the language of the
    performance. `bonus` is said of its place on this release, `hidden` of what the recording
    contains.
    """

    isrc: str
    disc: int
    title: str
    display_artist: str
    artists: tuple[Artist, ...]
    parental_warning: ParentalWarning
    genre: Genre
    version: str | None = None
    contributors: tuple[Contributor, ...] = ()
    p_line: RightsLine | None = None
    iswc: str | None = None
    language: str | None = None
    instrumental: bool = False
    deals: tuple[Deal, ...] | None = None
    titles: tuple[Title, ...] = ()
    bonus: bool = False
    hidden: bool = False
    preview: Preview | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that is told about one release to one target.

    `icpn` is the GTIN-14. `release_dates` are those of territories that differ from `release_date`,
    sorted. `tracks` are in order of disc and place. `deals` are the terms of the
    release, `track_deals` those of each track sold alone (``None``: the same as `deals`).
    """

    icpn: str
    type: str
    title: str
    display_artist: str
    artists: tuple[Artist, ...]
    label: str
    genre: Genre
    parental_warning: ParentalWarning
    tracks: tuple[Track, ...]
    language: str
    version: str | None = None
    catalog_number: str | None = None
    p_line: RightsLine | None = None
    c_line: RightsLine | None = None
    release_date: str | None = None
    original_release_date: str | None = None
    deals: tuple[Deal, ...] = ()
    track_deals: tuple[Deal, ...] | None = None
    visibility: Visibility | None = None
    titles: tuple[Title, ...] = ()
    grid: str | None = None
    compilation: Compilation | None = None
    related: tuple[RelatedRelease, ...] = ()
    keywords: tuple[str, ...] = ()
    marketing_comment: str | None = None
    release_dates: tuple[TerritoryDate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of the release. `role` is ``audio`` or ``cover``; `track` is the 1-based place in
    `Content.tracks`, ``None`` for the cover. `path` is relative to the catalogue's root."""

    role: Literal["audio", "cover"]
    track: int | None
    path: str
    sha256: str
    md5: str
    size: int
    facts: AudioFacts | ImageFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The label in whose name a message is sent (DDEX SentOnBehalfOf)."""

    dpid: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """All that a message and its package are made from; stored with every intention.

    `icpn` is the form that the catalogue writes (8, 12, 13 or 14 digits). `on_behalf_of` stands in
    the message's header and is, like all of it, never fingerprinted.
    """

    icpn: str
    content: Content
    assets: tuple[Asset, ...] = ()
    on_behalf_of: Principal | None = None
