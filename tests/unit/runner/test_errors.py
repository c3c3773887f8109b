"""Passing errors, lasting ones, and the circuit breaker. Real planner, ledger, directory."""

from __future__ import annotations

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    TransportError,
)
from tests.delivery_kit import Studio, outcomes, result_of
from tests.flaky import Fault
from tests.unit.runner.wires import LOST, flaky, reader, state


def test_passing_errors_are_tried_again_on_a_new_connection(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"\.jpg$", LOST, times=2), attempts=3)
    label.put_release(1)
    assert label.apply().succeeded
    assert wire.connections == 3
    waits = [fields["seconds"] for fields in label.log.named("retry")]
    assert len(waits) == 2
    assert 1 <= waits[0] <= 2 <= waits[1] <= 3  # doubled, and a random part of a second
    assert reader(label).leftovers() == []


def test_a_lasting_error_is_not_tried_again(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"\.jpg$", TransportError("no"), times=9))
    label.put_release(1)
    label.apply()
    assert sum(path.endswith(".jpg") for path in wire.puts()) == 1
    assert label.log.named("retry") == []


@pytest.mark.parametrize("error", [AuthenticationError("no key"), HostKeyError("other key")])
def test_a_server_that_refuses_us_is_not_asked_again(label: Studio, error: TransportError) -> None:
    wire = flaky(label, Fault("connect", "", error, times=99), max_releases=1)
    label.add_recipient("other")
    for number in (1, 2, 3):
        label.put_release(number)
    result = label.apply()
    assert wire.connections == 1
    assert result.count(Outcome.FAILED) == 3
    assert {item.code for item in result.items if item.target == "batchy"} == {error.code}
    assert [target for target, _ in result.problems] == ["batchy"]
    assert [label.kinds(release) for release in label.releases] == [[], [], []]
    assert len(reader(label, "other").taken) == 3


def test_after_an_outage_the_delivery_goes_on_file_by_file(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"_002\.wav$", LOST, times=99), attempts=2)
    wire.faults.append(Fault("remove_folder", "", LOST, times=99))
    release = label.put_release(1, tracks=2)
    result = label.apply()
    assert result_of(result, release).text == "connection lost"
    intended = state(label, release).open
    assert intended is not None
    wire.faults.clear()
    wire.calls.clear()
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    assert not [path for path in wire.puts() if path.endswith("_001.wav")]
    (taken,) = reader(label).taken
    assert taken.message_id == intended.message_id
    assert label.ledger.fetch(intended.message or "") == next(
        (label.inbox("batchy") / f).read_bytes() for f in label.files() if f.endswith("0018.xml")
    )


def test_a_full_disk_keeps_the_shipment_open(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"\.jpg$", NoSpaceError("full"), times=9))
    label.put_release(1)
    assert label.apply().count(Outcome.FAILED) == 1
    wire.faults.clear()
    assert label.apply().count(Outcome.RESUMED) == 1
    assert len(reader(label).taken) == 1
