"""``stardust-gitops target``."""

from __future__ import annotations

import click

from stardust_gitops.cli.target.presets import presets_command
from stardust_gitops.cli.target.showing import list_command, show_command
from stardust_gitops.cli.target.testing import test_command


@click.group("target")
def command() -> None:
    """List, show and test the targets of the catalogue; what is publicly known of recipients.

    \b
    Examples:
      stardust-gitops target list
      stardust-gitops target show spotify
      stardust-gitops target test spotify
      stardust-gitops target presets
      stardust-gitops target presets spotify
    """


for each in (list_command, show_command, test_command, presets_command):
    command.add_command(each)
