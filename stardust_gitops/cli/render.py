"""``stardust-gitops render``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from stardust_gitops.cli.options import catalogue_option, format_option
from stardust_gitops.cli.output import console, print_json, write_bytes
from stardust_gitops.cli.session import gtin14, open_catalogue_at
from stardust_gitops.errors import CatalogueError, GitOpsError, UsageError
from stardust_gitops.planning.model import Action

if TYPE_CHECKING:
    from stardust_gitops.reconciler.preview import Preview


@click.command("render")
@click.argument("release", metavar="ICPN")
@click.option("--target", required=True, metavar="NAME", help="For this target, enabled or not.")
@click.option(
    "--operation",
    type=click.Choice(["insert", "update", "takedown", "purge", "resend"]),
    default="insert",
    show_default=True,
    help="For which occasion.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--check", is_flag=True, help="Say whether the message is valid instead.")
@click.option("--mead", is_flag=True, help="The MEAD message that travels beside it instead.")
@click.option(
    "--explain",
    is_flag=True,
    help="List what the message says otherwise than the catalogue instead.",
)
@format_option("text", "json", "markdown")
@catalogue_option
def command(
    release: str,
    target: str,
    operation: str,
    output: Path | None,
    check: bool,
    mead: bool,
    explain: bool,
    output_format: str,
    catalog: Path,
) -> int:
    """Write the message of a release for a target. Works offline, without a ledger.

    Ids and time are those of a preview: a message gets its own when its delivery is intended.

    \b
    Examples:
      stardust-gitops render 4006381333931 --target spotify
      stardust-gitops render 4006381333931 --target spotify --operation takedown -o takedown.xml
      stardust-gitops render 4006381333931 --target spotify --mead
      stardust-gitops render 4006381333931 --target spotify --explain
    """
    if output_format != "text" and not explain:
        raise UsageError("a message is XML", hint="--format is for --explain")
    if explain and (check or mead or output is not None):
        raise UsageError("--explain stands alone", hint="leave --check, --mead and --output out")
    from stardust_gitops.messages.check import check_message
    from stardust_gitops.messages.mead.version import MEAD_11
    from stardust_gitops.reconciler.preview import preview

    workspace = open_catalogue_at(catalog)
    shown = preview(workspace, gtin14(release), target, Action(operation))
    message, version = shown.message, shown.options.version
    if mead:
        message, version = _mead_of(shown, target), MEAD_11.name
    problems = check_message(message, version)
    for problem in problems:
        click.echo(str(problem), err=True)
    if check:
        if not problems:
            _tell_valid(version)
    elif explain:
        show_mappings(shown, output_format)
    else:
        _write(message, output)
    if problems:
        raise CatalogueError(
            f"the message is not valid: {len(problems)} problems",
            code="SG4000",
            hint="correct the release; if it is right, please report this as a bug",
        )
    return 0


def _tell_valid(version: str) -> None:
    from stardust_gitops.messages.xsd import validator

    official = "the official XSD agrees" if validator(version) else "no XSD of DDEX is installed"
    click.echo(f"The message is valid; {official}.")


def _write(message: bytes, output: Path | None) -> None:
    """Into a file, else to standard output."""
    if output is None:
        write_bytes(message)
        return
    try:
        output.write_bytes(message)
    except OSError as error:
        raise GitOpsError(f"{output} cannot be written: {error.strerror}") from error


def _mead_of(shown: Preview, target: str) -> bytes:
    """The MEAD message. `UsageError` where none travels."""
    if shown.mead is None:
        raise UsageError(
            f"no MEAD message goes to {target}",
            hint="the target must take them (message: {mead: true}), the release be described "
            "(mead: …), and the operation no removal",
        )
    return shown.mead


def show_mappings(shown: Preview, output_format: str) -> None:
    """Print what the message says otherwise than the content."""
    from stardust_gitops.messages.ern.mappings import mappings
    from stardust_gitops.messages.xml import parse
    from stardust_gitops.reports.mappings import (
        Kind,
        mappings_document,
        mappings_markdown,
        render_mappings,
    )

    found = mappings(shown.delivery, shown.options)
    profile = parse(shown.message).get("ReleaseProfileVersionId")
    kind = Kind(version=shown.options.version, profile=profile)
    if output_format == "json":
        print_json(mappings_document(found, kind))
    elif output_format == "markdown":
        click.echo(mappings_markdown(found, kind))
    else:
        render_mappings(found, kind, console())
