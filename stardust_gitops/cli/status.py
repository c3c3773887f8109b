"""``stardust-gitops status``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click

from stardust_gitops.cli.options import (
    catalogue_option,
    environment_option,
    format_option,
    outside,
    selection_options,
)
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import session
from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.state import Sent
from stardust_gitops.ledger.store import Snapshot
from stardust_gitops.planning.model import Desired, release_name
from stardust_gitops.planning.selection import Candidate, Selection
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.names import words_sent
from stardust_gitops.reports.wording import visible


@click.command("status")
@catalogue_option
@selection_options
@environment_option
@format_option("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    catalog: Path,
    chosen: Selection,
    environment: str,
    output_format: str,
) -> None:
    """List every release of the catalogue at every target, and what the target has of it.

    \b
    Examples:
      stardust-gitops status
      stardust-gitops status --target spotify --format json
    """
    with session(catalog, outside(ctx).clock) as here:
        files = len(here.workspace.catalogue.release_files)
        with counting("reading releases", files) as advance:
            wishes = here.planner(environment).look(advance).desired
        snapshot = here.ledger.snapshot(environment, since=instant_text(here.clock.now()))
        listed = _rows(
            wishes,
            snapshot,
            chosen,
            lambda sent: release_name(*words_sent(here.ledger, sent.content)),
        )
    if output_format == "json":
        print_json({"format_version": "1.0", "environment": environment, "items": listed})
        return
    width = max((len(row["status"] or "") for row in listed), default=0) + 2
    for row in listed:
        when = (row["delivered"] or "")[:10]
        phase = (row["phase"] or "").replace("_", " ")
        click.echo(
            f"{row['target']:<16} {row['icpn']:<14} {phase:<11} {when:<11} "
            f"{row['status']:<{width}}{visible(row['title'] or '')}".rstrip()
        )


def _rows(
    wishes: Iterable[Desired],
    snapshot: Snapshot,
    chosen: Selection,
    name_sent: Callable[[Sent], str],
) -> list[dict[str, str | None]]:
    """A row for each release at each target: what is wanted and what is there. `name_sent` says how
    that was called of which the catalogue knows nothing any more."""
    rows: dict[tuple[str, str], tuple[Candidate, str, str]] = {}
    for wish in wishes:
        candidate = Candidate(
            release=wish.release, icpn=wish.icpn, target=wish.target, label=wish.label
        )
        rows[wish.target, wish.release] = candidate, wish.name, wish.status
    for stream in snapshot.releases:
        icpn = shown_icpn(stream.subject)
        candidate = Candidate(release=stream.subject, icpn=icpn, target=stream.target)
        rows.setdefault((stream.target, stream.subject), (candidate, "", "not in the catalogue"))
    chosen.check(candidate for candidate, _, _ in rows.values())
    states = {(s.target, s.subject): state for s, state in snapshot.releases.items()}
    listed: list[dict[str, str | None]] = []
    for key in sorted(rows):
        candidate, title, status = rows[key]
        if chosen.selects(candidate):
            state = states.get(key)
            sent = state.baseline if state else None
            phase = str(state.phase) if state else "never"
            if not title and sent is not None:
                title = name_sent(sent)
            listed.append(
                {
                    "target": candidate.target,
                    "release": candidate.release,
                    "icpn": candidate.icpn,
                    "title": title,
                    "status": status,
                    "phase": phase,
                    "delivered": sent.time if sent else None,
                }
            )
    return listed
