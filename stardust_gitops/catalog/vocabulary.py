"""The allowed values of DDEX's sets, by ERN version: one data file, `data/allowed_values.json`.

Numeric CISAC territory codes are left out: the release profiles forbid them.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import orjson


@lru_cache(maxsize=1)
def _sets() -> dict[str, dict[str, str]]:
    data = files("stardust_gitops.catalog").joinpath("data/allowed_values.json").read_bytes()
    sets: dict[str, dict[str, str]] = orjson.loads(data)
    return sets


@lru_cache(maxsize=64)
def allowed(set_name: str, version: str | None = None) -> frozenset[str]:
    """The values of a set (``ContributorRole``…) that an ERN version knows, or that any does."""
    return frozenset(
        value
        for value, versions in _sets()[set_name].items()
        if version is None or version in versions.split()
    )
