"""``stardust-gitops ledger``."""

from __future__ import annotations

import sys
from collections import Counter
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
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import (
    Session,
    open_catalogue_at,
    provenance,
    session,
    stream_of,
)
from stardust_gitops.clock import instant_text
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.open import create_ledger
from stardust_gitops.planning.selection import Selection
from stardust_gitops.reconciler import corrections
from stardust_gitops.reconciler.corrections import Correction

_REASON = click.option("--reason", required=True, help="Why; stands in the ledger for ever.")
_APPROVE = click.option("--auto-approve", is_flag=True, help="Do not ask.")


@click.group("ledger")
def command() -> None:
    """Make, check and correct the ledger of deliveries.

    The ledger records what every recipient has been sent and what it answered. It is never
    created by accident, and loses nothing.
    """


@command.command("init")
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


@command.command("verify")
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
        click.echo(f"{len(problems)} problems." if problems else "The ledger is sound.")
    return 1 if problems else 0


@command.command("rebuild")
@catalogue_option
@click.pass_context
def rebuild(ctx: click.Context, catalog: Path) -> None:
    """Make the tables that `plan` reads anew from the events."""
    with session(catalog, outside(ctx).clock) as here:
        here.ledger.rebuild()
    click.echo("The derived tables were rebuilt.")


@command.command("show")
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


@command.command("adopt")
@catalogue_option
@selection_options
@environment_option
@_REASON
@_APPROVE
@format_option("text", "json")
@click.pass_context
def adopt(
    ctx: click.Context,
    catalog: Path,
    chosen: Selection,
    environment: str,
    reason: str,
    auto_approve: bool,
    output_format: str,
) -> None:
    """Record present content as what recipients already have. Sends nothing.

    \b
    Example:
      stardust-gitops ledger adopt --target spotify --reason "delivered by our former system"
    """
    if not chosen.targets:
        raise UsageError("ledger adopt needs --target", hint="say whose catalogue is adopted")
    with session(catalog, outside(ctx).clock) as here:
        planner = here.planner(environment)
        catalogue = here.workspace.catalogue
        total = len(catalogue.release_files) * len(catalogue.enabled_targets)
        with counting("adopting", total) as advance:
            found = corrections.adopt(planner, here.ledger, environment, chosen, reason, advance)
        _record(here, environment, found, auto_approve, output_format)


@command.command("forget")
@catalogue_option
@selection_options
@environment_option
@_REASON
@_APPROVE
@format_option("text", "json")
@click.pass_context
def forget(
    ctx: click.Context,
    catalog: Path,
    chosen: Selection,
    environment: str,
    reason: str,
    auto_approve: bool,
    output_format: str,
) -> None:
    """Record that nothing is known of what recipients have. Sends nothing.

    What is in the catalogue will be planned as new; what is not will no longer be reported.
    """
    if chosen.everything:
        raise UsageError("ledger forget needs a selection", hint="give --release or --target")
    with session(catalog, outside(ctx).clock) as here:
        now = instant_text(here.clock.now())
        found = corrections.forget(here.ledger, environment, chosen, reason, since=now)
        _record(here, environment, found, auto_approve, output_format)


@command.command("move")
@click.argument("old")
@click.argument("new")
@catalogue_option
@environment_option
@_APPROVE
@format_option("text", "json")
@click.pass_context
def move(
    ctx: click.Context,
    old: str,
    new: str,
    catalog: Path,
    environment: str,
    auto_approve: bool,
    output_format: str,
) -> None:
    """Carry what is known of the target OLD over to its new id NEW. Sends nothing."""
    with session(catalog, outside(ctx).clock) as here:
        if new not in here.workspace.catalogue.targets:
            raise UsageError(f"there is no target {new!r}", hint=f"add targets/{new}.yaml first")
        now = instant_text(here.clock.now())
        found = corrections.move(here.ledger, environment, old, new, since=now)
        _record(here, environment, found, auto_approve, output_format)


@command.command("resolve")
@click.argument("stream", metavar="ICPN@TARGET")
@click.argument("outcome", type=click.Choice(["delivered", "resend"]))
@catalogue_option
@environment_option
@_REASON
@_APPROVE
@format_option("text", "json")
@click.pass_context
def resolve(
    ctx: click.Context,
    stream: str,
    outcome: str,
    catalog: Path,
    environment: str,
    reason: str,
    auto_approve: bool,
    output_format: str,
) -> None:
    """Say what became of a delivery whose outcome is unknown. Sends nothing by itself.

    `delivered`: the recipient has it. `resend`: it has not; the next apply sends it anew.
    """
    with session(catalog, outside(ctx).clock) as here:
        at = stream_of(stream, environment)
        found = corrections.resolve(here.ledger, at, outcome, reason)
        _record(here, environment, found, auto_approve, output_format)


def _record(
    here: Session,
    environment: str,
    found: list[Correction],
    auto_approve: bool,
    output_format: str,
) -> None:
    """Show, ask, record. JSON goes to standard output alone, and only once it is recorded."""
    text = output_format == "text"
    lines = corrections.texts(found)
    for line in lines:
        click.echo(line, err=not text)
    if found and not auto_approve:
        if not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask on", hint="give --auto-approve")
        click.confirm(f"Record {len(lines)}?", abort=True, err=not text)
    if found:
        who = provenance(here.workspace)
        corrections.record(found, here.ledger, environment, here.clock, who)
    if text:
        recorded = f"{len(lines)} recorded." if found else "Nothing to record: it is on record."
        click.echo(recorded)
    else:
        entries = [correction.entry for correction in found]
        recorded_entries = [
            {
                "target": entry.stream.target,
                "release": entry.stream.subject,
                "kind": entry.kind,
                "data": dict(entry.data),
            }
            for entry in entries
        ]
        print_json({"format_version": "1.0", "recorded": recorded_entries})
