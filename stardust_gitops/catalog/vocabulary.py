"""The allowed values of DDEX's sets, by ERN version: one data file, `data/allowed_values.json`.

It holds, under the name that ERN 4 gives a set, each value below the versions that know it; words
that ERN 3.8.2 alone knows are not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import orjson

VERSIONS = ("3.8.2", "4.2", "4.3", "4.3.2")
"""The versions of ERN that the data tell apart."""


@lru_cache(maxsize=1)
def _sets() -> dict[str, dict[str, list[str]]]:
    data = files("stardust_gitops.catalog").joinpath("data/allowed_values.json").read_bytes()
    sets: dict[str, dict[str, list[str]]] = orjson.loads(data)
    return sets


@lru_cache(maxsize=8)
def allowed_values(version: str) -> Mapping[str, frozenset[str]]:
    """All sets of an ERN version by their DDEX names (``ContributorRole``…)."""
    if version not in VERSIONS:
        raise KeyError(version)
    return {
        name: frozenset().union(
            *(values for known, values in columns.items() if version in known.split())
        )
        for name, columns in _sets().items()
    }


@lru_cache(maxsize=32)
def allowed(set_name: str) -> frozenset[str]:
    """The values of a set that any version knows: what a catalogue may say."""
    return frozenset().union(*_sets()[set_name].values())


@lru_cache(maxsize=64)
def lacking(set_name: str, version: str) -> frozenset[str]:
    """The values of a set that a catalogue may say and an ERN version does not know."""
    return allowed(set_name) - allowed_values(version)[set_name]


@lru_cache(maxsize=1)
def territories() -> frozenset[str]:
    """ISO territories and ``Worldwide``; without the numeric CISAC codes that profiles forbid."""
    return frozenset(code for code in allowed("CurrentTerritoryCode") if not code.isdigit())
