"""Invariant 4: stopped anywhere and run again, each recipient has one complete, correct delivery.

A plain run stops at a seeded part of the steps of `kill_kit`, ``STARDUST_LONG=1`` at all of them.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from tests.acceptance.kill_kit import (
    BEFORE,
    CHANGED,
    FINISHED,
    NEW,
    PURGED,
    REMOVED,
    SEED,
    WORK_LEFT,
    apply_at_once,
    assert_one_delivery_each,
    chosen,
    count_steps,
    readers_of,
    stop_at,
    studio,
    want_first,
    wanted,
    work,
)
from tests.delivery_kit import ENVIRONMENT
from tests.faults import KILLED, Steps
from tests.processes import fork, in_child, join
from tests.scale import LONG


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every case begins with a copy of."""
    folder = tmp_path_factory.mktemp("start")
    label = studio(folder, new=True)
    want_first(label)
    assert label.apply().succeeded
    label.ledger.close()
    return folder


@pytest.fixture(scope="module")
def total(start: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Steps of an undisturbed run."""
    folder = tmp_path_factory.mktemp("count") / "copy"
    shutil.copytree(start, folder)
    return count_steps(folder)


def test_an_undisturbed_run_delivers_once(start: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(start, tmp_path / "copy")
    readers = readers_of(folder)
    assert in_child(lambda: work(folder, Steps())) == FINISHED
    assert_one_delivery_each(folder, readers)


def test_stopped_at_any_step_and_run_again(start: Path, tmp_path: Path, total: int) -> None:
    assert total > 100
    for step in chosen(total, 10):
        stop_at(step, shutil.copytree(start, tmp_path / f"at-{step}"))


def test_stopped_again_and_again(start: Path, tmp_path: Path, total: int) -> None:
    dice = random.Random(SEED)
    for case in range(60 if LONG else 6):
        folder = shutil.copytree(start, tmp_path / f"case-{case}")
        readers = readers_of(folder)
        for _ in range(30):
            code = in_child(lambda f=folder: work(f, Steps(dice.randint(1, total // 2))))  # type: ignore[misc]
            assert code in (KILLED, FINISHED)
            if code == FINISHED:
                break
        else:
            assert in_child(lambda f=folder: work(f, Steps())) == FINISHED  # type: ignore[misc]
        assert_one_delivery_each(folder, readers)
        shutil.rmtree(folder)


def test_a_recipient_that_sweeps_never_gets_anything_twice(
    start: Path, tmp_path: Path, total: int
) -> None:
    """Where the evidence has been swept, the item is blocked, and just those that have arrived."""
    blocked = 0
    for step in chosen(total, 10):
        folder = shutil.copytree(start, tmp_path / f"at-{step}")
        readers = readers_of(folder, sweeps=True)
        assert in_child(lambda s=step, f=folder: work(f, Steps(s))) == KILLED  # type: ignore[misc]
        for reader in readers.values():
            reader.look()
        arrived = {(t, f"0{each.icpn}") for t, r in readers.items() for each in r.taken[BEFORE:]}
        assert in_child(lambda f=folder: work(f, Steps())) in (FINISHED, WORK_LEFT)  # type: ignore[misc]
        for reader in readers.values():
            reader.look()
            assert reader.errors == []
            assert reader.leftovers() == []
            later = sorted(f"0{each.icpn}" for each in reader.taken[BEFORE:])
            assert later == [NEW, CHANGED, REMOVED, PURGED]
        blocked += _only_unknown_where_arrived(folder, arrived)
        shutil.rmtree(folder)
    if LONG:
        assert blocked  # some steps do lie between the marker and its record


def _only_unknown_where_arrived(folder: Path, arrived: set[tuple[str, str]]) -> int:
    label = studio(folder)
    states = label.ledger.snapshot(ENVIRONMENT, since="").releases
    unknown = {(stream.target, stream.subject) for stream, s in states.items() if s.unknown}
    assert label.ledger.verify() == []
    label.ledger.close()
    assert unknown <= arrived
    return len(unknown)


def test_killed_from_outside_at_any_time(start: Path, tmp_path: Path) -> None:
    """A real `kill -9`, at moments of the clock instead of steps."""
    dice = random.Random(SEED)
    for case in range(200 if LONG else 20):
        folder = shutil.copytree(start, tmp_path / f"case-{case}")
        readers = readers_of(folder)
        child = fork(lambda f=folder: work(f, Steps()))  # type: ignore[misc]
        time.sleep(dice.uniform(0.0, 0.25))
        os.kill(child, signal.SIGKILL)
        assert join(child) in (-signal.SIGKILL, FINISHED)
        assert in_child(lambda f=folder: work(f, Steps())) == FINISHED  # type: ignore[misc]
        assert_one_delivery_each(folder, readers)
        shutil.rmtree(folder)


def test_processes_that_apply_at_once_deliver_once(start: Path, tmp_path: Path) -> None:
    """Three of them, with one plan; the later ones wait for the lease and find it done."""
    folder = shutil.copytree(start, tmp_path / "copy")
    readers = readers_of(folder)
    sent = apply_at_once(3, tmp_path / "gate", partial(wanted, folder), lease_wait=30.0)
    assert sent == 8
    assert_one_delivery_each(folder, readers)
