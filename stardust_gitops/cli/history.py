"""``stardust-gitops history``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
import orjson

from stardust_gitops.cli.options import catalogue_option, environment_option, format_option, outside
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.session import gtin14, session, stream_of
from stardust_gitops.ledger.events import Event, Kind, StreamId
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.planning.model import release_name
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.names import words_sent
from stardust_gitops.reports.wording import visible

_QUIET = frozenset({Kind.FILE_UPLOADED, Kind.COMPLETING, Kind.RECEIPT_READ})


class _Told(NamedTuple):
    """An event with what only the intention before it says: the operation, and the digest of the
    content that it is about. Both are empty where nobody knows."""

    event: Event
    operation: str
    content: str


@click.command("history")
@click.argument("subject", required=False, metavar="[ICPN[@TARGET]]")
@catalogue_option
@environment_option
@format_option("text", "json")
@click.option("--limit", default=50, show_default=True, metavar="N", help="At most so many.")
@click.option("--all", "everything", is_flag=True, help="Single files, markers and batches, too.")
@click.pass_context
def command(
    ctx: click.Context,
    subject: str | None,
    catalog: Path,
    environment: str,
    output_format: str,
    limit: int,
    everything: bool,
) -> None:
    """List what happened, newest first. The number is that of the event at the release and target;
    `rollback` takes it.

    \b
    Examples:
      stardust-gitops history
      stardust-gitops history 4006381333931
      stardust-gitops history 4006381333931@spotify --format json
    """
    stream: StreamId | None = None
    release: str | None = None
    if subject is not None and "@" in subject:
        stream = stream_of(subject, environment)
    elif subject is not None:
        release = gtin14(subject)
    newest: deque[_Told] = deque(maxlen=limit)
    intended: dict[StreamId, tuple[str, str]] = {}
    with session(catalog, outside(ctx).clock) as here:
        for _, event in here.ledger.events(stream=stream):
            if event.stream.environment != environment:
                continue
            if release is not None and event.stream.subject != release:
                continue
            # Only the intention says what it is about; what follows refers to it.
            operation, content = intended.get(event.stream, ("", ""))
            operation = str(event.data.get("operation", operation))
            content = str(event.data.get("content", content))
            intended[event.stream] = operation, content
            if event.kind is Kind.ERASED:  # it is about what was sent before, not the last of it
                operation, content = "", ""
            if everything or not (event.stream.is_batch or event.kind in _QUIET):
                newest.appendleft(_Told(event, operation, content))
        if output_format == "json":
            bodies = [orjson.loads(told.event.body()) for told in newest]
            print_json({"format_version": "1.0", "events": bodies})
        else:
            _show(newest, here.ledger)


def _show(newest: Iterable[_Told], ledger: LedgerStore) -> None:
    """A line for each event, with the name that the release had then."""

    @cache
    def name(content: str) -> str:
        return release_name(*words_sent(ledger, content)) if content else ""

    listed = list(newest)
    width = max((len(_subject(told.event)) for told in listed), default=0)
    for told in listed:
        click.echo(_line(told.event, told.operation, visible(name(told.content)), width))
    if not listed:
        click.echo("Nothing has happened yet.")


def _subject(event: Event) -> str:
    subject = event.stream.subject
    name = subject if event.stream.is_batch else shown_icpn(subject)
    return f"{name}@{event.stream.target}"


def _line(event: Event, operation: str, name: str, width: int) -> str:
    commit = (event.provenance.commit or "")[:7]
    data = event.data
    said = data.get("status") if event.kind is Kind.ACKNOWLEDGED else None
    detail = said or data.get("outcome") or data.get("path") or operation
    text = data.get("text") or data.get("reason") or ""
    time = event.time[:19].replace("T", " ")
    return (
        f"{time}Z  {_subject(event):<{width}}  {event.version:>3}  {event.kind:<11} {detail:<9}"
        f" {commit:<7}  " + "  ".join(filter(None, (event.provenance.actor, name, text)))
    ).rstrip()
