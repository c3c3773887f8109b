"""JSON Schemas of the catalogue's files, for completion and hints in editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.genre_map import GenreMapFile
from stardust_gitops.catalog.models.label import LabelFile
from stardust_gitops.catalog.models.party import PartyFile
from stardust_gitops.catalog.models.recordings import RecordingFile
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import TargetFile

_MODELS: dict[str, type[BaseModel]] = {
    "config": ConfigFile,
    "release": ReleaseFile,
    "track": RecordingFile,
    "party": PartyFile,
    "label": LabelFile,
    "target": TargetFile,
    "genre_map": GenreMapFile,
}


def file_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a kind of file: config, release, track,
    party, label, target, genre_map."""
    schema = _MODELS[kind].model_json_schema()
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"https://stardust-gitops.example/schemas/{kind}.schema.json",
        **schema,
    }
