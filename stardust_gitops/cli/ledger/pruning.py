"""``ledger prune``: erasing the bytes of what was sent long ago."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from stardust_gitops.cli.options import ENVIRONMENT, catalogue_option, format_option, outside
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import Session, provenance, session
from stardust_gitops.clock import instant_text
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger import retention
from stardust_gitops.ledger.retention import Prunable, Stored

_NAMES = {
    "content": ("content", "contents"),
    "message": ("message", "messages"),
    "mead": ("MEAD message", "MEAD messages"),
    "marker": ("manifest", "manifests"),
    "raw": ("answer", "answers"),
}


@click.command("prune")
@catalogue_option
@click.option("--dry-run", is_flag=True, help="Only show what would be erased.")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@format_option("text", "json")
@click.pass_context
def prune(
    ctx: click.Context, catalog: Path, dry_run: bool, auto_approve: bool, output_format: str
) -> None:
    """Erase messages that are older than `keep_for` says and that nothing needs any more.

    What recipients have now is kept whatever its age, and so is every event: that something was
    erased is recorded. Erased bytes do not come back. In all environments.

    \b
    Examples:
      stardust-gitops ledger prune --dry-run
      stardust-gitops ledger prune --auto-approve
    """
    with session(catalog, outside(ctx).clock) as here:
        keep_for, oldest = _retention(here)
        since = instant_text(oldest)
        events = here.ledger.snapshot(ENVIRONMENT, since=instant_text(here.clock.now())).position
        with counting("reading the ledger", events) as advance:
            found = retention.find(here.ledger, oldest, advance)
        if output_format == "text":
            for line in _lines(found):
                click.echo(line)
        if found.stored and not dry_run:
            _ask(auto_approve, to_stderr=output_format != "text")
            found = retention.prune(
                here.ledger,
                found,
                keep_for=keep_for,
                clock=here.clock,
                provenance=provenance(here.workspace),
            )
    if output_format == "json":
        print_json(_document(found, keep_for, since, dry_run))
    elif found.stored:
        done = "would be erased" if dry_run else "erased"
        click.echo(f"{_counts(found.stored.values())} from before {since[:10]} {done}.")
    else:
        click.echo(f"Nothing from before {since[:10]} can be erased.")


def _retention(here: Session) -> tuple[str, datetime]:
    messages = here.workspace.catalogue.config.messages
    oldest = messages.oldest(here.clock.now())
    if messages.keep_for is None or oldest is None:
        raise UsageError(
            "stardust.yaml does not say how long messages are kept",
            hint="write, for example,  messages: {keep_for: 2 years}",
        )
    return messages.keep_for, oldest


def _ask(auto_approve: bool, *, to_stderr: bool) -> None:
    if auto_approve:
        return
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", hint="give --auto-approve")
    click.confirm("Erase them for ever?", abort=True, err=to_stderr)


def _lines(found: Prunable) -> list[str]:
    """A line for each target: what of it is erased."""
    lines = []
    for target in found.targets():
        own = [one for one in found.stored.values() if one.at == target]
        if own:
            environment, name = target
            lines.append(f"{environment}  {name:<20}  {_counts(own)}")
    return lines


def _counts(stored: Iterable[Stored]) -> str:
    counts = Counter(one.kind for one in stored)
    return ", ".join(f"{n} {_NAMES[kind][n != 1]}" for kind, n in sorted(counts.items()))


def _document(found: Prunable, keep_for: str, since: str, dry_run: bool) -> dict[str, object]:
    return {
        "format_version": "1.0",
        "keep_for": keep_for,
        "before": since,
        "dry_run": dry_run,
        "erased": [
            {
                "sha256": digest,
                "kind": one.kind,
                "last_referred_to": one.time,
                "streams": [list(stream) for stream in sorted(one.streams)],
            }
            for digest, one in sorted(found.stored.items())
        ],
    }
