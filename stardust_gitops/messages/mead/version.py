"""MEAD 1.1 (2021): its namespace, structure and official XSD. Notation: `messages.structure`.

The table holds what we write, in the order and cardinality of the standard.
"""

from __future__ import annotations

from collections.abc import Mapping

from stardust_gitops.messages.schema import Schema

MEAD_11 = Schema(
    name="MEAD 1.1",
    folder="mead/11",
    namespace="http://ddex.net/xml/mead/11",
    message_xsd="media-enrichment-and-description.xsd",
    values_xsd="allowed-value-sets.xsd",
    values_namespace="http://ddex.net/xml/allowed-value-sets",
    digests={
        "media-enrichment-and-description.xsd": (
            "17f2fe5149ac22ac0ee8815d69a36c41833f050b62899cc20796e9cc5dc9f51c"
        ),
        "allowed-value-sets.xsd": (
            "c0cb3759f59dcea9bb4ab3bcc0899ce3f5c5ef15b94cb4086c25c76829e079a8"
        ),
    },
    values_of="ern/432",
    retired=frozenset({"RecordingPartType"}),
)
AVS_VERSION = "9"
"""The version of the allowed value sets whose values we say: that of ERN 4.3.2."""
ROOT = f"{{{MEAD_11.namespace}}}MeadMessage"

TYPES: Mapping[str, str] = {
    "MeadMessage": (
        "MessageHeader ResourceInformationList? ReleaseInformationList? "
        "@AvsVersionId! @LanguageAndScriptCode:langcode"
    ),
    "MessageHeader": (
        "MessageThreadId? MessageId MessageSender:MessagingParty SentOnBehalfOf:MessagingParty? "
        "MessageRecipient:MessagingParty+ MessageCreatedDateTime:dateTime "
        "MessageControlType:{MessageControlType}?"
    ),
    "MessagingParty": "PartyId:dpid PartyName?",
    "PartyName": "FullName",
    "ResourceInformationList": "ResourceInformation+",
    "ResourceInformation": (
        "ResourceSummary TimeSignature* Tempo:{Tempo}* BeatsPerMinute* Harmony* "
        "Mood* Theme* Activity*"
    ),
    "ResourceSummary": "ResourceId",
    "ResourceId": "ISRC?",
    "ReleaseInformationList": "ReleaseInformation+",
    "ReleaseInformation": "ReleaseSummary Mood* Theme* Activity*",
    "ReleaseSummary": "ReleaseId",
    "ReleaseId": "ICPN?",
    "TimeSignature": "Meter?",
    "Meter": "NumberOfBeatsInBar:integer NoteEquivalentToBeat:integer",
    "BeatsPerMinute": "Value:decimal",
    "Harmony": "RootChordNote:{RootChordNote} RootChordQuality:{RootChordQuality}?",
    "Mood": "Value:{Mood}",
    "Theme": "Value:{Theme}",
    "Activity": "Value:{Activity}",
}
SETS = ("Activity", "Mood", "RootChordNote", "RootChordQuality", "Tempo", "Theme")
"""The allowed value sets of the table that are MEAD's own."""
