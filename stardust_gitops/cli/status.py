"""``stardust-gitops status``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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
from stardust_gitops.ledger.state import Answer, Sent, StreamState
from stardust_gitops.ledger.store import Snapshot
from stardust_gitops.planning.model import Desired, release_name
from stardust_gitops.planning.selection import Candidate, Selection
from stardust_gitops.planning.standing import Standing, Step, standing_of
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.names import words_sent
from stardust_gitops.reconciler.reconciliation import patience_of
from stardust_gitops.reports.wording import visible

_NOTHING = StreamState()


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
    """List every release of the catalogue at every target: what the target has of it, since when,
    and what it said of the last message.

    \b
    Examples:
      stardust-gitops status
      stardust-gitops status --target spotify --format json
    """
    with session(catalog, outside(ctx).clock) as here:
        files = len(here.workspace.catalogue.release_files)
        with counting("reading releases", files) as advance:
            wishes = here.planner(environment).look(advance).desired
        now = here.clock.now()
        snapshot = here.ledger.snapshot(environment, since=instant_text(now))
        listing = _Listing(
            now=now,
            patience=patience_of(here.workspace.catalogue),
            name_sent=lambda sent: release_name(*words_sent(here.ledger, sent.content)),
        )
        listed = listing.rows(wishes, snapshot, chosen)
    if output_format == "json":
        summary = {str(step): number for step, number in _counts(listed)}
        print_json(
            {
                "format_version": "1.0",
                "environment": environment,
                "summary": summary,
                "items": listed,
            }
        )
        return
    _show(listed)


def _show(listed: Sequence[Mapping[str, Any]]) -> None:
    width = max((len(row["status"] or "") for row in listed), default=0) + 2
    room = max((len(_standing_words(row)) for row in listed), default=0) + 2
    for row in listed:
        when = (row["delivered"] or "")[:10]
        phase = (row["phase"] or "").replace("_", " ")
        click.echo(
            f"{row['target']:<16} {row['icpn']:<14} {phase:<11} {when:<11} "
            f"{_standing_words(row):<{room}}{row['status']:<{width}}"
            f"{visible(row['title'] or '')}".rstrip()
        )
        if row["standing"] in _TOLD:
            said = "; ".join(filter(None, (row["text"], row["proposed_action"])))
            if said:
                click.echo(f"{'':<17}{visible(said)}")
    counts = [f"{number:,} {step}" for step, number in _counts(listed)]
    if counts:
        click.echo(f"Status: {' · '.join(counts)}")


_TOLD = frozenset({Step.REJECTED, Step.UNKNOWN, Step.SENDING})
"""Of these people have to know why."""
_UNSPOKEN = frozenset({Step.NEVER, Step.ADOPTED})
"""What the columns before say already."""


def _standing_words(row: Mapping[str, Any]) -> str:
    step = row["standing"]
    if step in _UNSPOKEN or (step == Step.DELIVERED):
        return ""
    return f"{step} {(row['since'] or '')[:10]}".rstrip()


def _counts(listed: Iterable[Mapping[str, Any]]) -> list[tuple[Step, int]]:
    """How many releases stand where, in the order in which a message goes."""
    found = Counter(row["standing"] for row in listed)
    return [(step, found[step]) for step in Step if found[step]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """What rows are made with. `name_sent` says how that was called of which the catalogue knows
    nothing any more."""

    now: datetime
    patience: Mapping[str, timedelta]
    name_sent: Callable[[Sent], str]

    def rows(
        self, wishes: Iterable[Desired], snapshot: Snapshot, chosen: Selection
    ) -> list[dict[str, Any]]:
        """A row for each release at each target: what is wanted and what is there."""
        known: dict[tuple[str, str], tuple[Candidate, str, str]] = {}
        for wish in wishes:
            candidate = Candidate(
                release=wish.release, icpn=wish.icpn, target=wish.target, label=wish.label
            )
            known[wish.target, wish.release] = candidate, wish.name, wish.status
        for stream in snapshot.releases:
            icpn = shown_icpn(stream.subject)
            candidate = Candidate(release=stream.subject, icpn=icpn, target=stream.target)
            key = stream.target, stream.subject
            known.setdefault(key, (candidate, "", "not in the catalogue"))
        chosen.check(candidate for candidate, _, _ in known.values())
        states = {(s.target, s.subject): state for s, state in snapshot.releases.items()}
        return [
            self._row(*known[key], states.get(key, _NOTHING))
            for key in sorted(known)
            if chosen.selects(known[key][0])
        ]

    def _row(
        self, candidate: Candidate, title: str, status: str, state: StreamState
    ) -> dict[str, Any]:
        standing = standing_of(state, self.now, self.patience.get(candidate.target))
        sent = state.baseline
        if not title and sent is not None:
            title = self.name_sent(sent)
        return {
            "target": candidate.target,
            "release": candidate.release,
            "icpn": candidate.icpn,
            "title": title,
            "status": status,
            "phase": str(state.phase),
            "delivered": sent.time if sent else None,
            **_standing_fields(standing, state.answer),
        }


def _standing_fields(standing: Standing, answer: Answer | None) -> dict[str, Any]:
    """Where the last message stands, for JSON: additions to what was there before."""
    return {
        "standing": standing.step,
        "operation": standing.sent.operation if standing.sent else None,
        "message_id": standing.sent.message_id if standing.sent else None,
        "since": standing.since,
        "text": standing.text,
        "proposed_action": standing.action,
        "answered": None if answer is None else answer.time,
    }
