"""The facts of a message in ERN 4: as its content has them, and as a recipient reads them.

The reader shares no code with the writer; places that differ by version are looked for in all of
them, so that it knows no version either.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias
from xml.etree import ElementTree

from stardust_gitops.content.model import (
    Artist,
    Content,
    Contributor,
    Deal,
    Delivery,
    Genre,
    Party,
    RightsLine,
    Title,
    Track,
    Visibility,
)
from stardust_gitops.messages.ern.options import MessageOptions
from tests.told_in_ern_3 import plain

Facts: TypeAlias = Any
Element: TypeAlias = ElementTree.Element


# --- as the content has them ---


def _party(party: Party) -> Facts:
    ids = [(each.namespace, each.value) for each in party.ids]
    return (party.name, party.isni, party.ipi, party.ipn, tuple(ids))


def _artists(artists: Iterable[Artist]) -> Facts:
    return [(_party(artist.party), artist.role) for artist in artists]


def _contributors(contributors: Iterable[Contributor]) -> Facts:
    found: dict[Facts, tuple[set[str], set[str]]] = {}
    for each in contributors:
        roles, instruments = found.setdefault(plain(_party(each.party)), (set(), set()))
        roles.update(each.roles)
        instruments.update(each.instruments)
    return found


def _titles(title: str, version: str | None, titles: Iterable[Title]) -> Facts:
    own = [(None, title, version)] + [(each.language, each.title, each.version) for each in titles]
    return [(*each, f"{each[1]} ({each[2]})" if each[2] else each[1]) for each in own]


def _line(line: RightsLine | None) -> Facts:
    return line and (line.year, line.owner or None, line.text)


def _genre(genre: Genre) -> Facts:
    return (genre.name, genre.sub or None)


def _seconds(durations: Iterable[str]) -> int:
    total = sum(map(Decimal, durations), Decimal(0))
    return max(1, int(total.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def _from(date: str | None) -> str | None:
    return date if date is None or "T" in date else f"{date}T00:00:00"


def _until(date: str | None) -> str | None:
    return date if date is None or "T" in date else f"{date}T23:59:59"


def _terms(deals: Iterable[Deal], options: MessageOptions) -> Facts:
    """What is left to do with it: all of it, or what a takedown leaves."""
    for deal in deals:
        end, last = deal.end, options.end_date
        if options.takedown == "no_deals":
            continue
        if options.takedown == "end_date" and last is not None:
            if deal.start[:10] > last:
                continue
            end = end if end is not None and end[:10] <= last else last
        yield {
            "models": deal.models,
            "uses": deal.uses,
            "territories": deal.territories,
            "excluded": deal.excluded_territories,
            "start": _from(deal.start),
            "end": _until(end),
            "policy": deal.policy,
            "price code": deal.price_code,
            "price": deal.price and (deal.price.amount, deal.price.currency),
            "preorder": deal.preorder,
            "at once": deal.instant_gratification,
        }


def _track_deals(track: Track, content: Content) -> tuple[Deal, ...]:
    shared = content.deals if content.track_deals is None else content.track_deals
    return shared if track.deals is None else track.deals


def _offers(content: Content, options: MessageOptions) -> Facts:
    offers: Facts = {None: list(_terms(content.deals, options))}
    if options.track_deals and options.profile != "SimpleAudioSingle":
        for track in reversed(content.tracks):
            offers[track.isrc] = list(_terms(_track_deals(track, content), options))
    return {isrc: terms for isrc, terms in offers.items() if terms}


def _shares(track: Track, content: Content) -> Facts:
    claims = dict.fromkeys(d for d in _track_deals(track, content) if d.share is not None)
    return [(content.label, deal.share, deal.uses, deal.territories) for deal in claims]


def _digest(asset: Any, options: MessageOptions) -> Facts:
    names = {file.asset: file.uri for file in options.files or ()}
    if asset not in names:
        return None
    hashed = asset.md5 if options.hash_algorithm == "MD5" else asset.sha256
    return (names[asset], options.hash_algorithm, hashed, asset.size)


def _recording(track: Track, delivery: Delivery, options: MessageOptions) -> Facts:
    place = delivery.content.tracks.index(track) + 1
    (asset,) = (each for each in delivery.assets if each.track == place)
    facts: Any = asset.facts
    return {
        "titles": _titles(track.title, track.version, track.titles),
        "display artist": track.display_artist,
        "artists": _artists(track.artists),
        "contributors": _contributors(track.contributors),
        "iswc": track.iswc,
        "language": track.language,
        "instrumental": track.instrumental,
        "hidden": track.hidden,
        "seconds": _seconds([facts.duration]),
        "p line": _line(track.p_line),
        "warning": track.parental_warning,
        "shares": _shares(track, delivery.content),
        "mode": {1: "Mono", 2: "Stereo"}.get(facts.channels),
        "container": None if options.version == "4.2" else facts.container,
        "sound": (facts.codec, facts.channels, facts.sample_rate, facts.bit_depth),
        "preview": track.preview and (track.preview.start, track.preview.duration),
        "file": _digest(asset, options),
    }


def _visibility(content: Content, offered: bool) -> Facts:
    shown = content.visibility
    if shown in (None, Visibility()) or not offered:
        return None
    assert shown is not None
    return (_from(shown.release), _from(shown.cover), _from(shown.tracks))


def content_facts(delivery: Delivery, options: MessageOptions) -> Facts:
    """What a recipient of ERN 4 is to know of a release."""
    content = delivery.content
    placed: dict[int, list[Facts]] = {}
    for track in content.tracks:
        disc = placed.setdefault(track.disc, [])
        disc.append((len(disc) + 1, track.isrc, track.bonus))
    first = {track.isrc: track for track in reversed(content.tracks)}
    days = {own.territory: own.date[:10] for own in content.release_dates}
    (cover,) = (each for each in delivery.assets if each.track is None)
    measured: Any = cover.facts
    durations: list[Any] = [each.facts for each in delivery.assets if each.track is not None]
    offers = _offers(content, options)
    simple = options.profile == "SimpleAudioSingle"
    facts = {
        "ids": (content.grid, delivery.icpn, content.catalog_number),
        "type": content.type,
        "titles": _titles(content.title, content.version, content.titles),
        "display artist": content.display_artist,
        "artists": _artists(content.artists),
        "label": content.label,
        "genre": _genre(content.genre),
        "warning": content.parental_warning,
        "p line": _line(content.p_line),
        "c line": _line(content.c_line),
        "day": content.release_date and content.release_date[:10],
        "days": days,
        "original": content.original_release_date and content.original_release_date[:10],
        "compilation": content.compilation,
        "related": [(each.type, each.icpn) for each in content.related],
        "keywords": ", ".join(content.keywords) or None,
        "comment": content.marketing_comment,
        "seconds": _seconds(each.duration for each in durations),
        "discs": placed,
        "recordings": {isrc: _recording(t, delivery, options) for isrc, t in first.items()},
        "tracks": {} if simple else {i: (content.label, _genre(t.genre)) for i, t in first.items()},
        "cover": (measured.codec, measured.height, measured.width, _digest(cover, options)),
        "offers": offers,
        "visibility": _visibility(content, bool(offers)),
    }
    return plain(facts)


# --- as a recipient reads them ---


def _text(parent: Element, *paths: str) -> str | None:
    """The text of the first place where there is one."""
    for path in paths:
        found = parent.find(path)
        if found is not None:
            return found.text or ""
    return None


def _texts(parent: Element, path: str) -> tuple[str, ...]:
    return tuple(each.text or "" for each in parent.iterfind(path))


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _word(element: Element) -> str | None:
    """A value of an open set: what is meant where it is UserDefined."""
    value = element.find("Value")
    told = element if value is None else value
    return told.get("UserDefinedValue") or told.text


def _read_seconds(text: str | None) -> int | None:
    if text is None:
        return None
    seconds, number = 0, ""
    for character in text.removeprefix("PT"):
        if character.isdigit():
            number += character
        else:
            seconds, number = seconds + int(number) * {"H": 3600, "M": 60, "S": 1}[character], ""
    return seconds


def _numbered(found: list[Element]) -> list[Element]:
    numbers = [each.get("SequenceNumber") for each in found]
    assert numbers == [str(number) for number in range(1, len(found) + 1)]
    return found


class _Reader:
    """A message with what its references name."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.parties = {
            _text(each, "PartyReference"): self._party(each)
            for each in root.iterfind("PartyList/Party")
        }
        self.isrcs = {
            _text(each, "ResourceReference"): _text(
                each,
                "SoundRecordingEdition/ResourceId/ISRC",
                "ResourceId/ISRC",
            )
            for each in root.iterfind("ResourceList/SoundRecording")
        }

    def _party(self, element: Element) -> Facts:
        ids = tuple(
            (each.get("Namespace"), each.text) for each in element.iterfind("PartyId/ProprietaryId")
        )
        known = (_text(element, f"PartyId/{name}") for name in ("ISNI", "IpiNameNumber", "IPN"))
        return (_text(element, "PartyName/FullName"), *known, ids)

    def label(self, element: Element) -> Facts:
        return self.parties[_text(element, "ReleaseLabelReference")][0]

    def artists(self, element: Element) -> Facts:
        return [
            (self.parties[_text(each, "ArtistPartyReference")], _text(each, "DisplayArtistRole"))
            for each in _numbered(element.findall("DisplayArtist"))
        ]

    def contributors(self, element: Element) -> Facts:
        found = {}
        for each in _numbered(element.findall("Contributor")):
            party = self.parties[_text(each, "ContributorPartyReference")]
            assert party not in found, "a party stands once"
            roles = {_word(role) for role in each.iterfind("Role")}
            found[party] = (roles, {_word(name) for name in each.iterfind("InstrumentType")})
        return found

    def shares(self, element: Element) -> Facts:
        return [
            (
                self.parties[_text(each, "RightsControllerPartyReference")][0],
                _text(each, "RightSharePercentage"),
                _texts(each, "DelegatedUsageRights/UseType"),
                _texts(each, "DelegatedUsageRights/TerritoryOfRightsDelegation"),
            )
            for each in _numbered(element.findall("ResourceRightsController"))
        ]

    def recording(self, element: Element) -> Facts:
        edition = element.find("SoundRecordingEdition")
        edition = element if edition is None else edition
        details = edition.find("TechnicalDetails")
        assert details is not None
        file = details.find("DeliveryFile")
        file = details if file is None else file
        start = _text(details, "PreviewDetails/StartPoint", "ClipDetails/Timing/StartPoint")
        length = _text(details, "PreviewDetails/Duration", "ClipDetails/Timing/DurationUsed")
        depth = _number(_text(file, "BitsPerSample"))
        channels = _number(_text(file, "NumberOfChannels"))
        rate = _number(_text(file, "SamplingRate[@UnitOfMeasure='Hz']"))
        return {
            "titles": _read_titles(element),
            "display artist": _text(element, "DisplayArtistName"),
            "artists": self.artists(element),
            "contributors": self.contributors(element),
            "iswc": _text(element, "WorkId/ISWC"),
            "language": _text(element, "LanguageOfPerformance"),
            "instrumental": _text(element, "IsInstrumental") == "true",
            "hidden": _text(element, "ContainsHiddenContent") == "true",
            "seconds": _read_seconds(_text(element, "Duration")),
            "p line": _read_line(edition, "PLine"),
            "warning": _text(element, "ParentalWarningType"),
            "shares": self.shares(element),
            "mode": _text(edition, "RecordingMode", "AudioChannelConfiguration"),
            "container": _text(file, "ContainerFormat"),
            "sound": (_text(file, "AudioCodecType"), channels, rate, depth),
            "preview": None if start is None else (int(start), _read_seconds(length)),
            "file": _read_file(file),
        }

    def discs(self, release: Element) -> Facts:
        return {
            _number(_text(group, "SequenceNumber")): [
                (
                    _number(_text(item, "SequenceNumber")),
                    self.isrcs[_text(item, "ReleaseResourceReference")],
                    _text(item, "IsBonusResource") == "true",
                )
                for item in group.iterfind("ResourceGroupContentItem")
            ]
            for group in release.iterfind("ResourceGroup/ResourceGroup")
        }

    def offers(self) -> Facts:
        releases: dict[str | None, str | None] = {"R0": None}
        for each in self.root.iterfind("ReleaseList/TrackRelease"):
            isrc = self.isrcs[_text(each, "ReleaseResourceReference")]
            releases[_text(each, "ReleaseReference")] = isrc
        offers = {}
        for deal in self.root.iterfind("DealList/ReleaseDeal"):
            for reference in _texts(deal, "DealReleaseReference"):
                assert releases[reference] not in offers, "what is offered stands in one place"
                terms = [self.terms(each) for each in deal.iterfind("Deal/DealTerms")]
                offers[releases[reference]] = terms
        return offers

    def terms(self, terms: Element) -> Facts:
        price = terms.find("PriceInformation/WholesalePricePerUnit")
        given = _texts(terms, "InstantGratificationResourceList/DealResourceReference")
        return {
            "models": _texts(terms, "CommercialModelType"),
            "uses": _texts(terms, "UseType"),
            "territories": _texts(terms, "TerritoryCode"),
            "excluded": _texts(terms, "ExcludedTerritoryCode"),
            "start": _text(terms, "ValidityPeriod/StartDateTime"),
            "end": _text(terms, "ValidityPeriod/EndDateTime"),
            "policy": _text(terms, "RightsClaimPolicy/RightsClaimPolicyType"),
            "price code": _text(terms, "PriceInformation/PriceCode"),
            "price": None if price is None else (price.text, price.get("CurrencyCode")),
            "preorder": _text(terms, "IsPreOrderDeal") == "true",
            "at once": tuple(self.isrcs[reference] for reference in given),
        }

    def visibility(self, release: Element) -> Facts:
        found = self.root.find("DealList/ReleaseVisibility")
        named = _text(release, "ReleaseVisibilityReference")
        if found is None:
            assert named is None
            return None
        assert _text(found, "VisibilityReference") == named
        names = ("ReleaseDisplay", "CoverArtPreview", "FullTrackListingPreview")
        return tuple(_text(found, f"{name}StartDateTime") for name in names)


