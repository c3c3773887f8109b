"""Applying plans: failures, resuming, evidence, order, leases. Real planner, ledger, directory."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from stardust_gitops.content.model import Content
from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    TransportError,
)
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.events import Kind, StreamId
from stardust_gitops.ledger.state import Phase, StreamState
from stardust_gitops.ledger.store import LeaseHeldError, LeaseLostError
from stardust_gitops.messages.problems import Problem
from stardust_gitops.planning.model import Reason
from tests.delivery_kit import ENVIRONMENT, Studio, outcomes, result_of
from tests.flaky import Fault, Wire
from tests.ledger_samples import HandClock, write
from tests.recipient_reader import RecipientReader

MARKER = r"BatchComplete"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 3015\n" % (b"0" * 64)
LOST = PassingError("connection lost")


@pytest.fixture
def label(tmp_path: Path) -> Iterator[Studio]:
    """A label without releases and recipients."""
    label = Studio(tmp_path)
    yield label
    assert label.ledger.verify() == []
    label.ledger.close()


def flaky(label: Studio, *faults: Fault, target: str = "batchy", **more: object) -> Wire:
    """Add a recipient behind a wire with faults."""
    wire = Wire(faults=list(faults))
    inbox = label.inbox(target)
    connect = wire.connect(lambda: DirectoryTransport(inbox))
    label.add_recipient(target, connect=connect, **more)  # type: ignore[arg-type]
    return wire


def reader(label: Studio, target: str = "batchy") -> RecipientReader:
    """What the recipient has taken by now; nothing may be amiss."""
    found = RecipientReader(label.inbox(target))
    found.look()
    assert found.errors == []
    return found


def state(label: Studio, release: str, target: str = "batchy") -> StreamState:
    """The state of a release."""
    return label.ledger.state(StreamId(ENVIRONMENT, target, release))


# Order and layout


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


# Members that fail


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
    assert (result.outcome, result.code) == (Outcome.FAILED, "SG6006")
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


# Passing errors and the circuit breaker


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


# The marker, and evidence


def lose_marker(label: Studio, *, after: bool, target: str = "batchy", **more: object) -> Wire:
    """A recipient that is lost while the marker is put, before or after it has arrived."""
    fault = Fault("put", MARKER, LOST, times=1, after=after)
    return flaky(label, fault, target=target, attempts=1, **more)


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


# What an earlier run left open


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


# What is sent, and what is not


def test_apply_twice_sends_nothing_the_second_time(label: Studio) -> None:
    wire = flaky(label)
    label.put_release(1)
    plan = label.plan()
    label.apply(plan)
    wire.calls.clear()
    again = label.apply(plan)
    assert [item.outcome for item in again.items] == [Outcome.SKIPPED]
    assert label.apply().items == ()
    assert wire.calls == []


def test_an_update_that_would_repeat_the_last_message_is_not_sent(label: Studio) -> None:
    wire = flaky(label)
    release = label.put_release(1)
    label.apply()
    label.put_release(1, title="Second title")
    label.apply()
    # Something that no message of this format says, so that two contents give one message.
    delivery, status = label.releases[release]
    label.releases[release] = (replace(delivery, content=_unsaid(delivery.content)), status)
    assert [str(item.action) for item in label.plan().items] == ["update"]
    wire.calls.clear()
    result = label.apply()
    assert outcomes(result) == {("batchy", release): "unchanged"}
    assert wire.calls == []
    assert label.kinds(release)[-1] is Kind.IMPORTED
    assert label.nothing_to_send()
    assert label.apply().items == ()


def _unsaid(content: Content) -> Content:
    """The same to the recipient, with another fingerprint."""
    return replace(content, track_deals=content.deals)


def test_a_catalogue_that_moved_on_since_the_plan_is_not_sent(label: Studio) -> None:
    wire = flaky(label)
    release = label.put_release(1)
    plan = label.plan()
    label.put_release(1, title="Changed meanwhile")
    result = result_of(label.apply(plan), release)
    assert (result.outcome, result.code) == (Outcome.FAILED, "SG6013")
    assert wire.calls == []


def test_times_increase_although_the_clock_jumps_back(label: Studio) -> None:
    label.add_recipient()
    clock = label.clock
    assert isinstance(clock, HandClock)
    release = label.put_release(1)
    created = []
    for title in ("One", "Two", "Three"):
        label.put_release(1, title=title)
        label.apply()
        baseline = state(label, release).baseline
        assert baseline is not None
        created.append(baseline.created or "")
        clock.wall -= timedelta(days=1)
    assert created == sorted(set(created))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text) for text in created)
    messages = {taken.message_id for taken in reader(label).taken}
    assert len(messages) == 3


def test_a_takedown_is_made_from_the_last_content_where_the_present_one_cannot_be_said(
    label: Studio,
) -> None:
    label.add_recipient()
    release = label.put_release(1)
    label.apply()
    delivery, _ = label.releases[release]
    label.releases[release] = (replace(delivery, assets=()), "takedown")
    assert outcomes(label.apply()) == {("batchy", release): "sent"}
    assert state(label, release).phase is Phase.TAKEN_DOWN
    assert reader(label).taken[-1].deals == 0
    assert label.nothing_to_send()


def test_takedowns_by_end_date_end_in_the_past(label: Studio) -> None:
    label.add_recipient()
    label.recipients["batchy"] = replace(label.recipients["batchy"], takedown="end_date")
    release = label.put_release(1)
    label.apply()
    clock = label.clock
    assert isinstance(clock, HandClock)
    clock.wall += timedelta(days=30)
    label.set_status(release, "takedown")
    assert label.apply().succeeded
    message = sorted(f for f in label.files() if f.endswith("0018.xml"))[-1]
    text = (label.inbox("batchy") / message).read_text("utf-8")
    assert "2026-12-20" in text


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


# Several at once, and stopping


def test_members_travel_over_several_connections(label: Studio) -> None:
    wire = flaky(label, connections=3)
    together = threading.Barrier(3, timeout=10)
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
    together = threading.Barrier(2, timeout=10)
    for target in ("one", "two"):
        flaky(label, target=target).hooks.append(("put", r"\.jpg$", together.wait))  # type: ignore[arg-type]
    label.put_release(1)
    assert label.apply(parallelism=2).succeeded


def test_two_at_once_never_send_one_item_twice(label: Studio) -> None:
    wires = flaky(label)
    for number in range(1, 5):
        label.put_release(number)
    plan = label.plan()
    start = threading.Barrier(4, timeout=10)
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
    rest = {Outcome.LOCKED, Outcome.SKIPPED}
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
        ledger = again.ledger
        for fence in range(1, 3):
            _release(ledger, fence)
        ledger.take_lease(ENVIRONMENT, "batchy", holder="thief")

    wire.hooks.append(("put", r"\.jpg$", steal))
    result = again.apply()
    assert result_of(result, release).outcome is Outcome.LOCKED
    ((_, problem),) = result.problems
    assert isinstance(problem, LeaseLostError)
    assert not [path for path in wire.puts() if MARKER in path]


def _release(ledger: object, fence: int) -> None:
    from stardust_gitops.ledger.store import Lease

    lease = Lease(environment=ENVIRONMENT, target="batchy", fence=fence, holder="")
    ledger.release_lease(lease)  # type: ignore[attr-defined]


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


def test_ctrl_c_is_a_stop(label: Studio) -> None:
    wire = flaky(label)

    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        assert label.stop.wait(10)

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


def test_a_plan_that_a_guard_stopped_is_refused(label: Studio) -> None:
    label.add_recipient()
    label.put_release(1)
    plan = replace(label.plan(), stops=(Reason(code="guard", text="too many takedowns"),))
    with pytest.raises(SafetyError, match="too many takedowns"):
        label.apply(plan)


def test_a_target_that_cannot_be_reached_at_all(label: Studio) -> None:
    label.add_recipient()
    release = label.put_release(1)
    result = label.apply(recipients={})
    assert result_of(result, release).code == "SG6015"


def test_bytes_and_events(label: Studio) -> None:
    label.add_recipient()
    release = label.put_release(1)
    result = label.apply()
    sizes = [(label.inbox("batchy") / name).stat().st_size for name in label.files()]
    assert result.bytes_sent == sum(sizes)
    names = [name for name, _ in label.log.events if name not in ("file_progress", "file_started")]
    assert names == [
        "run_started", "target_started", "item_started", "file_done", "file_done", "file_done",
        "item_done", "shipment_completed", "run_done",
    ]  # fmt: skip
    assert label.log.named("item_done")[0]["release"] == release
    assert label.log.named("run_done")[0]["outcomes"]["sent"] == 1
