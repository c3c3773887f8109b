"""Ways to break a valid message, by name; a `LookupError` where it lacks what they break."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeAlias

from lxml import etree

from stardust_gitops.messages.ern.versions import version_named

Element: TypeAlias = etree._Element
Break: TypeAlias = Callable[[Element], None]


def first(root: Element, path: str) -> Element:
    found = root if path == "/" else root.find(f".//{path}")
    if found is None:
        raise LookupError(path)
    return found


def parent(element: Element) -> Element:
    found = element.getparent()
    assert found is not None
    return found


def missing(path: str) -> Break:
    def change(root: Element) -> None:
        element = first(root, path)
        parent(element).remove(element)

    return change


def twice(path: str) -> Break:
    def change(root: Element) -> None:
        element = first(root, path)
        element.addnext(copy.deepcopy(element))

    return change


def last(path: str) -> Break:
    def change(root: Element) -> None:
        element = first(root, path)
        parent(element).append(element)

    return change


def said(path: str, text: str) -> Break:
    def change(root: Element) -> None:
        first(root, path).text = text

    return change


def copied(path: str, source: str) -> Break:
    """Says at `path` what stands at `source`."""

    def change(root: Element) -> None:
        first(root, path).text = first(root, source).text

    return change


def attribute(path: str, name: str, value: str | None) -> Break:
    def change(root: Element) -> None:
        element = first(root, path)
        if value is None:
            if name not in element.attrib:
                raise LookupError(f"{path}/@{name}")
            del element.attrib[name]
        else:
            element.set(name, value)

    return change


def named(path: str, name: str) -> Break:
    def change(root: Element) -> None:
        first(root, path).tag = name

    return change


def more(path: str, name: str, text: str) -> Break:
    def change(root: Element) -> None:
        etree.SubElement(first(root, path), name).text = text

    return change


def after(path: str, name: str, text: str) -> Break:
    def change(root: Element) -> None:
        added = etree.Element(name)
        added.text = text
        first(root, path).addnext(added)

    return change


def all_missing(path: str) -> Break:
    def change(root: Element) -> None:
        above = parent(first(root, path))
        for element in above.findall(path.rpartition("/")[2]):
            above.remove(element)

    return change


def root_in(namespace: str, name: str = "NewReleaseMessage") -> Break:
    return lambda root: setattr(root, "tag", f"{{{namespace}}}{name}" if namespace else name)


def all_in_the_namespace(root: Element) -> None:
    namespace = etree.QName(root).namespace
    for element in root.iter("*"):
        element.tag = f"{{{namespace}}}{etree.QName(element).localname}"


def nobody(root: Element) -> None:
    artist = first(root, "DisplayArtist")
    for element in (*artist.findall("PartyName"), *artist.findall("PartyId")):
        artist.remove(element)


EVERYWHERE: dict[str, Break] = {
    # what a message is
    "the root in another namespace": root_in("http://ddex.net/xml/ern/41"),
    "the root in no namespace": root_in(""),
    "another root": root_in("http://ddex.net/xml/ern/43", "CatalogListMessage"),
    "a child in the namespace": named("ResourceList", "{http://ddex.net/xml/ern/43}ResourceList"),
    "everything in the namespace": all_in_the_namespace,
    "an attribute that is not there": attribute("Release", "Colour", "red"),
    "an element that is not there": more("SoundRecording", "Mood", "blue"),
    "a name that is misspelt": named("DisplayArtistName", "DisplayArtistname"),
    "text between elements": lambda root: setattr(first(root, "Release"), "text", "stray"),
    "text behind an element": lambda root: setattr(first(root, "Release/*"), "tail", "stray"),
    "an element within a text": more("DisplayArtistName", "b", "bold"),
    # header
    "no header": missing("MessageHeader"),
    "two headers": twice("MessageHeader"),
    "the header at the end": last("MessageHeader"),
    "no message id": missing("MessageId"),
    "no sender": missing("MessageSender"),
    "no recipient": missing("MessageRecipient"),
    "two times": twice("MessageCreatedDateTime"),
    "a time that is none": said("MessageCreatedDateTime", "2026-11-22T25:00:00Z"),
    "a day that is none": said("MessageCreatedDateTime", "2026-02-30T00:00:00Z"),
    "an empty time": said("MessageCreatedDateTime", ""),
    "neither test nor live": said("MessageControlType", "Test"),
    # resources
    "no resources": missing("ResourceList"),
    "resources after the releases": last("ResourceList"),
    "no id of a recording": missing("SoundRecording/ResourceReference"),
    "no duration": missing("SoundRecording/Duration"),
    "two durations": twice("SoundRecording/Duration"),
    "an empty duration": said("SoundRecording/Duration", ""),
    "a duration as a clock shows it": said("SoundRecording/Duration", "3:21"),
    "no title": missing("SoundRecording//TitleText"),
    "one ISRC twice": copied("SoundRecording[2]//ISRC", "SoundRecording[1]//ISRC"),
    "one id for two resources": copied(
        "Image/ResourceReference", "SoundRecording/ResourceReference"
    ),
    "one id for the details of two": copied(
        "Image//TechnicalResourceDetailsReference",
        "SoundRecording//TechnicalResourceDetailsReference",
    ),
    "an id with another letter": said("SoundRecording/ResourceReference", "P7"),
    "an invented codec": said("AudioCodecType", "Vinyl"),
    "an invented image format": said("ImageCodecType", "JPEG2026"),
    "no unit of the sampling rate": attribute("SamplingRate", "UnitOfMeasure", "Herz"),
    "a sampling rate in words": said("SamplingRate", "44.1 kHz"),
    "half a bit": said("BitsPerSample", "16.5"),
    "an invented warning": said("SoundRecording//ParentalWarningType", "Rude"),
    "a year that is none": said("PLine/Year", "MMXXVI"),
    "a rights line without text": missing("PLineText"),
    # releases
    "no releases": missing("ReleaseList"),
    "an empty list of releases": lambda root: first(root, "ReleaseList").clear(),
    "an invented type of release": said("ReleaseType", "Mixtape"),
    "an invented relation": said("ReleaseRelationshipType", "IsCousinOf"),
    "a date that is none": said("Release//ReleaseDate", "4 December 2026"),
    "a resource that is not there": said("Release//ReleaseResourceReference", "A999"),
    "a release in the place of a resource": said("Release//ReleaseResourceReference", "R1"),
    "a proprietary id without its owner": attribute("ProprietaryId", "Namespace", None),
    # deals
    "a deal for no release": all_missing("DealReleaseReference"),
    "a deal for a release that is not there": said("DealReleaseReference", "R999"),
    "a resource in the place of a release": said("DealReleaseReference", "A1"),
    "a release without a deal": all_missing("ReleaseDeal/Deal"),
    "a deal at no time": missing("ValidityPeriod"),
    "the United Kingdom as UK": said("ExcludedTerritoryCode", "UK"),
    "territories in and out": after("ExcludedTerritoryCode", "TerritoryCode", "DE"),
    "a price without currency": attribute("WholesalePricePerUnit", "CurrencyCode", None),
    "an invented currency": attribute("WholesalePricePerUnit", "CurrencyCode", "XYZ"),
    "a price in letters": said("WholesalePricePerUnit", "four"),
    "an invented model": said("CommercialModelType", "Barter"),
    "a use that is none": said("UseType", "Streaming"),
}
"""What breaks a message of either shape."""

SHAPE_4: dict[str, Break] = {
    "no language": attribute("/", "LanguageAndScriptCode", None),
    "a language that is none": attribute("/", "LanguageAndScriptCode", "english!"),
    "a profile of ERN 3": attribute("/", "ReleaseProfileVersionId", "AudioAlbum"),
    "the version attribute of ERN 3": attribute("/", "MessageSchemaVersionId", "ern/382"),
    "a DPID with hyphens": said("MessageSender/PartyId", "PA-DPIDA-2026112201-U"),
    "parties after the releases": last("PartyList"),
    "title after artists": last("SoundRecording/DisplayTitleText"),
    "a party declared twice": copied("Party[2]/PartyReference", "Party[1]/PartyReference"),
    "a party that is used nowhere": after("Party[last()]", "Party", ""),
    "an artist that is no party": said("ArtistPartyReference", "P999"),
    "a label that is no party": said("ReleaseLabelReference", "P999"),
    "a resource in the place of a party": said("ArtistPartyReference", "A1"),
    "one id for two releases": copied("TrackRelease/ReleaseReference", "Release/ReleaseReference"),
    "the cover for sale": copied(
        "TrackRelease/ReleaseResourceReference", "Image/ResourceReference"
    ),
    "a recording as a cover": copied(
        "LinkedReleaseResourceReference", "SoundRecording/ResourceReference"
    ),
    "the hash before its algorithm": last("HashSum/Algorithm"),
    "an invented algorithm": said("HashSum/Algorithm", "CRC"),
    "an invented role": said("DisplayArtistRole", "Singalong"),
    "a compilation as a type": said("ReleaseType", "Compilation"),
    "no group of resources": missing("Release/ResourceGroup"),
    "a disc without its type": attribute("ResourceGroup/ResourceGroup", "ResourceGroupType", None),
    "an invented link": attribute("LinkedReleaseResourceReference", "LinkDescription", "Art"),
    "a cover that is linked from nowhere": missing("LinkedReleaseResourceReference"),
    "a recording without its track release": missing("TrackRelease"),
    "a deal without a beginning": missing("StartDateTime"),
    "visibility that is not there": said("ReleaseVisibilityReference", "V999"),
}

SHAPE_3: dict[str, Break] = {
    "no schema version": attribute("/", "MessageSchemaVersionId", None),
    "the version attribute of ERN 4": attribute("/", "AvsVersionId", "9"),
    "the parties of ERN 4": after("MessageHeader", "PartyList", ""),
    "no main release": attribute("Release", "IsMainRelease", None),
    "two main releases": attribute("Release[2]", "IsMainRelease", "true"),
    "a main release, perhaps": attribute("Release", "IsMainRelease", "perhaps"),
    "an invented update": after("MessageHeader", "UpdateIndicator", "Again"),
    "no reference title": missing("SoundRecording/ReferenceTitle"),
    "a recording in no territory": missing("SoundRecordingDetailsByTerritory/TerritoryCode"),
    "no details of a recording": missing("SoundRecordingDetailsByTerritory"),
    "no details of a release": missing("ReleaseDetailsByTerritory"),
    "an artist who is nobody": nobody,
    "an artist without a role": all_missing("DisplayArtist/ArtistRole"),
    "an invented role": said("ArtistRole", "Singalong"),
    "an invented kind of title": attribute("Title", "TitleType", "Nickname"),
    "an invented kind of resource": said("ResourceGroupContentItem/ResourceType", "Tape"),
    "an invented use of a resource": attribute(
        "ReleaseResourceReference", "ReleaseResourceType", "Main"
    ),
    "a file without a name": missing("FileName"),
    "the hash after its algorithm": last("HashSum/HashSum"),
    "one id for two releases": copied("Release[2]/ReleaseReference", "Release[1]/ReleaseReference"),
    "the cover for sale": copied("Release[2]//ReleaseResourceReference", "Image/ResourceReference"),
    "no list of resources": missing("ReleaseResourceReferenceList"),
    "a resource that is grouped and not listed": missing("ReleaseResourceReference"),
    "a resource that is listed and not grouped": missing("ResourceGroupContentItem"),
    "a recording without its track release": missing("Release[2]"),
    "no use": all_missing("Usage"),
    "a use and a takedown": after("Usage", "TakeDown", "true"),
    "a deal in no territory": all_missing("ExcludedTerritoryCode"),
    "a moment among days": named("ReleaseDisplayStartDate", "ReleaseDisplayStartDateTime"),
}

CONTENT_3: dict[str, Break] = {
    "a video before the sound recordings": lambda root: first(root, "ResourceList").insert(
        0, first(root, "Video")
    ),
    "a video without an id in the message": missing("Video/ResourceReference"),
    "a video without a duration": missing("Video/Duration"),
    "an invented type of video": said("VideoType", "HomeMovie"),
    "a video with details of sound": named("TechnicalVideoDetails", "TechnicalImageDetails"),
    "an invented codec of video": said("VideoCodecType", "Celluloid"),
    "a frame rate in words": said("FrameRate", "25 fps"),
    "a width before the height": after("FrameRate", "ImageWidth", "1920"),
    "the ISRC of another recording": copied("Video//ISRC", "SoundRecording//ISRC"),
    "a video without its track release": missing("Release[4]"),
    "a preview that is not said to be one": said("TechnicalSoundRecordingDetails[2]/IsPreview", ""),
    "a preview that says nothing of itself": missing("PreviewDetails/ExpressionType"),
    "the id of a preview twice": copied(
        "TechnicalSoundRecordingDetails[2]/TechnicalResourceDetailsReference",
        "TechnicalSoundRecordingDetails/TechnicalResourceDetailsReference",
    ),
    "a text before the pictures": lambda root: first(root, "Image").addprevious(
        first(root, "Text")
    ),
    "an invented type of text": said("TextType", "Poem"),
    "an invented codec of text": said("TextCodecType", "Papyrus"),
    "a text in no territory": missing("TextDetailsByTerritory/TerritoryCode"),
    "a text that is in no release": said("Text/ResourceReference", "A99"),
    "a booklet for sale": attribute(
        "Release//ResourceGroupContentItem[ResourceType='Text']/ReleaseResourceReference",
        "ReleaseResourceType",
        "PrimaryResource",
    ),
    "a link to a recording": said("LinkedReleaseResourceReference", "A1"),
    "a link to a release": said("LinkedReleaseResourceReference", "R1"),
    "lyrics that are listed and not grouped": missing(
        "Release[2]//ResourceGroupContentItem[ResourceType='Text']"
    ),
    "a work behind the tracks": last("ResourceGroup/ResourceGroup/ResourceGroup"),
    "an id of a disc before its tracks": lambda root: first(
        root, "ResourceGroup/ResourceGroup"
    ).insert(1, first(root, "ResourceGroup/ResourceGroup/ReleaseId")),
    "a name after the ids of its party": last("DisplayArtist/PartyName[2]"),
    "an artist's line after the label": last("ReleaseDetailsByTerritory/DisplayArtistName[2]"),
    "a conductor without a role": missing("DisplayConductor/ArtistRole"),
    "a conductor among the artists": lambda root: first(root, "DisplayArtist").addprevious(
        first(root, "DisplayConductor")
    ),
}
"""What breaks a message of ERN 3 with videos, texts, works and names in other languages."""

CONTENT_3_UNSEEN = {
    *("the ISRC of another recording", "a video without its track release"),
    *("the id of a preview twice", "a text that is in no release", "a booklet for sale"),
    *("lyrics that are listed and not grouped", "a link to a recording"),
}
"""What libxml2 lets pass of `CONTENT_3`."""

UNSEEN = {
    *("one ISRC twice", "one id for two resources", "one id for the details of two"),
    *("an empty list of releases", "a resource that is not there", "the cover for sale"),
    *("a deal for a release that is not there", "one id for two releases"),
    *("an artist that is no party", "a label that is no party", "a party declared twice"),
    *("visibility that is not there", "a recording as a cover"),
    *("a cover that is linked from nowhere", "a recording without its track release"),
    *("no main release", "two main releases", "a resource that is grouped and not listed"),
    "a resource that is listed and not grouped",
}
"""What libxml2 lets pass with DDEX's XSD: ids and references, and what the XSD does not say."""


def breaks(version: str) -> dict[str, Break]:
    """The breaks of a version by name."""
    own = SHAPE_3 if version_named(version).shape == "3" else SHAPE_4
    return {**EVERYWHERE, **own}
