"""ERN 4.3.2 (2025), with the ninth version of the allowed value sets."""

from __future__ import annotations

from stardust_gitops.messages.ern.v4.tables import TYPES, line
from stardust_gitops.messages.ern.version import Dialect, Version

_TITLES = {" AdditionalTitle*": " FormalTitle:DisplayTitle* GroupingTitle:DisplayTitle*"}
_AI = " ContainsAI:{ContainsAI}?"
_AI_OF_RECORDING = {" RelatedResource*": f" RelatedResource*{_AI}"}
_DISPLAY_GENRE = {" Genre+": " DisplayGenre:Genre+"}
_NO_WARNING_NEEDED = {
    "ParentalWarningType:{ParentalWarningType}+": "ParentalWarningType:{ParentalWarningType}*"
}

ERN_432 = Version(
    name="4.3.2",
    shape="4",
    folder="432",
    namespace="http://ddex.net/xml/ern/432",
    avs_version="9",
    dialect=Dialect(role_value=True, genre="DisplayGenre", grouping_title=True, ai=True),
    types={
        **TYPES,
        "Role": "Value:ContributorRole",
        "Contributor": line(
            "Contributor",
            {
                "Role:ContributorRole*": "Role*",
                "InstrumentType*": "InstrumentType* AiContribution:{ContainsAI}?",
            },
        ),
        "SoundRecording": line(
            "SoundRecording", {**_TITLES, **_NO_WARNING_NEEDED, **_AI_OF_RECORDING}
        ),
        "Video": line("Video", {**_TITLES, **_NO_WARNING_NEEDED, **_AI_OF_RECORDING}),
        "RelatedResource": line("RelatedResource", {"RelatedResourceId)": "RelatedResourceId)?"}),
        "Release": line(
            "Release",
            {
                **_TITLES,
                **_DISPLAY_GENRE,
                **_NO_WARNING_NEEDED,
                "Keywords:LocalText*": f"Keywords:LocalText*{_AI}",
            },
        ),
        "ResourceGroup": line("ResourceGroup", _TITLES),
        "ResourceSubGroup": line("ResourceSubGroup", _TITLES),
        "TrackRelease": line("TrackRelease", _DISPLAY_GENRE),
        "ClipRelease": line("ClipRelease", _DISPLAY_GENRE),
    },
    message_xsd="release-notification.xsd",
    values_xsd="allowed-value-sets.xsd",
    values_namespace="http://ddex.net/xml/allowed-value-sets",
    digests={
        "release-notification.xsd": (
            "d808da301b6d5a9b4129474b199c77fd51b362474abebefb00eb7cee109c6da7"
        ),
        "allowed-value-sets.xsd": (
            "c0cb3759f59dcea9bb4ab3bcc0899ce3f5c5ef15b94cb4086c25c76829e079a8"
        ),
    },
)
