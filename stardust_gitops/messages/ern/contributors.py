"""Who contributed: a party that is named twice is one contributor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stardust_gitops.content.model import ContainsAI, Contributor, Party


def by_party(contributors: Sequence[Contributor], *, by_ai: bool = False) -> list[Contributor]:
    """One contributor per party with all its roles and instruments, each once, in order of first
    mention: DDEX has one element per party, with many roles. With `by_ai` what generative AI made
    of a contribution is told, so that contributions of a party that differ in it stay apart."""
    found: dict[tuple[Party, ContainsAI | None], Contributor] = {}
    for each in contributors:
        key = (each.party, each.ai if by_ai else None)
        first = found.setdefault(key, each)
        if first is not each:
            roles, instruments = first.roles + each.roles, first.instruments + each.instruments
            found[key] = replace(first, roles=roles, instruments=instruments)
    return [_once(each) for each in found.values()]


def _once(contributor: Contributor) -> Contributor:
    roles, instruments = dict.fromkeys(contributor.roles), dict.fromkeys(contributor.instruments)
    if len(roles) == len(contributor.roles) and len(instruments) == len(contributor.instruments):
        return contributor
    return replace(contributor, roles=tuple(roles), instruments=tuple(instruments))
