"""``stardust-gitops receipts``: what recipients answer."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Container, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from stardust_gitops.catalog.loading import Catalogue, Target
from stardust_gitops.cli.options import (
    Duration,
    catalogue_option,
    environment_option,
    format_option,
    outside,
    targets_option,
)
from stardust_gitops.cli.output import print_json, write_bytes
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import Session, provenance, session
from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.errors import GitOpsError, LockedError, UsageError
from stardust_gitops.planning.selection import Candidate, Selection
from stardust_gitops.reports import receipts as report

EXIT_FAILED, EXIT_LOCKED = 1, 5


@click.group("receipts")
def command() -> None:
    """Fetch what recipients answer, and list it.

    A target says under `acknowledgements:` where its recipient puts the answers, and in which form.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pull:
    """What a pull was asked for."""

    catalog: Path
    clock: Clock
    environment: str
    chosen: Selection
    again: bool
    lock_timeout: float


@command.command("pull")
@catalogue_option
@targets_option
@environment_option
@click.option("--watch", is_flag=True, help="Look again and again, until interrupted.")
@click.option(
    "--every",
    type=Duration(),
    default="5m",
    show_default=True,
    metavar="DURATION",
    help="With --watch: the time between.",
)
@click.option("--again", is_flag=True, help="Read every file, also those that were read before.")
@click.option(
    "--lock-timeout",
    type=Duration(),
    default="30s",
    show_default=True,
    metavar="DURATION",
    help="Wait so long for an apply to the same target to end.",
)
@format_option("text", "json")
@click.pass_context
def pull_command(
    ctx: click.Context,
    catalog: Path,
    patterns: tuple[str, ...],
    environment: str,
    watch: bool,
    every: float,
    again: bool,
    lock_timeout: float,
    output_format: str,
) -> int:
    """Read what is new at the recipients and record it. Changes nothing there, unless the target
    says `delete: true`. A target that cannot be reached is told, the others go on; it ends with 1
    then, and with 5 where an apply kept a target busy for too long.

    \b
    Examples:
      stardust-gitops receipts pull
      stardust-gitops receipts pull --target spotify --format json
      stardust-gitops receipts pull --watch --every 10m
    """
    pull = _Pull(
        catalog=catalog,
        clock=outside(ctx).clock,
        environment=environment,
        chosen=Selection(targets=patterns),
        again=again,
        lock_timeout=lock_timeout,
    )
    while True:
        code = _round(pull, text=output_format == "text", line=watch)
        if not watch:
            return code
        pull.clock.sleep(max(every, 1.0))


def _round(pull: _Pull, *, text: bool, line: bool) -> int:
    """Every target once; the exit code. As JSON it is one document, in one `line` where others are
    to follow."""
    documents: list[dict[str, Any]] = []
    codes = {0}
    with session(pull.catalog, pull.clock) as here:
        catalogue = here.workspace.in_environment(pull.environment).catalogue
        since = instant_text(here.clock.now())
        sent = {
            each.target for each in here.ledger.snapshot(pull.environment, since=since).releases
        }
        for target in _targets(catalogue, pull.chosen, sent):
            document, code = _pull_one(here, pull, catalogue, target)
            documents.append(document)
            codes.add(code)
            for shown in report.pulled_text(document) if text else ():
                click.echo(shown)
    if not text:
        whole = {"format_version": "1.0", "environment": pull.environment, "targets": documents}
        if line:
            write_bytes(orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE))
        else:
            print_json(whole)
    elif not documents:
        click.echo("No target says where its recipient answers (acknowledgements:).")
    return EXIT_FAILED if EXIT_FAILED in codes else max(codes)


