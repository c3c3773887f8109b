"""``target test``: does a target work?"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stardust_gitops.catalog.loading import Target
from stardust_gitops.cli.masking import hide_secrets_in_logs
from stardust_gitops.cli.options import catalogue_option, format_option, outside
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.target.finding import completed_targets, find_target, open_frame
from stardust_gitops.reports.wording import humane_size, visible

if TYPE_CHECKING:
    from stardust_gitops.delivery.probe import Trial

EXIT_FAILED = 1
_MEGABYTE = 10**6


@click.command("test")
@click.argument("name", metavar="TARGET", shell_complete=completed_targets)
@catalogue_option
@click.option(
    "--size",
    type=click.IntRange(1, 1000),
    default=4,
    show_default=True,
    metavar="MB",
    help="Of the file that is written, where the target has a test_path.",
)
@format_option("text", "json")
@click.pass_context
def test_command(
    ctx: click.Context, name: str, catalog: Path, size: int, output_format: str
) -> int:
    """Connect to a target, check that it is the right one, and list what lies there.

    Where the target names a folder for it in `test_path`, a file is written there, read back,
    compared and deleted, and the speed measured; without one nothing is written, for a strange file
    in a live inbox raises alarms. Ends with 1 where a step fails.

    \b
    Examples:
      stardust-gitops target test spotify
      stardust-gitops target test spotify --size 100 --format json
    """
    from stardust_gitops.reconciler.probing import probe_target

    hide_secrets_in_logs()
    catalogue = open_frame(catalog)
    target = find_target(catalogue, name)
    trial = probe_target(target, catalogue, os.environ, outside(ctx).clock, size=size * _MEGABYTE)
    if output_format == "json":
        print_json(_document(target, trial))
    else:
        _show(target, trial)
    return 0 if trial.passed else EXIT_FAILED


def _document(target: Target, trial: Trial) -> dict[str, Any]:
    return {
        "format_version": "1.0",
        "target": target.id,
        "passed": trial.passed,
        "test_path": target.model.test_path,
        "steps": [asdict(tried) for tried in trial.steps],
        "latency_seconds": trial.latency,
        "upload_bytes_per_second": trial.upload,
        "download_bytes_per_second": trial.download,
    }


def _show(target: Target, trial: Trial) -> None:
    for tried in trial.steps:
        said = f"{tried.code} {tried.text}" if tried.code else tried.text
        click.echo(visible(f"{tried.step:<8} {tried.state:<12} {tried.seconds:7.3f} s  {said}"))
        if tried.hint and tried.state == "failed":
            click.echo(visible(f"{'':<33}{tried.hint}"))
    measured = []
    if trial.latency is not None:
        measured.append(f"latency {trial.latency * 1000:.1f} ms")
    if trial.upload is not None:
        measured.append(f"up {humane_size(int(trial.upload))}/s")
    if trial.download is not None:
        measured.append(f"down {humane_size(int(trial.download))}/s")
    if measured:
        click.echo(" · ".join(measured))
    if trial.passed and target.model.test_path is None:
        click.echo("Nothing was written: test_path: in the target names a folder for that.")
    click.echo(visible(f"{target.id} {'works' if trial.passed else 'does not work'}."))
