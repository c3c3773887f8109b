"""What came of an apply, for people and as JSON."""

from __future__ import annotations

from typing import Any

import click

from stardust_gitops.delivery.results import (
    GOOD,
    ApplyResult,
    ItemResult,
    Outcome,
    outcome_counts,
)
from stardust_gitops.planning.model import Item, Plan
from stardust_gitops.planning.plan_file import Stale
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reports.wording import humane_size, visible

FORMAT_VERSION = "1.0"
_COLORS = {
    **dict.fromkeys(GOOD, "green"),
    **dict.fromkeys((Outcome.SKIPPED, Outcome.INTERRUPTED), "yellow"),
}


def result_document(plan: Plan, result: ApplyResult, stale: tuple[Stale, ...]) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": plan.environment,
        "plan_hash": plan.plan_hash,
        "interrupted": result.interrupted,
        "bytes_sent": result.bytes_sent,
        "summary": outcome_counts(result.items),
        "items": [
            {
                "release": item.release,
                "target": item.target,
                "operation": item.operation,
                "outcome": item.outcome,
                "text": item.text,
                "code": item.code,
                "hint": item.hint,
                "batch": item.batch,
            }
            for item in result.items
        ],
        "stale": [
            {
                "release": entry.release,
                "target": entry.target,
                "operation": entry.operation,
                "code": entry.code,
                "text": entry.text,
            }
            for entry in stale
        ],
        "problems": [
            {"target": target, "code": error.code, "text": error.message, "hint": error.hint}
            for target, error in result.problems
        ],
    }


def show_result(plan: Plan, result: ApplyResult, stale: tuple[Stale, ...]) -> None:
    """What did not go well, each with its remedy, what was not sent for a reason, and one line of
    sums."""
    hints = {error.hint for _, error in result.problems}
    told = {target: (error.code, error.message) for target, error in result.problems}
    names = {(item.release, item.target): item for item in plan.items}
    for entry in stale:
        name = _name(entry, names.get((entry.release, entry.target)))
        click.echo(f"stale    {name}  {entry.text}")
    for target, error in result.problems:
        click.echo(click.style(f"{target}: {error.code} {error.message}", fg="red"))
        if error.hint:
            click.echo(f"  {error.hint}")
    for item in result.items:
        if item.outcome in GOOD and not item.text:
            continue
        name = _name(item, names.get((item.release, item.target)))
        said = (item.code, item.text)
        text = "" if told.get(item.target) == said else " ".join(part for part in said if part)
        color = _COLORS.get(item.outcome, "red")
        click.echo(f"{click.style(str(item.outcome), fg=color)}  {name}  {text}".rstrip())
        if item.hint and item.hint not in hints:
            click.echo(f"  {item.hint}")
            hints.add(item.hint)
    counts = outcome_counts(result.items)
    parts = [f"{number} {name}" for name, number in counts.items() if number]
    if stale:
        parts.append(f"{len(stale)} stale")
    sums = ", ".join(parts) or "nothing to do"
    click.echo(f"Apply: {sums} · {humane_size(result.bytes_sent)} uploaded")


def _name(entry: ItemResult | Stale, known: Item | None) -> str:
    """``4006381333931@spotify  Ada Quill – Nightjar``."""
    name = f"{shown_icpn(entry.release) if known is None else known.icpn}@{entry.target}"
    return name if known is None else visible(f"{name}  {known.name}".rstrip())
