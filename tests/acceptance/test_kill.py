"""Invariant 4: stopped anywhere and run again, each recipient has one complete, correct delivery.

A child process applies a plan (an insert, an update, a takedown and a purge, at a recipient of
batches and at one that takes release by release) and is stopped at the n-th step of its input and
output; then it is run again, sometimes stopped again. A plain run takes a seeded part of the steps,
``STARDUST_LONG=1`` all of them.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.ledger.state import Phase
from tests.delivery_kit import ENVIRONMENT, Studio, gtin13
from tests.faults import KILLED, SteppingLedger, SteppingTransport, Steps
from tests.gate import Gate
from tests.recipient_reader import Ingested, RecipientReader

LONG = os.environ.get("STARDUST_LONG") == "1"
SEED = 20261122
TARGETS = ("batchy", "single")
NEW, CHANGED, REMOVED, PURGED = (f"0{gtin13(number)}" for number in (1, 2, 3, 4))
BEFORE = 3
FINISHED, WORK_LEFT, CRASHED = 0, 3, 70


def studio(folder: Path, *, new: bool = False) -> Studio:
    """The label, as every process sees it."""
    found = Studio(folder, clock=SystemClock(), run=f"run-{os.getpid()}", new=new)
    found.add_recipient("batchy")
    found.add_recipient("single", layout="release", completion="message")
    return found


def want_first(label: Studio) -> None:
    """What is delivered before the run that is stopped."""
    for number in (2, 3, 4):
        label.put_release(number)


def want_now(label: Studio) -> None:
    """One new, one changed, one to be taken down, one to be purged."""
    label.put_release(1, tracks=2)
    label.put_release(2, title="Breakwater, again")
    label.put_release(3, status="takedown")
    label.purge(label.put_release(4))


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every case begins with a copy of."""
    folder = tmp_path_factory.mktemp("start")
    label = studio(folder, new=True)
    want_first(label)
    assert label.apply().succeeded
    label.ledger.close()
    return folder


def work(folder: Path, steps: Steps) -> int:
    """What the child does: plan and apply, counting steps."""
    label = studio(folder)
    want_now(label)
    for target, recipient in label.recipients.items():
        label.recipients[target] = replace(recipient, connect=_stepping(recipient.connect, steps))
    label.ledger = SteppingLedger(label.ledger, steps)
    result = label.apply(parallelism=1)
    return FINISHED if result.succeeded else WORK_LEFT


def _stepping(connect: Callable[[], Transport], steps: Steps) -> Callable[[], Transport]:
    return lambda: SteppingTransport(connect(), steps)


def fork(task: Callable[[], int]) -> int:
    """Begin a task in a forked process, which ends with its result; the process id."""
    child = os.fork()
    if child == 0:
        code = CRASHED
        try:
            code = task()
        except BaseException as error:
            sys.__stderr__.write(f"{type(error).__name__}: {error}\n")  # type: ignore[union-attr]
        finally:
            os._exit(code)
    return child


def join(child: int) -> int:
    """The exit code of a process."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def in_child(task: Callable[[], int]) -> int:
    """Run a task in a forked process; its exit code."""
    return join(fork(task))


def count_steps(folder: Path) -> int:
    """How many steps an undisturbed run makes."""
    counted = folder / "steps"

    def task() -> int:
        steps = Steps()
        code = work(folder, steps)
        counted.write_text(str(steps.count))
        return code

    assert in_child(task) == FINISHED
    return int(counted.read_text())


@pytest.fixture(scope="module")
def total(start: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Steps of an undisturbed run."""
    folder = tmp_path_factory.mktemp("count") / "copy"
    shutil.copytree(start, folder)
    return count_steps(folder)


def chosen(total: int, part: int) -> list[int]:
    """Steps to stop at: all, or a seeded share with the first and the last."""
    if LONG:
        return list(range(1, total + 1))
    picked = random.Random(SEED).sample(range(1, total + 1), total // part)
    return sorted({1, total, *picked})


def assert_one_delivery_each(folder: Path, readers: dict[str, RecipientReader]) -> None:
    """The recipients have what the catalogue says, once, and the ledger knows it."""
    label = studio(folder)
    want_now(label)
    for target, reader in readers.items():
        reader.look()
        assert reader.errors == []
        assert reader.leftovers() == []
        later = [each for each in reader.taken if each not in before(reader)]
        by_release = {f"0{each.icpn}": each for each in later}
        assert sorted(by_release) == [NEW, CHANGED, REMOVED, PURGED]
        assert len(later) == 4
        _is_right(by_release, target)
    assert label.ledger.verify() == []
    states = label.ledger.snapshot(ENVIRONMENT, since="").releases
    phases = {stream.subject: state.phase for stream, state in states.items()}
    assert phases == {
        NEW: Phase.LIVE,
        CHANGED: Phase.LIVE,
        REMOVED: Phase.TAKEN_DOWN,
        PURGED: Phase.PURGED,
    }
    assert label.nothing_to_send()
    assert label.apply().items == ()
    label.ledger.close()


def before(reader: RecipientReader) -> list[Ingested]:
    """What was taken before the run that was stopped."""
    return reader.taken[:BEFORE]


def _is_right(taken: dict[str, Ingested], target: str) -> None:
    def kind(name: str) -> str | None:
        return name if target == "batchy" else None

    assert taken[NEW].delivery_type == kind("NewReleaseDelivery")
    assert len(taken[NEW].files) == 3
    assert taken[CHANGED].title == "Breakwater, again"
    assert taken[CHANGED].delivery_type == kind("ReDelivery")
    assert taken[CHANGED].files == frozenset()
    assert taken[REMOVED].deals == 0
    assert taken[REMOVED].delivery_type == kind("TakeDown")
    assert taken[PURGED].is_purge


def readers_of(folder: Path, *, sweeps: bool = False) -> dict[str, RecipientReader]:
    """The recipients, who have taken what was there."""
    readers = {t: RecipientReader(folder / "inboxes" / t, sweeps=sweeps) for t in TARGETS}
    for reader in readers.values():
        reader.look()
        assert len(reader.taken) == BEFORE
    return readers


def test_an_undisturbed_run_delivers_once(start: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(start, tmp_path / "copy")
    readers = readers_of(folder)
    assert in_child(lambda: work(folder, Steps())) == FINISHED
    assert_one_delivery_each(folder, readers)


def test_stopped_at_any_step_and_run_again(start: Path, tmp_path: Path, total: int) -> None:
    assert total > 100
    for step in chosen(total, 10):
        folder = shutil.copytree(start, tmp_path / f"at-{step}")
        readers = readers_of(folder)
        assert in_child(lambda s=step, f=folder: work(f, Steps(s))) == KILLED  # type: ignore[misc]
        for reader in readers.values():
            reader.look()  # what is complete may be taken at once
        assert in_child(lambda f=folder: work(f, Steps())) == FINISHED, step  # type: ignore[misc]
        assert_one_delivery_each(folder, readers)
        shutil.rmtree(folder)


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
    gate = Gate(tmp_path / "gate")
    gate.folder.mkdir()

    def compete() -> int:
        label = studio(folder)
        want_now(label)
        plan = label.plan()
        gate.wait()
        result = label.apply(plan, lease_wait=30.0)
        left = result.count(Outcome.SENT, Outcome.SKIPPED)
        return result.count(Outcome.SENT) if left == len(result.items) == 8 else CRASHED

    children = [fork(compete) for _ in range(3)]
    gate.open(len(children))
    assert sum(join(child) for child in children) == 8
    assert_one_delivery_each(folder, readers)
