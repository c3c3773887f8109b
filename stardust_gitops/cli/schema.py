"""``stardust-gitops schema``."""

from __future__ import annotations

from pathlib import Path

import click

from stardust_gitops.cli.output import print_json
from stardust_gitops.errors import UsageError

VERSIONS = ("3.8.2", "3.8.3", "4.2", "4.3", "4.3.2")
STANDARDS = {"ern": VERSIONS, "mead": ("1.1",)}
USUAL = {"ern": "4.3", "mead": "1.1"}
FILES = ("config", "release", "track", "party", "label", "target", "genre_map")


@click.group("schema")
def command() -> None:
    """Install DDEX's schemas; print those of this program."""


@command.command("install")
@click.argument("standard", type=click.Choice(sorted(STANDARDS)))
@click.option("--from", "folder", type=click.Path(path_type=Path), help="A folder with the XSDs.")
@click.option("--url", help="A zip archive to download by https; needs --sha256.")
@click.option("--sha256", help="The digest that the archive must have.")
@click.option("--version", metavar="VERSION", help="Default: 4.3 of ERN, 1.1 of MEAD.")
def install(
    standard: str, folder: Path | None, url: str | None, sha256: str | None, version: str | None
) -> None:
    """Install DDEX's official XSDs, which every message is then checked against.

    DDEX licenses them to you, free of charge, at ddex.net; this program never ships them. Without
    them messages are checked by the conformance check of this program alone.

    \b
    Examples:
      stardust-gitops schema install ern --from ~/Downloads/ern43
      stardust-gitops schema install ern --url https://… --sha256 9f86d0…
      stardust-gitops schema install mead --from ~/Downloads/mead11
    """
    version = version or USUAL[standard]
    if version not in STANDARDS[standard]:
        raise UsageError(
            f"there is no version {version} of {standard.upper()} here",
            hint=f"there is {', '.join(STANDARDS[standard])}",
        )
    from stardust_gitops.messages.download import install_from_url
    from stardust_gitops.messages.xsd import install as install_from

    wanted = version if standard == "ern" else f"{standard.upper()} {version}"
    if folder is not None and url is None:
        done = install_from(folder, version=wanted)
    elif url is not None and sha256 is not None and folder is None:
        done = install_from_url(url, sha256, version=wanted)
    else:
        raise UsageError(
            "say where the XSDs come from",
            hint="give --from DIR, or --url https://… with --sha256 DIGEST",
        )
    click.echo(f"{done.name} is installed in {done.folder}")
    for name in done.unknown:
        click.echo(f"  {name}: not a release of DDEX that this program knows; used all the same")


@command.command("plan")
def plan() -> None:
    """Print the JSON Schema of `plan --format json` and of plan files."""
    from stardust_gitops.reports.plan_json import plan_schema

    print_json(plan_schema())


@command.command("file")
@click.argument("kind", type=click.Choice(FILES))
def file(kind: str) -> None:
    """Print the JSON Schema of a catalogue file, for editors."""
    from stardust_gitops.catalog.editor_schema import file_schema

    print_json(file_schema(kind))
