"""``stardust-gitops render``."""

from __future__ import annotations

from pathlib import Path

import click

from stardust_gitops.cli.options import catalogue_option
from stardust_gitops.cli.output import write_bytes
from stardust_gitops.cli.session import gtin14, open_catalogue_at
from stardust_gitops.errors import CatalogueError, GitOpsError
from stardust_gitops.planning.model import Action


@click.command("render")
@click.argument("release", metavar="ICPN")
@click.option("--target", required=True, metavar="NAME", help="For this target, enabled or not.")
@click.option(
    "--operation",
    type=click.Choice(["insert", "update", "takedown"]),
    default="insert",
    show_default=True,
    help="For which occasion.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--check", is_flag=True, help="Say whether the message is valid instead.")
@catalogue_option
def command(
    release: str, target: str, operation: str, output: Path | None, check: bool, catalog: Path
) -> int:
    """Write the message of a release for a target. Works offline, without a ledger.

    Ids and time are those of a preview: a message gets its own when its delivery is intended.

    \b
    Examples:
      stardust-gitops render 4006381333931 --target spotify
      stardust-gitops render 4006381333931 --target spotify --operation takedown -o takedown.xml
    """
    from stardust_gitops.messages.check import check_message
    from stardust_gitops.messages.xsd import validator
    from stardust_gitops.reconciler.preview import preview

    workspace = open_catalogue_at(catalog)
    shown = preview(workspace, gtin14(release), target, Action(operation))
    version = workspace.catalogue.targets[target].model.message.version
    problems = check_message(shown.message, version)
    for problem in problems:
        click.echo(str(problem), err=True)
    if check:
        official = (
            "the official XSD agrees" if validator(version) else "no XSD of DDEX is installed"
        )
        if not problems:
            click.echo(f"The message is valid; {official}.")
    elif output is not None:
        try:
            output.write_bytes(shown.message)
        except OSError as error:
            raise GitOpsError(f"{output} cannot be written: {error.strerror}") from error
    else:
        write_bytes(shown.message)
    if problems:
        raise CatalogueError(
            f"the message is not valid: {len(problems)} problems",
            code="SG4000",
            hint="correct the release; if it is right, please report this as a bug",
        )
    return 0
