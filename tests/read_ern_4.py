"""A reader of messages in ERN 4, written from the standard alone: it shares no code with the writer
and puts what it reads into the plain form of `told_in_ern_4`.

Places that differ by version are looked for in all of them, so that it knows no version either.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from tests.facts_read import (
    Element,
    Facts,
    extent,
    flag,
    genre,
    in_sequence,
    line,
    link_word,
    local,
    number,
    numbered,
    only,
    seconds,
    term_facts,
    text,
    texts,
    whole_titles,
    word,
)
from tests.read_ern_4_parts import (
    compilation,
    editions,
    file_details,
    file_facts,
    group_title,
    immersive_facts,
    isrc_of,
    measured,
    preview,
    timing,
    titles,
    titles_of_group,
    work,
)


class _Reader:
    """A message with what its references name."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.variant = root.get("ReleaseProfileVariantVersionId") or ""
        self.parties = {
            text(each, "PartyReference"): self._party(each)
            for each in root.iterfind("PartyList/Party")
        }
        resources = root.findall("ResourceList/*")
        self.resources = {text(each, "ResourceReference"): each for each in resources}
        self.isrcs = {
            reference: isrc_of(each)
            for reference, each in self.resources.items()
            if each.tag in ("SoundRecording", "Video")
        }
        assert set(self.resources) == set(self.linked_or_sold()), "every resource has its place"

    def linked_or_sold(self) -> Iterator[str | None]:
        """References to resources, from releases."""
        for each in self.root.iterfind("ReleaseList//*"):
            if each.tag in ("ReleaseResourceReference", "LinkedReleaseResourceReference"):
                yield each.text

    def _party(self, element: Element) -> Facts:
        names = ("ISNI", "IpiNameNumber", "IPN")
        known = ((owner, text(element, f"PartyId/{owner}")) for owner in names)
        ids = [(owner.replace("IpiNameNumber", "IPI"), value) for owner, value in known if value]
        ids += [
            (each.get("Namespace") or "", each.text or "")
            for each in element.iterfind("PartyId/ProprietaryId")
        ]
        assert element.find("PartyName").get("LanguageAndScriptCode") is None  # type: ignore[union-attr]
        return (text(element, "PartyName/FullName"), tuple(ids), local(element, "PartyName"))

    def label(self, element: Element) -> Facts:
        return self.parties[text(element, "ReleaseLabelReference")][0]

    def artists(self, element: Element) -> Facts:
        return [
            (self.parties[text(each, "ArtistPartyReference")], text(each, "DisplayArtistRole"))
            for each in numbered(element.findall("DisplayArtist"))
        ]

    def contributors(self, element: Element) -> Facts:
        found = {}
        for each in numbered(element.findall("Contributor")):
            party = self.parties[text(each, "ContributorPartyReference")]
            who = (party, text(each, "AiContribution"))
            assert who not in found, "a party stands once in a list"
            roles = {word(role) for role in each.iterfind("Role")}
            found[who] = (roles, {word(kind) for kind in each.iterfind("InstrumentType")})
        return found

    def shares(self, element: Element) -> Facts:
        return [
            (
                self.parties[text(each, "RightsControllerPartyReference")][0],
                text(each, "RightSharePercentage"),
                texts(each, "DelegatedUsageRights/UseType"),
                texts(each, "DelegatedUsageRights/TerritoryOfRightsDelegation"),
            )
            for each in numbered(element.findall("ResourceRightsController"))
        ]

    def related(self, element: Element) -> Facts:
        found = []
        for each in element.iterfind("RelatedResource"):
            reference = text(each, "ResourceRelatedResourceReference")
            isrc = text(each, "ResourceId/ISRC") if reference is None else self.isrcs[reference]
            start, duration = timing(each.find("Timing"))
            found.append((word(each.find("ResourceRelationshipType")), isrc, start, duration))
        return found

    def recording(self, element: Element) -> Facts:
        edition, immersive = editions(element)
        details = edition.findall("TechnicalDetails")
        file = file_details(details[0])
        return {
            "kind": element.tag,
            "type": word(element.find("Type")),
            "replaced": text(edition, "ResourceId[@IsReplaced='true']/ISRC"),
            "titles": titles(element),
            "work": work(element),
            "display artist": text(element, "DisplayArtistName"),
            "display artists": local(element, "DisplayArtistName"),
            "artists": self.artists(element),
            "contributors": self.contributors(element),
            "iswc": text(element, "WorkId/ISWC"),
            "language": text(element, "LanguageOfPerformance"),
            "instrumental": flag(element, "IsInstrumental"),
            "hidden": flag(element, "ContainsHiddenContent"),
            "seconds": seconds(text(element, "Duration")),
            "p line": line(edition, "PLine"),
            "warning": text(element, "ParentalWarningType"),
            "shares": self.shares(element),
            "related": self.related(element),
            "ai": text(element, "ContainsAI"),
            "mode": text(edition, "RecordingMode", "AudioChannelConfiguration"),
            "measures": measured(element, file),
            "file": file_facts(file),
            "preview": preview(element, details),
            "immersive": None if immersive is None else immersive_facts(immersive),
        }

    def discs(self, release: Element) -> Facts:
        """The discs in order of the message; their numbers need not begin with 1."""
        return {
            number(text(group, "SequenceNumber")): (
                group_title(group),
                self.component(group),
                self.items(group),
            )
            for group in release.iterfind("ResourceGroup/ResourceGroup")
        }

    def component(self, group: Element) -> str | None:
        icpn = text(group, "ReleaseId/ICPN")
        kind = "Component" if icpn is None else "ComponentRelease"
        assert group.get("ResourceGroupType") == kind
        assert icpn is None or "BoxedSet" in self.variant
        return icpn

    def items(self, group: Element) -> Facts:
        """Tracks, and works with their movements, by their numbers."""
        found: list[Facts] = []
        parts = [e for e in group if e.tag in ("ResourceGroup", "ResourceGroupContentItem")]
        for each in in_sequence(parts):
            if each.tag == "ResourceGroup":
                assert each.get("ResourceGroupType") == "MultiWorkPart"
                assert "Classical" in self.variant
                found.append((whole_titles(titles_of_group(each)), self.items(each)))
                continue
            isrc = self.isrcs[text(each, "ReleaseResourceReference")]
            element = self.resources[text(each, "ReleaseResourceReference")]
            hidden = flag(element, "ContainsHiddenContent")
            found.append((isrc, flag(each, "IsBonusResource"), hidden))
        return found

    def links(self, parent: Element) -> Facts:
        """What is linked to a release, a track or a place on a release."""
        return {
            link_word(each): self.linked(self.resources[each.text])
            for each in parent.iterfind("LinkedReleaseResourceReference")
        }

    def linked(self, element: Element) -> Facts:
        details = only(element, "TechnicalDetails")
        kind, file = word(element.find("Type")), file_facts(details)
        if element.tag == "Image":
            return (kind, word(details.find("ImageCodecType")), *extent(details), file)
        assert element.tag == "Text"
        return (kind, word(details.find("TextCodecType")), file)

    def places(self) -> Facts:
        """What is linked to the tracks in their places on the release, by ISRC; a recording that
        stands in two places has the same in both."""
        found: dict[str | None, Facts] = {}
        for each in self.root.iterfind("ReleaseList/Release//ResourceGroupContentItem"):
            links = self.links(each)
            isrc = self.isrcs[text(each, "ReleaseResourceReference")]
            assert found.setdefault(isrc, links) == links
        return found

    def offers(self) -> Facts:
        releases: dict[str | None, str | None] = {"R0": None}
        for kind in ("TrackRelease", "ClipRelease"):
            for each in self.root.iterfind(f"ReleaseList/{kind}"):
                isrc = self.isrcs[text(each, "ReleaseResourceReference")]
                releases[text(each, "ReleaseReference")] = isrc
        offers = {}
        for deal in self.root.iterfind("DealList/ReleaseDeal"):
            for reference in texts(deal, "DealReleaseReference"):
                assert releases[reference] not in offers, "what is offered stands in one place"
                terms = deal.findall("Deal/DealTerms")
                offers[releases[reference]] = [
                    term_facts(each, self.isrcs, "UseType") for each in terms
                ]
        return offers

    def visibility(self, release: Element) -> Facts:
        found = self.root.find("DealList/ReleaseVisibility")
        named = text(release, "ReleaseVisibilityReference")
        if found is None:
            assert named is None
            return None
        assert text(found, "VisibilityReference") == named
        names = ("ReleaseDisplay", "CoverArtPreview", "FullTrackListingPreview")
        return tuple(text(found, f"{name}StartDateTime") for name in names)

    def releases(self, kind: str) -> dict[str | None, Element]:
        """Releases of single resources by the ISRC."""
        return {
            self.isrcs[text(each, "ReleaseResourceReference")]: each
            for each in self.root.iterfind(f"ReleaseList/{kind}")
        }


