"""A reader of messages in ERN 3, written from the standard alone: it shares no code with the writer
and puts what it reads into the plain form of `told_in_ern_3`."""

from __future__ import annotations

from typing import Any, TypeAlias
from xml.etree import ElementTree

Facts: TypeAlias = Any
Element: TypeAlias = ElementTree.Element

_LISTED = "ReleaseResourceReferenceList/ReleaseResourceReference"
_ITEM = "ResourceGroupContentItem/ReleaseResourceReference"


def _text(parent: Element, path: str) -> str | None:
    found = parent.find(path)
    return None if found is None else found.text or ""


def _texts(parent: Element, path: str) -> tuple[str, ...]:
    return tuple(each.text or "" for each in parent.iterfind(path))


def _word(element: Element | None) -> str | None:
    """A value of an open set: what is meant where it is UserDefined."""
    if element is None:
        return None
    return element.get("UserDefinedValue") or element.text


def _read_party(element: Element) -> Facts:
    ids = tuple(
        ("ISNI" if each.get("IsISNI") == "true" else each.get("Namespace"), each.text)
        for each in element.iterfind("PartyId")
    )
    return (_text(element, "PartyName/FullName"), ids)


def _read_artists(element: Element) -> Facts:
    found = element.findall("DisplayArtist")
    assert [each.get("SequenceNumber") for each in found] == [
        str(number) for number in range(1, len(found) + 1)
    ]
    return [(_read_party(each), _text(each, "ArtistRole")) for each in found]


def _read_contributors(element: Element) -> Facts:
    found: dict[Facts, tuple[set[str | None], set[str]]] = {}
    for kind in ("ResourceContributor", "IndirectResourceContributor"):
        seen = set()
        for each in element.iterfind(kind):
            party = _read_party(each)
            assert party not in seen, "a party stands once in a list"
            seen.add(party)
            roles, instruments = found.setdefault(party, (set(), set()))
            words = [_word(role) for role in each.iterfind(f"{kind}Role")]
            roles.update("StudioProducer" if word == "Producer" else word for word in words)
            instruments.update(_texts(each, "InstrumentType"))
    return found


def _read_titles(of: Element, details: Element) -> Facts:
    """The formal and the displayed title are the reference title; then the other languages."""
    reference = of.find("ReferenceTitle")
    assert reference is not None
    first = (None, _text(reference, "TitleText"), _text(reference, "SubTitle"))
    formal, shown, *others = (
        (
            each.get("TitleType"),
            (
                each.get("LanguageAndScriptCode"),
                _text(each, "TitleText"),
                _text(each, "SubTitle[@SubTitleType='Version']"),
            ),
        )
        for each in details.iterfind("Title")
    )
    assert formal == ("FormalTitle", first)
    assert shown == ("DisplayTitle", first)
    assert {kind for kind, _ in others} <= {"DisplayTitle"}
    return [first] + [title for _, title in others]


def _read_line(parent: Element, name: str) -> Facts:
    found = parent.find(name)
    if found is None:
        return None
    year = _text(found, "Year")
    return (year and int(year), _text(found, f"{name}Company"), _text(found, f"{name}Text"))


def _read_genre(parent: Element) -> Facts:
    return (_text(parent, "Genre/GenreText"), _text(parent, "Genre/SubGenre"))


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


def _read_days(release: Element) -> Facts:
    return {
        territory: _text(details, "ReleaseDate")
        for details in release.iterfind("ReleaseDetailsByTerritory")
        for territory in _texts(details, "TerritoryCode")
    }


