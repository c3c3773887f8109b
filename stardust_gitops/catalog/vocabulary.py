"""The allowed values of DDEX's sets, by ERN version: `data/allowed_values.json` and `…_3.json`.

The first holds, under the name that ERN 4 gives a set, each value below the versions that know it;
words that ERN 3 alone knows are not among them, and what it says of 3.8.2 holds for 3.8.3 too. The
second holds the sets of ERN 3 under its own names, whole: messages are checked against them, and
no catalogue says their words. `data/allowed_values_mead.json` holds the sets of MEAD 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import orjson

VERSIONS = ("3.8.2", "3.8.3", "4.2", "4.3", "4.3.2")
"""The versions of ERN that the data tell apart, in order."""

USER_DEFINED = frozenset({"ContributorRole", "InstrumentType", "ReleaseRelationshipType"})
"""The sets whose newer values an older version is told as ``UserDefined`` with the value beside it
(DDEX): what somebody did or a release is to another, never what may be done with it."""
_COMMON, _THIRD = "allowed_values.json", "allowed_values_3.json"
_MEAD = "allowed_values_mead.json"
_USER_DEFINED_IN_ERN_3 = USER_DEFINED | {"AudioCodecType", "ReleaseType_ERN4"}


@lru_cache(maxsize=3)
def _sets(name: str = _COMMON) -> dict[str, dict[str, list[str]]]:
    data = files("stardust_gitops.catalog").joinpath("data", name).read_bytes()
    sets: dict[str, dict[str, list[str]]] = orjson.loads(data)
    return sets


def _known(sets: dict[str, dict[str, list[str]]], version: str) -> dict[str, frozenset[str]]:
    return {
        name: frozenset().union(
            *(values for known, values in columns.items() if version in known.split())
        )
        for name, columns in sets.items()
    }


@lru_cache(maxsize=8)
def allowed_values(version: str) -> Mapping[str, frozenset[str]]:
    """All sets of an ERN version by their DDEX names (``ContributorRole``…)."""
    if version not in VERSIONS:
        raise KeyError(version)
    if not _is_third(version):
        return _known(_sets(), version)
    return _known(_sets(), "3.8.2") | _known(_sets(_THIRD), version)


@lru_cache(maxsize=8)
def mead_values(set_name: str) -> frozenset[str]:
    """The values of a set of DDEX MEAD 1.1 (``Mood``, ``Theme``…)."""
    return frozenset().union(*_sets(_MEAD)[set_name].values())


def _is_third(version: str) -> bool:
    return version.startswith("3.")


@lru_cache(maxsize=32)
def allowed(set_name: str) -> frozenset[str]:
    """The values of a set that any version knows: what a catalogue may say."""
    return frozenset().union(*_sets()[set_name].values())


@lru_cache(maxsize=64)
def lacking(set_name: str, version: str) -> frozenset[str]:
    """The values of a set that a catalogue may say and an ERN version does not know."""
    return allowed(set_name) - allowed_values(version)[set_name]


def is_told(set_name: str, version: str) -> bool:
    """Whether a version can tell also those values of a set that it does not know, as
    ``UserDefined`` (ERN 3 tells instruments as free text)."""
    return set_name in (_USER_DEFINED_IN_ERN_3 if _is_third(version) else USER_DEFINED)


def known_since(set_name: str, value: str, version: str) -> str | None:
    """The first version after `version` that knows a value; ``None`` where none does."""
    later = VERSIONS[VERSIONS.index(version) + 1 :]
    return next((each for each in later if value in allowed_values(each)[set_name]), None)


@lru_cache(maxsize=1)
def territories() -> frozenset[str]:
    """ISO territories and ``Worldwide``; without the numeric CISAC codes that profiles forbid."""
    return frozenset(code for code in allowed("CurrentTerritoryCode") if not code.isdigit())
