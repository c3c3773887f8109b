"""Order and layout of what is sent, and members that fail. Real planner, ledger, directory."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import PermissionDeniedError, TransportError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.state import Phase
from stardust_gitops.messages.problems import Problem
from tests.delivery_kit import ENVIRONMENT, Studio, outcomes, result_of
from tests.flaky import Fault
from tests.unit.runner.wires import MARKER, POINTER, flaky, reader, state


def test_all_releases_of_a_run_travel_in_batches_with_the_marker_last(label: Studio) -> None:
    wire = flaky(label, max_releases=2)
    releases = [label.put_release(number) for number in (1, 2, 3)]
    result = label.apply()
    assert result.succeeded
    puts = wire.puts()
    markers = [at for at, path in enumerate(puts) if re.search(MARKER, path)]
    folders = [path.split("/")[0] for path in puts]
    assert markers == [6, len(puts) - 1]
    assert len(set(folders[:7])) == 1
    for folder in set(folders):
        kinds = [Path(p).suffix for p in puts if p.startswith(folder) and MARKER not in p]
        assert kinds == sorted(kinds, key=lambda suffix: suffix == ".xml")
    assert [f"0{taken.icpn}" for taken in reader(label).taken] == releases
    assert reader(label).leftovers() == []
    assert label.nothing_to_send()


def test_takedowns_go_first_and_alone(label: Studio) -> None:
    wire = flaky(label)
    live = label.put_release(1)
    label.apply()
    label.set_status(live, "takedown")
    label.put_release(2)
    wire.calls.clear()
    assert label.apply().succeeded
    markers = [path.split("/")[0] for path in wire.puts() if MARKER in path]
    assert len(set(markers)) == 2
    first, second = reader(label).taken[1:]
    assert (first.delivery_type, first.deals) == ("TakeDown", 0)
    assert second.delivery_type == "NewReleaseDelivery"
    assert state(label, live).phase is Phase.TAKEN_DOWN


@pytest.mark.parametrize(
    ("how", "last"),
    [
        ({"completion": "message"}, r"/400638\d+\.xml$"),
        ({"completion": "manifest"}, r"/BatchComplete_\d{17}\.xml$"),
        (
            {"completion": "semaphore", "semaphore": "{folder}.complete"},
            r"(N_\d+_\d+)/\1.complete$",
        ),
    ],
)
def test_release_by_release(label: Studio, how: dict[str, str], last: str) -> None:
    wire = flaky(label, layout="release", prefix="N", **how)
    release = label.put_release(1)
    assert label.apply().succeeded
    assert re.search(last, wire.puts()[-1])
    assert re.fullmatch(rf"N_{release[1:]}_\d{{17}}", wire.puts()[-1].split("/")[0])
    assert label.nothing_to_send()


def test_batch_ids_are_unique_in_a_run_and_in_the_ledger(label: Studio) -> None:
    for target in ("one", "two"):
        label.add_recipient(target, max_releases=1)
    for number in range(1, 4):
        label.put_release(number)
    result = label.apply()
    batches = {item.batch for item in result.items}
    assert len(batches) == 6
    label.put_release(4)
    label.apply()  # the clock stands still
    for target in ("one", "two"):
        assert len({file.split("/")[0] for file in label.files(target)}) == 4


def test_another_environment_sends_test_messages(label: Studio) -> None:
    label.add_recipient()
    label.put_release(1)
    plan = replace(label.plan(), environment="staging")
    assert label.apply(plan).succeeded
    (message,) = (f for f in label.files() if f.endswith("0018.xml"))
    text = (label.inbox("batchy") / message).read_text("utf-8")
    assert "<MessageControlType>TestMessage<" in text
    assert "alpha-tide-staging-batchy-" in text
    (marker,) = (f for f in label.files() if MARKER in f)
    assert "<IsTestFlag>true<" in (label.inbox("batchy") / marker).read_text("utf-8")


def test_a_member_that_fails_leaves_the_batch(label: Studio) -> None:
    flaky(label, Fault("put", r"0025/resources", TransportError("no such name here"), times=9))
    good, bad = label.put_release(1), label.put_release(2)
    result = label.apply()
    assert outcomes(result) == {("batchy", good): "sent", ("batchy", bad): "failed"}
    assert result_of(result, bad).text == "no such name here"
    assert [taken.icpn for taken in reader(label).taken] == [good[1:]]
    assert not [f for f in label.files() if bad[1:] in f]
    assert label.kinds(bad) == [Kind.INTENDED, Kind.FAILED]


def test_a_member_that_failed_is_sent_later_with_the_same_message(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"0025/resources", TransportError("not now"), times=1))
    label.put_release(1)
    bad = label.put_release(2)
    label.apply()
    intended = state(label, bad).open
    assert intended is not None
    wire.faults.clear()
    result = label.apply()
    assert outcomes(result) == {("batchy", bad): "resumed"}
    assert reader(label).taken[-1].message_id == intended.message_id
    assert label.nothing_to_send()


def test_when_all_members_fail_nothing_is_left_at_the_recipient(label: Studio) -> None:
    flaky(label, Fault("put", r"resources", TransportError("no"), times=9))
    label.put_release(1)
    result = label.apply()
    assert result.count(Outcome.FAILED) == 1
    assert label.files() == []
    assert not label.ledger.snapshot(ENVIRONMENT, since="").batches


def test_a_batch_is_given_up_when_a_failed_member_cannot_be_removed(label: Studio) -> None:
    wire = flaky(
        label,
        Fault("put", r"0025/resources", TransportError("no"), times=9),
        Fault("remove_folder", r".", PermissionDeniedError("not allowed"), times=9),
    )
    releases = [label.put_release(1), label.put_release(2)]
    result = label.apply()
    assert result.count(Outcome.FAILED) == 2
    assert not [path for path in wire.puts() if MARKER in path]
    wire.faults.clear()
    assert label.apply().succeeded
    assert {f"0{taken.icpn}" for taken in reader(label).taken} == set(releases)


def test_changed_audio_is_not_sent(label: Studio) -> None:
    label.add_recipient()
    release = label.put_release(1)
    audio = next(label.root.glob("assets/*.wav"))
    audio.write_bytes(b"x" * audio.stat().st_size)
    result = result_of(label.apply(), release)
    assert (result.outcome, result.code) == (Outcome.FAILED, "SG6009")
    assert "assets lock" in (result.hint or "")
    assert label.files() == []


@pytest.mark.parametrize(
    ("data", "text", "hint"),
    [
        (POINTER, "Git LFS", "lfs pull"),
        (b"short", "bytes, not", "assets lock"),
        (None, "no such file", "add the file"),
    ],
)
def test_a_file_that_is_not_what_was_measured_stops_its_item_before_anything(
    label: Studio, data: bytes | None, text: str, hint: str
) -> None:
    wire = flaky(label)
    release = label.put_release(1)
    audio = next(label.root.glob("assets/*.wav"))
    audio.unlink() if data is None else audio.write_bytes(data)
    result = result_of(label.apply(), release)
    assert result.outcome is Outcome.FAILED
    assert text in (result.text or "")
    assert hint in (result.hint or "")
    assert wire.calls == []
    assert label.kinds(release) == []


def test_a_message_with_problems_never_leaves(label: Studio) -> None:
    wire = flaky(label)
    release = label.put_release(1)
    problem = Problem(path="/A", message="is wrong")
    result = label.apply(check=lambda data, version: [problem])
    assert "/A: is wrong" in (result_of(result, release).text or "")
    assert wire.calls == []
    assert label.kinds(release) == []
