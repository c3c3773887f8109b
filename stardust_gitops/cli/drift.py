"""``stardust-gitops drift``."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from stardust_gitops.cli.options import (
    catalogue_option,
    environment_option,
    format_option,
    outside,
    targets_option,
)
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import Session, session
from stardust_gitops.clock import instant_text
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.drift import Drift
from stardust_gitops.planning.selection import Candidate, Selection

if TYPE_CHECKING:
    from stardust_gitops.reconciler.shipped import Window

EXIT_UNREADABLE, EXIT_DRIFTED = 1, 2
_MOST_SINCE = 10_000
"""Shipments of each target that are looked at with `--since`."""


@click.command("drift")
@catalogue_option
@targets_option
@click.option(
    "--newest",
    type=click.IntRange(min=1),
    metavar="N",
    help="Look at so many shipments of each target.  [default: 100]",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Look at what was completed on this day (UTC) or later.",
)
@environment_option
@format_option("text", "json", "markdown")
@click.option("--out", type=click.Path(path_type=Path), help="Write it there as well, as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    catalog: Path,
    patterns: tuple[str, ...],
    newest: int | None,
    since: datetime | None,
    environment: str,
    output_format: str,
    out: Path | None,
) -> int:
    """Compare what lies at the targets with what was delivered there. Changes and records nothing.

    Each target's folder is listed once. What a recipient has taken away is consumed, which is no
    drift; a target that cannot be looked at is unknown. Ends with 2 where something has drifted,
    with 1 where a target could not be reached.

    \b
    Examples:
      stardust-gitops drift
      stardust-gitops drift --target spotify --newest 10
      stardust-gitops drift --since 2026-11-01 --format json
    """
    from stardust_gitops.reconciler.shipped import NEWEST, Window
    from stardust_gitops.reports.drift import drift_document, drift_markdown, drift_text

    start = "" if since is None else instant_text(since.replace(tzinfo=UTC))
    window = Window(newest=newest or (NEWEST if since is None else _MOST_SINCE), since=start)
    with session(catalog, outside(ctx).clock) as here:
        drifts = _drifts(here, environment, window, Selection(targets=patterns))
        name = here.workspace.catalogue.config.id
    document = drift_document(name, environment, outside(ctx).clock.now(), drifts)
    if out is not None:
        _write(out, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if output_format == "json":
        print_json(document)
    elif output_format == "markdown":
        click.echo(drift_markdown(document), nl=False)
    else:
        click.echo(drift_text(document))
    if any(drift.failed for drift in drifts):
        return EXIT_UNREADABLE
    return EXIT_DRIFTED if document["drifted"] else 0


def _drifts(here: Session, environment: str, window: Window, chosen: Selection) -> list[Drift]:
    """The drift of each target that is asked for: without a word, of all but the disabled ones."""
    from stardust_gitops.reconciler.drift import Comparison, Listing
    from stardust_gitops.reconciler.shipped import Shipments

    catalogue = here.workspace.in_environment(environment).catalogue
    listing = Listing(
        catalogue=catalogue,
        clock=here.clock,
        environ=os.environ,
        told=lambda text: click.echo(text, err=True),
    )
    shipments = Shipments(here.ledger, environment, window)
    comparison = Comparison(catalogue.targets, shipments, listing)
    known = {*shipments.targets(), *catalogue.targets}
    chosen.check(_candidate(name) for name in known)
    names = [name for name in shipments.targets() if chosen.selects(_candidate(name))]
    if not chosen.targets:
        names = [
            name
            for name in names
            if name not in catalogue.targets or catalogue.targets[name].model.enabled
        ]
    with counting("looking at targets", len(names)) as advance:
        drifts = []
        for name in names:
            drifts.append(comparison.of(name))
            advance(name)
    return drifts


def _candidate(target: str) -> Candidate:
    return Candidate(release="", icpn="", target=target)


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise GitOpsError(
            f"{out} cannot be written: {error.strerror}", hint="choose another --out"
        ) from error
