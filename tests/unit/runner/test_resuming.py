"""What an earlier run left open, and stopping. Real planner, ledger, directory."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.ledger.events import Kind
from tests.delivery_kit import Studio, outcomes
from tests.flaky import Fault, Wire
from tests.unit.runner.wires import LOST, MARKER, flaky, reader, state


def interrupted_upload(label: Studio, *releases: int) -> tuple[Wire, list[str]]:
    """A batch whose last file met an outage."""
    wire = flaky(label, Fault("put", r"\.xml$", LOST, times=99), attempts=1)
    wire.faults.append(Fault("remove_folder", "", LOST, times=99))
    names = [label.put_release(number) for number in releases]
    label.apply()
    wire.faults.clear()
    wire.calls.clear()
    return wire, names


def test_changed_content_takes_the_place_of_what_was_open(label: Studio) -> None:
    _, (first, second) = interrupted_upload(label, 1, 2)
    label.put_release(2, title="Another title")
    result = label.apply()
    assert outcomes(result) == {("batchy", first): "resumed", ("batchy", second): "sent"}
    assert Kind.SUPERSEDED in label.kinds(second)
    titles = {f"0{taken.icpn}": taken.title for taken in reader(label).taken}
    assert titles == {first: "Breakwater", second: "Another title"}
    assert reader(label).leftovers() == []
    assert label.nothing_to_send()


def test_a_batch_that_nobody_wants_any_more_goes(label: Studio) -> None:
    wire, (release,) = interrupted_upload(label, 1)
    assert label.files() != []
    label.set_status(release, "takedown")
    result = label.apply()
    assert result.items == ()
    assert label.files() == []
    assert wire.puts() == []
    assert label.kinds(release) == [Kind.INTENDED, Kind.SUPERSEDED]
    assert label.nothing_to_send()


def test_a_selection_leaves_alone_what_it_does_not_speak_of(label: Studio) -> None:
    _, (first, second) = interrupted_upload(label, 1, 2)
    assert outcomes(label.apply(label.plan([first]))) == {("batchy", first): "resumed"}
    assert [taken.icpn for taken in reader(label).taken] == [first[1:]]
    assert state(label, second).open is not None
    assert outcomes(label.apply()) == {("batchy", second): "resumed"}
    assert sorted(taken.icpn for taken in reader(label).taken) == [first[1:], second[1:]]
    assert label.nothing_to_send()


def test_unfinished_files_of_earlier_runs_go(label: Studio) -> None:
    interrupted_upload(label, 1)
    (folder,) = label.inbox("batchy").iterdir()
    stale = folder / "4006380000018" / "resources" / "x.wav.part-1"
    stale.write_bytes(b"half")
    assert label.apply().succeeded
    assert not stale.exists()
    assert reader(label).leftovers() == []


def test_moved_audio_does_not_stop_what_was_open(label: Studio) -> None:
    _, (release,) = interrupted_upload(label, 1)
    for file in label.inbox("batchy").rglob("*.wav"):
        file.unlink()
    delivery, status = label.releases[release]
    (label.root / "moved").mkdir()
    moved = []
    for asset in delivery.assets:
        path = f"moved/{Path(asset.path).name}"
        (label.root / asset.path).rename(label.root / path)
        moved.append(replace(asset, path=path))
    label.releases[release] = (replace(delivery, assets=tuple(moved)), status)
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    assert len(reader(label).taken) == 1


def test_a_stop_leaves_a_ledger_to_carry_on_from(label: Studio) -> None:
    wire = flaky(label, max_releases=1)
    wire.hooks.append(("put", r"0018\.xml$", label.stop.set))
    first, second = label.put_release(1), label.put_release(2)
    result = label.apply()
    assert result.interrupted
    assert not result.succeeded
    assert outcomes(result) == {("batchy", first): "interrupted", ("batchy", second): "interrupted"}
    assert label.kinds(second) == []
    label.stop.clear()
    wire.hooks.clear()
    result = label.apply()
    assert outcomes(result) == {("batchy", first): "resumed", ("batchy", second): "sent"}
    assert len(reader(label).taken) == 2


def test_a_stop_does_not_tear_the_marker_from_its_record(label: Studio) -> None:
    wire = flaky(label)
    wire.hooks.append(("put", MARKER, label.stop.set))
    release = label.put_release(1)
    result = label.apply()
    assert result.interrupted
    assert outcomes(result) == {("batchy", release): "sent"}


def test_a_stop_ends_waiting_for_another_try(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"\.jpg$", LOST, times=99), attempts=50)
    wire.hooks.append(("put", r"\.jpg$", label.stop.set))
    label.put_release(1)
    result = label.apply()
    assert result.count(Outcome.INTERRUPTED) == 1
    assert sum(path.endswith(".jpg") for path in wire.puts()) == 1


@pytest.fixture
def _ctrl_c() -> Iterator[None]:
    """^C counts: a shell lets its background jobs ignore it, and Python leaves that as it is."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c")
def test_ctrl_c_is_a_stop(label: Studio) -> None:
    wire = flaky(label)

    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert label.stop.wait(60)

    wire.hooks.append(("put", r"\.jpg$", interrupt))
    release = label.put_release(1)
    result = label.apply()
    assert result.interrupted
    assert outcomes(result) == {("batchy", release): "interrupted"}
    assert not [name for name in label.files() if name.endswith(".jpg")]
    label.stop.clear()
    wire.hooks.clear()
    assert label.apply().count(Outcome.RESUMED) == 1
    assert reader(label).leftovers() == []
