"""What ERN 3 says in other words than ERN 4, whose words a catalogue uses: the tables of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from lxml.etree import SubElement

from stardust_gitops.catalog.vocabulary import allowed_values, known_since
from stardust_gitops.messages.ern.v3.draft import Element
from stardust_gitops.messages.ern.values import Word
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import add

ROLE, WRITER = "ResourceContributorRole", "MusicalWorkContributorRole"
TYPE, RELATION, CODEC = "ReleaseType", "ReleaseRelationshipType", "AudioCodecType"
SOUND_TYPE, VIDEO_TYPE = "SoundRecordingType", "VideoType"
VIDEO_CODEC, TEXT_CODEC = "VideoCodecType", "TextCodecType"

SETS: Mapping[str, str] = MappingProxyType(
    {ROLE: "ContributorRole", TYPE: "ReleaseType_ERN4"}
    | {name: name for name in (RELATION, CODEC, SOUND_TYPE, VIDEO_TYPE, VIDEO_CODEC, TEXT_CODEC)}
)
"""The sets of ERN 3 whose missing values are told as ``UserDefined``, by their name in ERN 4."""

NEAREST: Mapping[tuple[str, str], str] = MappingProxyType({(ROLE, "StudioProducer"): "Producer"})
"""What ERN 3 itself has another word for."""

_LAST = "3.8.3"
_NOT_WRITERS = frozenset({"AssociatedPerformer", "Contributor", "Unknown", "UserDefined"})

MACROLANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("cdo", "cjy", "cmn", "gan", "hak", "hsn", "nan", "wuu", "yue"), "zh"),
        **dict.fromkeys(("acm", "aeb", "apc", "arb", "arq", "ary", "arz"), "ar"),
        **dict.fromkeys(("ckb", "kmr", "sdh"), "ku"),
        "fil": "tl",
    }
)
"""Languages without a code in ISO 639-1 by the one that they are counted with (ISO 639-3)."""


@lru_cache(maxsize=4096)
def told(set_name: str, value: str, version: str) -> Word:
    """How `version` tells a value of a set of `SETS`.

    The namespace of a value that only a later version knows is that version (DDEX: ``ern/43``).
    What no version knows is told as it is, for the check to refuse.
    """
    known = allowed_values(version)[set_name]
    nearest = NEAREST.get((set_name, value))
    if value in known:
        return Word(value=value)
    if nearest in known:
        return Word(value=str(nearest))
    since = known_since(SETS[set_name], value, _LAST)
    if since is None:
        return Word(value=value)
    namespace = f"ern/{since.replace('.', '')}"
    return Word(value="UserDefined", attributes={"Namespace": namespace, "UserDefinedValue": value})


def add_word(parent: Element, set_name: str, value: str, version: str) -> None:
    """Append a value of a set of `SETS`; the element has the name of the set."""
    word = told(set_name, value, version)
    add(parent, set_name, word.value, word.attributes)


@lru_cache(maxsize=4096)
def is_writer(role: str, version: str) -> bool:
    """Whether a role is one in the musical work, which contributes to a recording indirectly."""
    return role in allowed_values(version)[WRITER] and role not in _NOT_WRITERS


@lru_cache(maxsize=256)
def performance_language(tag: str, version: str) -> str:
    """The ISO 639-1 code for a language tag: ``ja`` for ``ja-Jpan``, ``zh`` for ``yue``.

    Raises `MessageError` where the language has none.
    """
    known = allowed_values(version)["IsoLanguageCode"]
    primary = tag.split("-")[0].lower()
    for code in (primary, MACROLANGUAGES.get(primary)):
        if code in known:
            return str(code)
    raise MessageError(
        f"ERN {version} has no code for the language {tag!r}",
        hint="leave out the language of the performance, or take a later ERN for this target",
        code="SG4025",
    )


def add_user_defined(parent: Element, name: str, value: str, namespace: str) -> None:
    """Append a value that is ours alone; both arguments are clean."""
    element = SubElement(parent, name, {"Namespace": namespace, "UserDefinedValue": value})
    element.text = "UserDefined"
