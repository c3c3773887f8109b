"""Invariant 4 with several shipments and files under way at a time: stopped anywhere and run again,
each recipient has one delivery of each release, and a wish to stop is as good as a kill."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.session import Job
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from stardust_gitops.planning.model import Item
from tests.acceptance.kill_kit import FINISHED, SEED, WORK_LEFT
from tests.delivery_kit import Studio
from tests.faults import KILLED, SteppingLedger, SteppingTransport, Steps
from tests.processes import in_child
from tests.recipient_reader import RecipientReader
from tests.scale import LONG

TARGETS: dict[str, dict[str, Any]] = {
    "batchy": {"max_releases": 3},
    "single": {"layout": "release", "completion": "message"},
}
GONE, NEW = (1, 2, 3), (4, 5, 6, 7, 8, 9)


def studio(folder: Path, *, new: bool = False) -> Studio:
    """The label, as every process sees it: four connections to each recipient."""
    label = Studio(folder, clock=SystemClock(), run=f"run-{os.getpid()}", new=new)
    for target, layout in TARGETS.items():
        label.add_recipient(target, connections=4, **layout)
    for number in GONE:
        label.put_release(number, status="active" if new else "takedown")
    if not new:
        for number in NEW:
            label.put_release(number, tracks=2)
    return label


def work(folder: Path, steps: Steps, *, stop_at: int = 0) -> int:
    """What the child does; when it begins with so many items, it is told to stop."""
    label = studio(folder)
    for target, recipient in label.recipients.items():
        label.recipients[target] = replace(recipient, connect=_stepping(label, target, steps))
    label.ledger = SteppingLedger(label.ledger, steps)
    loaded: list[Item] = []

    def load(item: Item) -> Job:
        loaded.append(item)
        if len(loaded) == stop_at:
            label.stop.set()
        return label.load(item)

    succeeded = label.apply(load=load).succeeded
    (folder / "steps").write_text(str(steps.count))
    label.ledger.close()
    return FINISHED if succeeded else WORK_LEFT


def _stepping(label: Studio, target: str, steps: Steps) -> Callable[[], Transport]:
    return lambda: SteppingTransport(DirectoryTransport(label.inbox(target)), steps)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every case begins with a copy of."""
    folder = tmp_path_factory.mktemp("start")
    label = studio(folder, new=True)
    assert label.apply().succeeded
    label.ledger.close()
    return folder


def assert_one_delivery_each(folder: Path) -> None:
    """The recipients have everything once, and the ledger knows it."""
    label = studio(folder)
    for target in TARGETS:
        reader = RecipientReader(label.inbox(target))
        reader.look()
        assert reader.errors == []
        assert reader.leftovers() == []
        assert len(reader.taken) == len(GONE) * 2 + len(NEW)
        assert len({each.message_id for each in reader.taken}) == len(reader.taken)
        ended = [each.icpn for each in reader.taken if not each.deals]
        begun = {each.icpn for each in reader.taken if each.deals and len(each.files) == 3}
        assert len(ended) == len(set(ended)) == len(GONE)
        assert len(begun) == len(NEW)
    assert label.nothing_to_send()
    assert label.ledger.verify() == []
    label.ledger.close()


def test_stopped_at_any_step_and_run_again(start: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(start, tmp_path / "count")
    assert in_child(lambda: work(folder, Steps())) == FINISHED
    assert_one_delivery_each(folder)
    total = int((folder / "steps").read_text())
    assert total > 200
    dice = random.Random(SEED)
    for step in range(1, total) if LONG else dice.sample(range(1, total), 4):
        folder = shutil.copytree(start, tmp_path / f"at-{step}")
        # Threads take turns as they like: the last steps of one run may not be there in another.
        assert in_child(lambda f=folder, s=step: work(f, Steps(s))) in (KILLED, FINISHED)  # type: ignore[misc]
        again = dice.randint(1, total)
        assert in_child(lambda f=folder, s=again: work(f, Steps(s))) in (KILLED, FINISHED)  # type: ignore[misc]
        assert in_child(lambda f=folder: work(f, Steps())) == FINISHED, step  # type: ignore[misc]
        assert_one_delivery_each(folder)
        shutil.rmtree(folder)


def test_told_to_stop_and_run_again(start: Path, tmp_path: Path) -> None:
    stopped = 0
    for case in range(1, 20 if LONG else 4):
        folder = shutil.copytree(start, tmp_path / f"case-{case}")
        code = in_child(lambda f=folder, c=case: work(f, Steps(), stop_at=3 * c))  # type: ignore[misc]
        stopped += code == WORK_LEFT
        assert in_child(lambda f=folder: work(f, Steps())) == FINISHED  # type: ignore[misc]
        assert_one_delivery_each(folder)
        shutil.rmtree(folder)
    assert stopped
