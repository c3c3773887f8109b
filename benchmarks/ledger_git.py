"""The ledger on a git branch with very many events: a machine that begins, and one more append.

Floor of beginning: git fetching the branch's tip without the past, and the JSON of its snapshot.
Floor of an append: git making and pushing one commit.
"""

from __future__ import annotations

import gzip
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from benchmarks.ledger import delivery
from benchmarks.rows import Row
from stardust_gitops.clock import SystemClock, instant_text
from stardust_gitops.ledger.events import GENESIS, Event
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.store import LedgerStore
from tests.git_servers import bare_remote, clone, git

EVENTS = 1_000_002 if os.environ.get("STARDUST_LONG") == "1" else 60_000
TOGETHER = 1500
_ROUNDS = 3
_URL, _BRANCH, _ID = "git:stardust-ledger", "refs/heads/stardust-ledger", "benchmark"
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def run() -> list[Row]:
    """Measure all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        remote = bare_remote(folder / "remote.git")
        _fill(clone(remote.as_uri(), folder / "writer"))
        git(remote, "gc", "--quiet")
        ours, floors = [], []
        for number in range(_ROUNDS):
            floors.append(_floor(remote, folder / f"floor-{number}"))
            ours.append(_begin(clone(remote.as_uri(), folder / f"machine-{number}")))
        with closing(_opened(folder / "machine-0")) as ledger:
            appends = [_timed_append(ledger, EVENTS + number) for number in range(20)]
        pushes = [_push(folder / "machine-0", number) for number in range(20)]
    events = f"{EVENTS:,} events"
    return [
        Row(
            name=f"ledger on git, new machine, {events}",
            unit="s",
            ours=statistics.median(ours),
            floor=statistics.median(floors),
        ),
        Row(
            name=f"ledger on git, one append behind {events}",
            unit="ms",
            ours=1000 * statistics.median(appends),
            floor=1000 * statistics.median(pushes),
        ),
    ]


def _opened(root: Path) -> LedgerStore:
    return open_ledger(_URL, root, _ID, SystemClock())


def _fill(root: Path) -> None:
    with closing(create_ledger(_URL, root, _ID, SystemClock())) as ledger:
        for number, events in enumerate(_appends()):
            ledger.append(events)
            if number % 10 == 9:
                ledger.checkpoint()
        ledger.checkpoint()


def _appends() -> Iterator[list[Event]]:
    """Deliveries over half a year."""
    step = timedelta(days=180) / (EVENTS // 3)
    waiting: list[Event] = []
    for number in range(EVENTS // 3):
        waiting += _at(delivery(number), instant_text(_BEGIN + number * step))
        if len(waiting) >= TOGETHER:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _at(events: list[Event], moment: str) -> list[Event]:
    found, previous = [], GENESIS
    for event in events:
        found.append(replace(event, time=moment, previous=previous))
        previous = found[-1].digest()
    return found


def _begin(root: Path) -> float:
    """Seconds until a machine that has nothing yet can plan."""
    begun = time.perf_counter()
    with closing(_opened(root)) as ledger:
        found = ledger.snapshot("production", since="9")
    assert found.position == EVENTS
    return time.perf_counter() - begun


def _floor(remote: Path, folder: Path) -> float:
    folder.mkdir()
    begun = time.perf_counter()
    git(folder, "init", "-q", "--bare")
    git(folder, "remote", "add", "origin", remote.as_uri())
    git(folder, "fetch", "-q", "--depth=1", "--filter=blob:none", "origin", f"{_BRANCH}:{_BRANCH}")
    path = git(folder, "ls-tree", "-r", "--name-only", _BRANCH, "snapshot")
    blob = git(folder, "rev-parse", f"{_BRANCH}:{path}")
    data = subprocess.run(
        ["git", "cat-file", "blob", blob], cwd=folder, capture_output=True, check=True
    ).stdout
    for line in gzip.decompress(data).splitlines():
        orjson.loads(line)
    return time.perf_counter() - begun


def _timed_append(ledger: LedgerStore, number: int) -> float:
    events = delivery(5 * number)
    begun = time.perf_counter()
    ledger.append(events)
    return time.perf_counter() - begun


def _push(root: Path, number: int) -> float:
    begun = time.perf_counter()
    tree = git(root, "mktree")
    commit = git(root, "commit-tree", tree, "-m", f"{number}")
    git(root, "push", "-q", "origin", f"{commit}:refs/heads/floor-{number}")
    return time.perf_counter() - begun
