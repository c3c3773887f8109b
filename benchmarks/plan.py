"""What a plan costs: 10,000 releases at five targets, cold and with everything delivered.

The floor of a cold plan is what cannot be avoided in Python: draining `yaml.CParser` of the events
of every file read, locks included, and pydantic on the values when they are ready, divided by the
number of cores. The floor of a warm plan is `git ls-tree -r HEAD`.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import yaml
from yaml._yaml import CParser

from benchmarks.plan_corpus import write_corpus
from benchmarks.rows import Row
from stardust_gitops.assets.lock import ADAPTER
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.yaml_strict import parse

RELEASES = 10_000
ROUNDS = 3
COLD_TARGET = 2.5
PEAK_MB = 500
SAMPLE = 0.1


def run(releases: int = RELEASES) -> list[Row]:
    """Measure on a corpus in a temporary folder. The bound of the memory stands as its floor."""
    with tempfile.TemporaryDirectory(prefix="stardust-plan-") as folder:
        root = Path(folder)
        write_corpus(root, releases)
        _command(root, "ledger", "init")
        floors, colds = [], []
        for _ in range(ROUNDS):
            floors.append(floor_of(root, sample=min(releases, 1000)) * releases)
            colds.append(measured("plan", root))
        floor, cold, peak = min(floors), min(colds), peak_memory(root)
        _command(
            root, "ledger", "adopt", "--target", "*", "--reason", "benchmark", "--auto-approve"
        )
        warm = min(measured("plan", root) for _ in range(ROUNDS))
        listing = min(_timed(lambda: _git(root, "ls-tree", "-r", "HEAD")) for _ in range(ROUNDS))
    corpus = f"{releases:,} releases × 5 targets"
    return [
        Row(name=f"cold plan, {corpus}", unit="s", ours=cold, floor=floor, target=COLD_TARGET),
        Row(name="its peak memory", unit="MB", ours=peak, floor=PEAK_MB, target=1),
        Row(name=f"plan with all delivered, {corpus}", unit="s", ours=warm, floor=listing),
    ]


def floor_of(root: Path, *, sample: int) -> float:
    """Seconds for each release: CPU of draining the events of the file and its lock and of the
    model, divided by the cores. All cores are at work, as they are in a plan: they slow each other
    down."""
    cores = os.cpu_count() or 1
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        each = pool.starmap(_floor_of_one, [(root, sample)] * cores, chunksize=1)
    return statistics.mean(each) / cores


def _floor_of_one(root: Path, sample: int) -> float:
    files = sorted(root.glob("releases/*/*.yaml"))[:sample]
    data = [(file.read_bytes(), file.with_suffix(".lock.json").read_bytes()) for file in files]
    values = [(parse(release, ""), orjson.loads(lock)) for release, lock in data]
    gc.collect()
    gc.freeze()
    begin = time.process_time()
    for release, lock in data:
        _drain(release)
        _drain(lock)
    for release_values, lock_values in values:
        ReleaseFile.model_validate(release_values)
        ADAPTER.validate_python(lock_values)
    return (time.process_time() - begin) / len(files)


def _drain(data: bytes) -> None:
    parser = CParser(data)
    while type(parser.get_event()) is not yaml.StreamEndEvent:
        pass


def measured(command: str, root: Path) -> float:
    """Wall seconds of a whole `plan` or `validate` in JSON without Python's start."""
    code = (
        "import gc, sys, time\n"
        "from stardust_gitops.cli.main import OBJECTS_BEFORE_COLLECTION, run\n"
        "gc.set_threshold(OBJECTS_BEFORE_COLLECTION)\n"
        f"import stardust_gitops.cli.{command}\n"
        "begin = time.perf_counter()\n"
        "assert run(sys.argv[1:]) == 0\n"
        "print(time.perf_counter() - begin, file=sys.stderr)\n"
    )
    arguments = [command, "--format", "json", "--catalog", str(root)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return float(done.stderr.split()[-1])


def peak_memory(root: Path) -> float:
    """Peak megabytes of a plan with all its processes; a page that they share counts once."""
    arguments = ["plan", "--format", "json", "--catalog", str(root)]
    command = [sys.executable, "-m", "stardust_gitops", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as plan:
        peak = 0
        while plan.poll() is None:
            peak = max(peak, sum(_proportional_kb(pid) for pid in _family(plan.pid)))
            time.sleep(SAMPLE)
    return peak / 1024


def _family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []  # it has just ended
    return [pid, *map(int, children.split())]


def _proportional_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _command(root: Path, *arguments: str) -> None:
    sys.stdout.flush()
    done = subprocess.run(
        [sys.executable, "-m", "stardust_gitops", *arguments, "--catalog", str(root)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, stdout=subprocess.DEVNULL, check=True)


def _timed(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
