"""Messages of a plan beside the last ones that were sent: ``--diff xml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from stardust_gitops.cli.output import console
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import Reading
from stardust_gitops.planning.model import Action, Item, Plan
from stardust_gitops.reconciler.planner import Planner

if TYPE_CHECKING:
    from stardust_gitops.messages.comparison.difference import Comparison

MESSAGES = 20
"""Messages that are made and compared unless all are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """What was compared, and how many messages were not."""

    shown: tuple[tuple[Item, Comparison], ...] = ()
    skipped: int = 0


NONE = Comparisons()


def compare_items(
    here: Reading, planner: Planner, plan: Plan, *, all_items: bool = False
) -> Comparisons:
    """What would be sent or waits to be, each beside the last message; the first of many only,
    unless `all_items`."""
    items = [item for item in plan.items if item.action.sends or item.action is Action.HELD]
    chosen = items if all_items else items[:MESSAGES]
    return compare_each(here, planner, plan.environment, chosen, skipped=len(items) - len(chosen))


def compare_each(
    here: Reading, planner: Planner, environment: str, items: list[Item], *, skipped: int = 0
) -> Comparisons:
    """These items, whatever the plan does with them."""
    from stardust_gitops.reconciler.compared import Comparer

    comparer = Comparer(
        workspace=here.workspace,
        ledger=here.ledger,
        planner=planner,
        environment=environment,
        now=here.clock.now(),
    )
    shown = []
    with counting("comparing messages", len(items)) as advance:
        for item in items:
            shown.append((item, comparer.compare(item)))
            advance(item.icpn)
    return Comparisons(shown=tuple(shown), skipped=skipped)


def show_comparisons(compared: Comparisons, output_format: str, *, everything: bool) -> None:
    """Print them as text or Markdown, in full with `everything`."""
    if output_format == "markdown":
        from stardust_gitops.reports.difference_markdown import differences_markdown

        text = differences_markdown(compared.shown, skipped=compared.skipped, everything=everything)
        click.echo(f"\n{text}")
        return
    from stardust_gitops.reports.difference_text import render_differences

    render_differences(compared.shown, console(), skipped=compared.skipped, everything=everything)
