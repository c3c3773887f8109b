"""Guards: how much may happen to what is live at a target within a day, before a person looks.

A guard counts releases, those of this plan and those of the last 24 hours together, each once.
The population is what is live at the target in the whole ledger, whatever the selection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import Snapshot
from stardust_gitops.planning.model import Action, Item, Reason
from stardust_gitops.planning.settings import Limit, Permissions, Safety, TargetSettings

WINDOW = timedelta(hours=24)

_KINDS: Mapping[Action, str] = {
    Action.TAKEDOWN: "takedowns",
    Action.PURGE: "takedowns",
    Action.INSERT: "inserts",
    Action.UPDATE: "updates",
    Action.RESEND: "resends",
}
_KIND_OF_NAME = {action.value: kind for action, kind in _KINDS.items()}
_LOADING = frozenset({"inserts", "updates"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """All that the guards look at beside the items.

    `files` holds the releases (GTIN-14) whose file stands in the catalogue, readable or not.
    """

    environment: str
    snapshot: Snapshot
    targets: Mapping[str, TargetSettings]
    files: Collection[str]
    safety: Safety
    permissions: Permissions
    now: datetime

    def stops(self, items: Iterable[Item], plan_hash: str) -> tuple[Reason, ...]:
        """The guards that trip. None do for exactly the plan that the user allowed."""
        if self.permissions.plan_hash == plan_hash:
            return ()
        live = self._live()
        population = {target: len(releases) for target, releases in live.items()}
        tripped = [*self._missing(live), *self._operations(items, population)]
        hint = f"look at it, then `--allow-plan {plan_hash}`"
        return tuple(Reason(code=reason.code, text=f"{reason.text}; {hint}") for reason in tripped)

    def _live(self) -> dict[str, set[str]]:
        """The releases that are live, by target."""
        live: dict[str, set[str]] = {}
        for stream, state in self.snapshot.releases.items():
            if stream.environment == self.environment and state.phase is Phase.LIVE:
                live.setdefault(stream.target, set()).add(stream.subject)
        return live

    def _operations(self, items: Iterable[Item], population: Mapping[str, int]) -> list[Reason]:
        planned: dict[tuple[str, str], set[str]] = {}
        for item in items:
            kind = _KINDS.get(item.action)
            if kind is not None and self._counts(item.target, kind, item.release):
                planned.setdefault((item.target, kind), set()).add(item.release)
        recent = self._recent()
        reasons = []
        for (target, kind), releases in sorted(planned.items()):
            before = recent.get((target, kind), set())
            number = len(releases | before)
            broken = self._broken(getattr(self.safety, kind), number, population.get(target, 0))
            if broken:
                sent = len(before - releases)
                already = f", {sent} of them intended before" if sent else ""
                text = f"{target}: {number} {kind} within 24 hours{already}, {broken}"
                if kind == "takedowns":
                    text += "; `--allow takedown:ICPN` takes a release out of the count"
                reasons.append(Reason(code=f"guard_{kind}", text=text))
        return reasons

    def _counts(self, target: str, kind: str, release: str) -> bool:
        """Whether an operation counts: not one that was allowed, nor a declared load."""
        if kind == "takedowns":
            return release not in self.permissions.takedowns
        settings = self.targets.get(target)
        return not (settings and settings.back_catalogue_load and kind in _LOADING)

    def _recent(self) -> dict[tuple[str, str], set[str]]:
        since = instant_text(self.now - WINDOW)
        recent: dict[tuple[str, str], set[str]] = {}
        for operation in self.snapshot.recent:
            kind = _KIND_OF_NAME.get(operation.operation)
            if kind is None or operation.time <= since:
                continue
            if self._counts(operation.target, kind, operation.release):
                recent.setdefault((operation.target, kind), set()).add(operation.release)
        return recent

    def _missing(self, live: Mapping[str, set[str]]) -> list[Reason]:
        """A shrunken catalogue: a sparse checkout or a bad merge rather than a decision."""
        delivered = set().union(*live.values())
        gone = len(delivered.difference(self.files))
        broken = self._broken(self.safety.missing, gone, len(delivered))
        if not gone or not broken:
            return []
        text = (
            f"the files of {gone} of {len(delivered)} live releases are gone, {broken}: "
            "is the checkout whole?"
        )
        return [Reason(code="guard_missing", text=text)]

    def _broken(self, limit: Limit, number: int, population: int) -> str:
        """In words, the limit that a number exceeds; empty where it does not."""
        if limit.count is not None and number > limit.count:
            return f"more than the limit of {limit.count}"
        if limit.percent is None or population < self.safety.minimum_population:
            return ""
        if number * 100 > limit.percent * population:
            return f"more than {limit.percent}% of {population} live"
        return ""
