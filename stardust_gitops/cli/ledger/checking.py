"""``ledger verify``, ``ledger rebuild`` and ``ledger repair``."""

from __future__ import annotations

from pathlib import Path

import click

from stardust_gitops.cli.options import catalogue_option, format_option, outside
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.session import session
from stardust_gitops.ledger.audit import repairable

_SOUND = "The ledger is sound."


@click.command("verify")
@catalogue_option
@format_option("text", "json")
@click.pass_context
def verify(ctx: click.Context, catalog: Path, output_format: str) -> int:
    """Check every chain, checkpoint and stored byte of the ledger."""
    with session(catalog, outside(ctx).clock) as here:
        problems = here.ledger.verify()
    if output_format == "json":
        print_json({"format_version": "1.0", "problems": problems})
    else:
        for problem in problems:
            click.echo(problem)
        click.echo(f"{len(problems)} problems." if problems else _SOUND)
    return 1 if problems else 0


@click.command("rebuild")
@catalogue_option
@click.pass_context
def rebuild(ctx: click.Context, catalog: Path) -> None:
    """Make the tables that `plan` reads anew from the events."""
    with session(catalog, outside(ctx).clock) as here:
        here.ledger.rebuild()
    click.echo("The derived tables were rebuilt.")


@click.command("repair")
@catalogue_option
@click.option("--dry-run", is_flag=True, help="Only show what would be made right.")
@format_option("text", "json")
@click.pass_context
def repair(ctx: click.Context, catalog: Path, dry_run: bool, output_format: str) -> int:
    """Make anew what can be made anew: the tables that are derived from the events.

    Events and stored bytes that are lost are reported; only a backup brings them back. Where events
    are missing nothing is touched: the tables may be all that still tells what was lost.
    """
    with session(catalog, outside(ctx).clock) as here:
        problems = here.ledger.verify()
        repaired = repairable(problems)
        if repaired and not dry_run:
            here.ledger.rebuild()
            problems = here.ledger.verify()
            repaired = [problem for problem in repaired if problem not in problems]
        left = [problem for problem in problems if problem not in repaired]
    if output_format == "json":
        document = {"dry_run": dry_run, "repaired": repaired, "problems": left}
        print_json({"format_version": "1.0", **document})
    else:
        done = "would be repaired" if dry_run else "repaired"
        for problem in repaired:
            click.echo(f"{done}: {problem}")
        for problem in left:
            click.echo(f"left: {problem}")
        click.echo(f"{len(repaired)} {done}, {len(left)} left." if repaired or left else _SOUND)
    return 1 if left else 0
