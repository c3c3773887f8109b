"""``stardust-gitops show``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from stardust_gitops.cli.compare import compare_each, show_comparisons
from stardust_gitops.cli.options import (
    catalogue_option,
    diff_option,
    environment_option,
    format_option,
    outside,
)
from stardust_gitops.cli.output import print_json, write_bytes
from stardust_gitops.cli.plan import make_plan, show_plan
from stardust_gitops.cli.session import (
    Session,
    gtin14,
    open_catalogue_at,
    session,
    stream_of,
)
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.events import Kind, StreamId, erased
from stardust_gitops.ledger.state import Sent, StreamState
from stardust_gitops.ledger.store import MISSING_BYTES, LedgerError
from stardust_gitops.planning.selection import Selection
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reports.wording import visible


@click.command("show")
@click.argument("stream", metavar="ICPN[@TARGET]")
@catalogue_option
@environment_option
@format_option("text", "json", "markdown")
@click.option("--message", is_flag=True, help="Print the last message, byte for byte as sent.")
@click.option("--mead", is_flag=True, help="Print the MEAD message that was beside it, likewise.")
@click.option(
    "--effective", is_flag=True, help="Print each value of the release, and what says so."
)
@diff_option
@click.pass_context
def command(
    ctx: click.Context,
    stream: str,
    catalog: Path,
    environment: str,
    output_format: str,
    message: bool,
    mead: bool,
    effective: bool,
    diff: str | None,
) -> None:
    """Show what a target has of a release, and what is next; or what holds for a release.

    \b
    Examples:
      stardust-gitops show 4006381333931@spotify
      stardust-gitops show 4006381333931@spotify --message > sent.xml
      stardust-gitops show 4006381333931@spotify --diff xml
      stardust-gitops show 4006381333931 --effective
    """
    if output_format == "markdown" and not diff:
        raise UsageError("only --diff is shown as Markdown", hint="use --format text or json")
    if message and mead:
        raise UsageError("one message at a time", hint="say --message or --mead")
    message = message or mead
    if diff and (message or effective):
        raise UsageError("--diff stands alone", hint="leave --message, --mead, --effective out")
    if effective:
        if message or "@" in stream:
            raise UsageError(
                "--effective is about a release, whoever receives it",
                hint="write  stardust-gitops show ICPN --effective",
            )
        _show_effective(catalog, stream, output_format)
        return
    at = stream_of(stream, environment)
    with session(catalog, outside(ctx).clock) as here:
        state = here.ledger.state(at)
        if diff:
            _show_difference(here, at, output_format)
        elif message:
            _print_message(here, at, state, stream, mead=mead)
        elif output_format == "json":
            print_json({**_document(at, state), "erased": _erasures(here, at)})
        else:
            _print_state(here, at, state)


def _show_effective(catalog: Path, icpn: str, output_format: str) -> None:
    from stardust_gitops.reconciler.effective import effective_values
    from stardust_gitops.reconciler.preview import find_release

    workspace = open_catalogue_at(catalog)
    release = gtin14(icpn)
    file, model = find_release(workspace, release)
    values = effective_values(workspace, file, model)
    if output_format == "json":
        entries = [asdict(value) for value in values]
        print_json({"format_version": "1.0", "release": release, "file": file, "values": entries})
        return
    width = max((len(value.path) for value in values), default=0)
    for value in values:
        origin = f"{value.origin}, {value.file}:{value.line}"
        click.echo(visible(f"{value.path:<{width}}  {value.value}  ({origin})"))


def _print_message(
    here: Session, at: StreamId, state: StreamState, stream: str, *, mead: bool
) -> None:
    kind = "MEAD message" if mead else "message"
    sent = state.open or state.baseline
    digest = (sent.mead if mead else sent.message) if sent else None
    if sent is None or digest is None:
        raise UsageError(f"no {kind} was sent for {stream}", hint="see  stardust-gitops history")
    try:
        message = here.ledger.fetch(digest, sent.named(f"the {kind}"))
    except LedgerError as error:
        if error.code != MISSING_BYTES:
            raise
        _must_not_be_erased(here, at, digest, sent.named(f"the {kind}"))
        raise
    write_bytes(message)


def _must_not_be_erased(here: Session, at: StreamId, digest: str, what: str) -> None:
    """`LedgerError` that tells when bytes were erased, if they were."""
    for _, event in here.ledger.events(stream=at):
        if digest in erased(event):
            raise LedgerError(
                f"{what} was erased on {event.time[:10]}: it was older than"
                f" {event.data['keep_for']} (`keep_for` in stardust.yaml)",
                hint="only a backup from before that day has it",
                code=MISSING_BYTES,
            )


def _erasures(here: Session, at: StreamId) -> list[dict[str, Any]]:
    """When bytes of this release were erased, and which."""
    return [
        {"time": event.time, "keep_for": event.data["keep_for"], "sha256": list(erased(event))}
        for _, event in here.ledger.events(stream=at)
        if event.kind is Kind.ERASED
    ]


def _show_difference(here: Session, at: StreamId, output_format: str) -> None:
    """What the next message would say otherwise; of what is unchanged, if it were sent again."""
    chosen = Selection(releases=(at.subject,), targets=(at.target,))
    plan, planner = make_plan(here, at.environment, chosen)
    if not plan.items:
        raise UsageError(
            f"nothing is planned for {shown_icpn(at.subject)} at {at.target}",
            hint="see whether the target is enabled, and named by the release",
        )
    compared = compare_each(here, planner, at.environment, list(plan.items[:1]))
    if output_format != "json":
        show_comparisons(compared, output_format, everything=True)
        return
    from stardust_gitops.reports.difference_words import comparison_document

    ((_, comparison),) = compared.shown
    stream = {"release": at.subject, "target": at.target, "environment": at.environment}
    print_json({"format_version": "1.0", **stream, **comparison_document(comparison)})


def _document(at: StreamId, state: StreamState) -> dict[str, Any]:
    return {
        "format_version": "1.0",
        "release": at.subject,
        "target": at.target,
        "environment": at.environment,
        "phase": state.phase,
        "stream_version": state.version,
        "protected": state.protected,
        "delivered": _sent_document(state.baseline),
        "under_way": _sent_document(state.open),
        "outcome_unknown": state.unknown,
        "failure": state.failure,
        "rejected": None
        if state.rejected is None
        else {"action": state.rejected.action, "text": state.rejected.text},
    }


def _sent_document(sent: Sent | None) -> dict[str, Any] | None:
    if sent is None:
        return None
    return {
        "operation": sent.operation,
        "time": sent.time,
        "message_id": sent.message_id,
        "created": sent.created,
        "batch": sent.batch,
        "message_fingerprint": sent.message_fingerprint,
        "assets_fingerprint": sent.assets_fingerprint,
    }


def _print_state(here: Session, at: StreamId, state: StreamState) -> None:
    candidates = Selection(releases=(at.subject,), targets=(at.target,))
    plan, _ = make_plan(here, at.environment, candidates)
    click.echo(f"{shown_icpn(at.subject)} at {at.target} ({at.environment}): {_phase(state)}")
    for title, sent in (("delivered", state.baseline), ("under way", state.open)):
        if sent is not None:
            number = sent.message_id or "adopted, no message of ours"
            click.echo(
                f"  {title}: {sent.operation} on {sent.time[:19].replace('T', ' ')}Z  {number}"
            )
            if sent.batch:
                click.echo(f"    shipment {sent.batch}")
    if state.failure:
        click.echo(f"  last failure: {state.failure}")
    if state.unknown:
        click.echo("  nobody knows whether it arrived: stardust-gitops ledger resolve")
    if state.rejected:
        click.echo(f"  rejected: {state.rejected.text or state.rejected.action}")
    for erasure in _erasures(here, at):
        count = len(erasure["sha256"])
        click.echo(
            f"  erased on {erasure['time'][:10]}: {count} older content{'s'[: count > 1]} or"
            f" message{'s'[: count > 1]}, kept for {erasure['keep_for']}"
        )
    click.echo("")
    show_plan(here, plan, "text", all_items=True)


def _phase(state: StreamState) -> str:
    words = {
        "never": "never delivered",
        "live": "live",
        "taken_down": "taken down",
        "purged": "purged",
    }
    return words[state.phase] + (", protected from takedown" if state.protected else "")
