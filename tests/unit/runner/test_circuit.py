"""The circuit breaker: failures in a row, across runs; probing; closing. Real ledger, directory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stardust_gitops.clock import instant_text
from stardust_gitops.delivery.circuit import CircuitOpenError, circuit_of
from stardust_gitops.delivery.recipient import Limits
from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    ChangedError,
    NoSpaceError,
    PassingError,
    TransportError,
)
from stardust_gitops.ledger.circuit import Circuit
from tests.delivery_kit import ENVIRONMENT, Studio, outcomes
from tests.flaky import Fault, Wire
from tests.ledger_samples import HandClock
from tests.unit.runner.wires import LOST, MARKER, flaky, reader

RELEASED: dict[str, Any] = {"layout": "release", "completion": "message"}


def circuit(label: Studio, target: str = "batchy") -> Circuit:
    return circuit_of(label.ledger, ENVIRONMENT, target)


def wait(label: Studio, **delta: float) -> None:
    assert isinstance(label.clock, HandClock)
    label.clock.wall += timedelta(**delta)


def unreachable(label: Studio, error: Exception = LOST, **more: Any) -> Wire:
    """A recipient that cannot be connected to, and one that can."""
    wire = flaky(label, Fault("connect", "", error, times=999), attempts=1, **more)
    label.add_recipient("other")
    return wire


@pytest.mark.parametrize("error", [LOST, AuthenticationError("no"), NoSpaceError("full")])
def test_failures_in_a_row_open_it_across_runs(label: Studio, error: TransportError) -> None:
    wire = unreachable(label, error)
    label.put_release(1)
    for number in range(1, 5):
        label.apply()
        assert circuit(label) == Circuit(failures=number, code=error.code, text=error.message)
    opened = label.apply()
    assert circuit(label).cool_down == 15 * 60
    ((_, problem),) = opened.problems
    assert isinstance(problem, CircuitOpenError)
    assert "2026-11-22 12:15 UTC after 5 failures" in problem.message
    assert f"{error.code} {error.message}" in problem.message
    connections = wire.connections
    left_out = label.apply()
    assert left_out.count(Outcome.SKIPPED) == 1
    assert not left_out.succeeded
    assert wire.connections == connections
    assert len(reader(label, "other").taken) == 1


def test_what_is_wrong_with_an_item_does_not_count(label: Studio) -> None:
    flaky(label, *(Fault("put", r"\.jpg$", error, times=9) for error in (TransportError("no"),)))
    label.put_release(1)
    label.apply()
    assert circuit(label) == Circuit()
    flaky(label, Fault("put", r"\.jpg$", ChangedError("it changed"), times=9))
    label.apply()
    assert circuit(label) == Circuit()


def test_items_in_a_row_open_it_within_a_run(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"\.jpg$", LOST, times=99), attempts=1, **RELEASED)
    releases = [label.put_release(number) for number in range(1, 10)]
    label.set_status(releases[-1], "active")
    result = label.apply()
    assert result.count(Outcome.FAILED) == 5
    assert result.count(Outcome.SKIPPED) == 4
    assert sum(path.endswith(".jpg") for path in wire.puts()) == 5
    wire.faults.clear()
    assert label.apply().count(Outcome.SKIPPED) == 9
    assert label.apply(retry_now=True).succeeded
    assert circuit(label) == Circuit()
    assert len(reader(label).taken) == 9
    assert label.nothing_to_send()


def test_a_success_in_between_starts_the_count_anew(label: Studio) -> None:
    flaky(label, Fault("put", r"\.jpg$", LOST, times=4), attempts=1, **RELEASED)
    for number in range(1, 10):
        label.put_release(number)
    assert label.apply().count(Outcome.SENT) == 5
    assert circuit(label).failures == 0
    assert circuit(label).text is None


def test_the_probe_is_one_item_over_one_connection(label: Studio) -> None:
    wire = unreachable(label, connections=3, **RELEASED)
    for number in range(1, 8):
        label.put_release(number)
    for _ in range(5):
        label.apply()
    wait(label, minutes=15)
    before = wire.connections
    probed = label.apply()
    assert wire.connections == before + 1
    assert probed.count(Outcome.SKIPPED) == 7
    assert (circuit(label).failures, circuit(label).cool_down) == (6, 30 * 60)
    wait(label, minutes=29)
    label.apply()
    assert wire.connections == before + 1
    wait(label, minutes=1)
    wire.faults.clear()
    used: list[int] = []
    wire.hooks.append(("put", r"", lambda: used.append(wire.connections - before - 1)))
    assert label.apply().count(Outcome.SENT) == 7
    assert used[:3] == [1, 1, 1]
    assert label.log.named("circuit_closed") == [{"target": "batchy"}]
    assert circuit(label) == Circuit()


def test_a_probe_that_fails_while_it_sends_opens_it_longer(label: Studio) -> None:
    wire = flaky(label, Fault("connect", "", LOST, times=5), attempts=1)
    for number in range(1, 5):
        label.put_release(number)
    for _ in range(5):
        label.apply()
    wire.faults.append(Fault("put", MARKER, LOST))
    wait(label, minutes=16)
    label.apply()
    assert circuit(label).cool_down == 30 * 60
    wait(label, minutes=31)
    result = label.apply()
    assert result.count(Outcome.RESUMED, Outcome.SENT) == 4
    assert circuit(label) == Circuit()
    sizes = sorted(fields["members"] for fields in label.log.named("shipment_completed"))
    assert sizes == [1, 1, 2], "a probe is one item, even of a batch"


def test_it_stays_open_for_a_day_at_most(label: Studio) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    pauses = []
    found = Circuit(failures=5, code="SG6001", text="lost")
    for _ in range(9):
        found = found.open_from(now)
        pauses.append(found.cool_down / 60)
    assert pauses == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert found.until == instant_text(now + timedelta(days=1))


def test_one_item_that_never_arrives_does_not_shut_the_others_out(label: Studio) -> None:
    """It counts once, however often it fails; and it is not what a circuit is probed with."""
    wire = flaky(label, attempts=1, **RELEASED)
    bad = label.put_release(1)
    fault = Fault("put", rf"{bad[1:]}\.jpg$", LOST, times=999)
    wire.faults.append(fault)
    for _ in range(9):
        assert label.apply().count(Outcome.FAILED) == 1
    assert circuit(label).failures == 1
    wire.faults.append(Fault("connect", "", LOST, times=4))
    for _ in range(4):
        label.apply()
    assert circuit(label).opened
    wait(label, minutes=15)
    label.apply()
    assert circuit(label).cool_down == 30 * 60, "only what fails was left to probe with"
    wait(label, minutes=30)
    good = label.put_release(2)
    assert outcomes(label.apply()) == {("batchy", bad): "failed", ("batchy", good): "sent"}
    assert not circuit(label).opened
    assert circuit(label).failures == 1


def test_shipments_that_no_marker_completes_end_the_run(label: Studio) -> None:
    """Whatever the error: to upload all the others in vain would take days."""
    wire = flaky(label, Fault("put", MARKER, TransportError("not so"), times=99), max_releases=1)
    for number in range(1, 10):
        label.put_release(number)
    result = label.apply()
    assert result.count(Outcome.FAILED) == 5
    assert len([path for path in wire.puts() if MARKER in path]) == 5
    assert circuit(label).opened


def test_how_many_failures_is_for_the_target_to_say(label: Studio) -> None:
    flaky(label, Fault("connect", "", LOST, times=9), attempts=1)
    label.recipients["batchy"] = replace(label.recipients["batchy"], limits=Limits(failures=1))
    label.put_release(1)
    label.apply()
    assert circuit(label).opened


def test_a_shipment_that_breaks_off_does_not_end_the_others(label: Studio) -> None:
    fault = Fault("put", r"[0-9]\.xml$", PassingError("connection lost"))
    flaky(label, fault, attempts=1, **RELEASED)
    for number in range(1, 5):
        label.put_release(number)
    result = label.apply()
    assert (result.count(Outcome.SENT), result.count(Outcome.FAILED)) == (3, 1)
    assert result.problems == ()
    assert label.apply().count(Outcome.RESUMED) == 1
    assert len(reader(label).taken) == 4


def test_the_ledger_rebuilds_to_the_same(label: Studio) -> None:
    unreachable(label)
    label.put_release(1)
    for _ in range(5):
        label.apply()
    before = circuit(label)
    label.ledger.rebuild()
    assert circuit(label) == before
    assert label.ledger.verify() == []
    assert label.plan().items[0].target == "batchy"
