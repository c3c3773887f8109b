"""`verify` for a log of segments: what stands in it, held against the tables and the chains."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.audit import Auditor, StoredEvent
from stardust_gitops.ledger.segments.log import SegmentLog
from stardust_gitops.ledger.segments.segment import Segment, decode
from stardust_gitops.ledger.sqlite import rows
from stardust_gitops.ledger.upcast import Upcaster


def inspect(
    connection: sqlite3.Connection, log: SegmentLog, head: str, upcasters: Mapping[int, Upcaster]
) -> Auditor:
    """All that is wrong with the log and with the tables derived from it, but for stored bytes."""
    problems = [f"SQLite: {text}" for text in rows.damage(connection)]
    marks = [(s.last, s.checkpoint) for s in _segments(log, head, problems) if s.checkpoint]
    auditor = Auditor(problems, upcasters)
    bodies = _bodies(_segments(log, head, []))
    auditor.read(
        _as_in_log(rows.stored_events(connection), bodies, problems),
        marks,
        rows.last_position(connection),
    )
    if rows.checkpoints(connection) != marks:
        problems.append("the checkpoints in the tables are not those of the log (`ledger rebuild`)")
    auditor.compare(rows.derived(connection))
    return auditor


def _segments(log: SegmentLog, head: str, problems: list[str]) -> Iterator[Segment]:
    """All segments that can be read, in order; what cannot is a problem."""
    number = 0
    files = log.read(None, head)
    while True:
        try:
            name, data = next(files)
        except StopIteration:
            return
        except GitOpsError as error:
            problems.append(error.message)
            return
        try:
            for segment in decode(name, data):
                if segment.number != number + 1:
                    problems.append(f"{name}: segment {number + 1} should come next")
                number = segment.number
                yield segment
        except GitOpsError as error:
            problems.append(error.message)


def _bodies(segments: Iterator[Segment]) -> Iterator[tuple[int, bytes]]:
    for segment in segments:
        yield from enumerate(segment.events, segment.first)


def _as_in_log(
    stored: Iterator[StoredEvent], bodies: Iterator[tuple[int, bytes]], problems: list[str]
) -> Iterator[StoredEvent]:
    """The rows of the tables, each with the body that stands in the log."""
    position, body = next(bodies, (None, b""))
    for row in stored:
        while position is not None and position < row.position:
            problems.append(f"the tables lack the event at position {position} (`ledger rebuild`)")
            position, body = next(bodies, (None, b""))
        if position != row.position:
            problems.append(f"the event at position {row.position} cannot be read in the log")
            yield row
            continue
        if body != row.body:
            problems.append(f"the event at position {position} differs between log and tables")
        yield row._replace(body=body)
        position, body = next(bodies, (None, b""))
    if position is not None:
        problems.append(f"the tables lack events from position {position} on (`ledger rebuild`)")
