"""Who contributed: a party that is named twice is one contributor."""

from __future__ import annotations

from collections.abc import Sequence

from stardust_gitops.content.model import Contributor, Party


def by_party(contributors: Sequence[Contributor]) -> list[Contributor]:
    """One contributor per party with all its roles and instruments, each once, in order of first
    mention (DDEX: one element per party, many roles)."""
    roles: dict[Party, dict[str, None]] = {}
    instruments: dict[Party, dict[str, None]] = {}
    for contributor in contributors:
        party = contributor.party
        roles.setdefault(party, {}).update(dict.fromkeys(contributor.roles))
        instruments.setdefault(party, {}).update(dict.fromkeys(contributor.instruments))
    return [
        Contributor(party=party, roles=tuple(names), instruments=tuple(instruments[party]))
        for party, names in roles.items()
    ]
