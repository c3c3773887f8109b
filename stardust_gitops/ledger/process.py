"""Who holds a lease, and whether that process still lives."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process. `host` is for people; `place` tells where `pid` means something (this boot of
    this kernel, this namespace: two containers of one host name are two places), and is empty
    where that cannot be known. `started` tells a process from a later one of the same pid."""

    host: str
    place: str
    pid: int
    started: str | None

    @classmethod
    def this(cls) -> Process:
        """The process that runs."""
        pid = os.getpid()
        return cls(host=platform.node(), place=_place(), pid=pid, started=_started(pid))

    def is_dead(self) -> bool:
        """Whether it has certainly ended. False where that cannot be known."""
        if not self.place or self.place != _place():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            return False
        started = _started(self.pid)
        return started is not None and self.started is not None and started != self.started


def _place() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        # Without /proc a process cannot be told from a later one of its pid, nor a host from
        # another of its name; the beat decides then.
        return ""


def _started(pid: int) -> str | None:
    """Start time in clock ticks since boot (proc(5), field 22), ``ended`` for a zombie; ``None``
    where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The second field, the name in parentheses, may itself hold blanks and parentheses.
    fields = status.rpartition(b")")[2].split()
    return "ended" if fields[0] in b"ZX" else fields[19].decode()
