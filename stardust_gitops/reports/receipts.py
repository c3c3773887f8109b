"""Answers of recipients, for people: lines about what `receipts --format json` has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from stardust_gitops.reports.wording import visible

Document = dict[str, Any]
_ID_WIDTH, _STATUS_WIDTH = 14, 10


def pulled_text(document: Document) -> Iterator[str]:
    """Lines about one target."""
    new, read = document["new"], document["files_read"]
    answers = f"{len(new)} new answer{'' if len(new) == 1 else 's'}"
    files = f"{read} file{'' if read == 1 else 's'} read, {document['files_known']} known"
    if document["error"] is not None and not read:
        yield visible(f"{document['target']}: {document['error']['message']}")
    else:
        yield visible(f"{document['target']}: {answers}; {files}")
    for entry in new:
        yield visible(f"  {_said(entry['icpn'], entry)}")
    for entry in document["unmatched"]:
        said = f"about {_about(entry)}, which is unknown: {entry['file']}"
        yield visible(f"  {_said('?', entry)}  {said}")
    for entry in (*document["unreadable"], *document["refused"]):
        yield visible(f"  {entry['file']} cannot be read: {entry['problem']}")
    if document["deleted"]:
        yield f"  deleted there: {document['deleted']}"
    if document["error"] is not None:
        if read:
            yield visible(f"  then: {document['error']['message']}")
        if document["error"]["hint"]:
            yield visible(f"  {document['error']['hint']}")


def _said(icpn: str, entry: Document) -> str:
    action = f" (proposes {entry['action']})" if entry.get("action") else ""
    why = entry.get("text") or entry.get("code") or ""
    return f"{icpn:<{_ID_WIDTH}}  {entry['status']:<{_STATUS_WIDTH}}  {why}{action}".rstrip()


def answer_text(entries: Iterable[Document]) -> Iterator[str]:
    """A line for each answer."""
    for entry in entries:
        time = entry["time"][:19].replace("T", " ")
        said = _said(f"{entry['icpn']}@{entry['target']}", entry)
        yield visible(f"{time}Z  {said}")


def stray_text(entries: Iterable[Document]) -> Iterator[str]:
    """A line for each file or answer that leads nowhere."""
    for entry in entries:
        told = entry["receipt"]
        if told is None:
            said = f"cannot be read: {entry['problem']}"
        else:
            why = told.get("text") or told.get("code") or ""
            said = f"{told['status']}, about {_about(told)}, which is unknown: {why}"
        line = f"{entry['read'][:10]}  {entry['target']}  {entry['file']}  {said}"
        yield visible(line.rstrip(": "))


def _about(told: Document) -> str:
    ids = (told.get(name) for name in ("message_id", "release", "batch"))
    return " ".join(filter(None, ids)) or "nothing"
