"""``ledger export``, ``import`` and ``migrate``: carrying a ledger elsewhere without loss."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import click

from stardust_gitops.cli.options import ENVIRONMENT, catalogue_option, outside
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import Session, open_catalogue_at, session
from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.errors import GitOpsError, SafetyError, UsageError
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.store import LeaseHeldError, LedgerMissingError, LedgerStore
from stardust_gitops.ledger.transfer import Tally, check_lines, read_lines, write_lines
from stardust_gitops.reconciler.workspace import Workspace

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("export")
@click.argument("file", type=_FILE)
@catalogue_option
@click.pass_context
def export(ctx: click.Context, file: Path, catalog: Path) -> None:
    """Write the whole ledger into FILE, as lines of JSON; compressed if it ends in .gz.

    Events and stored bytes are in it as they are, so that `ledger import` brings them back without
    loss.
    """
    tally = Tally()
    with session(catalog, outside(ctx).clock) as here:
        config = here.workspace.catalogue.config
        with _appearing(file) as out, counting("exporting", _events_in(here)) as advance:
            for line in write_lines(here.ledger, config.id, tally, advance):
                out.write(line)
    click.echo(f"{_carried(tally)} written to {file}")
    _tell_missing(tally)


@click.command("import")
@click.argument("file", type=_FILE)
@catalogue_option
@click.pass_context
def import_(ctx: click.Context, file: Path, catalog: Path) -> None:
    """Make the ledger that stardust.yaml names, with all that is in FILE (of `ledger export`).

    The file is checked as a whole first. A ledger that is there already must hold the beginning of
    the same history; so an import that was broken off is carried on by running it again.
    """
    workspace = open_catalogue_at(catalog)
    config = workspace.catalogue.config
    with _reading(file) as lines:
        total = check_lines(lines, config.id)
    tally = Tally()
    with closing(_made_or_opened(config.ledger, workspace, outside(ctx).clock)) as ledger:
        with _reading(file) as lines, counting("importing", total) as advance:
            read_lines(lines, ledger, tally, advance)
        _must_be_sound(ledger, config.ledger, tally)
    click.echo(f"{_carried(tally)} imported into {config.ledger}")
    _tell_missing(tally)


@click.command("migrate")
@click.option("--to", "url", required=True, metavar="URL", help="Where: as in `ledger:`.")
@catalogue_option
@click.pass_context
def migrate(ctx: click.Context, url: str, catalog: Path) -> None:
    """Copy the ledger to another place, check the copy, and say what to change in stardust.yaml.

    The old one stays as it is. Nobody may apply meanwhile; should somebody do so all the same, this
    is noticed, and running it again carries over what came.

    \b
    Example:
      stardust-gitops ledger migrate --to postgresql://stardust@db.example.com/stardust
    """
    clock = outside(ctx).clock
    with session(catalog, clock) as here:
        config = here.workspace.catalogue.config
        if url == config.ledger:
            raise UsageError(f"the ledger is at {url} already", hint="name another place")
        _must_rest(here.ledger)
        tally, read = Tally(), Tally()
        with closing(_made_or_opened(url, here.workspace, clock)) as copy:
            with counting("copying", _events_in(here)) as advance:
                read_lines(write_lines(here.ledger, config.id, read), copy, tally, advance)
            _must_be_sound(copy, url, tally)
        _must_rest(here.ledger)
        if any(True for _ in here.ledger.events(after=tally.events)):
            raise SafetyError(
                "somebody wrote to the ledger while it was copied",
                hint="run the same command again: it carries over what came",
                code="SG5019",
            )
    click.echo(f"{_carried(tally)} carried over to {url}, and checked.")
    _tell_missing(tally)
    click.echo("Now write into stardust.yaml, before anybody applies again:")
    click.echo(f"  ledger: {url}      # was {config.ledger}")


def _events_in(here: Session) -> int:
    """How many events there are, for the progress."""
    return here.ledger.snapshot(ENVIRONMENT, since=instant_text(here.clock.now())).position


def _made_or_opened(url: str, workspace: Workspace, clock: Clock) -> LedgerStore:
    config = workspace.catalogue.config
    try:
        return open_ledger(url, workspace.root, config.id, clock, config.messages.url)
    except LedgerMissingError:
        return create_ledger(url, workspace.root, config.id, clock, config.messages.url)


def _must_rest(ledger: LedgerStore) -> None:
    held = [holding for holding in ledger.held_leases() if not holding.process.is_dead()]
    if held:
        lease = held[0].lease
        raise LeaseHeldError(
            f"{lease.holder} is applying to {lease.target} ({lease.environment})",
            hint="wait until it has ended; `stardust-gitops lock list` shows who is at work",
        )


def _must_be_sound(ledger: LedgerStore, url: str, tally: Tally) -> None:
    missing = tuple(f"the bytes {digest} are missing" for digest in tally.missing)
    problems = [problem for problem in ledger.verify() if not problem.startswith(missing)]
    if problems:
        raise GitOpsError(
            f"the copy at {url} is not sound: {problems[0]}"
            + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""),
            hint="keep the old ledger; `ledger verify` there tells whether it is sound itself",
            code="SG5018",
        )


def _carried(tally: Tally) -> str:
    known = f" ({tally.known} were there already)" if tally.known else ""
    erased = f" ({tally.erased} erased before)" if tally.erased else ""
    return (
        f"{tally.events} events{known}, {tally.stored} stored contents and messages{erased},"
        f" {tally.checkpoints} checkpoints"
    )


def _tell_missing(tally: Tally) -> None:
    if tally.missing:
        click.echo(
            f"{len(tally.missing)} stored contents or messages were not there any more, and are"
            f" not here either, as {next(iter(tally.missing))}",
            err=True,
        )


@contextmanager
def _reading(file: Path) -> Iterator[BinaryIO]:
    """The lines of an exported ledger."""
    try:
        with _open(file, "rb") as lines:
            yield lines
    except (OSError, EOFError, zlib.error) as error:
        raise GitOpsError(
            f"{file} cannot be read: {error}", hint="give a file of `ledger export`", code="SG5018"
        ) from error


@contextmanager
def _appearing(file: Path) -> Iterator[BinaryIO]:
    """A new file that appears under its name only when it is whole."""
    aside = file.with_name(f".{file.name}.new{file.suffix}")
    try:
        if file.exists():
            raise UsageError(f"{file} is there already", hint="name a new file")
        try:
            with _open(aside, "wb") as out:
                yield out
            aside.rename(file)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise GitOpsError(f"{file} cannot be written: {error}", hint="name another file") from error


def _open(file: Path, mode: str) -> BinaryIO:
    if file.suffix == ".gz":
        return cast(BinaryIO, gzip.open(file, mode))
    return cast(BinaryIO, file.open(mode))
