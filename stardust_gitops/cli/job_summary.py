"""What `apply` and `validate` add to the summary of a job of GitHub Actions: in Markdown, where
nothing of a catalogue is markup. A summary that cannot be written is a warning and fails nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import click

from stardust_gitops.ci.files import SUMMARY_BYTES, write_summary
from stardust_gitops.ci.run import run_of
from stardust_gitops.delivery.results import GOOD, ApplyResult, ItemResult, Outcome
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.model import Action, Item, Plan
from stardust_gitops.planning.plan_file import Stale
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reports.findings_text import place_of
from stardust_gitops.reports.markdown import escaped, shortened
from stardust_gitops.reports.plan_words import details, file_errors
from stardust_gitops.reports.wording import counted, humane_size

STALE = "stale"
_WAITING = (Action.HELD, Action.BLOCKED, Action.ORPHANED)
_COLUMNS = (*(str(outcome) for outcome in Outcome), STALE, *(str(action) for action in _WAITING))
_LONGEST = 600
"""Characters of what is said of one thing."""
_RESERVE = 200
"""Bytes for what is said of that for which there was no room."""
_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def add_apply_summary(plan: Plan, result: ApplyResult, stale: Sequence[Stale]) -> None:
    """What was sent, what failed and what waits."""
    _add(lambda: _apply_lines(plan, result, stale))


def add_end_summary(command: str, error: Exception) -> None:
    """That a command ended early, and why; of a bug no more than its kind."""
    text = f"a bug: {type(error).__name__}; see the log"
    if isinstance(error, GitOpsError):
        text = f"{error.code} {error.message}" + (f"; {error.hint}" if error.hint else "")
    _add(lambda: iter((f"## {command} ended early", "", f"> {_text(text)}", "")))


def add_validate_summary(name: str, findings: Sequence[Finding]) -> None:
    """What is wrong with the catalogue `name`, worst first."""
    _add(lambda: _finding_lines(name, findings))


def _add(lines: Callable[[], Iterator[str]]) -> None:
    run = run_of(os.environ)
    if run.summary is None:
        return
    try:
        write_summary(run, within(lines(), SUMMARY_BYTES))
    except GitOpsError as error:
        click.echo(f"warning {error.code} no summary of the job: {error.message}", err=True)


def within(lines: Iterable[str], budget: int) -> str:
    """As many lines as fit into so many bytes; of the rest it is said how many there are."""
    kept: list[str] = []
    room, dropped = budget - _RESERVE, 0
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            dropped += bool(line)
        else:
            kept.append(line)
    if dropped:
        kept += ["", f"… and {counted(dropped, 'more line')}: see the log of the run."]
    return "\n".join(kept)


def _apply_lines(plan: Plan, result: ApplyResult, stale: Sequence[Stale]) -> Iterator[str]:
    yield f"## {escaped(plan.catalogue)}: apply, {escaped(plan.environment)}"
    yield ""
    rows = _rows(plan, result, stale)
    totals: Counter[str] = sum(rows.values(), Counter())
    sums = ", ".join(f"{totals[name]:,} {name}" for name in _COLUMNS if totals[name])
    yield f"**{sums or 'nothing to do'} · {humane_size(result.bytes_sent)} uploaded**"
    yield ""
    if result.interrupted:
        yield from ("> Interrupted; the next run goes on where this one stopped.", "")
    for reason in plan.stops:
        yield from (f"> {_text(reason.text)}", "")
    yield from _table(rows, [name for name in _COLUMNS if totals[name]])
    yield from _listed("What needs somebody", _troubles(plan, result, stale))
    yield from _listed("What waits", _waiting(plan, Action.HELD))
    names = {(item.release, item.target): item for item in plan.items}
    sent = (f"{_told(item, names)}: {item.operation} {item.outcome}" for item in _good(result))
    yield from _listed("What was sent", sent)


def _rows(plan: Plan, result: ApplyResult, stale: Sequence[Stale]) -> dict[str, Counter[str]]:
    """By target, in the order of their names: how many of what."""
    found = [(item.target, str(item.outcome)) for item in result.items]
    found += [(entry.target, STALE) for entry in stale]
    found += [(item.target, str(item.action)) for item in plan.items if item.action in _WAITING]
    rows: dict[str, Counter[str]] = {}
    for target, what in sorted(found):
        rows.setdefault(target, Counter())[what] += 1
    return rows


def _table(rows: dict[str, Counter[str]], shown: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    yield f"| target | {' | '.join(shown)} |"
    yield "|---|" + "--:|" * len(shown)
    for target, counts in rows.items():
        numbers = " | ".join(f"{counts[name]:,}" for name in shown)
        yield f"| {escaped(target)} | {numbers} |"
    yield ""


def _listed(title: str, texts: Iterable[str]) -> Iterator[str]:
    """A heading and a bullet for each; nothing where there is none."""
    for place, text in enumerate(texts):
        if place == 0:
            yield from (f"### {title}", "")
        yield f"- {_text(text)}"
    yield ""


def _troubles(plan: Plan, result: ApplyResult, stale: Sequence[Stale]) -> Iterator[str]:
    for target, error in result.problems:
        yield f"{target}: {error.code} {error.message}" + (f"; {error.hint}" if error.hint else "")
    names = {(item.release, item.target): item for item in plan.items}
    for item in result.items:
        if item.outcome not in GOOD:
            why = "; ".join(filter(None, (item.text, item.hint)))
            said = " ".join(filter(None, (item.code, why)))
            yield f"{_told(item, names)}: {item.operation} {item.outcome}" + (said and f": {said}")
    for entry in stale:
        yield f"{entry.target} {shown_icpn(entry.release)}: stale: {entry.text}"
    yield from _waiting(plan, Action.BLOCKED)
    for finding in file_errors(plan):
        yield f"{place_of(finding)}: {finding.code} {finding.message}; {finding.remedy}"
    yield from _waiting(plan, Action.ORPHANED)


def _waiting(plan: Plan, action: Action) -> Iterator[str]:
    for item in plan.items:
        if item.action is action:
            yield f"{_name(item)}: {action}: {'; '.join(details(item))}"


def _good(result: ApplyResult) -> Iterator[ItemResult]:
    return (item for item in result.items if item.outcome in GOOD)


def _told(result: ItemResult, names: dict[tuple[str, str], Item]) -> str:
    item = names.get((result.release, result.target))
    return f"{result.target} {shown_icpn(result.release)}" if item is None else _name(item)


def _name(item: Item) -> str:
    return " ".join(filter(None, (item.target, item.icpn, item.name)))


def _finding_lines(name: str, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"## {escaped(name)}: validate"
    yield ""
    counts = Counter(finding.severity for finding in findings)
    sums = ", ".join(
        counted(counts[kind], word) for kind, word in _SEVERITIES.items() if counts[kind]
    )
    yield f"**{sums or 'Nothing is wrong.'}**"
    yield ""
    for kind, word in _SEVERITIES.items():
        found = sorted((f for f in findings if f.severity is kind), key=Finding.sort_key)
        yield from _listed(f"{word.capitalize()}s", map(_finding, found))


def _finding(finding: Finding) -> str:
    about = f"{place_of(finding)}: {finding.code}"
    about += f" for {finding.target}" if finding.target else ""
    return f"{about} {finding.message}" + (f"; {finding.remedy}" if finding.remedy else "")


def _text(text: str) -> str:
    return escaped(shortened(text, _LONGEST))
