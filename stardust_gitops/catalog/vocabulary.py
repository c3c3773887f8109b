"""The allowed values of DDEX's sets, by ERN version: one data file, `data/allowed_values.json`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import orjson


@lru_cache(maxsize=1)
def _versions() -> dict[str, dict[str, list[str]]]:
    data = files("stardust_gitops.catalog").joinpath("data/allowed_values.json").read_bytes()
    versions: dict[str, dict[str, list[str]]] = orjson.loads(data)
    return versions


@lru_cache(maxsize=8)
def allowed_values(version: str) -> Mapping[str, frozenset[str]]:
    """All sets of an ERN version by their DDEX names (``ContributorRole``…)."""
    return {name: frozenset(values) for name, values in _versions()[version].items()}


@lru_cache(maxsize=32)
def allowed(set_name: str) -> frozenset[str]:
    """The values of a set that any version knows: what a catalogue may say."""
    return frozenset().union(*(sets.get(set_name, ()) for sets in _versions().values()))


@lru_cache(maxsize=1)
def territories() -> frozenset[str]:
    """ISO territories and ``Worldwide``; without the numeric CISAC codes that profiles forbid."""
    return frozenset(code for code in allowed("CurrentTerritoryCode") if not code.isdigit())
