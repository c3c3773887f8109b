"""What a broken release is."""

from __future__ import annotations

from dataclasses import dataclass

from tests.release_lab import Case


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken release: `case` makes it, `found` lists what is found as ``LINE:COLUMN CODE``
    in ``releases/a.yaml``, and as ``FILE:LINE:COLUMN CODE`` elsewhere, in that order."""

    name: str
    case: Case
    found: tuple[str, ...]


def release(name: str, old: str, new: str, *, found: tuple[str, ...]) -> Broken:
    """One edit of the release's file."""
    return Broken(name, Case(release=[(old, new)]), found)
