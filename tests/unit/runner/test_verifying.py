"""Looking at what arrived, so far as an inbox lets us. Real planner, ledger, directory."""

from __future__ import annotations

from stardust_gitops.delivery.transports.base import PermissionDeniedError
from tests.delivery_kit import Studio, outcomes
from tests.flaky import Fault
from tests.unit.runner.wires import LOST, MARKER, flaky, reader


def test_read_back_verification(label: Studio) -> None:
    wire = flaky(label, verify="read")
    label.put_release(1)
    assert label.apply().succeeded
    read = {path for method, path in wire.calls if method == "read"}
    assert read == {path for path in wire.puts() if MARKER not in path}


def test_an_inbox_that_shows_nothing_is_not_asked(label: Studio) -> None:
    wire = flaky(label, verify="none")
    label.put_release(1)
    assert label.apply().succeeded
    assert {method for method, _ in wire.calls} == {"connect", "put"}


def test_a_write_only_inbox_works(label: Studio) -> None:
    refused = PermissionDeniedError("write only")
    flaky(label, *(Fault(method, "", refused, times=99) for method in ("stat", "list", "read")))
    label.put_release(1)
    assert label.apply().succeeded
    assert len(reader(label).taken) == 1


def test_a_file_that_vanishes_before_the_marker_is_noticed(label: Studio) -> None:
    wire = flaky(label)

    def eat() -> None:
        for file in label.inbox("batchy").rglob("*0025.jpg"):
            file.unlink()

    wire.hooks.append(("list", "", eat))
    good, bad = label.put_release(1), label.put_release(2)
    result = label.apply()
    assert outcomes(result) == {("batchy", good): "sent", ("batchy", bad): "failed"}
    assert [taken.icpn for taken in reader(label).taken] == [good[1:]]


def test_only_what_may_be_there_is_asked_for(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"\.jpg$", LOST, times=1, after=True))
    label.put_release(1)
    assert label.apply().succeeded
    asked = [path for method, path in wire.calls if method == "stat" and MARKER not in path]
    (arrived,) = {path for path in wire.puts() if path.endswith(".jpg")}
    assert asked == [arrived]  # before the second attempt, which then has nothing to put
    assert wire.puts().count(arrived) == 1
