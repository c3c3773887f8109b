"""What came of an apply, for people and as JSON."""

from __future__ import annotations

from typing import Any

import click

from stardust_gitops.delivery.results import GOOD, ApplyResult, Outcome, outcome_counts
from stardust_gitops.planning.model import Plan
from stardust_gitops.planning.plan_file import Stale
from stardust_gitops.reports.wording import humane_size

FORMAT_VERSION = "1.0"


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
    """What did not go well, each with its remedy, and one line of sums."""
    hints = {error.hint for _, error in result.problems}
    told = {target: (error.code, error.message) for target, error in result.problems}
    names = {(item.release, item.target): item for item in plan.items}
    for entry in stale:
        click.echo(f"stale    {entry.release.lstrip('0')}@{entry.target}  {entry.text}")
    for target, error in result.problems:
        click.echo(click.style(f"{target}: {error.code} {error.message}", fg="red"))
        if error.hint:
            click.echo(f"  {error.hint}")
    for item in result.items:
        if item.outcome in GOOD:
            continue
        known = names.get((item.release, item.target))
        name = f"{known.icpn if known else item.release}@{item.target}"
        said = (item.code, item.text)
        text = "" if told.get(item.target) == said else " ".join(part for part in said if part)
        color = "yellow" if item.outcome in (Outcome.SKIPPED, Outcome.INTERRUPTED) else "red"
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