def read_facts(data: bytes) -> Facts:
    """What a recipient knows after a message of ours."""
    root = ElementTree.fromstring(data)  # noqa: S314  our own bytes
    reader = _Reader(root)
    release = only(root, "ReleaseList/Release")
    recordings = [
        each for each in root.iterfind("ResourceList/*") if each.find("Duration") is not None
    ]
    return {
        "profile": root.get("ReleaseProfileVersionId"),
        "ids": tuple(text(release, f"ReleaseId/{n}") for n in ("GRid", "ICPN", "CatalogNumber")),
        "type": text(release, "ReleaseType"),
        "titles": titles(release),
        "display artist": text(release, "DisplayArtistName"),
        "display artists": local(release, "DisplayArtistName"),
        "artists": reader.artists(release),
        "label": reader.label(release),
        "genre": genre(release),
        "warning": text(release, "ParentalWarningType"),
        "p line": line(release, "PLine"),
        "c line": line(release, "CLine"),
        "day": text(release, "ReleaseDate[@ApplicableTerritoryCode='Worldwide']"),
        "days": {
            each.get("ApplicableTerritoryCode"): each.text
            for each in release.iterfind("ReleaseDate")
            if each.get("IsDefault") is None
        },
        "original": text(release, "OriginalReleaseDate"),
        "compilation": compilation(release),
        "related": [
            (word(each.find("ReleaseRelationshipType")), text(each, "ReleaseId/ICPN"))
            for each in release.iterfind("RelatedRelease")
        ],
        "keywords": text(release, "Keywords"),
        "comment": text(release, "MarketingComment"),
        "ai": text(release, "ContainsAI"),
        "seconds": seconds(text(release, "Duration")),
        "discs": reader.discs(release),
        "recordings": {isrc_of(each): reader.recording(each) for each in recordings},
        "tracks": {
            isrc: (reader.label(each), genre(each), reader.links(each))
            for isrc, each in reader.releases("TrackRelease").items()
        },
        "clips": {
            isrc: (reader.label(each), genre(each))
            for isrc, each in reader.releases("ClipRelease").items()
        },
        "places": reader.places(),
        "wholes": reader.links(only(release, "ResourceGroup")),
        "offers": reader.offers(),
        "visibility": reader.visibility(release),
    }
