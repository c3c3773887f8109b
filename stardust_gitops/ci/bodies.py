"""What the comment, the job summary and the issue say."""

from __future__ import annotations

from collections.abc import Iterable

from stardust_gitops.ci.plan_reading import ReadPlan
from stardust_gitops.ci.run import Run
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.model import Action, Plan
from stardust_gitops.planning.outlook import Outlook
from stardust_gitops.reports.markdown import escaped, shortened
from stardust_gitops.reports.outlook import outlook_markdown
from stardust_gitops.reports.plan_markdown import plan_markdown

COMMENT_BYTES = 60_000
"""GitHub takes 65,536 characters of a comment or an issue."""
_SUMMARY_BYTES = 800 * 1024
_LONGEST = 2_000
_KEPT = "This issue is kept up to date, and closed when all is delivered."
_CUT = "… and more: see  `stardust-gitops report schedule`."


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
    tail = ["", _KEPT, "", *(f"<sub>{link}</sub>" for link in _link(run))]
    room = COMMENT_BYTES - len("\n".join([*head, *tail, _CUT]).encode())
    return f"{name}: {', '.join(counts)}", "\n".join(
        [*head, *_within(outlook_markdown(outlook).splitlines(), room), *tail]
    )


def broken_issue(catalogue: str, environment: str, error: GitOpsError, run: Run) -> tuple[str, str]:
    """Title and body of the issue where nobody can even say what is due."""
    text = f"{error.code} {error.message}" + (f"; {error.hint}" if error.hint else "")
    lines = [
        marker("issue", catalogue, environment),
        "The last run could not see what is due:",
        "",
        f"> {escaped(shortened(text, _LONGEST))}",
        "",
        _KEPT,
        "",
        *(f"<sub>{link}</sub>" for link in _link(run)),
    ]
    return f"{catalogue} ({environment}): the run failed", "\n".join(lines)


def _within(lines: Iterable[str], room: int) -> list[str]:
    """As many lines as there is room for."""
    kept: list[str] = []
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            return [*kept, "", _CUT]
        kept.append(line)
    return kept
