"""``ledger init`` and ``ledger show``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from stardust_gitops.cli.options import (
    catalogue_option,
    environment_option,
    format_option,
    outside,
)
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.session import open_catalogue_at, session
from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.open import create_ledger


@click.command("init")
@catalogue_option
@click.pass_context
def init(ctx: click.Context, catalog: Path) -> None:
    """Make the ledger that stardust.yaml names.

    A new ledger knows of no delivery: everything would be sent. `ledger adopt` records what the
    recipients have already.
    """
    workspace = open_catalogue_at(catalog)
    config = workspace.catalogue.config
    create_ledger(config.ledger, workspace.root, config.id, outside(ctx).clock).close()
    click.echo(f"The ledger of {config.id} was made: {config.ledger}")


@click.command("show")
@catalogue_option
@environment_option
@format_option("text", "json")
@click.pass_context
def show(ctx: click.Context, catalog: Path, environment: str, output_format: str) -> None:
    """Show what the ledger holds, by target."""
    with session(catalog, outside(ctx).clock) as here:
        snapshot = here.ledger.snapshot(environment, since=instant_text(here.clock.now()))
        config = here.workspace.catalogue.config
    phases: dict[str, Counter[str]] = {}
    for stream, state in snapshot.releases.items():
        phases.setdefault(stream.target, Counter())[str(state.phase)] += 1
    if output_format == "json":
        print_json(
            {
                "format_version": "1.0",
                "catalogue": config.id,
                "ledger": config.ledger,
                "environment": environment,
                "position": snapshot.position,
                "open_batches": len(snapshot.batches),
                "targets": {target: dict(count) for target, count in sorted(phases.items())},
            }
        )
        return
    click.echo(f"{config.ledger} of {config.id}, {environment}: {snapshot.position} events")
    for target, count in sorted(phases.items()):
        parts = (f"{number} {phase.replace('_', ' ')}" for phase, number in sorted(count.items()))
        click.echo(f"  {target:<20} {', '.join(parts)}")
    if snapshot.batches:
        click.echo(f"  {len(snapshot.batches)} shipments are under way; apply carries them on")
