"""One `apply`, measured in a process of its own, because a process never forgets its peak.

    python -m benchmarks.delivery_speed.ours JOB

JOB is a pickled `Job`. Prints seconds, CPU seconds and peak as JSON. The clock runs from the first
connection until the last release is completed: so the login, folders, sizes, messages and the
manifest count, and what comes before (rendering messages, loading libraries) does not.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stardust_gitops.clock import SystemClock
from stardust_gitops.content.model import Delivery
from stardust_gitops.delivery.recipient import MessageSettings
from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.registry import TransportSettings, open_transport
from stardust_gitops.messages.ern.options import HashAlgorithm
from tests.delivery_kit import Studio
from tests.memory_of_delivery import highest


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to deliver from where to where, and over how many connections. `folder` is for the
    ledger. `hash_algorithm` is the one whose sums the messages tell."""

    folder: Path
    root: Path
    releases: dict[str, tuple[Delivery, str]]
    settings: TransportSettings
    connections: int
    hash_algorithm: HashAlgorithm


class Stopwatch:
    """Runs from the first connection to the last release. Also a reporter of the engine."""

    def __init__(self, settings: TransportSettings) -> None:
        self._settings = settings
        self._began: tuple[float, float] | None = None
        self.seconds = self.cpu = 0.0

    def connect(self) -> Transport:
        """Connect; the first time begins."""
        if self._began is None:
            self._began = time.perf_counter(), time.process_time()
        return open_transport(self._settings)

    def event(self, name: str, **_fields: Any) -> None:
        """Hear of an event."""
        if name == "item_done" and self._began is not None:
            self.seconds = time.perf_counter() - self._began[0]
            self.cpu = time.process_time() - self._began[1]


def main(job: Job) -> None:
    """Deliver, measure, print."""
    with closing(open_transport(job.settings)) as transport:
        transport.stat("loads what the first request loads")
    watch = Stopwatch(job.settings)
    studio = Studio(job.folder, clock=SystemClock())
    studio.root, studio.releases = job.root, job.releases
    studio.add_recipient(connect=watch.connect, connections=job.connections)
    recipient = studio.recipients["batchy"]
    message = MessageSettings(hash_algorithm=job.hash_algorithm)
    studio.recipients["batchy"] = replace(recipient, message=message)
    result = studio.apply(reporter=watch)
    studio.ledger.close()
    if result.count(Outcome.SENT) != len(job.releases):
        raise SystemExit(f"not everything was sent: {result}")
    print(json.dumps({"seconds": watch.seconds, "cpu": watch.cpu, "peak": highest()}))


if __name__ == "__main__":
    main(pickle.loads(Path(sys.argv[1]).read_bytes()))
