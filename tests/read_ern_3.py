"""A reader of messages in ERN 3, written from the standard alone: it shares no code with the writer
and puts what it reads into the plain form of `told_in_ern_3`."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.facts_read import (
    Element,
    Facts,
    extent,
    flag,
    genre,
    in_sequence,
    line,
    local,
    number,
    numbered,
    only,
    picture,
    seconds,
    sound,
    term_facts,
    text,
    texts,
    whole_titles,
    word,
)

_LISTED = "ReleaseResourceReferenceList/ReleaseResourceReference"
_PRIMARY, _SECONDARY = "PrimaryResource", "SecondaryResource"
_GROUPING = "Title[@TitleType='GroupingTitle']"


def _party(element: Element) -> Facts:
    ids = tuple(
        ("ISNI" if _flag_of(each, "IsISNI") else each.get("Namespace"), each.text)
        for each in element.iterfind("PartyId")
    )
    first = element.find("PartyName")
    assert first is not None
    assert first.get("LanguageAndScriptCode") is None
    return (text(first, "FullName"), ids, local(element, "PartyName"))


def _flag_of(element: Element, attribute: str) -> bool:
    """Whether an attribute says that it is so."""
    return element.get(attribute) == "true"


def _artists(element: Element) -> Facts:
    found = numbered(element.findall("DisplayArtist"))
    return [(_party(each), text(each, "ArtistRole")) for each in found]


def _contributors(element: Element) -> Facts:
    """Those to the recording and, apart, those to the work; a writer may be one of both."""
    found: dict[Facts, tuple[set[str | None], set[str]]] = {}
    for kind in ("ResourceContributor", "IndirectResourceContributor"):
        seen = set()
        for each in element.iterfind(kind):
            party = _party(each)
            assert party not in seen, "a party stands once in a list"
            seen.add(party)
            roles, instruments = found.setdefault((party, None), (set(), set()))
            words = [word(role) for role in each.iterfind(f"{kind}Role")]
            roles.update("StudioProducer" if told == "Producer" else told for told in words)
            instruments.update(texts(each, "InstrumentType"))
    return found


def _title(element: Element) -> Facts:
    return (
        element.get("LanguageAndScriptCode"),
        text(element, "TitleText"),
        text(element, "SubTitle[@SubTitleType='Version']"),
    )


def _titles(of: Element, details: Element) -> Facts:
    """The formal and the displayed title are the reference title; then the other languages."""
    reference = only(of, "ReferenceTitle")
    first = (None, text(reference, "TitleText"), text(reference, "SubTitle"))
    told = [(each.get("TitleType"), _title(each)) for each in details.iterfind("Title")]
    formal, shown, *others = (each for each in told if each[0] != "GroupingTitle")
    assert formal == ("FormalTitle", first)
    assert shown == ("DisplayTitle", first)
    assert {kind for kind, _ in others} <= {"DisplayTitle"}
    return [first] + [title for _, title in others]


def _work(parent: Element) -> Facts:
    """The titles of the work that a recording, or a group of them, is."""
    return whole_titles([_title(each) for each in parent.iterfind(_GROUPING)])


def _days(release: Element) -> Facts:
    return {
        territory: text(details, "ReleaseDate")
        for details in release.iterfind("ReleaseDetailsByTerritory")
        for territory in texts(details, "TerritoryCode")
    }


def _file(technical: Element) -> Facts:
    file = technical.find("File")
    if file is None:
        return False
    assert text(file, "HashSum/HashSumAlgorithmType") == "MD5"
    name = (text(file, "FilePath") or "") + (text(file, "FileName") or "")
    return (name, text(file, "HashSum/HashSum"))


def _measures(kind: str, technical: Element) -> Facts:
    return picture(technical) if kind == "Video" else sound(technical)


def _preview(kind: str, technical: list[Element]) -> Facts:
    """A piece to be cut, told with the whole; or one that was cut, in details of its own."""
    whole, *cuts = technical
    assert text(whole, "IsPreview") == "false"
    cut = cuts[0] if cuts else None
    details = (whole if cut is None else cut).find("PreviewDetails")
    if details is None:
        assert cut is None
        return None
    place = (number(text(details, "StartPoint")), seconds(text(details, "Duration")))
    how = text(details, "ExpressionType")
    if cut is None:
        return (*place, how, None, None)
    assert flag(cut, "IsPreview")
    assert whole.find("PreviewDetails") is None
    return (*place, how, _measures(kind, cut), _file(cut))


def _line_of_artists(details: Element) -> Facts:
    """What is shown, also in other languages."""
    shown = text(details, "DisplayArtistName")
    return None if shown is None else (shown, local(details, "DisplayArtistName"))


def _recording(element: Element) -> Facts:
    kind = element.tag
    details = only(element, f"{kind}DetailsByTerritory")
    assert texts(details, "TerritoryCode") == ("Worldwide",)
    technical = details.findall(f"Technical{kind}Details")
    controller = details.find("RightsController")
    return {
        "kind": kind,
        "type": word(element.find(f"{kind}Type")),
        "replaced": text(element, f"{kind}Id[@IsReplaced='true']/ISRC"),
        "titles": _titles(element, details),
        "work": _work(details),
        "display artist": _line_of_artists(details),
        "artists": _artists(details),
        "contributors": _contributors(details),
        "iswc": text(element, f"Indirect{kind}Id/ISWC"),
        "language": text(element, "LanguageOfPerformance"),
        "instrumental": flag(element, "IsInstrumental"),
        "seconds": seconds(text(element, "Duration")),
        "p line": line(details, "PLine"),
        "genre": genre(details),
        "warning": text(details, "ParentalWarningType"),
        "share": None
        if controller is None
        else (
            text(controller, "PartyName/FullName"),
            text(controller, "RightSharePercentage"),
        ),
        "measures": _measures(kind, technical[0]),
        "file": _file(technical[0]),
        "preview": _preview(kind, technical),
    }


def _references(parent: Element, path: str) -> list[tuple[str | None, str | None]]:
    return [(each.text, each.get("ReleaseResourceType")) for each in parent.iterfind(path)]


def _terms(terms: Element, isrcs: dict[str | None, str | None]) -> Facts:
    if text(terms, "TakeDown") == "true":
        assert texts(terms, "TerritoryCode") == ("Worldwide",)
        return "taken down"
    shown = [
        each.text if "T" in (each.text or "") else f"{each.text}T00:00:00"
        for each in terms
        if "PreviewStart" in each.tag or "DisplayStart" in each.tag
    ]
    found = term_facts(terms, isrcs, "Usage/UseType")
    start, end = text(terms, "ValidityPeriod/StartDate"), text(terms, "ValidityPeriod/EndDate")
    if start is not None:
        found["start"] = f"{start}T00:00:00"
    if end is not None:
        found["end"] = f"{end}T23:59:59"
    return found | {
        "ordered for": text(terms, "PreOrderReleaseDate"),
        "shown": tuple(shown) or None,
    }


def _compilation(details: Element) -> str | None:
    several = text(details, "IsMultiArtistCompilation")
    if several == "true":
        return "multi_artist"
    words = [word(each) for each in details.iterfind("ReleaseType")]
    return "single_artist" if several == "false" and words[1:] == ["Compilation"] else several


class _Reader:
    """A message with what its references name."""

    def __init__(self, root: Element) -> None:
        self.root = root
        resources = root.findall("ResourceList/*")
        self.resources = {text(each, "ResourceReference"): each for each in resources}
        self.isrcs = {
            reference: text(each, f"{each.tag}Id/ISRC")
            for reference, each in self.resources.items()
            if each.tag in ("SoundRecording", "Video")
        }

    def beside(self, reference: str | None) -> Facts:
        """A resource that another one, or the release, has beside it."""
        element = self.resources[reference]
        kind = element.tag
        assert text(element, f"{kind}Id/ProprietaryId") is not None
        details = only(element, f"{kind}DetailsByTerritory[TerritoryCode='Worldwide']")
        technical = only(details, f"Technical{kind}Details")
        what, codec = word(element.find(f"{kind}Type")), word(technical.find(f"{kind}CodecType"))
        if kind == "Image":
            return (what, codec, *extent(technical), _file(technical))
        assert kind == "Text"
        return (what, codec, _file(technical))

    def places(self, group: Element) -> tuple[list[Element], dict[str | None, Facts], Facts]:
        """The items of a group that have a number, what stands beside each (after it), and what
        belongs to the whole group."""
        primary: list[Element] = []
        found: dict[str | None, Facts] = {}
        whole: Facts = []
        for each in group.iterfind("ResourceGroupContentItem"):
            reference = only(each, "ReleaseResourceReference")
            element = self.resources[reference.text]
            assert text(each, "ResourceType") == element.tag
            if reference.get("ReleaseResourceType") == _PRIMARY:
                primary.append(each)
                found[self.isrcs[reference.text]] = []
                continue
            assert reference.get("ReleaseResourceType") == _SECONDARY
            assert each.find("SequenceNumber") is None
            mine = (
                found[self.isrcs[text(primary[-1], "ReleaseResourceReference")]]
                if primary
                else whole
            )
            mine.append(self.beside(reference.text))
        return primary, found, whole

    def items(self, group: Element, beside: dict[str | None, Facts]) -> Facts:
        """Tracks, and works with their movements, by their numbers; `beside` learns what stands
        beside the tracks."""
        primary, found, whole = self.places(group)
        assert not whole
        for isrc, files in found.items():
            assert beside.setdefault(isrc, files) == files
        items: list[Facts] = []
        for each in in_sequence(primary + group.findall("ResourceGroup")):
            if each.tag == "ResourceGroup":
                items.append((_work(each), self.items(each, beside)))
                continue
            isrc = self.isrcs[text(each, "ReleaseResourceReference")]
            items.append((isrc, flag(each, "IsBonusResource"), flag(each, "IsHiddenResource")))
        return items

    def groups(self, details: Element) -> Facts:
        """The discs, what stands beside the tracks, and what belongs to the release."""
        beside: dict[str | None, Facts] = {}
        top = only(details, "ResourceGroup")
        discs = {
            number(text(group, "SequenceNumber")): (
                text(only(group, _GROUPING), "TitleText"),
                text(group, "ReleaseId/ICPN"),
                self.items(group, beside),
            )
            for group in top.iterfind("ResourceGroup")
        }
        primary, _, whole = self.places(top)
        assert not primary
        return (discs, beside, whole)

    def track_release(self, release: Element) -> Facts:
        details = only(release, "ReleaseDetailsByTerritory[1]")
        primary, beside, _ = self.places(only(details, "ResourceGroup"))
        isrc = self.isrcs[text(_only_of(primary), "ReleaseResourceReference")]
        self.all_listed(release)
        return {
            "type": text(release, "ReleaseType"),
            "titles": _titles(release, details),
            "display artist": text(details, "DisplayArtistName"),
            "display artists": local(details, "DisplayArtistName"),
            "artists": _artists(details),
            "label": text(details, "LabelName[@LabelNameType='DisplayLabelName']"),
            "genre": genre(details),
            "warning": text(details, "ParentalWarningType"),
            "p line": line(release, "PLine"),
            "c line": line(release, "CLine"),
            "days": _days(release),
            "seconds": seconds(text(release, "Duration")),
            "beside": beside[isrc],
        }

    def all_listed(self, release: Element) -> None:
        """The list of a release has each resource of each of its groups once."""
        listed = [
            (each.text, each.get("ReleaseResourceType")) for each in release.iterfind(_LISTED)
        ]
        assert len(set(listed)) == len(listed)
        for details in release.iterfind("ReleaseDetailsByTerritory"):
            placed = details.iterfind("ResourceGroup//ReleaseResourceReference")
            assert {(each.text, each.get("ReleaseResourceType")) for each in placed} == set(listed)

    def track_releases(self) -> dict[str | None, Element]:
        """By the ISRC of the one recording."""
        found = {}
        for each in self.root.findall("ReleaseList/Release")[1:]:
            reference = only(each, f"{_LISTED}[@ReleaseResourceType='{_PRIMARY}']")
            found[self.isrcs[reference.text]] = each
            assert text(each, "ReleaseId/ISRC") == self.isrcs[reference.text]
        return found

    def offers(self) -> Facts:
        """The terms of the release (None) and of each track release, by ISRC."""
        releases: dict[str | None, str | None] = {"R0": None}
        for isrc, each in self.track_releases().items():
            releases[text(each, "ReleaseReference")] = isrc
        offers = {}
        for deal in self.root.iterfind("DealList/ReleaseDeal"):
            terms = [_terms(each, self.isrcs) for each in deal.iterfind("Deal/DealTerms")]
            for reference in texts(deal, "DealReleaseReference"):
                assert releases[reference] not in offers, "what is offered stands in one place"
                offers[releases[reference]] = terms[0] if terms == ["taken down"] else terms
        return offers


def _only_of(found: list[Element]) -> Element:
    """The one that there is."""
    (element,) = found
    return element


def read_facts(data: bytes) -> Facts:
    """What a recipient knows after a message of ours."""
    root = ElementTree.fromstring(data)  # noqa: S314  our own bytes
    reader = _Reader(root)
    main = root.findall("ReleaseList/Release")[0]
    assert _flag_of(main, "IsMainRelease")
    reader.all_listed(main)
    details, *others = main.findall("ReleaseDetailsByTerritory")
    discs, beside, wholes = reader.groups(details)
    for each in others:
        assert reader.groups(each) == (discs, beside, wholes)
    return {
        "profile": root.get("ReleaseProfileVersionId"),
        "ids": tuple(text(main, f"ReleaseId/{n}") for n in ("GRid", "ICPN", "CatalogNumber")),
        "type": word(main.find("ReleaseType")),
        "titles": _titles(main, details),
        "display artist": text(details, "DisplayArtistName"),
        "display artists": local(details, "DisplayArtistName"),
        "artists": _artists(details),
        "label": text(details, "LabelName"),
        "genre": genre(details),
        "warning": text(details, "ParentalWarningType"),
        "p line": line(main, "PLine"),
        "c line": line(main, "CLine"),
        "days": _days(main),
        "original": text(details, "OriginalReleaseDate"),
        "compilation": _compilation(details),
        "related": [
            (word(each.find("ReleaseRelationshipType")), text(each, "ReleaseId/ICPN"))
            for each in details.iterfind("RelatedRelease")
        ],
        "keywords": text(details, "Keywords"),
        "comment": text(details, "MarketingComment"),
        "seconds": seconds(text(main, "Duration")),
        "discs": discs,
        "recordings": {
            reader.isrcs[reference]: _recording(reader.resources[reference])
            for reference in reader.isrcs
        },
        "tracks": {
            isrc: reader.track_release(each) for isrc, each in reader.track_releases().items()
        },
        "places": beside,
        "wholes": wholes,
        "offers": reader.offers(),
        "indicator": text(root, "UpdateIndicator"),
    }