def _pull_one(
    here: Session, pull: _Pull, catalogue: Catalogue, target: Target
) -> tuple[dict[str, Any], int]:
    """What came of one target. Whatever happens there stays there."""
    from stardust_gitops.delivery.retry import Line
    from stardust_gitops.ledger.lease import Wait
    from stardust_gitops.messages.receipts.reading import Reader
    from stardust_gitops.reconciler.receipts.documents import pulled_document
    from stardust_gitops.reconciler.receipts.pulling import Pulled, pull_into
    from stardust_gitops.reconciler.receipts.recording import Recorder
    from stardust_gitops.reconciler.recipients import recipient_of

    assert target.model.acknowledgements is not None
    pulled, line, problem = Pulled(target.id), None, None
    try:
        recipient = recipient_of(target, catalogue, os.environ)
        line = Line(
            recipient.connect,
            attempts=recipient.attempts,
            clock=pull.clock,
            halted=lambda: False,
            on_retry=_announcer(target.id),
        )
        recorder = Recorder(
            ledger=here.ledger,
            environment=pull.environment,
            target=target.id,
            clock=pull.clock,
            provenance=provenance(here.workspace),
            wait=Wait(
                seconds=pull.lock_timeout,
                clock=pull.clock,
                halted=lambda: False,
                told=lambda error: click.echo(f"{target.id}: {error}", err=True),
            ),
        )
        reader = Reader(entry=target.model.acknowledgements)
        pull_into(pulled, line, reader, recorder, again=pull.again, counted=_counted)
    except GitOpsError as error:
        problem = error
    finally:
        if line is not None:
            line.close()
    code = EXIT_FAILED if problem is not None or pulled.refused else 0
    if isinstance(problem, LockedError):
        code = EXIT_LOCKED
    return pulled_document(pulled, problem), code


def _announcer(target: str) -> Callable[[int, float, BaseException], None]:
    def announce(attempt: int, seconds: float, error: BaseException) -> None:
        click.echo(f"{target}: trying again in {seconds:.0f} s: {error}", err=True)

    return announce


def _counted(total: int) -> AbstractContextManager[Callable[[str], None]]:
    return counting("reading answers", total)


def _targets(catalogue: Catalogue, chosen: Selection, sent: Container[str]) -> Iterator[Target]:
    """The targets that are asked for, of those of the environment that say where the answers are.
    A disabled one is asked too where it was `sent` something, which it may answer."""
    targets = [t for _, t in sorted(catalogue.targets.items()) if catalogue.takes_part(t.id)]
    chosen.check(_candidate(target) for target in targets)
    for target in targets:
        if not chosen.selects(_candidate(target)):
            continue
        if target.model.acknowledgements is not None:
            if target.model.enabled or target.id in sent or target.id in chosen.targets:
                yield target
        elif target.id in chosen.targets:
            raise UsageError(
                f"{target.id} does not say where its recipient answers",
                hint=f"add acknowledgements: to {target.file}",
            )


def _candidate(target: Target) -> Candidate:
    return Candidate(release="", icpn="", target=target.id)


@command.command("list")
@catalogue_option
@targets_option
@environment_option
@click.option(
    "--unmatched",
    is_flag=True,
    help="Only what is about no message of ours, and files that could not be read.",
)
@click.option("--limit", default=50, show_default=True, metavar="N", help="At most so many.")
@format_option("text", "json")
@click.pass_context
def list_command(
    ctx: click.Context,
    catalog: Path,
    patterns: tuple[str, ...],
    environment: str,
    unmatched: bool,
    limit: int,
    output_format: str,
) -> None:
    """List the answers that are on record, newest first.

    \b
    Examples:
      stardust-gitops receipts list --target spotify
      stardust-gitops receipts list --unmatched --format json
    """
    from stardust_gitops.reconciler.receipts.documents import answer_document, stray_document
    from stardust_gitops.reconciler.receipts.listing import answers, strays

    chosen = Selection(targets=patterns)
    with session(catalog, outside(ctx).clock) as here:
        catalogue = here.workspace.in_environment(environment).catalogue
        chosen.check(_candidate(target) for target in catalogue.targets.values())
        names = [t.id for t in catalogue.targets.values() if chosen.selects(_candidate(t))]
        lost = strays(here.ledger, environment, sorted(names))[:limit]
        newest: deque[Any] = deque(maxlen=limit)
        for event in () if unmatched else answers(here.ledger, environment):
            if not patterns or event.stream.target in names:
                newest.appendleft(event)
    found = [answer_document(event) for event in newest]
    strange = [stray_document(stray) for stray in lost]
    if output_format == "json":
        head = {"format_version": "1.0", "environment": environment}
        print_json({**head, "answers": found, "unmatched": strange})
        return
    for shown in (*report.answer_text(found), *report.stray_text(strange)):
        click.echo(shown)
    if not found and not lost:
        click.echo("Nothing is unmatched." if unmatched else "Nobody has answered yet.")
