"""Answers as JSON has them: those that a pull found, and those that are on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import Event
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.receipts.listing import Stray
from stardust_gitops.reconciler.receipts.pulling import Pulled
from stardust_gitops.reconciler.receipts.recording import Recorded, told

Document = dict[str, Any]


def pulled_document(pulled: Pulled, error: GitOpsError | None = None) -> Document:
    """What came of a target: new answers, those about nothing, and what could not be read."""
    recorded = pulled.recorded
    return {
        "target": pulled.target,
        "files_known": pulled.known,
        "files_read": len(recorded),
        "new": [entry for each in recorded for entry in _new(each)],
        "repeated": sum(each.again for each in recorded),
        "unmatched": [
            {"file": each.read.file.path, **told(receipt)}
            for each in recorded
            for receipt in each.unmatched
        ],
        "unreadable": [
            {"file": each.read.file.path, "problem": each.read.problem}
            for each in recorded
            if each.read.problem is not None
        ],
        "refused": [
            {"file": path, "code": refusal.code, "problem": refusal.message}
            for path, refusal in sorted(pulled.refused.items())
        ],
        "deleted": pulled.deleted,
        "error": None if error is None else _error(error),
    }


def _new(recorded: Recorded) -> Iterator[Document]:
    for message, receipt in recorded.new:
        yield {
            "release": message.stream.subject,
            "icpn": shown_icpn(message.stream.subject),
            "file": recorded.read.file.path,
            **told(receipt),
            "message_id": message.message_id,
        }


def _error(error: GitOpsError) -> Document:
    return {"code": error.code, "message": error.message, "hint": error.hint}


def answer_document(event: Event) -> Document:
    """One answer that is on record."""
    data = event.data
    known = ("message_id", "batch", "code", "text", "action", "file")
    return {
        "release": event.stream.subject,
        "icpn": shown_icpn(event.stream.subject),
        "target": event.stream.target,
        "status": _status(event),
        "time": data.get("time") or event.time,
        "recorded": event.time,
        **{name: data.get(name) for name in known},
    }


def _status(event: Event) -> str:
    return str(event.data.get("status") or event.kind)


def stray_document(stray: Stray) -> Document:
    """One file or answer that leads nowhere."""
    return {
        "target": stray.target,
        "file": stray.file,
        "read": stray.read,
        "problem": stray.problem,
        "receipt": stray.told,
    }
