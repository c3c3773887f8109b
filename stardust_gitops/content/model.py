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
from stardust_gitops.assets.facts import TextFacts as TextFacts
from stardust_gitops.assets.facts import VideoFacts as VideoFacts

DisplayArtistRole = Literal["MainArtist", "FeaturedArtist"]
Compilation = Literal["single_artist", "multi_artist"]
ParentalWarning = Literal["Explicit", "ExplicitContentEdited", "NotExplicit", "NoAdviceAvailable"]
ContainsAI = Literal["All", "Partly", "None"]
"""How much of a recording, or of a contribution, generative AI made (DDEX ContainsAI, AVS 9)."""
AssetRole = Literal[
    "audio", "video", "immersive", "preview", "screen_capture", "lyrics", "cover", "booklet"
]
"""What a file is to its release: `audio` or `video` of a track; beside it the `immersive` edition,
a `preview` cut by the label, a `screen_capture` of the video, its `lyrics`; `cover` and `booklet`
belong to the whole release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProprietaryId:
    """An id that its owner gave; `namespace` is the owner's DPID."""

    namespace: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalName:
    """A name, or line of artists, in another language or script than that of the metadata."""

    name: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or company as DDEX's Party: the name to show, the same in other languages and
    scripts, and public identifiers."""

    name: str
    isni: str | None = None
    ipi: str | None = None
    ipn: str | None = None
    ids: tuple[ProprietaryId, ...] = ()
    names: tuple[LocalName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artist:
    """A display artist; the order in the list is the SequenceNumber."""

    party: Party
    role: DisplayArtistRole = "MainArtist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """A contributor with all roles (DDEX ContributorRole values) and instruments (InstrumentType
    values), in the order written. `ai` tells how much of the contribution generative AI made
    (DDEX AiContribution)."""

    party: Party
    roles: tuple[str, ...]
    instruments: tuple[str, ...] = ()
    ai: ContainsAI | None = None


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
class RelatedRecording:
    """Another recording and what the track is to it (DDEX ResourceRelationshipType): what a mix is
    made from, what a ringtone is cut from. `start` and `duration` say where in this track the
    other one stands, in seconds."""

    type: str
    isrc: str
    start: int | None = None
    duration: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Immersive:
    """The immersive edition of a track (Dolby Atmos): the same recording in another sound, with an
    ISRC of its own and, where it differs, a P-line."""

    isrc: str
    p_line: RightsLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The musical work that a track is a part of: tracks of one disc in a row with an equal work
    are its movements and form a group."""

    title: str
    titles: tuple[Title, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """What is said of one disc (volume, component) of a set: its title, and its own ICPN, as
    written, where it is also a release by itself."""

    number: int
    title: str
    icpn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """What is told in a DDEX MEAD message beside the release, in the values of its allowed value
    sets; `bpm` is a decimal text. Only for targets that take such messages."""

    moods: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    key: str | None = None
    time_signature: str | None = None
    tempo: str | None = None
    bpm: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One recording in its place on the release.

    `video` tells that it is a Video, else it is a SoundRecording; `type` is DDEX's VideoType or
    SoundRecordingType where it is not the usual one (ShortFormMusicalWorkVideo,
    MusicalWorkSoundRecording; ``Clip`` is a stand-alone clip).

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
    video: bool = False
    type: str | None = None
    immersive: Immersive | None = None
    work: Work | None = None
    related: tuple[RelatedRecording, ...] = ()
    contains_ai: ContainsAI | None = None
    display_artists: tuple[LocalName, ...] = ()
    descriptors: Descriptors | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that is told about one release to one target.

    `icpn` is the GTIN-14. `release_dates` are those of territories that differ from `release_date`,
    sorted. `tracks` are in order of disc and place. `deals` are the terms of the
    release, `track_deals` those of each track sold alone (``None``: the same as `deals`). `discs`
    are those of which something is said, by number. `contains_ai` follows from the tracks.
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
    display_artists: tuple[LocalName, ...] = ()
    discs: tuple[Disc, ...] = ()
    contains_ai: ContainsAI | None = None
    descriptors: Descriptors | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of the release. `track` is the 1-based place in `Content.tracks`, ``None`` for
    cover and booklet. `path` is relative to the catalogue's root."""

    role: AssetRole
    track: int | None
    path: str
    sha256: str
    md5: str
    size: int
    facts: AudioFacts | ImageFacts | VideoFacts | TextFacts


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
