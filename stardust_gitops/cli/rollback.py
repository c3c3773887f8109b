"""``stardust-gitops rollback``."""

from __future__ import annotations

from pathlib import Path

import click

from stardust_gitops.catalog.format_files import difference
from stardust_gitops.cli.options import catalogue_option, environment_option, outside
from stardust_gitops.cli.session import Session, gtin14, session
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.reconciler.deliveries import Delivered, deliveries
from stardust_gitops.reconciler.rollback import Rollback, choose, prepare, restore


@click.command("rollback")
@click.argument("release", metavar="ICPN")
@click.option(
    "--to", "number", type=click.IntRange(min=1), required=True, metavar="N", help="The delivery."
)
@click.option("--target", metavar="NAME", help="The target whose delivery N is meant.")
@catalogue_option
@environment_option
@click.pass_context
def command(
    ctx: click.Context,
    release: str,
    number: int,
    target: str | None,
    catalog: Path,
    environment: str,
) -> None:
    """Bring the file of a release back to what it was for a delivery. Commits and sends nothing.

    N is a number of `history`. Look at the change, commit it and have it reviewed: what comes of
    it is an update like any other. Files that other releases use too stay as they are and are
    told of.

    \b
    Examples:
      stardust-gitops history 4006381333931
      stardust-gitops rollback 4006381333931 --to 2
      stardust-gitops rollback 4006381333931 --to 5 --target spotify
    """
    wanted = gtin14(release)
    with session(catalog, outside(ctx).clock) as here:
        delivered = choose(_deliveries(here, environment, wanted, target), number, target)
        found = prepare(here.workspace, wanted, delivered)
        files = [entry for entry in found.files if entry.differs]
        restore(here.workspace.root, files)
    of = f"delivery {delivered.version} to {delivered.target} ({delivered.operation})"
    if not files:
        click.echo(f"{found.files[0].file} is as it was for {of}.")
    for entry in files:
        click.echo(difference(_text(entry.now), _text(entry.then), entry.file), nl=False)
    _tell_shared(found)
    if files:
        click.echo(f"As it was for {of}, at {found.commit[:10]}. `plan` says what comes of it.")


def _deliveries(
    here: Session, environment: str, release: str, target: str | None
) -> list[Delivered]:
    """All that was completed of a release, target by target."""
    names = (
        {target}
        if target is not None
        else {
            stream.target
            for stream in here.ledger.snapshot(environment, since="").releases
            if stream.subject == release
        }
    )
    return [
        entry
        for name in sorted(names)
        for entry in deliveries(
            event for _, event in here.ledger.events(stream=StreamId(environment, name, release))
        )
    ]


def _text(data: bytes | None) -> bytes:
    """A file for a diff, also one that is no text."""
    return (data or b"").decode("utf-8", "replace").encode()


def _tell_shared(found: Rollback) -> None:
    if not found.shared:
        return
    click.echo("It used these too, which have changed since and stay as they are:")
    for file in found.shared:
        click.echo(f"  {file}")
    click.echo(f"  (git diff {found.commit[:10]} -- FILE shows how)")
