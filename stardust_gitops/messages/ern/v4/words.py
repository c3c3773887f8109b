"""What a version of ERN 4 says in other words than the catalogue, which knows those of all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from stardust_gitops.catalog.vocabulary import allowed, allowed_values, known_since
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.values import Word
from stardust_gitops.messages.xml import add

AUDIO_CODEC, VIDEO_CODEC, LINK = "AudioCodecType", "VideoCodecType", "LinkDescription"
RELATION, VIDEO_TYPE_4_3 = "ResourceRelationshipType", "VideoType_ERN43"

NEAREST: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (AUDIO_CODEC, "DolbyAtmosMasterADM"): "Atmos",
        (VIDEO_TYPE_4_3, "ConcertVideo"): "LongFormMusicalWorkVideo",
        (VIDEO_TYPE_4_3, "LiveEventVideo"): "LongFormMusicalWorkVideo",
        (RELATION, "IsClipFrom"): "HasContentFrom",
        (RELATION, "IsEditedVersionOf"): "HasContentFrom",
        (RELATION, "IsImmersiveEditionOf"): "IsDifferentEncoding",
        (RELATION, "IsNonImmersiveEditionOf"): "IsDifferentEncoding",
        (RELATION, "IsSlowedDownOf"): "HasContentFrom",
        (RELATION, "IsSpedUpOf"): "HasContentFrom",
    }
)
"""What a version that lacks a value has another word for, by set and value."""


@lru_cache(maxsize=1024)
def word(set_name: str, value: str, version: str) -> Word | None:
    """How `version` tells a value; ``None`` where it has no word for it.

    As `values.newer_value`, a value that a later version knows is ``UserDefined`` in the namespace
    of that version, and one that 4.3 gave up (types of video) in that of 4.2. A relation of
    recordings cannot be (RelatedResource has no attributes for it). What no version knows is told
    as it is, for the check to refuse.
    """
    known = allowed_values(version)[set_name]
    nearest = NEAREST.get((set_name, value))
    if value in known:
        return Word(value)
    if nearest in known:
        return Word(str(nearest))
    since = known_since(set_name, value, version)
    if set_name == VIDEO_TYPE_4_3 and value in allowed("VideoType"):
        since = "4.2"
    if since is None:
        return Word(value)
    if set_name == RELATION:
        return None
    namespace = f"ern/{since.replace('.', '')}"
    return Word("UserDefined", {"Namespace": namespace, "UserDefinedValue": value})


def add_word(parent: Element, name: str, set_name: str, value: str, draft: Draft) -> None:
    """Append a value as the version tells it, if it does. `xml.add` otherwise."""
    told = word(set_name, value, draft.version.name)
    if told is not None:
        add(parent, name, told.value, told.attributes)
