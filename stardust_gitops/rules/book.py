"""The rule book: every rule of every module, by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType

from stardust_gitops.rules import (
    ai,
    catalogue,
    claims,
    deals,
    details,
    discs,
    editions,
    instants,
    kinds,
    labels,
    packages,
    previews,
    profiles,
    recipient,
    recipients_refuse,
    recordings,
    relatives,
    release,
    release_dates,
    requirements,
    settings,
    text,
    track_offers,
    versions,
    windows,
    wire,
    works,
)
from stardust_gitops.rules.codes import (
    assets,
    content,
    files,
    identifiers,
    ledger,
    messages,
    transport,
    values,
)
from stardust_gitops.rules.registry import Rule
from stardust_gitops.rules.subjects import Scope

_MODULES: tuple[ModuleType, ...] = (
    *(release, deals, instants, details, recordings, text, recipients_refuse),
    *(claims, previews, release_dates, track_offers),
    *(kinds, editions, relatives, works, discs, ai),
    *(
        profiles,
        recipient,
        requirements,
        versions,
        windows,
        catalogue,
        labels,
        wire,
        packages,
        settings,
    ),
    *(files, values, identifiers, content, assets, messages, ledger, transport),
)
"""Within a scope, rules run in this order and in the order in which a module defines them; the
modules of the last line only document codes."""


@cache
def rule_book() -> Mapping[str, Rule]:
    """All rules by id, sorted. `ValueError` where two have one id."""
    rules: dict[str, Rule] = {}
    for entry in _ordered():
        if rules.setdefault(entry.id, entry) is not entry:
            raise ValueError(f"two rules have the id {entry.id}")
    return dict(sorted(rules.items()))


def rules_for(scope: Scope) -> tuple[Rule, ...]:
    """The rules that look at this kind of subject, in the order in which they run."""
    return tuple(entry for entry in _ordered() if scope in entry.scopes)


def _ordered() -> Iterator[Rule]:
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, Rule):
                yield value
            elif isinstance(value, tuple):
                yield from (entry for entry in value if isinstance(entry, Rule))
