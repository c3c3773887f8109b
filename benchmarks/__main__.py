"""Measures everything and prints one table.

python -m benchmarks [--only NAME] [--quick] [--protocol NAME]
"""

from __future__ import annotations

import argparse
import importlib
import sys

import pytest

from benchmarks.delivery_speed import PROTOCOLS
from benchmarks.rows import Row, table

BENCHMARKS = ("startup", "message", "plan", "validate", "ledger", "ledger_git", "delivery")
"""Modules of this folder. Each has `run()`, which yields rows, or skips as a test does."""


def main() -> int:
    """Print the table; 1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="may be repeated")
    parser.add_argument("--quick", action="store_true", help="delivery: fewer and smaller files")
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, action="append", help="delivery: only this"
    )
    asked = parser.parse_args()
    chosen = asked.only or BENCHMARKS
    settings = {"delivery": {"quick": asked.quick, "protocols": asked.protocol or PROTOCOLS}}
    rows: list[Row] = []
    for name in chosen:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        module = importlib.import_module(f"benchmarks.{name}")
        try:
            rows += module.run(**settings.get(name, {}))
        except pytest.skip.Exception as skipped:
            print(f"  left out: {skipped}", file=sys.stderr)
    print(table(rows))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
