"""What the readers of the tests have in common: small pieces of a message in the plain form of
`facts_told`. They are written from the standard alone and share no code with the writers."""

from __future__ import annotations

from typing import Any, TypeAlias
from xml.etree import ElementTree

Facts: TypeAlias = Any
Element: TypeAlias = ElementTree.Element


def text(parent: Element, *paths: str) -> str | None:
    """The text of the first place where there is one."""
    for path in paths:
        found = parent.find(path)
        if found is not None:
            return found.text or ""
    return None


def texts(parent: Element, path: str) -> tuple[str, ...]:
    """The texts of all such elements."""
    return tuple(each.text or "" for each in parent.iterfind(path))


def number(value: str | None) -> int | None:
    """A whole number, if there is one."""
    return None if value is None else int(value)


def flag(parent: Element, path: str) -> bool:
    """Whether it is said to be so."""
    return text(parent, path) == "true"


def only(parent: Element, path: str) -> Element:
    """The one element of that kind."""
    (found,) = parent.findall(path)
    return found


def word(element: Element | None) -> str | None:
    """A value of an open set: what is meant where it is UserDefined."""
    if element is None:
        return None
    value = element.find("Value")
    told = element if value is None else value
    own = told.get("UserDefinedValue")
    assert (own is not None) == (told.text == "UserDefined" and told.get("Namespace") is not None)
    return own or told.text


def link_word(element: Element) -> str | None:
    """What a link is."""
    return element.get("UserDefinedValue") or element.get("LinkDescription")


def seconds(value: str | None) -> int | None:
    """An xs:duration of hours, minutes and seconds."""
    if value is None:
        return None
    total, digits = 0, ""
    for character in value.removeprefix("PT"):
        if character.isdigit():
            digits += character
        else:
            total, digits = total + int(digits) * {"H": 3600, "M": 60, "S": 1}[character], ""
    return total


def numbered(found: list[Element]) -> list[Element]:
    """Elements whose attribute SequenceNumber counts them."""
    numbers = [each.get("SequenceNumber") for each in found]
    assert numbers == [str(each) for each in range(1, len(found) + 1)]
    return found


def in_sequence(found: list[Element]) -> list[Element]:
    """Elements in the order of their SequenceNumber, which counts them."""
    found = sorted(found, key=lambda each: number(text(each, "SequenceNumber")) or 0)
    numbers = [text(each, "SequenceNumber") for each in found]
    assert numbers == [str(each) for each in range(1, len(found) + 1)]
    return found


def local(parent: Element, path: str) -> Facts:
    """Names by language."""
    return tuple(
        (each.get("LanguageAndScriptCode"), text(each, "FullName") if len(each) else each.text)
        for each in parent.iterfind(path)
        if each.get("LanguageAndScriptCode") is not None
    )


def whole_titles(found: list[Facts]) -> list[Facts]:
    """Each title with its version as one text."""
    return [
        (language, f"{title} ({version})" if version else title)
        for language, title, version in found
    ]


def line(parent: Element, name: str) -> Facts:
    """A P-line or C-line."""
    found = parent.find(name)
    if found is None:
        return None
    year = number(text(found, "Year"))
    return (year, text(found, f"{name}Company"), text(found, f"{name}Text"))


def genre(parent: Element) -> Facts:
    """Genre and subgenre."""
    return (
        text(parent, "Genre/GenreText", "DisplayGenre/GenreText"),
        text(parent, "Genre/SubGenre", "DisplayGenre/SubGenre"),
    )


def extent(parent: Element) -> tuple[int | None, int | None]:
    """Height and width in pixels."""
    height = number(text(parent, "ImageHeight[@UnitOfMeasure='Pixel']"))
    return (height, number(text(parent, "ImageWidth[@UnitOfMeasure='Pixel']")))


def sound(parent: Element) -> Facts:
    """Container, codec, channels, sampling rate and bit depth of an audio file."""
    return (
        word(parent.find("ContainerFormat")),
        word(parent.find("AudioCodecType")),
        number(text(parent, "NumberOfChannels")),
        number(text(parent, "SamplingRate[@UnitOfMeasure='Hz']")),
        number(text(parent, "BitsPerSample")),
    )


def picture(parent: Element) -> Facts:
    """Container, codec, frame rate and size of a video file, and codec, channels and sampling rate
    of its sound."""
    return (
        word(parent.find("ContainerFormat")),
        word(parent.find("VideoCodecType")),
        text(parent, "FrameRate"),
        *extent(parent),
        word(parent.find("AudioCodecType")),
        number(text(parent, "NumberOfAudioChannels")),
        number(text(parent, "AudioSamplingRate[@UnitOfMeasure='Hz']")),
    )


def term_facts(terms: Element, isrcs: dict[str | None, str | None], uses: str) -> dict[str, Any]:
    """The terms of a deal; `uses` is where they say what may be done."""
    price = terms.find("PriceInformation/WholesalePricePerUnit")
    given = texts(terms, "InstantGratificationResourceList/DealResourceReference")
    return {
        "models": texts(terms, "CommercialModelType"),
        "uses": texts(terms, uses),
        "territories": texts(terms, "TerritoryCode"),
        "excluded": texts(terms, "ExcludedTerritoryCode"),
        "start": text(terms, "ValidityPeriod/StartDateTime"),
        "end": text(terms, "ValidityPeriod/EndDateTime"),
        "policy": text(terms, "RightsClaimPolicy/RightsClaimPolicyType"),
        "price code": text(terms, "PriceInformation/PriceCode", "PriceInformation/PriceType"),
        "price": None if price is None else (price.text, price.get("CurrencyCode")),
        "preorder": flag(terms, "IsPreOrderDeal"),
        "at once": tuple(isrcs[reference] for reference in given),
    }