def _read_titles(element: Element) -> Facts:
    texts = element.findall("DisplayTitleText")
    titles = element.findall("DisplayTitle")
    assert [each.attrib for each in texts] == [each.attrib for each in titles]
    assert [each.get("IsDefault") for each in titles] == ["true"] + [None] * (len(titles) - 1)
    return [
        (
            each.get("LanguageAndScriptCode"),
            _text(each, "TitleText"),
            _text(each, "SubTitle[@SubTitleType='Version']"),
            text.text,
        )
        for each, text in zip(titles, texts, strict=True)
    ]


def _read_line(parent: Element, name: str) -> Facts:
    found = parent.find(name)
    if found is None:
        return None
    year = _number(_text(found, "Year"))
    return (year, _text(found, f"{name}Company"), _text(found, f"{name}Text"))


def _read_genre(parent: Element) -> Facts:
    return (
        _text(parent, "Genre/GenreText", "DisplayGenre/GenreText"),
        _text(parent, "Genre/SubGenre", "DisplayGenre/SubGenre"),
    )


def _read_file(parent: Element) -> Facts:
    file = parent.find("File")
    assert _text(parent, "IsProvidedInDelivery") == ("false" if file is None else "true")
    if file is None:
        return None
    hashed = (_text(file, "HashSum/Algorithm"), _text(file, "HashSum/HashSumValue"))
    return (_text(file, "URI"), *hashed, _number(_text(file, "FileSize")))


