"""What the comment, the job summary and the issue say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stardust_gitops.ci.plan_reading import ReadPlan
from stardust_gitops.ci.run import Run
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.model import Action, Plan
from stardust_gitops.planning.outlook import Outlook
from stardust_gitops.planning.reconciliation import Reconciliation
from stardust_gitops.reports.drift import drift_markdown
from stardust_gitops.reports.markdown import escaped, shortened
from stardust_gitops.reports.outlook import outlook_markdown
from stardust_gitops.reports.plan_markdown import plan_markdown
from stardust_gitops.reports.reconciliation import reconciliation_markdown, summary_words

COMMENT_BYTES = 60_000
"""GitHub takes 65,536 characters of a comment or an issue."""
_SUMMARY_BYTES = 800 * 1024
_LONGEST = 2_000
_KEPT = {
    "issue": "This issue is kept up to date, and closed when all is delivered.",
    "answers": "This issue is kept up to date, and closed when all is answered and as it was left.",
}
"""What each issue says of itself, by the kind in its marker."""
_CUT = "… and more: see  `stardust-gitops report {}`."


def marker(kind: str, catalogue: str, environment: str) -> str:
    """The hidden line that a comment or an issue of ours begins with, one for each catalogue and
    environment."""
    return f"<!-- stardust-gitops:{kind}:{catalogue}:{environment} -->"


def comment(read: ReadPlan, run: Run) -> str:
    """The body of the comment on a pull request."""
    plan = read.plan
    commit = run.head or plan.commit
    head = [
        marker("plan", plan.catalogue, plan.environment),
        f"<!-- plan_hash:{plan.plan_hash} commit:{commit or ''} -->",
        f"### What {escaped(plan.catalogue)} would send"
        + (f" ({escaped(plan.environment)})" if plan.environment != "production" else ""),
        "",
    ]
    if run.is_second_stage:
        head += ["> Computed by a run on the code of the pull request itself.", ""]
    tail = ["", f"<sub>{_provenance(plan, commit, run)}</sub>", ""]
    room = COMMENT_BYTES - len("\n".join([*head, *tail]).encode())
    where = "The job summary has more, and the plan file of the run has all of it."
    if run.url is not None:
        where = f"The job summary has more, and the plan file of [the run]({run.url}) all of it."
    return "\n".join([*head, _markdown(read, room, where, on_merge=True), *tail])


def summary(read: ReadPlan, run: Run, *, on_merge: bool) -> str:
    """The summary of the job; `on_merge` as for `next_steps`."""
    title = f"## {escaped(read.plan.catalogue)}: {escaped(read.plan.environment)}\n"
    body = _markdown(read, _SUMMARY_BYTES, "The plan file has all of it.", on_merge=on_merge)
    return f"{title}\n{body}\n{_provenance(read.plan, run.head or read.plan.commit, run)}\n"


def _markdown(read: ReadPlan, budget: int, elsewhere: str, *, on_merge: bool) -> str:
    unchanged = read.summary[Action.UNCHANGED] - read.plan.count(Action.UNCHANGED)
    body = plan_markdown(
        read.plan,
        descriptions=read.descriptions,
        compared=read.compared,
        budget=budget - 100,
        elsewhere=elsewhere,
        on_merge=on_merge,
    )
    return body + (f"\n{unchanged:,} unchanged.\n" if unchanged > 0 else "")


def _provenance(plan: Plan, commit: str | None, run: Run) -> str:
    parts = [f"plan <code>{plan.plan_hash[:12]}</code>"]
    if commit is not None:
        parts.append(f"commit {commit[:12]}")
    return " · ".join([*parts, *_link(run)])


def _link(run: Run) -> list[str]:
    return [] if run.url is None else [f'<a href="{run.url}">run</a>']


def issue(outlook: Outlook, run: Run) -> tuple[str, str | None]:
    """Title and body of the issue for the state of affairs after an apply; no body where nobody has
    to do anything. What could go now and has not gone is wrong, too: just before somebody tried."""
    waiting = [notice for notice in outlook.due if notice.item.action.sends]
    counts = [
        f"{number:,} {name}"
        for number, name in (
            (len(outlook.late), "late"),
            (len(outlook.failed), "failed"),
            (len(waiting), "not sent"),
            (len(outlook.problems), "in the way of all"),
        )
        if number
    ]
    name = f"{outlook.catalogue} ({outlook.environment})"
    if not counts:
        return name, None
    head = [marker("issue", outlook.catalogue, outlook.environment), "After the last run:", ""]
    cut = _CUT.format("schedule")
    return f"{name}: {', '.join(counts)}", _whole(
        "issue", head, outlook_markdown(outlook), cut, run
    )


def answers_issue(
    found: Reconciliation, drift: Mapping[str, Any] | None, run: Run
) -> tuple[str, str | None]:
    """Title and body of the issue for what recipients have answered, and, where that is known, for
    what `drift` found (its document); no body where nobody has to do anything."""
    name = f"{found.catalogue} ({found.environment})"
    counts = list(filter(None, (summary_words(found),)))
    if drift is not None:
        drifted = sum(1 for entry in drift["targets"] if entry["drifted"])
        failed = sum(1 for entry in drift["targets"] if entry["failed"])
        counts += [f"{drifted:,} drifted"] if drifted else []
        counts += [f"{failed:,} out of reach"] if failed else []
    if not counts:
        return name, None
    head = [marker("answers", found.catalogue, found.environment), "What recipients say:", ""]
    text = reconciliation_markdown(found)
    if drift is not None:
        text += "\n" + drift_markdown(drift)
    cut = _CUT.format("reconciliation")
    return f"{name}: {', '.join(counts)}", _whole("answers", head, text, cut, run)


def broken_issue(
    kind: str, catalogue: str, environment: str, error: GitOpsError, run: Run
) -> tuple[str, str]:
    """Title and body of the issue where nobody can even say what is due, or open."""
    text = f"{error.code} {error.message}" + (f"; {error.hint}" if error.hint else "")
    lines = [
        marker(kind, catalogue, environment),
        "The last run could not see what is due:"
        if kind == "issue"
        else "The last run could not see what was answered:",
        "",
        f"> {escaped(shortened(text, _LONGEST))}",
        "",
        _KEPT[kind],
        "",
        *(f"<sub>{link}</sub>" for link in _link(run)),
    ]
    return f"{catalogue} ({environment}): the run failed", "\n".join(lines)


def _whole(kind: str, head: Sequence[str], markdown: str, cut: str, run: Run) -> str:
    """The body of an issue, with as many lines of `markdown` as there is room for."""
    tail = ["", _KEPT[kind], "", *(f"<sub>{link}</sub>" for link in _link(run))]
    room = COMMENT_BYTES - len("\n".join([*head, *tail, cut]).encode())
    return "\n".join([*head, *_within(markdown.splitlines(), room, cut), *tail])


def _within(lines: Iterable[str], room: int, cut: str) -> list[str]:
    """As many lines as there is room for."""
    kept: list[str] = []
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            return [*kept, "", cut]
        kept.append(line)
    return kept
