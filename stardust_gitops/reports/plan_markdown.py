"""The plan as Markdown, for a pull request: totals, a table of targets, foldable releases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from stardust_gitops.diagnostics import Finding
from stardust_gitops.planning.model import OPERATIONS, Action, Item, Plan
from stardust_gitops.reports.changes_text import change_lines
from stardust_gitops.reports.findings_text import place_of
from stardust_gitops.reports.plan_words import (
    SYMBOLS,
    details,
    file_errors,
    next_steps,
    not_sent,
    summary_line,
)
from stardust_gitops.reports.wording import visible

_COLUMNS = (*OPERATIONS, Action.HELD, Action.BLOCKED, Action.ORPHANED, Action.UNCHANGED)
_ERRORS = 50
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")
_HTML = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        # GitHub looks for mentions and issues after entities are resolved: a space of no width
        # is what keeps them from being found.
        "@": "&#64;&#8203;",
        "#": "#&#8203;",
    }
)
_AUTOLINK = re.compile(r"(?i)(https?|ftp|mailto)(:)|(www)(\.)")


def plan_markdown(
    plan: Plan,
    *,
    descriptions: Mapping[str, str],
    include_unchanged: bool = False,
    budget: int = 60_000,
) -> str:
    """The plan as GitHub's Markdown, at most about `budget` bytes; what does not fit is counted.

    Nothing of a catalogue is read as markup, a mention or a link.
    """
    head = [f"**{escaped(summary_line(plan))}**", ""]
    if missing := not_sent(plan):
        head += [escaped(missing), ""]
    if plan.environment != "production":
        head += [f"Environment: {escaped(plan.environment)}", ""]
    head += [f"> {escaped(reason.text)}\n" for reason in plan.stops]
    head += [f"> {escaped(_error_line(finding))}\n" for finding in file_errors(plan)[:_ERRORS]]
    if plan.items:
        head += [*_table(plan, descriptions), ""]
    text = "\n".join(head)
    listed = [i for i in plan.items if include_unchanged or i.action is not Action.UNCHANGED]
    used = len(text.encode())
    parts: list[str] = []
    for item in listed:
        part = _item(item)
        used += len(part.encode()) + 1
        if used > budget:
            parts.append(f"\n… and {len(listed) - len(parts):,} more.")
            break
        parts.append(part)
    tail = [f"{escaped(step)}\n" for step in next_steps(plan)]
    return "\n".join([text, *parts, "", *tail])


def _error_line(finding: Finding) -> str:
    return f"{place_of(finding)}: {finding.code} {finding.message}; {finding.remedy}"


def escaped(text: str) -> str:
    """Text as itself: no markup, HTML, mention, link or line break."""
    return escape_html(_SPECIAL.sub(r"\\\1", visible(text)))


def _table(plan: Plan, descriptions: Mapping[str, str]) -> Iterator[str]:
    shown = [action for action in _COLUMNS if plan.count(action)]
    yield "| target | " + " | ".join(shown) + " |"
    yield "|---|" + "--:|" * len(shown)
    for target, group in groupby(plan.items, key=lambda item: item.target):
        counts = Counter(item.action for item in group)
        about = descriptions.get(target)
        name = f"**{escaped(target)}**" + (f" {escaped(about)}" if about else "")
        yield f"| {name} | " + " | ".join(f"{counts[action]:,}" for action in shown) + " |"


def _item(item: Item) -> str:
    symbol, _ = SYMBOLS[item.action]
    name = " – ".join(part for part in (item.artist, item.title) if part)
    about = " ".join(part for part in (symbol, item.icpn, name) if part.strip())
    title = f"{about} ({item.action}, {item.target})"
    lines = [f"<details><summary>{escape_html(title)}</summary>", ""]
    said = details(item)
    found = (f"{finding.code} {finding.message}" for finding in item.findings)
    lines += [
        f"- {escaped(text)}" for text in (*said, *(text for text in found if text not in said))
    ]
    for line in change_lines(item.changes):
        origin = f" ({escaped(line.origin)})" if line.origin else ""
        lines.append(f"- {escaped(line.path)}: {escaped(line.text)}{origin}")
    return "\n".join([*lines, "", "</details>"])


def escape_html(text: str) -> str:
    """Text inside an HTML block, where no Markdown is read."""
    shown = visible(text).translate(_HTML)
    return _AUTOLINK.sub(lambda m: m[0].replace(":", "&#58;").replace(".", "&#46;"), shown)
