"""Several shipments of one target at a time: phases, failures, order, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import AuthenticationError, TransportError
from stardust_gitops.ledger.events import Kind
from tests.delivery_kit import Studio, outcomes
from tests.flaky import Fault
from tests.unit.runner.wires import LOST, flaky, reader, state

LONG = os.environ.get("STARDUST_LONG") == "1"
RELEASED: dict[str, Any] = {"layout": "release", "completion": "message"}


def test_releases_travel_side_by_side_over_pooled_connections(label: Studio) -> None:
    wire = flaky(label, connections=3, **RELEASED)
    together = threading.Barrier(3, timeout=60)
    met: list[str] = []

    def meet() -> None:
        if len(met) < 3:
            met.append("")
            together.wait()

    wire.hooks.append(("put", r"_001\.wav$", meet))
    for number in range(1, 13):
        label.put_release(number)
    assert label.apply().succeeded
    assert wire.connections == 3
    assert len(reader(label).taken) == 12
    begun = [
        event.stream.subject
        for _, event in label.ledger.events()
        if event.kind is Kind.INTENDED and event.stream.is_release
    ]
    assert begun == sorted(begun), "in the order of the plan"


def test_takedowns_have_ended_before_the_rest_begins(label: Studio) -> None:
    wire = flaky(label, connections=4, **RELEASED)
    removed = [label.put_release(number) for number in range(1, 6)]
    label.apply()
    for release in removed:
        label.set_status(release, "takedown")
    new = [label.put_release(number) for number in range(6, 12)]
    wire.calls.clear()
    first_new: list[set[str]] = []

    def look() -> None:
        if not first_new:
            phases = {str(state(label, release).phase) for release in removed}
            first_new.append(phases)

    wire.hooks.append(("put", r"\.jpg$", look))
    assert label.apply().count(Outcome.SENT) == len(removed) + len(new)
    assert first_new == [{"taken_down"}]
    reader(label)


@pytest.mark.parametrize("error", [TransportError("no"), LOST], ids=["lasting", "passing"])
def test_what_fails_leaves_the_others_alone(label: Studio, error: TransportError) -> None:
    wire = flaky(label, connections=3, attempts=1, **RELEASED)
    releases = [label.put_release(number) for number in range(1, 9)]
    victim = releases[2]
    wire.faults.append(Fault("put", rf"{victim[1:]}_01_001\.wav$", error, times=9))
    found = outcomes(label.apply())
    expected = {("batchy", release): "sent" for release in releases}
    assert found == {**expected, ("batchy", victim): "failed"}
    wire.faults.clear()
    assert outcomes(label.apply()) == {("batchy", victim): "resumed"}
    assert len(reader(label).taken) == 8
    assert label.nothing_to_send()


def test_who_is_refused_ends_the_target_and_all_is_carried_on(label: Studio) -> None:
    wire = flaky(label, connections=3, **RELEASED)
    for number in range(1, 9):
        label.put_release(number)
    wire.faults.append(Fault("put", r"5[0-9]_01_001\.wav$", AuthenticationError("no more"), 9))
    result = label.apply()
    assert not result.succeeded
    assert [target for target, _ in result.problems] == ["batchy"]
    wire.faults.clear()
    assert label.apply().succeeded
    assert len(reader(label).taken) == 8
    assert label.nothing_to_send()


def test_a_wish_to_stop_leaves_what_the_next_run_carries_on(label: Studio) -> None:
    wire = flaky(label, connections=3, **RELEASED)
    for number in range(1, 13):
        label.put_release(number)
    puts: list[str] = []

    def stop() -> None:
        puts.append("")
        if len(puts) == 5:
            label.stop.set()

    wire.hooks.append(("put", r"\.wav$", stop))
    result = label.apply()
    assert result.interrupted
    assert result.count(Outcome.SENT, Outcome.INTERRUPTED) == 12
    label.stop.clear()
    assert label.apply().succeeded
    assert len(reader(label).taken) == 12
    assert label.nothing_to_send()


@pytest.mark.skipif(sys.platform != "linux", reason="measured in /proc")
@pytest.mark.parametrize("layout", ["batch", "release"])
def test_memory_does_not_grow_with_what_is_sent(tmp_path: Path, layout: str) -> None:
    """A thousand deliveries of ten tracks in flight stay below 300 MB; a plain run sends a few,
    one of them of 64 MiB, which must not be held."""
    count, large = (1000, 1 << 30) if LONG else (40, 64 << 20)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "tests.memory_of_delivery"),
            *(str(tmp_path), layout, str(count), str(large)),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=3600,
    )
    before, peak, sent = (int(word) for word in run.stdout.split())
    assert sent == count
    assert peak < 300 << 20
    assert peak - before < (170 << 20 if LONG else 40 << 20), (before >> 20, peak >> 20)
