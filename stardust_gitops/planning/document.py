"""The published JSON of a plan. Its schema is `reports/schemas/plan.schema.json`.

Within format 1 fields are only added. A reader refuses a higher major number.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from stardust_gitops.clock import instant_text
from stardust_gitops.diagnostics import Finding, format_pointer
from stardust_gitops.planning.model import Action, Change, Item, Plan, Reason

FORMAT_VERSION = "1.0"

SUMMARY = (
    Action.INSERT,
    Action.UPDATE,
    Action.TAKEDOWN,
    Action.PURGE,
    Action.RESEND,
    Action.HELD,
    Action.BLOCKED,
    Action.ORPHANED,
    Action.UNCHANGED,
)


def plan_document(plan: Plan, *, include_unchanged: bool = False) -> dict[str, Any]:
    """A plan as JSON values, the same for equal plans. Unchanged items are counted in any case."""
    counts = dict.fromkeys(SUMMARY, 0)
    for item in plan.items:
        counts[item.action] += 1
    listed = (
        item for item in plan.items if include_unchanged or item.action is not Action.UNCHANGED
    )
    return {
        "format_version": FORMAT_VERSION,
        "catalogue": plan.catalogue,
        "environment": plan.environment,
        "catalog_commit": plan.commit,
        "against": plan.against,
        "plan_hash": plan.plan_hash,
        "summary": {action.value: number for action, number in counts.items()},
        "items": [item_document(item) for item in listed],
        "stops": [_reason(reason) for reason in plan.stops],
        "findings": [finding_document(finding) for finding in plan.findings],
        "circuits": [asdict(circuit) for circuit in plan.circuits],
    }


def item_document(item: Item) -> dict[str, Any]:
    """An item as JSON values."""
    return {
        "release": item.release,
        "icpn": item.icpn,
        "target": item.target,
        "title": item.title,
        "artist": item.artist,
        "action": item.action.value,
        "operation": None if item.operation is None else item.operation.value,
        "reasons": [_reason(reason) for reason in item.reasons],
        "changes": [_change(change) for change in item.changes],
        "tracks": item.tracks,
        "with_files": item.with_files,
        "upload_bytes": item.upload_bytes,
        "street_date": item.street_date,
        "not_before": None if item.not_before is None else instant_text(item.not_before),
        "stream_version": item.stream_version,
        "message_fingerprint": item.message_fingerprint,
        "assets_fingerprint": item.assets_fingerprint,
        "resumes": item.resumes,
        "back_catalogue": item.back_catalogue,
        "findings": [finding_document(finding) for finding in item.findings],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "text": reason.text}


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "source": change.source,
        "commit": change.commit,
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as JSON values; line and column are ``null`` where they are not known."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "file": finding.file,
        "line": finding.line or None,
        "column": finding.column or None,
        "path": format_pointer(finding.pointer),
        "release": finding.release,
        "target": finding.target,
    }
