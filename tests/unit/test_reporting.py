"""Events of a run as NDJSON."""

from __future__ import annotations

import io
import json
from typing import Any

from stardust_gitops.delivery.reporting import EventWriter, Reporters, Silence
from tests.delivery_kit import Log
from tests.ledger_samples import HandClock


def lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    """The objects that were written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_every_event_is_one_line_with_its_time() -> None:
    stream, log = io.BytesIO(), Log()
    reporter = Reporters(EventWriter(stream, HandClock()), log, Silence())
    reporter.event("run_started", items=2)
    reporter.event("item_done", release="04006380000018", target="spotify", text="é")
    assert lines(stream) == [
        {"event": "run_started", "time": "2026-11-22T12:00:00.000000Z", "items": 2},
        {
            "event": "item_done",
            "time": "2026-11-22T12:00:00.000000Z",
            "release": "04006380000018",
            "target": "spotify",
            "text": "é",
        },
    ]
    assert len(log.events) == 2


def test_progress_is_thinned_out_for_each_file() -> None:
    stream, clock = io.BytesIO(), HandClock()
    writer = EventWriter(stream, clock)
    for _ in range(30):
        for path in ("a", "b"):
            writer.event("file_progress", target="t", release="r", path=path, sent=1)
        clock.sleep(0.1)
    assert len(lines(stream)) == 6


class FullDisk(io.BytesIO):
    """A file that cannot be written."""

    writes = 0

    def write(self, data: Any, /) -> int:
        """It is full."""
        self.writes += 1
        raise OSError(28, "No space left on device")


def test_a_full_disk_ends_the_writing_and_nothing_else() -> None:
    stream = FullDisk()
    with EventWriter(stream, HandClock()) as writer:
        writer.event("run_started")
        writer.event("run_done")
    assert writer.failure is not None
    assert stream.writes == 1
    assert stream.closed