def _read_file(technical: Element) -> Facts:
    file = technical.find("File")
    if file is None:
        return False
    assert _text(file, "HashSum/HashSumAlgorithmType") == "MD5"
    name = (_text(file, "FilePath") or "") + (_text(file, "FileName") or "")
    return (name, _text(file, "HashSum/HashSum"))


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _read_recording(element: Element) -> Facts:
    details = element.find("SoundRecordingDetailsByTerritory")
    assert details is not None
    technical = details.find("TechnicalSoundRecordingDetails")
    assert technical is not None
    preview = technical.find("PreviewDetails")
    controller = details.find("RightsController")
    return {
        "replaced": _text(element, "SoundRecordingId[@IsReplaced='true']/ISRC"),
        "titles": _read_titles(element, details),
        "artists": _read_artists(details),
        "contributors": _read_contributors(details),
        "iswc": _text(element, "IndirectSoundRecordingId/ISWC"),
        "language": _text(element, "LanguageOfPerformance"),
        "instrumental": _text(element, "IsInstrumental") == "true",
        "seconds": _read_seconds(_text(element, "Duration")),
        "p line": _read_line(details, "PLine"),
        "genre": _read_genre(details),
        "warning": _text(details, "ParentalWarningType"),
        "share": None
        if controller is None
        else (
            _text(controller, "PartyName/FullName"),
            _text(controller, "RightSharePercentage"),
        ),
        "container": _text(technical, "ContainerFormat"),
        "codec": _word(technical.find("AudioCodecType")),
        "sound": (
            _number(_text(technical, "NumberOfChannels")),
            _number(_text(technical, "SamplingRate[@UnitOfMeasure='Hz']")),
            _number(_text(technical, "BitsPerSample")),
        ),
        "preview": None
        if preview is None
        else (
            _number(_text(preview, "StartPoint")),
            _read_seconds(_text(preview, "Duration")),
        ),
        "file": _read_file(technical),
    }


def _read_terms(terms: Element, isrcs: dict[str, str]) -> Facts:
    if _text(terms, "TakeDown") == "true":
        assert _texts(terms, "TerritoryCode") == ("Worldwide",)
        return "taken down"
    price = terms.find("PriceInformation/WholesalePricePerUnit")
    start, end = _text(terms, "ValidityPeriod/StartDate"), _text(terms, "ValidityPeriod/EndDate")
    shown = [
        each.text if "T" in (each.text or "") else f"{each.text}T00:00:00"
        for each in terms
        if "PreviewStart" in each.tag or "DisplayStart" in each.tag
    ]
    given = _texts(terms, "InstantGratificationResourceList/DealResourceReference")
    return {
        "preorder": _text(terms, "IsPreOrderDeal") == "true",
        "models": _texts(terms, "CommercialModelType"),
        "uses": _texts(terms, "Usage/UseType"),
        "territories": _texts(terms, "TerritoryCode"),
        "excluded": _texts(terms, "ExcludedTerritoryCode"),
        "price type": _text(terms, "PriceInformation/PriceType"),
        "price": None if price is None else (price.text, price.get("CurrencyCode")),
        "start": f"{start}T00:00:00" if start else _text(terms, "ValidityPeriod/StartDateTime"),
        "end": f"{end}T23:59:59" if end else _text(terms, "ValidityPeriod/EndDateTime"),
        "policy": _text(terms, "RightsClaimPolicy/RightsClaimPolicyType"),
        "ordered for": _text(terms, "PreOrderReleaseDate"),
        "at once": tuple(isrcs[reference] for reference in given),
        "shown": tuple(shown) or None,
    }


def _read_offers(root: Element, isrcs: dict[str, str]) -> Facts:
    """The terms of the release (None) and of each track release, by ISRC."""
    releases = {
        _text(each, "ReleaseReference"): _text(each, "ReleaseId/ISRC")
        for each in root.iterfind("ReleaseList/Release")
    }
    offers = {}
    for deal in root.iterfind("DealList/ReleaseDeal"):
        terms = [_read_terms(each, isrcs) for each in deal.iterfind("Deal/DealTerms")]
        for reference in _texts(deal, "DealReleaseReference"):
            assert releases[reference] not in offers, "what is offered stands in one place"
            offers[releases[reference]] = terms[0] if terms == ["taken down"] else terms
    return offers


def _read_compilation(details: Element) -> str | None:
    several = _text(details, "IsMultiArtistCompilation")
    if several == "true":
        return "multi_artist"
    words = [_word(each) for each in details.iterfind("ReleaseType")]
    return "single_artist" if several == "false" and words[1:] == ["Compilation"] else several


def _read_discs(details: Element, isrcs: dict[str, str]) -> Facts:
    return {
        _number(_text(group, "SequenceNumber")): [
            (
                _number(_text(item, "SequenceNumber")),
                isrcs[_text(item, "ReleaseResourceReference[@ReleaseResourceType]") or ""],
                _text(item, "IsHiddenResource") == "true",
                _text(item, "IsBonusResource") == "true",
            )
            for item in group.iterfind("ResourceGroupContentItem")
        ]
        for group in details.iterfind("ResourceGroup/ResourceGroup")
    }


