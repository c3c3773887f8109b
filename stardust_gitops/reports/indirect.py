"""Releases that change because of a file which is not their own: a shared track, a target, …"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from stardust_gitops.planning.model import Item

_OWN = "releases/"


@dataclass(slots=True, kw_only=True)
class Indirect:
    """A file, and how many releases at how many targets say something else because of it."""

    file: str
    releases: set[str] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)


def indirect_changes(items: Iterable[Item]) -> list[Indirect]:
    """The files from which changes come that stand in no release, by name."""
    found: dict[str, Indirect] = {}
    for item in items:
        for change in item.changes:
            file = (change.source or "").rpartition(":")[0]
            if file and not file.startswith(_OWN):
                entry = found.setdefault(file, Indirect(file=file))
                entry.releases.add(item.release)
                entry.targets.add(item.target)
    return [found[file] for file in sorted(found)]