def _read_compilation(release: Element) -> str | None:
    for kind, name in (("single_artist", "Single"), ("multi_artist", "Multi")):
        if _text(release, f"Is{name}ArtistCompilation") == "true":
            return kind
    return None


def _read_cover(root: Element, release: Element) -> Facts:
    (image,) = root.findall("ResourceList/Image[Type='FrontCoverImage']")
    reference = _text(release, "ResourceGroup/LinkedReleaseResourceReference")
    assert reference == _text(image, "ResourceReference")
    details = image.find("TechnicalDetails")
    assert details is not None
    return (
        _text(details, "ImageCodecType"),
        _number(_text(details, "ImageHeight[@UnitOfMeasure='Pixel']")),
        _number(_text(details, "ImageWidth[@UnitOfMeasure='Pixel']")),
        _read_file(details),
    )


def read_facts(data: bytes) -> Facts:
    """What a recipient knows after a message of ours."""
    root = ElementTree.fromstring(data)  # noqa: S314  our own bytes
    reader = _Reader(root)
    release = root.find("ReleaseList/Release")
    assert release is not None
    worldwide = "[@ApplicableTerritoryCode='Worldwide']"
    return {
        "ids": tuple(_text(release, f"ReleaseId/{n}") for n in ("GRid", "ICPN", "CatalogNumber")),
        "type": _text(release, "ReleaseType"),
        "titles": _read_titles(release),
        "display artist": _text(release, "DisplayArtistName"),
        "artists": reader.artists(release),
        "label": reader.label(release),
        "genre": _read_genre(release),
        "warning": _text(release, "ParentalWarningType"),
        "p line": _read_line(release, "PLine"),
        "c line": _read_line(release, "CLine"),
        "day": _text(release, f"ReleaseDate{worldwide}"),
        "days": {
            each.get("ApplicableTerritoryCode"): each.text
            for each in release.iterfind("ReleaseDate")
            if each.get("IsDefault") is None
        },
        "original": _text(release, "OriginalReleaseDate"),
        "compilation": _read_compilation(release),
        "related": [
            (_word(kind), _text(each, "ReleaseId/ICPN"))
            for each in release.iterfind("RelatedRelease")
            for kind in each.iterfind("ReleaseRelationshipType")
        ],
        "keywords": _text(release, "Keywords"),
        "comment": _text(release, "MarketingComment"),
        "seconds": _read_seconds(_text(release, "Duration")),
        "discs": reader.discs(release),
        "recordings": {
            reader.isrcs[_text(each, "ResourceReference")]: reader.recording(each)
            for each in root.iterfind("ResourceList/SoundRecording")
        },
        "tracks": {
            reader.isrcs[_text(each, "ReleaseResourceReference")]: (
                reader.label(each),
                _read_genre(each),
            )
            for each in root.iterfind("ReleaseList/TrackRelease")
        },
        "cover": _read_cover(root, release),
        "offers": reader.offers(),
        "visibility": reader.visibility(release),
    }
