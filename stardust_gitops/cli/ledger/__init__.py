"""``stardust-gitops ledger``."""

from __future__ import annotations

import click

from stardust_gitops.cli.ledger.checking import rebuild, repair, verify
from stardust_gitops.cli.ledger.copying import export, import_, migrate
from stardust_gitops.cli.ledger.correcting import acknowledge, adopt, forget, move, resolve
from stardust_gitops.cli.ledger.making import init, show
from stardust_gitops.cli.ledger.pruning import prune


@click.group("ledger")
def command() -> None:
    """Make, check, copy, correct and prune the ledger of deliveries.

    The ledger records what every recipient has been sent and what it answered. It is never
    created by accident, and loses nothing.
    """


for each in (init, show, verify, rebuild, repair):
    command.add_command(each)
for each in (adopt, acknowledge, forget, move, resolve):
    command.add_command(each)
for each in (export, import_, migrate, prune):
    command.add_command(each)
