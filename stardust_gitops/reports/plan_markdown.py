"""The plan as Markdown, for a pull request: totals, a table of targets, foldable releases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from stardust_gitops.diagnostics import Finding
from stardust_gitops.planning.model import OPERATIONS, Action, Item, Plan
from stardust_gitops.reports.changes_text import change_lines
from stardust_gitops.reports.difference_markdown import alike, difference_block
from stardust_gitops.reports.difference_words import Compared, left_out
from stardust_gitops.reports.findings_text import place_of
from stardust_gitops.reports.indirect import indirect_changes
from stardust_gitops.reports.markdown import escape_html, escaped, shortened
from stardust_gitops.reports.plan_words import (
    SYMBOLS,
    cargo,
    circuit_note,
    comparison_note,
    details,
    file_errors,
    next_steps,
    not_sent,
    summary_line,
)
from stardust_gitops.reports.wording import counted

COLUMNS = (*OPERATIONS, Action.HELD, Action.BLOCKED, Action.ORPHANED, Action.UNCHANGED)
_RANK = {action: place for place, action in enumerate((*OPERATIONS, Action.BLOCKED, *COLUMNS[5:]))}
_ERRORS, _ROWS, _FILES, _NAMED = 50, 100, 20, 4
_LONGEST_TEXT, _LONGEST_TITLE, _LONGEST_NAME = 600, 160, 60
_PASSED_OVER = 20
_RESERVE = 400
"""Bytes for what is said of that for which there was no room."""

Group: TypeAlias = Sequence[Item]
"""The items of one release: at each target."""


def plan_markdown(
    plan: Plan,
    *,
    descriptions: Mapping[str, str],
    include_unchanged: bool = False,
    compared: Iterable[Compared] = (),
    skipped: int = 0,
    budget: int = 60_000,
    elsewhere: str = "",
    on_merge: bool = False,
    branch: str | None = None,
) -> str:
    """The plan as GitHub's Markdown, at most `budget` bytes.

    What does not fit is counted, with `elsewhere` saying where it can be found. What was `compared`
    shows, as far as there is room after that, how its message differs; `skipped` are those that
    were not. `on_merge` and `branch` as for `next_steps`. Nothing of a catalogue is read as markup,
    a mention or a link.
    """
    steps = next_steps(plan, on_merge=on_merge, branch=branch and escaped(branch))
    tail = "\n".join(f"{step}\n" for step in steps)  # words of ours
    head = _fitting(_head(plan, descriptions), max(budget // 2, 0), "\n")[0]
    room = budget - len(head.encode()) - len(tail.encode()) - _RESERVE
    groups = _groups(plan, include_unchanged=include_unchanged)
    shown, room = _fitting_sections(groups, room)
    parts, missing = _with_differences(shown, compared, room)
    rest = len(groups) - len(shown)
    if rest:
        parts.append(f"\n… and {rest:,} more.{elsewhere and ' ' + elsewhere}")
    if missing:
        text = f"… and the XML differences of {counted(missing, 'more message')}."
        parts.append(f"\n{text}{elsewhere and ' ' + elsewhere}")
    if skipped:
        parts.append("\n" + escaped(left_out(skipped)))
    return "\n".join([head, *parts, "", tail])


def _fitting_sections(groups: Iterable[Group], room: int) -> tuple[list[tuple[Group, str]], int]:
    """The sections for which there is room, and the room that is left. A long one is passed over,
    but nobody looks through ten thousand for one that is short enough."""
    shown: list[tuple[Group, str]] = []
    passed = 0
    for group in groups:
        body = _section(group)
        size = len(body.encode()) + len("\n\n</details>\n")
        if size <= room:
            shown.append((group, body))
            room -= size
        elif (passed := passed + 1) >= _PASSED_OVER:
            break
    return shown, room


def _head(plan: Plan, descriptions: Mapping[str, str]) -> Iterator[str]:
    yield f"**{escaped(summary_line(plan))}**\n"
    if note := comparison_note(plan):
        yield f"{escaped(note)}\n"
    if missing := not_sent(plan):
        yield f"{escaped(missing)}\n"
    if plan.environment != "production":
        yield f"Environment: {escaped(plan.environment)}\n"
    for reason in plan.stops[:_ERRORS]:
        yield f"> {_short(reason.text)}\n"
    for circuit in plan.circuits[:_ERRORS]:
        name = escaped(shortened(circuit.target, _LONGEST_NAME))
        yield f"> **{name}**: {_short(circuit_note(circuit))}\n"
    errors = file_errors(plan)
    for finding in errors[:_ERRORS]:
        yield f"> {_short(_error_line(finding))}\n"
    if len(errors) > _ERRORS:
        yield f"> … and {counted(len(errors) - _ERRORS, 'more error')}\n"
    if plan.items:
        yield "\n".join(_table(plan, descriptions)) + "\n"
    yield from _indirect(plan)


def _short(text: str) -> str:
    return escaped(shortened(text, _LONGEST_TEXT))


def _fitting(parts: Iterable[str], budget: int, between: str) -> tuple[str, int]:
    """As many parts as fit into the budget, one after the other, and how many did not."""
    kept: list[str] = []
    dropped = 0
    for part in parts:
        size = len(part.encode()) + len(between)
        if size > budget:
            dropped += 1
        else:
            kept.append(part)
            budget -= size
    return between.join(kept), dropped


def _error_line(finding: Finding) -> str:
    return f"{place_of(finding)}: {finding.code} {finding.message}; {finding.remedy}"


def _table(plan: Plan, descriptions: Mapping[str, str]) -> Iterator[str]:
    shown = [action for action in COLUMNS if plan.count(action)]
    yield "| target | " + " | ".join(shown) + " |"
    yield "|---|" + "--:|" * len(shown)
    rows = [(target, list(group)) for target, group in groupby(plan.items, key=lambda i: i.target)]
    for target, group in rows[:_ROWS]:
        counts = Counter(item.action for item in group)
        about = shortened(descriptions.get(target, ""), _LONGEST_NAME)
        name = f"**{escaped(shortened(target, _LONGEST_NAME))}**"
        name += f" {escaped(about)}" if about else ""
        yield f"| {name} | " + " | ".join(f"{counts[action]:,}" for action in shown) + " |"
    if len(rows) > _ROWS:
        yield f"| … and {len(rows) - _ROWS:,} more targets |" + " |" * len(shown)


def _indirect(plan: Plan) -> Iterator[str]:
    found = indirect_changes(plan.items)
    if found:
        yield "Changes that come from files which releases share:\n"
    for entry in found[:_FILES]:
        releases = counted(len(entry.releases), "release")
        targets = counted(len(entry.targets), "target")
        yield f"- {_short(entry.file)} changes {releases} at {targets}"
    if len(found) > _FILES:
        yield f"- … and {counted(len(found) - _FILES, 'more file')}"
    if found:
        yield ""


def _groups(plan: Plan, *, include_unchanged: bool) -> list[Group]:
    """The items release by release: first what is removed, then what is sent, then what waits."""
    groups: dict[str, list[Item]] = {}
    for item in plan.items:
        if include_unchanged or item.action is not Action.UNCHANGED:
            groups.setdefault(item.release, []).append(item)
    # Sorting is stable: within a rank the order of delivery stays.
    return sorted(groups.values(), key=lambda group: min(_RANK[item.action] for item in group))


def _section(group: Group) -> str:
    """A release with all that is said of it at its targets; without the end, for there may come
    differences of its messages."""
    first = min(group, key=lambda item: _RANK[item.action])
    symbol, _ = SYMBOLS[first.action]
    about = " ".join(part for part in (symbol, first.icpn, first.name) if part.strip())
    done = " · ".join(
        f"{action}: {_targets(item for item in group if item.action is action)}"
        for action in sorted({item.action for item in group}, key=_RANK.__getitem__)
    )
    title = f"{shortened(about, _LONGEST_TITLE)} ({done})"
    lines = [f"<details><summary>{escape_html(title)}</summary>", ""]
    said: dict[tuple[Action, tuple[str, ...]], list[Item]] = {}
    for item in group:
        said.setdefault((item.action, tuple(_bullets(item))), []).append(item)
    for (action, bullets), items in said.items():
        if len(said) > 1:
            lines += [f"**{action}** {escaped(_targets(items))}", ""]
        lines += [f"- {text}" for text in bullets]
        lines.append("")
    return "\n".join(lines)


def _targets(items: Iterable[Item]) -> str:
    names = [shortened(item.target, _LONGEST_NAME) for item in items]
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _bullets(item: Item) -> Iterator[str]:
    """What is said of an item: why, what it uploads, what is wrong, what changes."""
    said = details(item)
    if item.action is Action.HELD and item.operation is not None and item.operation.sends:
        said = [*said, f"{item.operation}: {cargo(item)}"]
    found = (f"{finding.code} {finding.message}" for finding in item.findings)
    for text in (*said, *(text for text in found if text not in said)):
        yield _short(text)
    for line in change_lines(item.changes):
        origin = f" ({_short(line.origin)})" if line.origin else ""
        yield f"{_short(line.path)}: {_short(line.text)}{origin}"


def _with_differences(
    shown: Iterable[tuple[Group, str]], compared: Iterable[Compared], room: int
) -> tuple[list[str], int]:
    """The sections, with the differences of messages while there is room; how many did not fit."""
    pairs = {(item.target, item.release): (item, found) for item, found in compared}
    parts, missing = [], len(pairs)
    for group, body in shown:
        blocks = []
        own = (pairs.get((item.target, item.release)) for item in group)
        for same in alike(pair for pair in own if pair is not None):
            block = difference_block(same)
            if len(block.encode()) + 2 <= room:
                room -= len(block.encode()) + 2
                blocks.append(f"{block}\n")
                missing -= len(same)
        parts.append("\n".join([body, *blocks]) + "\n</details>")
    return parts, missing
