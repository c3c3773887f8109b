"""Telling people what happened; a failure to do so is told, and fails nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

import click

from stardust_gitops.catalog.loading import Catalogue
from stardust_gitops.cli.session import open_catalogue_at, provenance
from stardust_gitops.delivery.results import ApplyResult
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.notifications.occasions import (
    Occasion,
    of_blocked,
    of_end,
    of_outlook,
    of_run,
)
from stardust_gitops.planning.model import Plan
from stardust_gitops.planning.outlook import Outlook
from stardust_gitops.reconciler.planner import Planner
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.secrets.references import parse_reference, resolve


def tell_of_run(
    workspace: Workspace, plan: Plan, planner: Planner, result: ApplyResult, *, quiet: bool
) -> frozenset[str]:
    """What a run did, and what it could not; with `quiet` of what is blocked only where something
    was done, so that a schedule does not say the same each time. The events that were told."""
    if not workspace.catalogue.config.notifications:
        return frozenset()
    who = provenance(workspace)

    def failure_before(stream: StreamId) -> str | None:
        state = None if planner.snapshot is None else planner.snapshot.releases.get(stream)
        return None if state is None else state.failure

    found = of_run(plan, result, who, failure_before)
    if found or not quiet:
        found += of_blocked(plan, who)
    _tell(workspace.catalogue, found)
    return frozenset(occasion.event for occasion in found)


def tell_of_end(
    folder: Path, environment: str, error: Exception, told: Collection[str] = ()
) -> None:
    """That a run ended early, to who wants to hear of failures. Who heard of the run already, by
    the events that were `told`, knows. Where `stardust.yaml` itself is wrong nobody can be told."""
    try:
        workspace = open_catalogue_at(folder)
        who = provenance(workspace)
    except GitOpsError:
        return  # it is what the run ended with
    config = workspace.catalogue.config
    _tell(workspace.catalogue, [of_end(config.id, environment, error, who)], told)


def tell_of_outlook(workspace: Workspace, outlook: Outlook, event: str) -> None:
    """What is late, or how the week was."""
    if workspace.catalogue.config.notifications:
        _tell(workspace.catalogue, of_outlook(event, outlook, provenance(workspace)))


def _tell(catalogue: Catalogue, occasions: Sequence[Occasion], told: Collection[str] = ()) -> None:
    """Each occasion once to everybody who wants to hear of such, and of none that was `told`.
    What cannot be sent is a warning."""
    for entry in catalogue.config.notifications:
        if any(event in told for event in entry.on):
            continue
        for occasion in occasions:
            if occasion.event in entry.on:
                try:
                    _send(catalogue, entry.to, occasion)
                except Exception as error:  # whatever it is: no run fails for it
                    _warn(f"{occasion.event!r} was not told to {entry.to}", error)


def _warn(what: str, error: Exception) -> None:
    """Say that somebody was not told; of a bug its kind only, for it may name the address."""
    if not isinstance(error, GitOpsError):
        click.echo(f"warning SG7040 {what}: {type(error).__name__}", err=True)
        return
    click.echo(f"warning {error.code} {what}: {error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)


def _send(catalogue: Catalogue, reference: str, occasion: Occasion) -> None:
    from stardust_gitops.notifications.sending import send
    from stardust_gitops.notifications.templates import words_of

    to = resolve(parse_reference(reference), environ=os.environ, root=catalogue.root)
    send(words_of(occasion, catalogue.root), to)
