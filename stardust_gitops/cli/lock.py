"""``stardust-gitops lock``: who is applying to what right now."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from stardust_gitops.cli.options import (
    catalogue_option,
    environment_option,
    format_option,
    outside,
)
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.session import provenance, session
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.holding import Holding


@click.group("lock")
def command() -> None:
    """List the locks of targets, and take one away from who holds it.

    `apply` holds the lock of a target while it delivers there. A lock whose process has died ends
    by itself: at once on the same machine, else when its beat has not moved for a minute.
    """


@command.command("list")
@catalogue_option
@format_option("text", "json")
@click.pass_context
def list_(ctx: click.Context, catalog: Path, output_format: str) -> None:
    """List who is applying to what right now."""
    with session(catalog, outside(ctx).clock) as here:
        found = here.ledger.held_leases()
    if output_format == "json":
        print_json({"format_version": "1.0", "locks": [_document(holding) for holding in found]})
        return
    for holding in found:
        click.echo(_line(holding))
    if not found:
        click.echo("Nobody is applying.")


@command.command("release")
@click.argument("target")
@catalogue_option
@environment_option
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.pass_context
def release(
    ctx: click.Context, target: str, catalog: Path, environment: str, auto_approve: bool
) -> None:
    """Take the lock of TARGET away from who holds it.

    What its holder has begun can no longer be recorded by it; the next apply finds out what became
    of it. That it was taken away stands in the ledger.
    """
    with session(catalog, outside(ctx).clock) as here:
        held = [h for h in here.ledger.held_leases() if _key(h) == (environment, target)]
        if not held:
            raise UsageError(
                f"nobody holds the lock of {target} ({environment})",
                hint="`stardust-gitops lock list` shows those that are held",
            )
        click.echo(_line(held[0]))
        if not auto_approve:
            if not sys.stdin.isatty():
                raise UsageError("there is no terminal to ask on", hint="give --auto-approve")
            click.confirm("Is it certain that it no longer works, and take it away?", abort=True)
        who = provenance(here.workspace).actor
        lease = here.ledger.take_lease(environment, target, holder=f"{who}, by hand", force=True)
        here.ledger.release_lease(lease)
    click.echo(f"The lock of {target} ({environment}) is free.")


def _key(holding: Holding) -> tuple[str, str]:
    return holding.lease.environment, holding.lease.target


def _line(holding: Holding) -> str:
    lease, process = holding.lease, holding.process
    ended = ", which has ended" if process.is_dead() else ""
    return (
        f"{lease.environment}  {lease.target}  {lease.holder},"
        f" process {process.pid} on {process.host or 'an unknown host'}{ended}"
    )


def _document(holding: Holding) -> dict[str, object]:
    lease, process = holding.lease, holding.process
    return {
        "environment": lease.environment,
        "target": lease.target,
        "holder": lease.holder,
        "fence": lease.fence,
        "host": process.host,
        "pid": process.pid,
        "ended": process.is_dead(),
    }
