"""Telling people what happened; a failure to do so is told, and fails nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from stardust_gitops.catalog.loading import Catalogue
from stardust_gitops.cli.session import provenance
from stardust_gitops.delivery.results import ApplyResult
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.notifications.occasions import Occasion, of_blocked, of_outlook, of_run
from stardust_gitops.planning.model import Plan
from stardust_gitops.planning.outlook import Outlook
from stardust_gitops.reconciler.planner import Planner
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.secrets.references import parse_reference, resolve


def tell_of_run(
    workspace: Workspace, plan: Plan, planner: Planner, result: ApplyResult, *, quiet: bool
) -> None:
    """What a run did, and what it could not; with `quiet` of what is blocked only where something
    was done, so that a schedule does not say the same each time."""
    if not workspace.catalogue.config.notifications:
        return
    who = provenance(workspace)

    def failure_before(stream: StreamId) -> str | None:
        state = None if planner.snapshot is None else planner.snapshot.releases.get(stream)
        return None if state is None else state.failure

    found = of_run(plan, result, who, failure_before)
    if found or not quiet:
        found += of_blocked(plan, who)
    _tell(workspace.catalogue, found)


def tell_of_outlook(workspace: Workspace, outlook: Outlook, event: str) -> None:
    """What is late, or how the week was."""
    if workspace.catalogue.config.notifications:
        _tell(workspace.catalogue, of_outlook(event, outlook, provenance(workspace)))


def _tell(catalogue: Catalogue, occasions: Sequence[Occasion]) -> None:
    """Each occasion once to everybody who wants to hear of such."""
    for entry in catalogue.config.notifications:
        for occasion in occasions:
            if occasion.event in entry.on:
                try:
                    _send(catalogue, entry.to, occasion)
                except GitOpsError as error:
                    what = f"{occasion.event!r} was not told to {entry.to}"
                    click.echo(f"warning {error.code} {what}: {error.message}", err=True)
                    if error.hint:
                        click.echo(f"  {error.hint}", err=True)


def _send(catalogue: Catalogue, reference: str, occasion: Occasion) -> None:
    from stardust_gitops.notifications.sending import send
    from stardust_gitops.notifications.templates import words_of

    to = resolve(parse_reference(reference), environ=os.environ, root=catalogue.root)
    send(words_of(occasion, catalogue.root), to)
