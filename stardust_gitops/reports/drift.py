"""What lies at the recipients against what was delivered there, as JSON, text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from stardust_gitops.clock import instant_text
from stardust_gitops.planning.drift import DRIFTED, Drift, Evidence, Found, Presence
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reports.markdown import escaped
from stardust_gitops.reports.wording import counted, visible

FORMAT_VERSION = "1.0"
MOST = 20
"""Shipments and files of a kind that people are shown of a target; JSON has all."""
NOTHING = "Nothing was delivered yet."


def drift_document(
    catalogue: str, environment: str, now: datetime, drifts: Sequence[Drift]
) -> dict[str, Any]:
    """All of it as JSON values."""
    return {
        "format_version": FORMAT_VERSION,
        "catalogue": catalogue,
        "environment": environment,
        "time": instant_text(now),
        "drifted": any(drift.drifted for drift in drifts),
        "targets": [_target(drift) for drift in drifts],
    }


def _target(drift: Drift) -> dict[str, Any]:
    return {
        "target": drift.target,
        "readable": drift.reason is None,
        "reason": drift.reason,
        "failed": drift.failed,
        "drifted": drift.drifted,
        "summary": {str(presence): number for presence, number in drift.counts.items()},
        "acknowledgements": drift.acknowledgements,
        "earlier": drift.earlier,
        "foreign": list(drift.foreign),
        "unfinished": list(drift.unfinished),
        "shipments": [_shipment(found) for found in drift.found],
    }


def _shipment(found: Found) -> dict[str, Any]:
    shipment = found.shipment
    return {
        "batch": shipment.batch,
        "folder": shipment.folder,
        "completed": shipment.time,
        "releases": list(shipment.releases),
        "files": len(shipment.files),
        "state": str(found.presence),
        "evidence": str(found.evidence),
        "missing": list(found.missing),
        "changes": [
            {"path": change.path, "before": change.before, "after": change.after}
            for change in found.changes
        ],
    }


def drift_text(document: Mapping[str, Any]) -> str:
    """For people: a line for each target, and below it what somebody has to look at."""
    lines: list[str] = []
    width = max((len(entry["target"]) for entry in document["targets"]), default=0)
    for entry in document["targets"]:
        lines.append(visible(f"{entry['target']:<{width}}  {_sums(entry)}"))
        lines += [f"  {visible(line)}" for line in _told(entry)]
    if not lines:
        return NOTHING
    return "\n".join([*lines, f"Drift: {_summary(document)}"])


def drift_markdown(document: Mapping[str, Any]) -> str:
    """The same for GitHub; nothing of a recipient is markup there."""
    lines = [f"**At the recipients: {escaped(_summary(document))}**", ""]
    for entry in document["targets"]:
        lines.append(f"- {escaped(entry['target'])}: {escaped(_sums(entry))}")
        lines += [f"  - {escaped(line)}" for line in _told(entry)]
    if not document["targets"]:
        lines.append(NOTHING)
    return "\n".join(lines) + "\n"


def _summary(document: Mapping[str, Any]) -> str:
    targets = document["targets"]
    parts = [counted(len(targets), "target")]
    drifted = sum(1 for entry in targets if entry["drifted"])
    unknown = sum(1 for entry in targets if not entry["readable"])
    parts.append(f"{drifted} drifted" if drifted else "no drift seen")
    if unknown:
        parts.append(f"{unknown} unknown")
    return " · ".join(parts)


def _sums(entry: Mapping[str, Any]) -> str:
    """``3 present, digests verified · 5 present · 2 consumed``."""
    if not entry["readable"]:
        return f"unknown: {entry['reason']}"
    shipments = entry["shipments"]
    present = [each for each in shipments if each["state"] == Presence.PRESENT]
    verified = sum(1 for each in present if each["evidence"] == Evidence.DIGESTS)
    parts = [
        (verified, "present, digests verified"),
        (len(present) - verified, "present"),
        *((entry["summary"].get(state, 0), str(state)) for state in Presence if state != "present"),
        (len(entry["foreign"]), "foreign"),
        (len(entry["unfinished"]), "unfinished"),
        (entry["acknowledgements"], "answers"),
        (entry["earlier"], "files of shipments not looked at"),
    ]
    return " · ".join(f"{number:,} {words}" for number, words in parts if number) or "nothing"


def _told(entry: Mapping[str, Any]) -> Iterator[str]:
    """What somebody has to look at."""
    odd = [each for each in entry["shipments"] if each["state"] in DRIFTED]
    for each in odd[:MOST]:
        releases = [shown_icpn(release) for release in each["releases"]]
        named = ", ".join(releases[:3]) + (" …" if len(releases) > 3 else "")
        yield f"{each['state']}  {each['folder']} of {each['completed'][:10]} ({named})"
        for change in each["changes"][:MOST]:
            yield f"  {change['path']}: {change['before']}, now {change['after']}"
        if each["missing"]:
            gone = f"{len(each['missing'])} of {counted(each['files'], 'file')}"
            yield f"  {gone} not there: {_some(each['missing'])}"
    if len(odd) > MOST:
        yield f"… and {counted(len(odd) - MOST, 'shipment')} more"
    if entry["foreign"]:
        yield f"foreign (nobody sent it)  {_some(entry['foreign'])}"
    if entry["unfinished"]:
        yield f"unfinished (of an upload)  {_some(entry['unfinished'])}"


def _some(paths: Sequence[str]) -> str:
    more = len(paths) - MOST
    return ", ".join(paths[:MOST]) + (f" … and {more:,} more" if more > 0 else "")
