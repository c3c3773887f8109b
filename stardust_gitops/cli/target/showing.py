"""``target list`` and ``target show``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from stardust_gitops.catalog.loading import Target
from stardust_gitops.cli.options import catalogue_option, format_option
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.target.finding import completed_targets, find_target, open_frame
from stardust_gitops.reports.wording import visible

_ROOM = 40
"""A value may push what says so as far to the right as this many characters."""


@click.command("list")
@catalogue_option
@format_option("text", "json")
def list_command(catalog: Path, output_format: str) -> None:
    """List the targets of the catalogue.

    Each with the version that it takes, how it is reached, and whether it takes part.

    \b
    Examples:
      stardust-gitops target list
      stardust-gitops target list --format json
    """
    catalogue = open_frame(catalog)
    rows = [_row(target) for _, target in sorted(catalogue.targets.items())]
    broken = sorted(catalogue.broken_targets)
    if output_format == "json":
        print_json({"format_version": "1.0", "targets": rows, "unreadable": broken})
        return
    for row in rows:
        click.echo(
            visible(
                f"{row['target']:<20} {row['version']:<10} {row['transport']:<10} "
                f"{'enabled' if row['enabled'] else 'disabled':<9} {row['recipient']}"
            )
        )
    for name in broken:
        click.echo(visible(f"{name:<20} is not valid: stardust-gitops validate"))


def _row(target: Target) -> dict[str, Any]:
    model = target.model
    return {
        "target": target.id,
        "version": f"{model.message.format.upper()} {model.message.version}",
        "transport": model.transport.protocol,
        "enabled": model.enabled,
        "recipient": model.recipient.name,
        "preset": model.preset,
        "file": target.file,
    }


@click.command("show")
@click.argument("name", metavar="TARGET", shell_complete=completed_targets)
@catalogue_option
@format_option("text", "json")
def show_command(name: str, catalog: Path, output_format: str) -> None:
    """Print each value of a target, and what says so. Secrets are shown as references.

    \b
    Examples:
      stardust-gitops target show spotify
      stardust-gitops target show spotify --format json
    """
    from stardust_gitops.recipients.effective import effective_values

    catalogue = open_frame(catalog)
    target = find_target(catalogue, name)
    values = effective_values(catalogue, target)
    if output_format == "json":
        entries = [asdict(value) for value in values]
        head = {"format_version": "1.0", "target": target.id, "file": target.file}
        print_json({**head, "values": entries})
        return
    width = max(len(value.path) for value in values)
    room = max(len(value.value) for value in values if len(value.value) <= _ROOM)
    for value in values:
        click.echo(visible(f"{value.path:<{width}}  {value.value:<{room}}  {value.said_by}"))
