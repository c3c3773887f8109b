"""Who contributed: a party that is named twice is one contributor."""

from __future__ import annotations

from collections.abc import Sequence

from stardust_gitops.content.model import Contributor, Party


def by_party(contributors: Sequence[Contributor]) -> list[Contributor]:
    """One contributor per party with all its roles and instruments, each once, in order of first
    mention: DDEX has one element per party, with many roles."""
    found: dict[Party, Contributor] = {}
    for each in contributors:
        first = found.get(each.party)
        if first is not None:
            roles, instruments = first.roles + each.roles, first.instruments + each.instruments
            each = Contributor(party=each.party, roles=roles, instruments=instruments)
        found[each.party] = _once(each)
    return list(found.values())


def _once(contributor: Contributor) -> Contributor:
    roles, instruments = dict.fromkeys(contributor.roles), dict.fromkeys(contributor.instruments)
    if len(roles) == len(contributor.roles) and len(instruments) == len(contributor.instruments):
        return contributor
    return Contributor(party=contributor.party, roles=tuple(roles), instruments=tuple(instruments))
