"""``ledger adopt``, ``forget``, ``move`` and ``resolve``: shown first, asked, recorded."""

from __future__ import annotations

import sys
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
from stardust_gitops.cli.session import Session, provenance, session, stream_of
from stardust_gitops.clock import instant_text
from stardust_gitops.errors import UsageError
from stardust_gitops.planning.selection import Selection
from stardust_gitops.reconciler import corrections
from stardust_gitops.reconciler.corrections import Correction

_REASON = click.option("--reason", required=True, help="Why; stands in the ledger for ever.")
_APPROVE = click.option("--auto-approve", is_flag=True, help="Do not ask.")


@click.command("adopt")
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


@click.command("forget")
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


@click.command("acknowledge")
@catalogue_option
@selection_options
@environment_option
@_REASON
@_APPROVE
@format_option("text", "json")
@click.pass_context
def acknowledge(
    ctx: click.Context,
    catalog: Path,
    chosen: Selection,
    environment: str,
    reason: str,
    auto_approve: bool,
    output_format: str,
) -> None:
    """Record that recipients accepted what they were sent last. Sends nothing.

    For answers that came by mail or stand in a portal.

    \b
    Example:
      stardust-gitops ledger acknowledge --environment test --target spotify-test --reason "by mail"
    """
    if not chosen.targets:
        raise UsageError("ledger acknowledge needs --target", hint="say who accepted it")
    with session(catalog, outside(ctx).clock) as here:
        now = instant_text(here.clock.now())
        found = corrections.acknowledge(here.ledger, environment, chosen, reason, since=now)
        _record(here, environment, found, auto_approve, output_format)


@click.command("move")
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


@click.command("resolve")
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
