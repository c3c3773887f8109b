"""`stardust-gitops --help` beside an empty click program, each in a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.rows import Row, in_turns

ROUNDS = 40
TARGET = 1.5

# As pip writes the program that it installs.
OURS = "import sys\nfrom stardust_gitops.cli.main import main\nsys.exit(main())\n"
FLOOR = "import sys\nimport click\n\n\n@click.group()\ndef main(): pass\n\n\nsys.exit(main())\n"


def run() -> list[Row]:
    """Measure the wall time of both, interpreter included; medians count."""
    with tempfile.TemporaryDirectory() as folder:
        timed = []
        for name, source in (("ours.py", OURS), ("floor.py", FLOOR)):
            program = Path(folder) / name
            program.write_text(source)
            timed.append(partial(_milliseconds, program))
        for measure in timed:
            measure()  # the first run compiles
        ours, floor = in_turns(ROUNDS, *timed)
    return [
        Row(
            name="start-up, `--help`",
            unit="ms",
            ours=statistics.median(ours),
            floor=statistics.median(floor),
            target=TARGET,
        )
    ]


def _milliseconds(program: Path) -> float:
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, str(program), "--help"]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environ)
    return 1000 * (time.perf_counter() - begun)
