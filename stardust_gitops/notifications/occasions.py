"""What there is to tell of a run, or of what is to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from stardust_gitops.delivery.results import GOOD, ApplyResult, ItemResult, Outcome
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import Provenance, StreamId
from stardust_gitops.planning.model import Action, Item, Plan
from stardust_gitops.planning.outlook import Outlook
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reports.outlook import delivered_words, notice_lines
from stardust_gitops.reports.plan_words import details
from stardust_gitops.reports.wording import counted, visible

MOST = 30
"""Releases that a message names."""
_REMOVALS = frozenset({"takedown", "purge"})
_FAILED = frozenset({Outcome.FAILED, Outcome.UNKNOWN})

FailureBefore = Callable[[StreamId], str | None]
"""What a stream's last delivery failed with before this run, if it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Something to tell: the event, and what its template may name."""

    event: str
    values: dict[str, str] = field(default_factory=dict)


def of_run(
    plan: Plan, result: ApplyResult, who: Provenance, failure_before: FailureBefore
) -> list[Occasion]:
    """What a run did: one occasion for each kind of thing, none where nothing was done. A delivery
    that fails again in the same way was told of before."""
    names = {(item.release, item.target): item for item in plan.items}

    def occasion(event: str, results: Sequence[ItemResult], *more: str) -> Occasion:
        lines = [*more, *(_line(result, names) for result in results)]
        return _occasion(event, plan, who, lines)

    good = [item for item in result.items if item.outcome in GOOD]
    failed = [
        item
        for item in result.items
        if item.outcome in _FAILED and not _told(plan, item, failure_before)
    ]
    problems = [f"{target}: {visible(error.message)}" for target, error in result.problems]
    removed = [item for item in good if item.operation in _REMOVALS]
    found = [occasion("applied", good)] if good else []
    if removed:
        found.append(occasion("takedown", removed))
    if failed or problems:
        found.append(occasion("failed", failed, *problems))
    return found


def of_blocked(plan: Plan, who: Provenance) -> list[Occasion]:
    """What a plan cannot send, and the guards that stop all of it."""
    lines = [visible(reason.text) for reason in plan.stops]
    for item in plan.items:
        if item.action is Action.BLOCKED:
            lines.append(f"{_name(item)}: {visible('; '.join(details(item)))}")
    return [_occasion("blocked", plan, who, lines)] if lines else []


def of_end(catalogue: str, environment: str, error: Exception, who: Provenance) -> Occasion:
    """That a run ended before its end: the ledger cannot be reached, say, or a guard stopped all.
    Of a bug no more than its kind is told, for nobody knows what its text holds."""
    if isinstance(error, GitOpsError):
        lines = [f"{error.code} {error.message}", *filter(None, [error.hint])]
    else:
        lines = [f"a bug in stardust-gitops: {type(error).__name__}; the log of the run says more"]
    values = _values(catalogue, environment, who)
    values |= {"count": "the run", "items": _calm("\n".join(map(visible, lines)))}
    return Occasion(event="failed", values=values)


def of_outlook(event: str, outlook: Outlook, who: Provenance) -> list[Occasion]:
    """What is late, or what a week was like (``weekly``)."""
    warnings = (*outlook.problems, *outlook.schedule)
    if event == "late" and not (outlook.late or warnings):
        return []
    values = _values(outlook.catalogue, outlook.environment, who)
    values |= {
        "count": str(len(outlook.late) + len(warnings)),
        "late": _block([r.text for r in warnings], notice_lines(outlook.late, outlook.now)),
        "failed": _block([], notice_lines(outlook.failed, outlook.now)),
        "due": _block([], notice_lines(outlook.due, outlook.now)),
        "delivered": delivered_words(outlook) or "nothing",
    }
    return [Occasion(event=event, values={**values, "items": values["late"]})]


def _occasion(event: str, plan: Plan, who: Provenance, lines: Sequence[str]) -> Occasion:
    shown = list(lines[:MOST])
    if len(lines) > MOST:
        shown.append(f"… and {len(lines) - MOST} more")
    values = _values(plan.catalogue, plan.environment, who)
    values |= {"count": counted(len(lines), "item"), "items": _calm("\n".join(shown))}
    return Occasion(event=event, values=values)


def _values(catalogue: str, environment: str, who: Provenance) -> dict[str, str]:
    return {
        "catalogue": catalogue,
        "environment": environment,
        "actor": who.actor,
        "commit": (who.commit or "no commit")[:10],
        "run": who.run,
    }


def _told(plan: Plan, item: ItemResult, failure_before: FailureBefore) -> bool:
    before = failure_before(StreamId(plan.environment, item.target, item.release))
    return before is not None and before == item.text


def _line(result: ItemResult, names: dict[tuple[str, str], Item]) -> str:
    item = names.get((result.release, result.target))
    name = f"{result.target} {shown_icpn(result.release)}" if item is None else _name(item)
    said = f"{name}: {result.operation} {result.outcome}"
    return said if result.outcome in GOOD or not result.text else f"{said}: {visible(result.text)}"


def _name(item: Item) -> str:
    return visible(" ".join(filter(None, (item.target, item.icpn, item.name))))


def _block(first: Iterable[str], lines: Iterator[str]) -> str:
    return _calm("\n".join([*map(visible, first), *lines])) or "nothing"


def _calm(text: str) -> str:
    """Text of a catalogue that calls nobody: chats look for ``@all`` and ``<!channel>``, and a
    space of no width keeps these from being found."""
    return text.replace("@", "@\u200b").replace("<!", "<\u200b!")
