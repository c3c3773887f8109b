"""What `apply` would upload, file by file and in order: ``plan --explain``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import click

from stardust_gitops.cli.session import Reading
from stardust_gitops.content.model import Delivery
from stardust_gitops.delivery.package import lay_out
from stardust_gitops.delivery.recipient import Choreography, Recipient
from stardust_gitops.delivery.rendering import message_options
from stardust_gitops.planning.decide import REMOVALS
from stardust_gitops.planning.model import Action, Item, Plan
from stardust_gitops.reconciler.planner import Planner
from stardust_gitops.reconciler.recipients import recipient_of
from stardust_gitops.reports.wording import humane_size

BATCH = "<BatchId>"


def explain_plan(here: Reading, planner: Planner, plan: Plan) -> None:
    """Print the uploads of each target: resources and MEAD messages, then messages, the marker
    last.

    A BatchId is the time at which a shipment is put together, so it stands as ``<BatchId>``.
    """
    targets = here.workspace.catalogue.targets
    for name in dict.fromkeys(item.target for item in plan.items if item.action.sends):
        recipient = recipient_of(targets[name], here.workspace.catalogue, {})
        items = [i for i in plan.items if i.target == name and i.action.sends]
        click.echo(f"\n{name} uploads, in this order:")
        for group in _groups(items, recipient.choreography):
            _explain_shipment(here, planner, plan, recipient, group)


def _groups(items: list[Item], choreography: Choreography) -> list[list[Item]]:
    """Shipments as the runner makes them: takedowns travel by themselves, and first, then purges,
    apart from any batch; back catalogue by itself, and last."""
    groups: list[list[Item]] = []
    parts: dict[Action | None, list[Item]] = {Action.TAKEDOWN: [], Action.PURGE: [], None: []}
    for item in items:
        if not item.back_catalogue:
            parts[item.action if item.action in REMOVALS else None].append(item)
    parts[Action.INSERT] = [item for item in items if item.back_catalogue]
    for action, part in parts.items():
        size = (choreography.apart if action is Action.PURGE else choreography).capacity
        groups += [part[start : start + size] for start in range(0, len(part), size)]
    return groups


def _explain_shipment(
    here: Reading, planner: Planner, plan: Plan, recipient: Recipient, items: list[Item]
) -> None:
    choreography = recipient.choreography
    if items[0].action is Action.PURGE:
        choreography = choreography.apart
    elif items[0].back_catalogue:
        choreography = choreography.for_back_catalogue
    folder = ""
    for item in items:
        resolved = planner.resolve(item.release, item.target)
        delivery: Delivery = resolved[1] if resolved else planner.last_sent(item, plan.environment)
        known = planner.known_icpn(item, plan.environment)
        delivery = replace(delivery, icpn=known or delivery.icpn)
        folder = folder or choreography.folder(delivery.icpn, BATCH)
        package = lay_out(
            delivery,
            folder=choreography.member_folder(folder, delivery.icpn),
            choreography=choreography,
            with_files=item.with_files,
        )
        for file in package.files:
            click.echo(f"  {file.path}  {humane_size(file.size)}")
        described = planner.described(item, plan.environment)
        options = message_options(recipient, delivery, package, item.action, described=described)
        if options.mead is not None:
            click.echo(f"  {package.mead_path}  MeadMessage")
        kind = "PurgeReleaseMessage" if item.action is Action.PURGE else "NewReleaseMessage"
        click.echo(f"  {package.message_path}  {kind}, {item.action}")
        if choreography.package == "zip":
            click.echo(f"  {folder}/{delivery.icpn}.zip  all of these in one, and nothing else")
    if choreography.completion != "message":
        marker = PurePosixPath(folder) / choreography.marker_name(folder, BATCH)
        click.echo(f"  {marker}  {choreography.completion}: the recipient begins")
