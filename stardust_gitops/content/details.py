"""What a release says of itself beyond the necessary, and what it says to one target alone."""

from __future__ import annotations

from stardust_gitops.catalog.models.overrides import OverrideEntry
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.artists import rights_line
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.recording_parts import local_names
from stardust_gitops.content.titles import title_documents

_PLAIN = ("version", "catalog_number", "marketing_comment")
_OF_RELEASE = (*_PLAIN, "original_release_date", "grid", "compilation")


def details(model: ReleaseFile) -> Document:
    """The optional fields of a release that are the same everywhere; absent where not given."""
    document = {key: value for key in _OF_RELEASE if (value := getattr(model, key)) is not None}
    if model.related:
        document["related"] = [entry.model_dump() for entry in model.related]
    if model.display_artists:
        document["display_artists"] = local_names(model.display_artists)
    return document | _lists(model)


def overridden(model: ReleaseFile, target: str) -> Document:
    """What stands in place of the release's own words at one target; genres are mapped apart."""
    entry = model.overrides.get(target)
    if entry is None:
        return {}
    keys = (*_PLAIN, "title", "display_artist", "label")
    document = {key: value for key in keys if (value := getattr(entry, key)) is not None}
    for key in ("p_line", "c_line"):
        if (line := getattr(entry, key)) is not None:
            document[key] = rights_line(line)
    return document | _lists(entry)


def _lists(entry: ReleaseFile | OverrideEntry) -> Document:
    document: Document = {}
    if entry.titles:
        document["titles"] = title_documents(entry.titles)
    if entry.keywords:
        document["keywords"] = list(entry.keywords)
    return document
