"""``stardust-gitops status``."""

from __future__ import annotations

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
from stardust_gitops.cli.session import selection, session
from stardust_gitops.clock import instant_text
from stardust_gitops.planning.selection import Candidate
from stardust_gitops.planning.strays import shown_icpn


@click.command("status")
@catalogue_option
@selection_options
@environment_option
@format_option("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    catalog: Path,
    release: tuple[str, ...],
    target: tuple[str, ...],
    label: tuple[str, ...],
    exclude: tuple[str, ...],
    environment: str,
    output_format: str,
) -> None:
    """List every release of the catalogue at every target, and what the target has of it.

    \b
    Examples:
      stardust-gitops status
      stardust-gitops status --target spotify --format json
    """
    chosen = selection(release, target, label, exclude)
    with session(catalog, outside(ctx).clock) as here:
        wishes = here.planner().look().desired
        snapshot = here.ledger.snapshot(environment, since=instant_text(here.clock.now()))
    rows: dict[tuple[str, str], tuple[Candidate, str, str]] = {}
    for wish in wishes:
        candidate = Candidate(
            release=wish.release, icpn=wish.icpn, target=wish.target, label=wish.label
        )
        rows[wish.target, wish.release] = candidate, f"{wish.artist} – {wish.title}", wish.status
    for stream in snapshot.releases:
        icpn = shown_icpn(stream.subject)
        candidate = Candidate(release=stream.subject, icpn=icpn, target=stream.target)
        rows.setdefault((stream.target, stream.subject), (candidate, "", "not in the catalogue"))
    chosen.check(candidate for candidate, _, _ in rows.values())
    states = {(s.target, s.subject): state for s, state in snapshot.releases.items()}
    listed = []
    for key in sorted(rows):
        candidate, title, status = rows[key]
        if chosen.selects(candidate):
            state = states.get(key)
            sent = state.baseline if state else None
            phase = str(state.phase) if state else "never"
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
    if output_format == "json":
        print_json({"format_version": "1.0", "environment": environment, "items": listed})
        return
    for row in listed:
        when = (row["delivered"] or "")[:10]
        phase = (row["phase"] or "").replace("_", " ")
        click.echo(
            f"{row['target']:<16} {row['icpn']:<14} {phase:<11} {when:<11} {row['status']:<9} "
            f"{row['title']}"
        )
