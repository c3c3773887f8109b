"""Where a deal counts, as a set of ISO codes, so that deals can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from stardust_gitops.catalog.models.deals import Terms
from stardust_gitops.catalog.vocabulary import territories

Groups = Mapping[str, Sequence[str]]


@lru_cache(maxsize=1024)
def area(listed: tuple[str, ...], excluded: tuple[str, ...] = ()) -> frozenset[str]:
    """The codes of a list, or all but those excluded. A country holds its parts (``CA-QC``);
    codes that nobody knows count as themselves."""
    if excluded:
        return _codes("Worldwide").difference(*map(_codes, excluded))
    return frozenset().union(*map(_codes, listed))


def area_of(terms: Terms, groups: Groups) -> frozenset[str]:
    """Where terms as written count; everywhere if they say nothing."""
    if terms.excluded_territories:
        return area((), _ungrouped(terms.excluded_territories, groups))
    return area(_ungrouped(terms.territories or ("Worldwide",), groups))


def _ungrouped(codes: Sequence[str], groups: Groups) -> tuple[str, ...]:
    return tuple(code for name in codes for code in groups.get(name, (name,)))


@lru_cache(maxsize=512)
def _codes(code: str) -> frozenset[str]:
    if code == "Worldwide":
        return territories() - {"Worldwide"}
    return frozenset({code, *(known for known in territories() if known.startswith(f"{code}-"))})
