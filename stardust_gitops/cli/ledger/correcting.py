"""``ledger adopt``, ``forget``, ``acknowledge``, ``move`` and ``resolve``: shown first, asked,
recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

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
from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.errors import UsageError
from stardust_gitops.planning.selection import Selection
from stardust_gitops.reconciler import corrections
from stardust_gitops.reconciler.corrections import Correction

_REASON = click.option("--reason", required=True, help="Why; stands in the ledger for ever.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What every correction is told: where, in which environment, whether to ask, how to print."""

    catalog: Path
    environment: str
    clock: Clock
    auto_approve: bool
    output_format: str

    @property
    def now(self) -> str:
        """The time, as events have it."""
        return instant_text(self.clock.now())

    def opened(self) -> AbstractContextManager[Session]:
        """The catalogue with its ledger."""
        return session(self.catalog, self.clock)

    def record(self, here: Session, found: list[Correction]) -> None:
        """Show, ask, record. JSON goes to standard output alone, and only once it is recorded."""
        text = self.output_format == "text"
        lines = corrections.texts(found)
        for line in lines:
            click.echo(line, err=not text)
        if found and not self.auto_approve:
            if not sys.stdin.isatty():
                raise UsageError("there is no terminal to ask on", hint="give --auto-approve")
            click.confirm(f"Record {len(lines)}?", abort=True, err=not text)
        if found:
            who = provenance(here.workspace)
            corrections.record(found, here.ledger, self.environment, here.clock, who)
        if text:
            recorded = f"{len(lines)} recorded." if found else "Nothing to record: it is on record."
            click.echo(recorded)
        else:
            print_json({"format_version": "1.0", "recorded": [_entry(each) for each in found]})


def _entry(correction: Correction) -> dict[str, Any]:
    """A correction as JSON tells it."""
    entry = correction.entry
    return {
        "target": entry.stream.target,
        "release": entry.stream.subject,
        "kind": entry.kind,
        "data": dict(entry.data),
    }


def _correction(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command that corrects the ledger, with the options that each of them has, handed over as
    `run`."""

    def frame(command: Callable[..., None]) -> click.Command:
        @wraps(command)
        def told(
            *arguments: Any,
            catalog: Path,
            environment: str,
            auto_approve: bool,
            output_format: str,
            **options: Any,
        ) -> None:
            run = _Run(
                catalog=catalog,
                environment=environment,
                clock=outside(click.get_current_context()).clock,
                auto_approve=auto_approve,
                output_format=output_format,
            )
            command(*arguments, run=run, **options)

        approve = click.option("--auto-approve", is_flag=True, help="Do not ask.")
        framed = approve(format_option("text", "json")(told))
        return click.command(name)(catalogue_option(environment_option(framed)))

    return frame


@_correction("adopt")
@selection_options
@_REASON
def adopt(run: _Run, chosen: Selection, reason: str) -> None:
    """Record present content as what recipients already have. Sends nothing.

    \b
    Example:
      stardust-gitops ledger adopt --target spotify --reason "delivered by our former system"
    """
    if not chosen.targets:
        raise UsageError("ledger adopt needs --target", hint="say whose catalogue is adopted")
    with run.opened() as here:
        planner = here.planner(run.environment)
        catalogue = here.workspace.catalogue
        total = len(catalogue.release_files) * len(catalogue.enabled_targets)
        with counting("adopting", total) as advance:
            found = corrections.adopt(
                planner, here.ledger, run.environment, chosen, reason, advance
            )
        run.record(here, found)


@_correction("forget")
@selection_options
@_REASON
def forget(run: _Run, chosen: Selection, reason: str) -> None:
    """Record that nothing is known of what recipients have. Sends nothing.

    What is in the catalogue will be planned as new; what is not will no longer be reported.
    """
    if chosen.everything:
        raise UsageError("ledger forget needs a selection", hint="give --release or --target")
    with run.opened() as here:
        found = corrections.forget(here.ledger, run.environment, chosen, reason, since=run.now)
        run.record(here, found)


@_correction("acknowledge")
@selection_options
@_REASON
def acknowledge(run: _Run, chosen: Selection, reason: str) -> None:
    """Record that recipients accepted what they were sent last. Sends nothing.

    For answers that came by mail or stand in a portal.

    \b
    Example:
      stardust-gitops ledger acknowledge --environment test --target spotify-test --reason "by mail"
    """
    if not chosen.targets:
        raise UsageError("ledger acknowledge needs --target", hint="say who accepted it")
    with run.opened() as here:
        found = corrections.acknowledge(here.ledger, run.environment, chosen, reason, since=run.now)
        run.record(here, found)


@_correction("move")
@click.argument("old")
@click.argument("new")
def move(run: _Run, old: str, new: str) -> None:
    """Carry what is known of the target OLD over to its new id NEW. Sends nothing."""
    with run.opened() as here:
        if new not in here.workspace.catalogue.targets:
            raise UsageError(f"there is no target {new!r}", hint=f"add targets/{new}.yaml first")
        found = corrections.move(here.ledger, run.environment, old, new, since=run.now)
        run.record(here, found)


@_correction("resolve")
@click.argument("stream", metavar="ICPN@TARGET")
@click.argument("outcome", type=click.Choice(["delivered", "resend"]))
@_REASON
def resolve(run: _Run, stream: str, outcome: str, reason: str) -> None:
    """Say what became of a delivery whose outcome is unknown. Sends nothing by itself.

    `delivered`: the recipient has it. `resend`: it has not; the next apply sends it anew.
    """
    with run.opened() as here:
        at = stream_of(stream, run.environment)
        run.record(here, corrections.resolve(here.ledger, at, outcome, reason))
