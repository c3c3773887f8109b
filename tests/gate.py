"""Forked processes that begin together."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 120.0
"""Seconds until a process that is not ready will not be any more."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Holds processes back until all of them are ready. `folder` is for the gate alone."""

    folder: Path

    def wait(self) -> None:
        """Called by each process when it is ready: returns when the gate opens."""
        (self.folder / f"ready-{os.getpid()}").touch()
        while not (self.folder / "open").exists():
            time.sleep(0.001)

    def open(self, count: int) -> None:
        """Called by who began them: opens the gate as soon as `count` of them are ready."""
        deadline = time.monotonic() + _PATIENCE
        while len(list(self.folder.glob("ready-*"))) < count:
            assert time.monotonic() < deadline, "a process did not get ready"
            time.sleep(0.01)
        (self.folder / "open").touch()
