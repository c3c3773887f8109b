"""``stardust-gitops report schedule``: what comes next, and what should have come."""

from __future__ import annotations

from pathlib import Path

import click

from stardust_gitops.cli.options import (
    catalogue_option,
    environment_option,
    format_option,
    outside,
    selection_options,
)
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.plan import make_plan
from stardust_gitops.cli.session import session
from stardust_gitops.planning.selection import Selection
from stardust_gitops.reconciler.outlook import outlook_of

EXIT_LATE = 2


@click.command("schedule")
@catalogue_option
@selection_options
@environment_option
@format_option("text", "json", "markdown")
@click.option(
    "--notify",
    type=click.Choice(["late", "weekly"]),
    help="Tell those of notifications: too: what is late, or all of it.",
)
@click.pass_context
def schedule(
    ctx: click.Context,
    catalog: Path,
    chosen: Selection,
    environment: str,
    output_format: str,
    notify: str | None,
) -> int:
    """List what is due next, what failed, and what is late or will be. Sends nothing.

    Ends with 2 where something failed or is late, else with 0. A run that was missed shows by
    what is due and was not sent: say in stardust.yaml how often apply runs.

    \b
    Examples:
      stardust-gitops report schedule
      stardust-gitops report schedule --environment test --format markdown
      stardust-gitops report schedule --notify weekly
    """
    from stardust_gitops.reports.outlook import outlook_document, outlook_markdown, outlook_text

    with session(catalog, outside(ctx).clock) as here:
        plan, planner = make_plan(here, environment, chosen)
        found = outlook_of(plan, planner, here.workspace, here.clock)
    if notify is not None:
        from stardust_gitops.cli.notify import tell_of_outlook

        tell_of_outlook(here.workspace, found, notify)
    if output_format == "json":
        print_json(outlook_document(found))
    elif output_format == "markdown":
        click.echo(outlook_markdown(found), nl=False)
    else:
        click.echo(outlook_text(found))
    return 0 if found.is_well else EXIT_LATE
