"""The label of the tests that stop `apply`: what its processes do, and what has to be there then.

A child process applies a plan (an insert, an update, a takedown and a purge, at a recipient of
batches and at one that takes release by release) and is stopped at the n-th step of its input and
output; then it is run again.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.ledger.state import Phase
from tests.delivery_kit import ENVIRONMENT, Studio, gtin13
from tests.faults import KILLED, SteppingLedger, SteppingTransport, Steps
from tests.gate import Gate
from tests.processes import CRASHED, at_once, in_child
from tests.recipient_reader import Ingested, RecipientReader
from tests.scale import LONG

SEED = 20261122
TARGETS = ("batchy", "single")
NEW, CHANGED, REMOVED, PURGED = (f"0{gtin13(number)}" for number in (1, 2, 3, 4))
BEFORE = 3
FINISHED, WORK_LEFT = 0, 3


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


def wanted(folder: Path) -> Studio:
    """The label, with what is to be delivered by the run that is stopped."""
    label = studio(folder)
    want_now(label)
    return label


def work(folder: Path, steps: Steps, opened: Callable[[Path], Studio] = wanted) -> int:
    """What the child does: plan and apply, counting steps."""
    label = opened(folder)
    for target, recipient in label.recipients.items():
        label.recipients[target] = replace(recipient, connect=_stepping(recipient.connect, steps))
    label.ledger = SteppingLedger(label.ledger, steps)
    result = label.apply(parallelism=1)
    return FINISHED if result.succeeded else WORK_LEFT


def _stepping(connect: Callable[[], Transport], steps: Steps) -> Callable[[], Transport]:
    return lambda: SteppingTransport(connect(), steps)


def count_steps(folder: Path, opened: Callable[[Path], Studio] = wanted) -> int:
    """How many steps an undisturbed run makes."""
    counted = folder / "steps"

    def task() -> int:
        steps = Steps()
        code = work(folder, steps, opened)
        counted.write_text(str(steps.count))
        return code

    assert in_child(task) == FINISHED
    return int(counted.read_text())


def chosen(total: int, part: int) -> list[int]:
    """Steps to stop at: all, or a seeded share with the first and the last."""
    if LONG:
        return list(range(1, total + 1))
    picked = random.Random(SEED).sample(range(1, total + 1), total // part)
    return sorted({1, total, *picked})


def assert_one_delivery_each(folder: Path, readers: dict[str, RecipientReader]) -> None:
    """The recipients have what the catalogue says, once, and the ledger knows it."""
    label = wanted(folder)
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


def stop_at(step: int, folder: Path) -> None:
    """Stopped at a step and run again: the recipients have one delivery each. The folder is not
    kept."""
    readers = readers_of(folder)
    assert in_child(lambda: work(folder, Steps(step))) == KILLED
    for reader in readers.values():
        reader.look()  # what is complete may be taken at once
    assert in_child(lambda: work(folder, Steps())) == FINISHED, step
    assert_one_delivery_each(folder, readers)
    shutil.rmtree(folder)


def apply_at_once(
    count: int, gate: Path, opened: Callable[[], Studio], *others: Outcome, **how: Any
) -> int:
    """How many items `count` processes send that apply at the same moment what each of them has
    planned: eight items each, which another one may have sent, or which end as one of `others`.
    `gate` is a folder to be made."""

    def compete(gate: Gate) -> int:
        label = opened()
        plan = label.plan()
        gate.wait()
        result = label.apply(plan, **how)
        known = result.count(Outcome.SENT, Outcome.EQUAL, *others)
        return result.count(Outcome.SENT) if known == len(result.items) == 8 else CRASHED

    return sum(at_once(count, gate, compete))
