"""Runs one command of another tool and prints what it took, as JSON: seconds, CPU seconds, bytes of
the largest of its processes. Imports nothing more than it needs, because a process begins with the
peak of the one that started it.

    python -I measure.py STANDARD_INPUT_OR_- COMMAND…
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time


def main(given: str, command: list[str]) -> int:
    """Run, measure, print; the command's exit code."""
    began = time.perf_counter()
    done = subprocess.run(command, input=given.encode(), stdout=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak}))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
