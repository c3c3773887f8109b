"""``target presets``: what is publicly known of recipients."""

from __future__ import annotations

from dataclasses import asdict

import click

from stardust_gitops.catalog.presets import Preset, load_preset, preset_names
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.cli.options import format_option
from stardust_gitops.cli.output import print_json
from stardust_gitops.errors import UsageError
from stardust_gitops.recipients.facts import known_values, summary


def _presets(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in preset_names() if name.startswith(incomplete)]


@click.command("presets")
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
