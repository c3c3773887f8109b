"""``stardust-gitops report schedule``: what comes next, and what should have come."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from stardust_gitops.ci.run import run_of
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
from stardust_gitops.clock import Clock
from stardust_gitops.planning.model import Reason
from stardust_gitops.planning.outlook import missed_runs
from stardust_gitops.planning.selection import Selection
from stardust_gitops.reconciler.outlook import outlook_of

EXIT_LATE = 2
SCHEDULED = "scheduled.yml"
"""The workflow that `init --github` writes for this."""


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
@click.option(
    "--workflow",
    metavar="FILE",
    default=SCHEDULED,
    show_default=True,
    help="The workflow of which GitHub is asked when it last ran.",
)
@click.pass_context
def schedule(
    ctx: click.Context,
    catalog: Path,
    chosen: Selection,
    environment: str,
    output_format: str,
    notify: str | None,
    workflow: str,
) -> int:
    """List what is due next, what failed, and what is late or will be. Sends nothing.

    Ends with 2 where something failed or is late, else with 0. A run that was missed shows by
    what is due and was not sent: say in stardust.yaml how often apply runs. With GITHUB_TOKEN and
    GITHUB_REPOSITORY, GitHub is asked when the scheduled workflow last ran.

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
        every = here.workspace.catalogue.config.schedule
    if every is not None:
        reason = _missed_runs(here.clock, every.interval, workflow)
        found = replace(found, schedule=() if reason is None else (reason,))
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


def _missed_runs(clock: Clock, every: timedelta, workflow: str) -> Reason | None:
    """What is wrong with the runs of the workflow, where GitHub can be asked and tells."""
    run = run_of(os.environ)
    if run.repository is None or run.token is None:
        return None
    from stardust_gitops.ci.api import GitHub, GitHubError
    from stardust_gitops.ci.runs import last_run

    try:
        with GitHub(run, clock) as github:
            return missed_runs(last_run(github, run, workflow), clock.now(), every)
    except GitHubError as error:
        what = f"when {workflow} last ran is not known"
        click.echo(f"warning {error.code} {what}: {error.message}", err=True)
        return None
