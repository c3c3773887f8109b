"""What was delivered against what was answered, as JSON, text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from stardust_gitops.clock import instant_text
from stardust_gitops.planning.reconciliation import OPEN, Account, Case, Reconciliation, Stray
from stardust_gitops.planning.standing import Step
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reports.markdown import escaped, shortened
from stardust_gitops.reports.wording import counted, visible

FORMAT_VERSION = "1.0"
MOST = 50
"""Releases of a kind that people are shown of a target; JSON has all."""
_LONGEST = 300
WELL = "All that was expected to be answered is answered, and nothing was rejected."
NOTHING = "Nothing was delivered yet."
_TITLES = {
    Step.REJECTED: "rejected",
    Step.UNKNOWN: "outcome unknown",
    Step.SILENT: "never acknowledged",
}


def reconciliation_document(found: Reconciliation) -> dict[str, Any]:
    """All of it as JSON values."""
    return {
        "format_version": FORMAT_VERSION,
        "catalogue": found.catalogue,
        "environment": found.environment,
        "time": instant_text(found.now),
        "summary": {
            "rejected": found.count(Step.REJECTED),
            "unknown": found.count(Step.UNKNOWN),
            "never_acknowledged": found.count(Step.SILENT),
            "unmatched": found.strays,
        },
        "targets": [_account(account) for account in found.accounts],
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "target": account.target,
        "expected_within_days": None if account.patience is None else account.patience.days,
        "releases": {str(step): account.counts[step] for step in Step if account.counts.get(step)},
        "rejected": [_case(case) for case in account.cases[Step.REJECTED]],
        "unknown": [_case(case) for case in account.cases[Step.UNKNOWN]],
        "never_acknowledged": [_case(case) for case in account.cases[Step.SILENT]],
        "unmatched": [
            {"file": stray.file, "read": stray.read, "problem": stray.problem, "said": stray.said}
            for stray in account.strays
        ],
    }


def _case(case: Case) -> dict[str, Any]:
    standing, sent = case.standing, case.standing.sent
    return {
        "release": case.release,
        "icpn": shown_icpn(case.release),
        "name": case.name,
        "operation": None if sent is None else sent.operation,
        "message_id": None if sent is None else sent.message_id,
        "batch": None if sent is None else sent.batch,
        "sent": None if sent is None else sent.time,
        "since": standing.since,
        "text": standing.text,
        "proposed_action": standing.action,
    }


def reconciliation_text(found: Reconciliation) -> str:
    """For people: a paragraph for each target, with what needs somebody."""
    lines: list[str] = []
    for account in found.accounts:
        lines.append(visible(f"{account.target}  {_sums(account)}"))
        for title, count, entries in _parts(account, found.now):
            lines.append(f"  {title} ({count})")
            lines += [f"    {visible('  '.join(filter(None, cells)))}" for cells in entries]
    if not lines:
        return NOTHING
    return "\n".join([*lines, WELL if found.is_well else f"Reconciliation: {summary_words(found)}"])


def reconciliation_markdown(found: Reconciliation) -> str:
    """The same for GitHub; what recipients say is text there."""
    lines = [f"### {escaped(found.catalogue)}, {escaped(found.environment)}", ""]
    for account in found.accounts:
        lines += [f"**{escaped(account.target)}**: {escaped(_sums(account))}", ""]
        for title, count, entries in _parts(account, found.now):
            lines += [f"{title} ({count})", "", "| since | release | |", "|---|---|---|"]
            lines += [f"| {' | '.join(map(escaped, cells))} |" for cells in entries]
            lines.append("")
    if found.is_well:
        lines.append(WELL if found.accounts else NOTHING)
    return "\n".join(lines).rstrip() + "\n"


def summary_words(found: Reconciliation) -> str:
    """``1 rejected, 2 never acknowledged``; empty where all is well."""
    parts = [(found.count(step), _TITLES[step]) for step in OPEN]
    parts.append((found.strays, "unmatched"))
    return ", ".join(f"{number:,} {words}" for number, words in parts if number)


def _sums(account: Account) -> str:
    """``12 live, 1 rejected; answers within 3 days``."""
    counts = ", ".join(
        f"{account.counts[step]:,} {step}" for step in Step if account.counts.get(step)
    )
    expected = "answers are not expected"
    if account.patience is not None:
        expected = f"answers are expected within {counted(account.patience.days, 'day')}"
    return f"{counts or 'nothing sent'}; {expected}"


def _parts(
    account: Account, now: datetime
) -> Iterator[tuple[str, int, list[tuple[str, str, str]]]]:
    """What needs somebody: a title, how much there is, and a row for each, no more than is read."""
    for step in OPEN:
        if cases := account.cases[step]:
            rows = [_row(case, now) for case in cases[:MOST]]
            yield _TITLES[step], len(cases), _with_more(rows, len(cases))
    if account.strays:
        strays = [_stray(stray) for stray in account.strays[:MOST]]
        yield (
            "about no message of ours",
            len(account.strays),
            _with_more(strays, len(account.strays)),
        )


def _with_more(rows: list[tuple[str, str, str]], count: int) -> list[tuple[str, str, str]]:
    return rows if count <= len(rows) else [*rows, ("", f"… and {count - len(rows):,} more", "")]


def _row(case: Case, now: datetime) -> tuple[str, str, str]:
    standing, sent = case.standing, case.standing.sent
    operation = "" if sent is None else f"({sent.operation})"
    name = " ".join(filter(None, (shown_icpn(case.release), case.name, operation)))
    why = [standing.text or ""]
    if standing.action is not None:
        why.append(f"proposes {standing.action}")
    if standing.step is Step.SILENT and standing.since is not None:
        days = (now - datetime.fromisoformat(standing.since)).days
        why.append(f"delivered {counted(days, 'day')} ago")
    if standing.step is Step.UNKNOWN:
        why.append("settle it with  ledger resolve")
    return (standing.since or "")[:10], name, shortened("; ".join(filter(None, why)), _LONGEST)


def _stray(stray: Stray) -> tuple[str, str, str]:
    if stray.problem is not None:
        return stray.read[:10], stray.file, shortened(f"unreadable: {stray.problem}", _LONGEST)
    said = ", ".join(f"{name} {value}" for name, value in stray.said.items())
    return stray.read[:10], stray.file, shortened(said, _LONGEST)
