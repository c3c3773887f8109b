"""The marker, and the evidence that it leaves. Real planner, ledger, directory."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import PermissionDeniedError
from stardust_gitops.ledger.events import Kind
from tests.delivery_kit import ENVIRONMENT, Studio, outcomes, result_of
from tests.flaky import Fault
from tests.ledger_samples import HandClock, write
from tests.unit.runner.wires import LOST, MARKER, flaky, lose_marker, reader, state


@pytest.mark.parametrize("after", [False, True])
def test_a_marker_in_doubt_is_settled_by_evidence(label: Studio, after: bool) -> None:
    wire = lose_marker(label, after=after)
    release = label.put_release(1)
    assert label.apply().count(Outcome.FAILED) == 1
    assert state(label, release).marker_begun
    wire.calls.clear()
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    assert len([path for path in wire.puts() if MARKER in path]) == (0 if after else 1)
    assert len(reader(label).taken) == 1
    assert label.nothing_to_send()


def test_the_marker_is_the_same_when_it_is_put_again(label: Studio) -> None:
    lose_marker(label, after=False)
    label.put_release(1)
    label.apply()
    clock = label.clock
    assert isinstance(clock, HandClock)
    clock.wall += timedelta(days=3)
    ((stream, batch),) = label.ledger.snapshot(ENVIRONMENT, since="").batches.items()
    label.apply()
    (marker,) = (f for f in label.files() if MARKER in f)
    assert batch.marker is not None
    assert (label.inbox("batchy") / marker).read_bytes() == label.ledger.fetch(batch.marker)
    assert label.ledger.batch(stream).ended


@pytest.mark.parametrize("swept", ["all", "one file", "other marker"])
def test_what_no_evidence_settles_is_unknown_and_blocked(label: Studio, swept: str) -> None:
    wire = lose_marker(label, after=True)
    release = label.put_release(1)
    label.apply()
    inbox = label.inbox("batchy")
    if swept == "all":
        shutil.rmtree(inbox)
    elif swept == "one file":
        next(inbox.rglob("*.jpg")).unlink()
        next(inbox.rglob(f"{MARKER}*")).unlink()
    else:
        next(inbox.rglob(f"{MARKER}*")).write_bytes(b"another")
    wire.calls.clear()
    result = label.apply()
    assert outcomes(result) == {("batchy", release): "unknown"}
    assert wire.puts() == []
    assert state(label, release).unknown
    (item,) = label.plan().items
    assert (str(item.action), item.reasons[0].code) == ("blocked", "unknown")
    before = label.kinds(release)
    assert result_of(label.apply(), release).outcome is Outcome.UNKNOWN
    assert label.kinds(release) == before  # said once
    assert wire.puts() == []


def test_a_marker_that_may_have_been_swept_is_not_put_twice_in_one_run(label: Studio) -> None:
    """The connection is lost after the last byte, and the recipient takes its folder at once."""
    wire = flaky(label, Fault("put", MARKER, LOST, after=True), attempts=3)
    taken: list[str] = []

    def sweep() -> None:
        for marker in list(label.inbox("batchy").rglob(f"{MARKER}*")):
            taken.append(marker.name)
            shutil.rmtree(marker.parent)

    wire.hooks.append(("stat", MARKER, sweep))
    release = label.put_release(1)
    assert outcomes(label.apply()) == {("batchy", release): "unknown"}
    assert len(taken) == 1
    assert len([path for path in wire.puts() if MARKER in path]) == 1


def test_nothing_is_sent_while_a_marker_is_in_doubt_whatever_became_of_its_batch(
    label: Studio,
) -> None:
    wire = lose_marker(label, after=True)
    release = label.put_release(1)
    label.apply()
    ((stream, _),) = label.ledger.snapshot(ENVIRONMENT, since="").batches.items()
    write(label.ledger, Kind.RESOLVED, {"outcome": "delivered"}, stream=stream)
    wire.calls.clear()
    result = result_of(label.apply(), release)
    assert (result.outcome, result.code) == (Outcome.FAILED, "SG6020")
    assert wire.puts() == []


def test_a_marker_that_may_not_be_read_is_judged_by_its_size(label: Studio) -> None:
    wire = lose_marker(label, after=True)
    release = label.put_release(1)
    label.apply()
    wire.faults.append(Fault("read", MARKER, PermissionDeniedError("no reading"), times=9))
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}


def test_a_lone_message_leaves_evidence_of_itself(label: Studio) -> None:
    """A takedown release by release: nothing lies beside the message that is its own marker."""
    wire = flaky(label, layout="release", completion="message", attempts=1)
    release = label.put_release(1)
    label.apply()
    label.set_status(release, "takedown")
    clock = label.clock
    assert isinstance(clock, HandClock)
    clock.wall += timedelta(minutes=1)
    wire.faults.append(Fault("put", r"0018\.xml$", LOST))
    assert label.apply().count(Outcome.FAILED) == 1
    assert state(label, release).marker_begun
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    assert [taken.deals for taken in reader(label).taken] == [1, 0]
    assert reader(label).leftovers() == []


def test_a_lone_message_that_was_swept_is_not_sent_again(label: Studio) -> None:
    wire = flaky(label, layout="release", completion="message", attempts=1)
    release = label.put_release(1)
    label.apply()
    label.set_status(release, "takedown")
    clock = label.clock
    assert isinstance(clock, HandClock)
    clock.wall += timedelta(minutes=1)
    wire.faults.append(Fault("put", r"0018\.xml$", LOST, after=True))
    assert label.apply().count(Outcome.FAILED) == 1
    shutil.rmtree(label.inbox("batchy"))
    assert outcomes(label.apply()) == {("batchy", release): "unknown"}
    assert label.files() == []
