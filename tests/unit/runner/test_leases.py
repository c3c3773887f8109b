"""Several at once, and who may send. Real planner, ledger, directory."""

from __future__ import annotations

import threading

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.ledger.store import LeaseHeldError, LeaseLostError
from tests.delivery_kit import ENVIRONMENT, Studio, outcomes, result_of
from tests.unit.runner.wires import MARKER, flaky, reader


def test_members_travel_over_several_connections(label: Studio) -> None:
    wire = flaky(label, connections=3)
    together = threading.Barrier(3, timeout=60)
    waited: list[int] = []

    def meet() -> None:
        if len(waited) < 3:
            waited.append(1)
            together.wait()

    wire.hooks.append(("put", r"\.wav$", meet))
    for number in range(1, 6):
        label.put_release(number)
    assert label.apply().succeeded
    assert wire.connections == 3
    assert len(reader(label).taken) == 5


def test_targets_work_side_by_side(label: Studio) -> None:
    together = threading.Barrier(2, timeout=60)
    for target in ("one", "two"):
        flaky(label, target=target).hooks.append(("put", r"\.jpg$", together.wait))  # type: ignore[arg-type]
    label.put_release(1)
    assert label.apply(parallelism=2).succeeded


def test_two_at_once_never_send_one_item_twice(label: Studio) -> None:
    wires = flaky(label)
    for number in range(1, 5):
        label.put_release(number)
    plan = label.plan()
    start = threading.Barrier(4, timeout=60)
    results = []

    def one() -> None:
        start.wait()
        results.append(label.apply(plan, stop=threading.Event()))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result.count(Outcome.SENT) for result in results) == 4
    rest = {Outcome.LOCKED, Outcome.EQUAL}
    assert all(item.outcome in rest | {Outcome.SENT} for r in results for item in r.items)
    assert len(reader(label).taken) == 4
    assert len(wires.puts()) == len(set(wires.puts()))


def test_a_lease_that_is_held_locks_the_target(label: Studio) -> None:
    wire = flaky(label)
    release = label.put_release(1)
    lease = label.ledger.take_lease(ENVIRONMENT, "batchy", holder="somebody")
    result = label.apply()
    assert outcomes(result) == {("batchy", release): "locked"}
    ((_, problem),) = result.problems
    assert isinstance(problem, LeaseHeldError)
    assert wire.calls == []
    label.ledger.release_lease(lease)
    assert label.apply().succeeded


def test_nothing_is_completed_under_a_lost_lease(
    label: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = flaky(label)
    release = label.put_release(1)
    label.ledger.close()
    again = Studio(label.folder, clock=label.clock, new=False)
    again.recipients, again.releases = label.recipients, label.releases
    label.ledger = again.ledger

    def steal() -> None:
        again.ledger.take_lease(ENVIRONMENT, "batchy", holder="thief", force=True)

    wire.hooks.append(("put", r"\.jpg$", steal))
    result = again.apply()
    assert result_of(result, release).outcome is Outcome.LOCKED
    ((_, problem),) = result.problems
    assert isinstance(problem, LeaseLostError)
    assert not [path for path in wire.puts() if MARKER in path]
