"""Moods, themes, activities, key, time signature and tempo as a MeadMessage.

Like every message of DDEX's it is a statement of truth: what was told of a recording or release,
and is told no more, is taken back by naming it and saying nothing (DDEX Knowledge Base, "MEAD
messages as a statement of truth").
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree
from lxml.etree import SubElement

from stardust_gitops.catalog.vocabulary import mead_values
from stardust_gitops.content.model import Delivery, Descriptors
from stardust_gitops.messages.ern.envelope import add_header
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.mead.described import NOBODY, recordings_to_tell, tells_release
from stardust_gitops.messages.mead.version import AVS_VERSION, MEAD_11, ROOT
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import XSI, add, clean, serialise

_NOTHING = Descriptors()
_OTHER_NAMES = {"Cb": "B", "B#": "C", "E#": "F", "Fb": "E"}
"""Notes that the value set does not name, and those that sound alike."""
_QUALITIES = {"major": "MajorTriad", "minor": "MinorTriad"}


def build_mead(delivery: Delivery, header: Header, told: frozenset[str] = NOBODY) -> etree._Element:
    """The tree of the MeadMessage of a release. `header` is that of the message it travels beside:
    thread and time are the same, the MessageId is its own.

    `told` is what the recipient was told of before (`described`): where nothing is to be said of it
    any more, it is named alone. Raises `MessageError` where a value cannot be said.
    """
    content = delivery.content
    attributes = {
        f"{{{XSI}}}schemaLocation": f"{MEAD_11.namespace} {MEAD_11.namespace}/"
        f"{MEAD_11.message_xsd}",
        "AvsVersionId": AVS_VERSION,
        "LanguageAndScriptCode": clean(content.language, "LanguageAndScriptCode"),
    }
    root = etree.Element(ROOT, attributes, nsmap={"mead": MEAD_11.namespace, "xsi": XSI})
    add_header(root, replace(header, message_id=mead_id(header.message_id)), delivery)
    recordings = recordings_to_tell(content, told)
    if recordings:
        resources = SubElement(root, "ResourceInformationList")
        for isrc, descriptors in recordings.items():
            _add_resource(resources, isrc, descriptors or _NOTHING)
    if tells_release(content, told):
        releases = SubElement(root, "ReleaseInformationList")
        information = SubElement(releases, "ReleaseInformation")
        release_id = SubElement(SubElement(information, "ReleaseSummary"), "ReleaseId")
        add(release_id, "ICPN", delivery.icpn)
        _add_topics(information, content.descriptors or _NOTHING)
    return root


def write_mead(delivery: Delivery, header: Header, told: frozenset[str] = NOBODY) -> bytes:
    """The same as a document. Equal arguments give equal bytes."""
    return serialise(build_mead(delivery, header, told))


def mead_id(message_id: str) -> str:
    """The MessageId of the MEAD message that travels beside another message."""
    return f"{message_id}-MEAD"


def _add_resource(parent: etree._Element, isrc: str, said: Descriptors) -> None:
    information = SubElement(parent, "ResourceInformation")
    add(SubElement(SubElement(information, "ResourceSummary"), "ResourceId"), "ISRC", isrc)
    if said.time_signature:
        beats, _, note = said.time_signature.partition("/")
        meter = SubElement(SubElement(information, "TimeSignature"), "Meter")
        add(meter, "NumberOfBeatsInBar", beats)
        add(meter, "NoteEquivalentToBeat", note)
    if said.tempo:
        add(information, "Tempo", said.tempo)
    if said.bpm:
        add(SubElement(information, "BeatsPerMinute"), "Value", said.bpm)
    if said.key:
        note, quality = _chord(said.key)
        harmony = SubElement(information, "Harmony")
        add(harmony, "RootChordNote", note)
        add(harmony, "RootChordQuality", quality)
    _add_topics(information, said)


def _add_topics(information: etree._Element, said: Descriptors) -> None:
    """What recordings and releases are told alike."""
    for tag, values in (
        ("Mood", said.moods),
        ("Theme", said.themes),
        ("Activity", said.activities),
    ):
        for value in values:
            add(SubElement(information, tag), "Value", value)


def _chord(key: str) -> tuple[str, str]:
    """RootChordNote and RootChordQuality of a key as ``C# minor``.

    The value set names each tone once, black keys by both names (``C#/Db``), so that keys that
    sound alike are said alike.
    """
    note, _, quality = key.partition(" ")
    note = _OTHER_NAMES.get(note, note)
    for value in mead_values("RootChordNote"):
        if note in value.split("/") and quality in _QUALITIES:
            return value, _QUALITIES[quality]
    raise MessageError(
        f"{key!r} is no key that MEAD 1.1 can say",
        hint="write it as  C minor  or  F# major",
    )
