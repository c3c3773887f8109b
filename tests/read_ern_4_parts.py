"""Parts of a message in ERN 4 as a recipient reads them: editions, titles, files and previews."""

from __future__ import annotations

from tests.facts_read import (
    Element,
    Facts,
    flag,
    line,
    number,
    only,
    picture,
    seconds,
    sound,
    text,
    whole_titles,
)

_EDITIONS = ("SoundRecordingEdition", "VideoEdition")


def editions(element: Element) -> tuple[Element, Element | None]:
    """What has ISRC, P-line and files: the usual edition and the immersive one, or the element."""
    found = [each for name in _EDITIONS for each in element.iterfind(name)]
    if not found:
        return element, None
    kinds = [text(each, "Type") for each in found]
    assert kinds in (["NonImmersiveEdition"], ["NonImmersiveEdition", "ImmersiveEdition"], [None])
    return found[0], found[1] if len(found) > 1 else None


def isrc_of(element: Element) -> str | None:
    """The ISRC of the usual edition, not one that it replaces."""
    usual, _ = editions(element)
    (isrc,) = (
        text(each, "ISRC") for each in usual.iterfind("ResourceId") if not each.get("IsReplaced")
    )
    return isrc


def timing(element: Element | None) -> tuple[int | None, int | None]:
    """Start, in seconds or as a duration (4.2), and duration."""
    if element is None:
        return (None, None)
    start = text(element, "StartPoint")
    begins = seconds(start) if start and start.startswith("P") else number(start)
    return (begins, seconds(text(element, "DurationUsed")))


def _titles_of(element: Element, name: str) -> list[Facts]:
    return [
        (
            each.get("LanguageAndScriptCode"),
            text(each, "TitleText"),
            text(each, "SubTitle[@SubTitleType='Version']"),
        )
        for each in element.iterfind(name)
    ]


def titles_of_group(element: Element) -> list[Facts]:
    """Titles in one language each, and the same as one text."""
    shown = element.findall("DisplayTitleText")
    found = _titles_of(element, "DisplayTitle")
    assert [each.text or "" for each in shown] == [whole for _, whole in whole_titles(found)]
    assert [each.attrib for each in shown] == [
        each.attrib for each in element.iterfind("DisplayTitle")
    ]
    return found


def titles(element: Element) -> Facts:
    """The same, the first by default."""
    defaults = [each.get("IsDefault") for each in element.iterfind("DisplayTitle")]
    assert defaults == ["true"] + [None] * (len(defaults) - 1)
    return titles_of_group(element)


def work(element: Element) -> Facts:
    """The titles of the work that a recording is a part of."""
    grouping = "AdditionalTitle[@TitleType='GroupingTitle']"
    found = _titles_of(element, "GroupingTitle") or _titles_of(element, grouping)
    return whole_titles(found)


def group_title(group: Element) -> Facts:
    """The title of a disc, in one language."""
    found = titles_of_group(group)
    assert len(found) <= 1
    return found[0][1] if found else None


def file_facts(parent: Element) -> Facts:
    """Where a file lies, with its digest and size."""
    file = parent.find("File")
    assert text(parent, "IsProvidedInDelivery") == ("false" if file is None else "true")
    if file is None:
        return None
    hashed = (text(file, "HashSum/Algorithm"), text(file, "HashSum/HashSumValue"))
    return (text(file, "URI"), *hashed, number(text(file, "FileSize")))


def file_details(details: Element) -> Element:
    """Where the measures of a file stand."""
    found = details.find("DeliveryFile")
    return details if found is None else found


def measured(element: Element, file: Element) -> Facts:
    """What was measured of a file of a recording, and from ERN 4.3 on what it holds."""
    facts = picture(file) if element.tag == "Video" else sound(file)
    if file.tag == "DeliveryFile":
        seen, heard = file.find("VideoCodecType"), file.find("AudioCodecType")
        kinds = {(True, True): "AudioVisualFile", (True, False): "VisualFile"}
        kind = kinds.get((seen is not None, heard is not None), "AudioFile")
        assert text(file, "Type") == kind
    return facts


def preview(element: Element, details: list[Element]) -> Facts:
    """A piece to be cut, told beside the whole; or one that was cut, which before ERN 4.3 is told
    in technical details of its own."""
    whole, *others = details
    assert not flag(whole, "IsPreview")
    assert not flag(whole, "IsClip")
    clip = whole.find("ClipDetails")
    if clip is not None:
        assert text(clip, "ClipType") == "Preview"
        cut = clip.find("DeliveryFile")
        where = timing(clip.find("Timing"))
    else:
        cut = others[0] if others else None
        clip = (whole if cut is None else cut).find("PreviewDetails")
        if clip is None:
            assert cut is None
            return None
        assert cut is None or flag(cut, "IsPreview")
        assert cut is None or whole.find("PreviewDetails") is None
        where = (number(text(clip, "StartPoint")), seconds(text(clip, "Duration")))
    how = text(clip, "ExpressionType")
    if cut is None:
        return (*where, how, None, None)
    return (*where, how, measured(element, cut), file_facts(cut))


def immersive_facts(edition: Element) -> Facts:
    """The edition in another sound."""
    file = file_details(only(edition, "TechnicalDetails"))
    isrc = text(only(edition, "ResourceId"), "ISRC")
    mode = text(edition, "RecordingMode")
    return (isrc, line(edition, "PLine"), mode, sound(file), file_facts(file))


def compilation(release: Element) -> str | None:
    """What kind of compilation it is."""
    for kind, name in (("single_artist", "Single"), ("multi_artist", "Multi")):
        if flag(release, f"Is{name}ArtistCompilation"):
            return kind
    return None
