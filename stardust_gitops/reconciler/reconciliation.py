"""What recipients owe us an answer for: the ledger beside what the targets say of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from stardust_gitops.catalog.loading import Catalogue
from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.planning.model import release_name
from stardust_gitops.planning.reconciliation import REMEMBERED, Books, Reconciliation, Stray
from stardust_gitops.planning.selection import Candidate, Selection
from stardust_gitops.planning.standing import Standing
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.names import words_sent
from stardust_gitops.reconciler.receipts.listing import strays


def patience_of(catalogue: Catalogue, *, days: int | None = None) -> Mapping[str, timedelta]:
    """Within which time each target answers, by itself or in `days`; a target that is not known to
    answer is not in it."""
    return {
        target.id: timedelta(
            days=target.model.acknowledgements.expected_within if days is None else days
        )
        for target in catalogue.targets.values()
        if target.model.acknowledgements is not None
    }


def reconcile(
    catalogue: Catalogue,
    ledger: LedgerStore,
    clock: Clock,
    chosen: Selection,
    *,
    days: int | None = None,
) -> Reconciliation:
    """What was delivered against what was answered, in the environment of `catalogue`."""
    environment, now = catalogue.environment, clock.now()
    states = ledger.snapshot(environment, since=instant_text(now)).releases
    candidates = [_candidate(stream.target, stream.subject) for stream in states]
    chosen.check([*candidates, *(_candidate(name, "") for name in catalogue.targets)])
    targets = {*catalogue.targets, *(stream.target for stream in states)}
    asked = sorted(name for name in targets if _has_target(chosen, name))

    def name_of(standing: Standing) -> str:
        sent = standing.sent
        return "" if sent is None else release_name(*words_sent(ledger, sent.content))

    books = Books(
        states=states,
        patience=patience_of(catalogue, days=days),
        strays=_strays(ledger, environment, asked, instant_text(now - REMEMBERED)),
        name_of=name_of,
        now=now,
    )
    return Reconciliation(
        catalogue=catalogue.config.id,
        environment=environment,
        now=now,
        accounts=tuple(
            books.accounts(lambda target, release: chosen.selects(_candidate(target, release)))
        ),
    )


def _strays(
    ledger: LedgerStore, environment: str, targets: list[str], since: str
) -> dict[str, tuple[Stray, ...]]:
    """What was read since then of each target and is about no message of ours; newest first."""
    found: dict[str, list[Stray]] = {}
    for each in strays(ledger, environment, targets):
        if each.read >= since:
            stray = Stray(
                file=each.file, read=each.read, said=each.told or {}, problem=each.problem
            )
            found.setdefault(each.target, []).append(stray)
    return {target: tuple(ones) for target, ones in found.items()}


def _has_target(chosen: Selection, target: str) -> bool:
    return Selection(targets=chosen.targets).selects(_candidate(target, ""))


def _candidate(target: str, release: str) -> Candidate:
    icpn = shown_icpn(release) if release else ""
    return Candidate(release=release, icpn=icpn, target=target)
