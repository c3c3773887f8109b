"""What is sent, what is not, and what is said of it. Real planner, ledger, directory."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from stardust_gitops.content.model import Content, Delivery
from stardust_gitops.delivery.results import Outcome
from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.events import Kind, StreamId
from stardust_gitops.ledger.journal import Entry, Journal
from stardust_gitops.ledger.lease import holding_lease
from stardust_gitops.ledger.state import Phase
from stardust_gitops.messages import bodies
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.header import Header
from stardust_gitops.planning.model import Reason
from tests.delivery_kit import Studio, outcomes, result_of
from tests.ledger_samples import HandClock
from tests.unit.runner.wires import flaky, reader, state


def test_apply_twice_sends_nothing_the_second_time(label: Studio) -> None:
    wire = flaky(label)
    label.put_release(1)
    plan = label.plan()
    label.apply(plan)
    wire.calls.clear()
    again = label.apply(plan)
    assert [item.outcome for item in again.items] == [Outcome.EQUAL]
    assert label.apply().items == ()
    assert wire.calls == []


@pytest.mark.parametrize("status", ["active", "takedown"])
def test_what_another_run_has_done_is_done(label: Studio, status: str) -> None:
    flaky(label)
    release = label.put_release(1)
    label.apply()
    label.put_release(1, title="Second title")
    label.set_status(release, status)
    plan = label.plan()
    assert label.apply(plan).succeeded
    again = label.apply(plan)
    assert again.succeeded
    assert result_of(again, release).outcome is Outcome.EQUAL
    assert result_of(again, release).text == "another run has sent it"


def test_what_another_run_has_done_otherwise_is_stale(label: Studio) -> None:
    flaky(label)
    release = label.put_release(1)
    label.apply()
    label.put_release(1, title="Second title")
    update = label.plan()
    label.put_release(1, title="Third title")
    label.apply()
    late = label.apply(update)
    assert result_of(late, release).outcome is Outcome.SKIPPED
    assert not late.succeeded


def test_a_resend_that_nobody_has_sent_is_not_taken_for_the_last_one(label: Studio) -> None:
    """An answer to the first resend has come since the second one was planned."""
    flaky(label)
    release = label.put_release(1)
    label.apply()
    label.apply(label.plan(resend=True))
    second = label.plan(resend=True)
    sent = state(label, release).baseline
    assert sent is not None
    with holding_lease(
        label.ledger, "production", "batchy", provenance=label.provenance, lost=threading.Event()
    ) as lease:
        journal = Journal(label.ledger, lease=lease, clock=label.clock, provenance=label.provenance)
        answer = {"message_id": sent.message_id}
        stream = StreamId("production", "batchy", release)
        journal.append(Entry(stream, Kind.ACKNOWLEDGED, answer))
    assert result_of(label.apply(second), release).outcome is Outcome.SKIPPED


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


def test_messages_equal_but_for_the_header_are_built_once(
    label: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []

    def counting(delivery: Delivery, header: Header, options: MessageOptions) -> bytes:
        built.append(header.recipient.name)
        return write_message(delivery, header, options)

    monkeypatch.setattr(bodies, "write_message", counting)
    for target in ("first", "second", "third"):
        label.add_recipient(target)
    label.put_release(1)
    assert label.apply(parallelism=1).succeeded
    assert len(built) == 1
    messages = {
        target: next(label.inbox(target).rglob("40*.xml")).read_text()
        for target in label.recipients
    }
    for target, message in messages.items():
        assert f"<FullName>{target.title()}</FullName>" in message
    assert len({message.partition("</MessageHeader>")[2] for message in messages.values()}) == 1


def test_advice_goes_to_the_ledger_before_what_comes_after_it(label: Studio) -> None:
    """Each by itself would cost as much as the small file that it tells of."""
    stream = StreamId("production", "batchy", label.put_release(1))
    with holding_lease(
        label.ledger, "production", "batchy", provenance=label.provenance, lost=threading.Event()
    ) as lease:
        journal = Journal(label.ledger, lease=lease, clock=label.clock, provenance=label.provenance)
        journal.append()
        assert not journal.wrote
        paths = [f"{number}.wav" for number in range(3)]
        for path in paths:
            journal.advise(Entry(stream, Kind.FILE_UPLOADED, {"path": path}))
        assert list(label.ledger.events(stream=stream)) == []
        journal.append(Entry(stream, Kind.FORGOTTEN, {"text": "an example"}))
        events = [event for _, event in label.ledger.events(stream=stream)]
        assert [event.data.get("path") for event in events] == [*paths, None]
        for number in range(120):  # they do not gather without end
            journal.advise(Entry(stream, Kind.FILE_UPLOADED, {"path": f"{number}.flac"}))
        assert len(list(label.ledger.events(stream=stream))) == 4 + 100
