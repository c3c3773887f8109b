"""What a recording has beside itself, in canonical form: editions, its work, its relatives."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from stardust_gitops.catalog.models.party import LocalName
from stardust_gitops.catalog.models.recording_parts import MeadEntry
from stardust_gitops.catalog.models.recordings import RecordingFields
from stardust_gitops.content.artists import rights_line
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.titles import title_documents

RARE = frozenset(
    {
        "video",
        "screen_capture",
        "type",
        "immersive",
        "lyrics",
        "work",
        "related",
        "contains_ai",
        "display_artists",
        "mead",
    }
)
"""Keys that few recordings have: whoever is quick asks once for all of them."""

_USUAL = {True: "ShortFormMusicalWorkVideo", False: "MusicalWorkSoundRecording"}
"""The type of a video, and of what is none, that goes without saying."""


def has_parts(fields: RecordingFields) -> bool:
    """Whether a recording has any of the `RARE` keys."""
    return not RARE.isdisjoint(fields.model_fields_set)


def part_documents(fields: RecordingFields) -> Document:
    """The fields of a track that come from those keys; absent where not given."""
    document: Document = {}
    is_video = fields.video is not None
    if is_video:
        document["video"] = True
    if fields.type is not None and fields.type != _USUAL[is_video]:
        document["type"] = fields.type
    if fields.immersive is not None:
        document["immersive"] = {"isrc": fields.immersive.isrc}
        if fields.immersive.p_line is not None:
            document["immersive"]["p_line"] = rights_line(fields.immersive.p_line)
    if fields.work is not None:
        document["work"] = {"title": fields.work.title}
        if fields.work.titles:
            document["work"]["titles"] = title_documents(fields.work.titles)
    if fields.related:
        document["related"] = [entry.model_dump(exclude_none=True) for entry in fields.related]
    if fields.contains_ai is not None:
        document["contains_ai"] = fields.contains_ai
    if fields.display_artists:
        document["display_artists"] = local_names(fields.display_artists)
    return document


def local_names(entries: Iterable[LocalName]) -> list[Document]:
    """Names, or lines of artists, in other languages, in their sequence."""
    return [{"name": entry.name, "language": entry.language} for entry in entries]


def descriptors(entry: MeadEntry | None) -> Document:
    """What is told in a DDEX MEAD message; empty where there is nothing to tell."""
    if entry is None:
        return {}
    said = entry.model_dump(exclude_none=True)
    if "bpm" in said:  # 120 and 120.0 are one tempo
        said["bpm"] = format(Decimal(said["bpm"]).normalize(), "f")
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in said.items()
        if value
    }


def contains_ai(tracks: Iterable[Document]) -> str | None:
    """What follows for a release where every track says how much of it generative AI made."""
    said = {track.get("contains_ai") for track in tracks}
    if not said or None in said:
        return None
    return said.pop() if len(said) == 1 else "Partly"
