"""What is due, what failed and what is late, as JSON, text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from stardust_gitops.clock import instant_text
from stardust_gitops.planning.outlook import Notice, Outlook
from stardust_gitops.reports.markdown import escaped
from stardust_gitops.reports.wording import counted, visible

FORMAT_VERSION = "1.0"
MOST = 50
"""Items of a kind that people are shown; JSON has all."""
_DELIVERED = "Releases delivered within a week, each by its last operation"
WELL = "Nothing is due, nothing has failed, nothing is late."


def outlook_document(outlook: Outlook) -> dict[str, Any]:
    """All of it as JSON values."""
    return {
        "format_version": FORMAT_VERSION,
        "catalogue": outlook.catalogue,
        "environment": outlook.environment,
        "time": instant_text(outlook.now),
        "due": [_entry(notice) for notice in outlook.due],
        "failed": [_entry(notice) for notice in outlook.failed],
        "late": [_entry(notice) for notice in outlook.late],
        "problems": [{"code": reason.code, "text": reason.text} for reason in outlook.problems],
        "schedule": [{"code": reason.code, "text": reason.text} for reason in outlook.schedule],
        "delivered_in_7_days": [
            {"target": target, "operation": operation, "releases": count}
            for (target, operation), count in outlook.delivered.items()
        ],
    }


def _entry(notice: Notice) -> dict[str, Any]:
    item = notice.item
    return {
        "release": item.release,
        "icpn": item.icpn,
        "target": item.target,
        "title": item.title,
        "artist": item.artist,
        "action": item.action.value,
        "operation": None if item.operation is None else item.operation.value,
        "street_date": item.street_date,
        "when": None if notice.when is None else instant_text(notice.when),
        "reasons": [{"code": reason.code, "text": reason.text} for reason in notice.reasons],
    }


def outlook_text(outlook: Outlook) -> str:
    """For people: a paragraph for each kind that there is."""
    lines = [f"Stopped: {visible(reason.text)}" for reason in outlook.problems]
    lines += [f"Schedule: {visible(reason.text)}" for reason in outlook.schedule]
    for title, notices in _parts(outlook):
        lines.append(f"{title} ({len(notices)})")
        lines += [f"  {line}" for line in notice_lines(notices, outlook.now)]
    if outlook.delivered:
        lines.append(f"{_DELIVERED}: {delivered_words(outlook)}")
    return "\n".join(lines) if lines else WELL


def outlook_markdown(outlook: Outlook) -> str:
    """The same for GitHub."""
    lines = [f"### {escaped(outlook.catalogue)}, {escaped(outlook.environment)}", ""]
    head = len(lines)
    warnings = (*outlook.problems, *outlook.schedule)
    lines += [f"- ⚠ {escaped(reason.text)}" for reason in warnings]
    if warnings:
        lines.append("")
    for title, notices in _parts(outlook):
        lines += [f"**{title} ({len(notices)})**", "", "| when | target | release | |"]
        lines.append("|---|---|---|---|")
        for notice in notices[:MOST]:
            cells = (_when(notice, outlook.now), notice.item.target, _name(notice), _why(notice))
            lines.append(f"| {' | '.join(map(escaped, cells))} |")
        if len(notices) > MOST:
            lines += ["", f"… and {len(notices) - MOST} more."]
        lines.append("")
    if outlook.delivered:
        lines.append(f"{_DELIVERED}: {escaped(delivered_words(outlook))}")
    elif len(lines) == head:
        lines.append(WELL)
    return "\n".join(lines).rstrip() + "\n"


def notice_lines(notices: Sequence[Notice], now: datetime) -> Iterator[str]:
    """A line for each, no more than people read."""
    for notice in notices[:MOST]:
        words = (_when(notice, now), notice.item.target, _name(notice), _why(notice))
        yield visible("  ".join(filter(None, words)))
    if len(notices) > MOST:
        yield f"… and {len(notices) - MOST} more"


def delivered_words(outlook: Outlook) -> str:
    """``3 inserts and 1 update to spotify, 2 inserts to deezer``."""
    targets: dict[str, list[str]] = {}
    for (target, operation), count in outlook.delivered.items():
        targets.setdefault(target, []).append(counted(count, operation))
    return ", ".join(f"{' and '.join(parts)} to {target}" for target, parts in targets.items())


def _parts(outlook: Outlook) -> Iterator[tuple[str, tuple[Notice, ...]]]:
    for title, notices in (
        ("Late", outlook.late),
        ("Failed", outlook.failed),
        ("Due", outlook.due),
    ):
        if notices:
            yield title, notices


def _when(notice: Notice, now: datetime) -> str:
    if notice.when is None:
        return "now" if notice.item.action.sends else ""
    if notice.item.action.sends and notice.when <= now:
        return "now"
    return f"{notice.when:%Y-%m-%d %H:%M %Z}"


def _name(notice: Notice) -> str:
    item = notice.item
    operation = item.operation or item.action
    return " ".join(filter(None, (item.icpn, item.name, f"({operation})")))


def _why(notice: Notice) -> str:
    return "; ".join(reason.text for reason in notice.reasons)
