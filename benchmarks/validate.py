"""What `validate` costs: 10,000 releases at five targets.

The floor is that of a cold plan (see `benchmarks.plan`): the events of every file and pydantic on
ready values, divided by the number of cores.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.plan import floor_of, measured
from benchmarks.plan_corpus import write_corpus
from benchmarks.rows import Row

RELEASES = 10_000
ROUNDS = 3
TARGET = 2


def run(releases: int = RELEASES) -> list[Row]:
    """Measure on a corpus in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="stardust-validate-") as folder:
        root = Path(folder)
        write_corpus(root, releases)
        floors, runs = [], []
        for _ in range(ROUNDS):
            floors.append(floor_of(root, sample=min(releases, 1000)) * releases)
            runs.append(measured("validate", root))
    name = f"validate, {releases:,} releases × 5 targets"
    return [Row(name=name, unit="s", ours=min(runs), floor=min(floors), target=TARGET)]
