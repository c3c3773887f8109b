"""``stardust-gitops target``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from stardust_gitops.catalog.findings import located
from stardust_gitops.catalog.loading import (
    Catalogue,
    InvalidCatalogueError,
    Target,
    find_root,
    open_catalogue,
)
from stardust_gitops.catalog.presets import Preset, load_preset, preset_names
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.cli.options import catalogue_option, format_option
from stardust_gitops.cli.output import print_json
from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.recipients.facts import known_values, summary
from stardust_gitops.reports.wording import visible

_ROOM = 40
"""A value may push what says so as far to the right as this many characters."""


def _targets(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Completes the targets of the catalogue; silent where there is none."""
    try:
        targets = _open(Path(ctx.params.get("catalog") or ".")).targets
    except (GitOpsError, OSError, ValueError):
        return []
    return sorted(name for name in targets if name.startswith(incomplete) and name.isprintable())


def _presets(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in preset_names() if name.startswith(incomplete)]


@click.group("target")
def command() -> None:
    """List and show the targets of the catalogue, and what is publicly known of recipients.

    \b
    Examples:
      stardust-gitops target list
      stardust-gitops target show spotify
      stardust-gitops target presets
      stardust-gitops target presets spotify
    """


@command.command("list")
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
    catalogue = _open(catalog)
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


@command.command("show")
@click.argument("name", metavar="TARGET", shell_complete=_targets)
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

    catalogue = _open(catalog)
    target = _find(catalogue, name)
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


@command.command("presets")
@click.argument("name", metavar="[NAME]", required=False, shell_complete=_presets)
@format_option("text", "json")
def presets_command(name: str | None, output_format: str) -> None:
    """List what is publicly known of recipients.

    With NAME all of it of one, with sources. A target takes these values with  preset: NAME
    and may override each.

    \b
    Examples:
      stardust-gitops target presets
      stardust-gitops target presets spotify
      stardust-gitops target presets spotify --format json
    """
    if name is None:
        _list_presets(output_format)
        return
    if name not in preset_names():
        hint = did_you_mean(name, preset_names())
        raise UsageError(
            f"there is no preset {name!r}",
            hint=f"did you mean {hint}?" if hint else "see  stardust-gitops target presets",
        )
    _show_preset(load_preset(name), output_format)


def _list_presets(output_format: str) -> None:
    summaries = [summary(load_preset(name)) for name in preset_names()]
    if output_format == "json":
        entries = [asdict(entry) for entry in summaries]
        print_json({"format_version": "1.0", "presets": entries})
        return
    for entry in summaries:
        click.echo(
            f"{entry.preset:<19} {entry.marked('version'):<10} "
            f"{entry.marked('choreography'):<21} {entry.marked('takedown'):<10} "
            f"{entry.date}  {entry.source}"
        )
    click.echo("\n* no public source says so: the generic value")


def _show_preset(preset: Preset, output_format: str) -> None:
    values = known_values(preset)
    if output_format == "json":
        print_json(
            {
                "format_version": "1.0",
                "preset": preset.id,
                "name": preset.name,
                "values": [asdict(value) for value in values],
                "facts": [fact.model_dump() for fact in preset.facts],
            }
        )
        return
    click.echo(f"{preset.id}: {preset.name}\n\nvalues")
    width = max(len(value.path) for value in values)
    room = max(len(value.value) for value in values)
    for value in values:
        click.echo(f"  {value.path:<{width}}  {value.value:<{room}}  {value.said_by}")
    click.echo("\nfacts")
    for fact in preset.facts:
        about = f"{', '.join(fact.keys)}: " if fact.keys else ""
        click.echo(f"  - {about}{fact.says}\n    {fact.source}, {fact.date}")


def _open(folder: Path) -> Catalogue:
    return open_catalogue(find_root(folder))


def _find(catalogue: Catalogue, name: str) -> Target:
    """A target by its id; what is wrong with its file where that does not read."""
    if name in catalogue.targets:
        return catalogue.targets[name]
    if name in catalogue.broken_targets:
        findings = located(catalogue.findings, catalogue.root)
        raise InvalidCatalogueError(
            f"the target {name!r} is not valid",
            tuple(
                f for f in findings if f.file.startswith("targets/") and Path(f.file).stem == name
            ),
            hint="correct it first",
            root=catalogue.root,
        )
    hint = did_you_mean(name, catalogue.targets)
    raise UsageError(
        f"there is no target {name!r}",
        hint=f"did you mean {hint}?" if hint else "see  stardust-gitops target list",
    )