def _read_track_release(release: Element) -> Facts:
    details = release.find("ReleaseDetailsByTerritory")
    assert details is not None
    assert _text(release, "ReleaseType") == "TrackRelease"
    assert _texts(release, _LISTED) == _texts(details, f"ResourceGroup/{_ITEM}")
    return {
        "titles": _read_titles(release, details),
        "display artist": _text(details, "DisplayArtistName"),
        "artists": _read_artists(details),
        "label": _text(details, "LabelName[@LabelNameType='DisplayLabelName']"),
        "genre": _read_genre(details),
        "warning": _text(details, "ParentalWarningType"),
        "p line": _read_line(release, "PLine"),
        "c line": _read_line(release, "CLine"),
        "days": _read_days(release),
        "seconds": _read_seconds(_text(release, "Duration")),
    }


def _read_cover(root: Element, main: Element) -> Facts:
    """The only image, which belongs to the whole release."""
    (image,) = root.findall("ResourceList/Image[ImageType='FrontCoverImage']")
    reference = _text(image, "ResourceReference")
    secondary = "[@ReleaseResourceType='SecondaryResource']"
    assert _texts(main, f"{_LISTED}{secondary}") == (reference,)
    for details in main.iterfind("ReleaseDetailsByTerritory"):
        assert _texts(details, f"ResourceGroup/{_ITEM}{secondary}") == (reference,)
    technical = image.find(
        "ImageDetailsByTerritory[TerritoryCode='Worldwide']/TechnicalImageDetails"
    )
    assert technical is not None
    assert _text(image, "ImageId/ProprietaryId") is not None
    return (
        _text(technical, "ImageCodecType"),
        _number(_text(technical, "ImageWidth[@UnitOfMeasure='Pixel']")),
        _number(_text(technical, "ImageHeight[@UnitOfMeasure='Pixel']")),
        _read_file(technical),
    )


def read_facts(data: bytes) -> Facts:
    """What a recipient knows after a message of ours."""
    root = ElementTree.fromstring(data)  # noqa: S314  our own bytes
    main, *tracks = root.findall("ReleaseList/Release")
    assert main.get("IsMainRelease") == "true"
    details = main.find("ReleaseDetailsByTerritory")
    assert details is not None
    recordings = root.findall("ResourceList/SoundRecording")
    isrcs = {
        _text(each, "ResourceReference") or "": _text(each, "SoundRecordingId/ISRC") or ""
        for each in recordings
    }
    return {
        "ids": (
            _text(main, "ReleaseId/GRid"),
            _text(main, "ReleaseId/ICPN"),
            _text(main, "ReleaseId/CatalogNumber"),
        ),
        "type": _word(main.find("ReleaseType")),
        "titles": _read_titles(main, details),
        "display artist": _text(details, "DisplayArtistName"),
        "artists": _read_artists(details),
        "label": _text(details, "LabelName"),
        "genre": _read_genre(details),
        "warning": _text(details, "ParentalWarningType"),
        "p line": _read_line(main, "PLine"),
        "c line": _read_line(main, "CLine"),
        "days": _read_days(main),
        "original": _text(details, "OriginalReleaseDate"),
        "compilation": _read_compilation(details),
        "related": [
            (_word(each.find("ReleaseRelationshipType")), _text(each, "ReleaseId/ICPN"))
            for each in details.iterfind("RelatedRelease")
        ],
        "keywords": _text(details, "Keywords"),
        "comment": _text(details, "MarketingComment"),
        "seconds": _read_seconds(_text(main, "Duration")),
        "discs": _read_discs(details, isrcs),
        "listed": sorted(isrcs.get(each, "cover") for each in _texts(main, _LISTED)),
        "recordings": {
            isrcs[_text(each, "ResourceReference") or ""]: _read_recording(each)
            for each in recordings
        },
        "tracks": {
            isrcs[_text(each, f"{_LISTED}[@ReleaseResourceType='PrimaryResource']") or ""]: (
                _read_track_release(each)
            )
            for each in tracks
        },
        "cover": _read_cover(root, main),
        "offers": _read_offers(root, isrcs),
        "indicator": _text(root, "UpdateIndicator"),
    }
