"""What a plan says in words, whatever it is written on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.model import OPERATIONS, Action, Item, OpenCircuit, Plan
from stardust_gitops.planning.policies import broken_policies
from stardust_gitops.reports.wording import counted, humane_size

SYMBOLS: Mapping[Action, tuple[str, str]] = {
    Action.TAKEDOWN: ("-", "red"),
    Action.PURGE: ("-", "bold red"),
    Action.INSERT: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.RESEND: ("»", "cyan"),
    Action.HELD: ("‖", "blue"),
    Action.BLOCKED: ("✗", "bold red"),
    Action.ORPHANED: ("?", "magenta"),
    Action.UNCHANGED: (" ", "dim"),
}
"""Symbol and style of each action."""

_WAITING = (Action.HELD, Action.BLOCKED, Action.ORPHANED, Action.UNCHANGED)
_IMPLIED = frozenset({"new_release", "takedown"})
"""Reasons that the operation itself says already, where there is something better to say."""


def target_counts(items: Iterable[Item]) -> str:
    """``3 to send · 1 held · 212 unchanged``."""
    counts = Counter(item.action for item in items)
    sending = sum(counts[action] for action in OPERATIONS)
    parts = [f"{sending:,} to send"] if sending else []
    parts += [f"{counts[action]:,} {action}" for action in _WAITING if counts[action]]
    return " · ".join(parts)


def details(item: Item) -> list[str]:
    """What to say of an item beside its name: one line, or several where there are errors."""
    if item.action is Action.BLOCKED:
        errors = _errors(item)
        if errors and item.reasons and item.reasons[0].code == "invalid":
            return [f"{finding.code} {finding.message}" for finding in errors]
        return [reason.text for reason in item.reasons]
    if item.action in (Action.INSERT, Action.UPDATE, Action.RESEND):
        old = ["back catalogue"] if item.back_catalogue else []
        return [" · ".join([cargo(item), *old, *_reasons(item)])]
    if item.action is Action.HELD:
        return [reason.text for reason in item.reasons[:1]]
    return [" · ".join(reason.text for reason in item.reasons)]


def _errors(item: Item) -> list[Finding]:
    """What is wrong in the catalogue with a blocked item."""
    blocked = item.action is Action.BLOCKED
    return [f for f in item.findings if blocked and f.severity is Severity.ERROR]


def _reasons(item: Item) -> list[str]:
    shown = {"metadata_changed"} if item.changes else set()
    return [reason.text for reason in item.reasons if reason.code not in _IMPLIED | shown]


def cargo(item: Item) -> str:
    """What travels: ``3 tracks, 96.4 MB``, or the message only."""
    if not item.with_files:
        return "message only"
    return f"{counted(item.tracks, 'track')}, {humane_size(item.upload_bytes)}"


def file_errors(plan: Plan) -> list[Finding]:
    """Errors that no item of the plan tells, such as those of a file that could not be read: what
    is in it has no item at all."""
    told = {
        (finding.file, finding.code, finding.message)
        for item in plan.items
        for finding in item.findings
    }
    return [
        finding
        for finding in plan.findings
        if finding.severity is Severity.ERROR
        and (finding.file, finding.code, finding.message) not in told
    ]


def is_quiet(plan: Plan) -> bool:
    """Whether there is nothing to do and nothing to look at."""
    same = all(item.action is Action.UNCHANGED for item in plan.items)
    return same and not plan.stops and not file_errors(plan)


def summary_line(plan: Plan) -> str:
    """``Plan: 1 takedown, 1 insert · 1 held, 212 unchanged · 2 messages, 96.4 MB to upload``."""
    if is_quiet(plan):
        what = "What was chosen" if plan.narrowed else "Everything"
        return f"No changes. {what} is as the catalogue says."
    counts = Counter(item.action for item in plan.items)
    sends = [counted(counts[action], action) for action in OPERATIONS if counts[action]]
    waits = [f"{counts[action]:,} {action}" for action in _WAITING if counts[action]]
    parts = [", ".join(sends) or "nothing to send"]
    broken = len({finding.file for finding in file_errors(plan)})
    if broken:
        waits.append(f"{counted(broken, 'file')} with errors")
    if waits:
        parts.append(", ".join(waits))
    if sends:
        messages = sum(counts[action] for action in OPERATIONS)
        size = sum(item.upload_bytes for item in plan.items if item.action.sends)
        upload = f"{humane_size(size)} to upload" if size else "no files to upload"
        parts.append(f"{counted(messages, 'message')}, {upload}")
    return "Plan: " + " · ".join(parts)


def not_sent(plan: Plan) -> str:
    """``Not sent: 2 releases with errors, …``; empty where nothing is in the way."""
    blocked = [item for item in plan.items if item.action is Action.BLOCKED]
    wrong = {item.release for item in blocked if _errors(item)}
    waiting = {item.release for item in blocked if not _errors(item)}
    files = {finding.file for finding in file_errors(plan)}
    parts = []
    if wrong:
        parts.append(f"{counted(len(wrong), 'release')} with errors")
    if files:
        parts.append(f"what {counted(len(files), 'file')} with errors should describe")
    if waiting:
        parts.append(f"{counted(len(waiting), 'release')} blocked for the reason given above")
    return f"Not sent: {', '.join(parts)}." if parts else ""


def circuit_note(circuit: OpenCircuit) -> str:
    """``circuit open until 2026-11-30 09:00 UTC after 5 failures in a row; last error: …``"""
    until = circuit.until[:16].replace("T", " ")
    last = " ".join(part for part in (circuit.code, circuit.text) if part)
    failures = counted(circuit.failures, "failure")
    if circuit.due:
        return (
            f"circuit was open until {until} UTC after {failures} in a row: the next apply tries"
            f" one item first; last error: {last}"
        )
    return f"circuit open until {until} UTC after {failures} in a row; last error: {last}"


def comparison_note(plan: Plan) -> str:
    """What a comparison of commits is, in words; empty for a plan."""
    if plan.against is None:
        return ""
    return (
        f"A comparison of commits: what {plan.against[:10]} says is taken for delivered."
        " No ledger was read, and nothing can be applied from this."
    )


def next_steps(plan: Plan, *, on_merge: bool = False, branch: str | None = None) -> tuple[str, ...]:
    """What to do now, line by line; nothing where the plan itself says it. `on_merge` tells that
    the plan is that of a pull request; `branch` is the one that this has to be merged to before
    `apply` would send it."""
    if plan.against is not None and on_merge:
        return ("Next: merge it; `plan` then asks the ledger what is really to be sent.",)
    if plan.against is not None:
        command = _command(plan, "plan")
        return (f"Next: `{command}` asks the ledger what is really to be sent.",)
    if plan.stops:
        return ("Nothing is sent while a guard stops the plan.",)
    steps = []
    if file_errors(plan) or any(_errors(item) for item in plan.items):
        command = _command(plan, "validate")
        steps.append(f"Next: correct the errors; `{command}` shows each and what to do.")
    if any(item.action.sends for item in plan.items):
        what = "the rest" if not_sent(plan) else "this"
        how = "merge it, and `apply`" if on_merge else f"`{_command(plan, 'apply')}`"
        if branch is not None and not on_merge:
            where = f"`{plan.environment}` is delivered from {branch} only"
            steps.append(
                f"Next: merge to {branch} and push first: {where}; `apply` there sends {what}."
            )
        else:
            steps.append(f"Next: {how} sends {what}.")
    return (*(steps or (_next_of_what_waits(plan),)), *_exit_of_apply(plan))


def _exit_of_apply(plan: Plan) -> Iterator[str]:
    """What `apply` ends with, where that is not 0 whatever it sends: `plan` itself ends with 0."""
    blocked = plan.count(Action.BLOCKED)
    parts = [f"{blocked:,} blocked"] if blocked else []
    if broken := len({finding.file for finding in file_errors(plan)}):
        parts.append(f"{counted(broken, 'file')} with errors")
    if parts:
        code = 3 if broken_policies(plan) else 6
        yield f"{', '.join(parts)}: `apply` ends with exit code {code} until that is settled."


def _command(plan: Plan, name: str) -> str:
    """A command of ours for the environment of the plan."""
    other = "" if plan.environment == "production" else f" --environment {plan.environment}"
    return f"stardust-gitops {name}{other}"


def _next_of_what_waits(plan: Plan) -> str:
    if any(item.action is Action.BLOCKED for item in plan.items):
        return "Next: settle what is blocked, then plan again."
    if any(item.action is Action.ORPHANED for item in plan.items):
        return "Next: decide about what is orphaned; until then it stays live."
    if any(item.action is Action.HELD for item in plan.items):
        return f"Next: `{_command(plan, 'apply')}` sends what is held once its time has come."
    if plan.items:
        return "Next: edit a release and plan again; `stardust-gitops status` shows what is live."
    if plan.narrowed:
        return "Next: nothing; no release is concerned."
    return "Next: `stardust-gitops new release` starts one."
