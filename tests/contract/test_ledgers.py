"""What every ledger must do."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.ledger.circuit import Circuit, circuit_stream, read_circuit
from stardust_gitops.ledger.events import RECEIPTS_SUBJECT, Event, Kind
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.state import Phase, StreamState
from stardust_gitops.ledger.store import (
    ConflictError,
    LedgerError,
    LedgerMissingError,
    LedgerStore,
    WrongLedgerError,
)
from stardust_gitops.ledger.upcast import UPCASTERS, Upcaster, read_event
from tests.contract.ledger_kit import SINCE, Opener, contest
from tests.ledger_places import Place
from tests.ledger_samples import (
    BATCH,
    CATALOGUE,
    NOON,
    OTHER,
    STREAM,
    deliver,
    event,
    intention,
    shipment,
    write,
)


def test_a_missing_ledger_is_never_made_by_opening(place: Place) -> None:
    before = sorted(place.root.rglob("*"))
    with pytest.raises(LedgerMissingError, match="no ledger") as caught:
        open_ledger(place.url, place.root, CATALOGUE, SystemClock())
    assert "ledger init" in (caught.value.hint or "")
    assert caught.value.exit_code == 4
    assert sorted(place.root.rglob("*")) == before


def test_a_ledger_is_never_made_twice(opened: Opener, place: Place) -> None:
    deliver(opened())
    with pytest.raises(Exception, match="already") as caught:
        create_ledger(place.url, place.root, CATALOGUE, SystemClock())
    assert getattr(caught.value, "exit_code", None) == 4
    assert opened().state(STREAM).phase is Phase.LIVE


def test_the_ledger_of_another_catalogue_is_refused(opened: Opener, place: Place) -> None:
    with pytest.raises(WrongLedgerError, match="alpha-tide"):
        open_ledger(place.url, place.root, "another", SystemClock())
    deliver(opened())


def test_a_new_ledger_is_empty_and_sound(ledger: LedgerStore) -> None:
    assert ledger.verify() == []
    assert ledger.state(STREAM) == StreamState()
    snapshot = ledger.snapshot("production", since=SINCE)
    assert (snapshot.position, snapshot.releases, snapshot.batches) == (0, {}, {})
    assert list(ledger.events()) == []


def test_events_come_back_as_written_in_order(opened: Opener) -> None:
    ledger = opened()
    first = event(Kind.INTENDED, intention())
    second = event(Kind.COMPLETING, version=2, previous=first.digest())
    elsewhere = event(Kind.INTENDED, intention("é\U0001f3b5"), stream=OTHER)
    assert ledger.append([first, second]) == 2
    assert ledger.append([elsewhere]) == 3
    view = opened()
    assert list(view.events()) == [(1, first), (2, second), (3, elsewhere)]
    assert list(view.events(after=2)) == [(3, elsewhere)]
    assert list(view.events(stream=OTHER)) == [(3, elsewhere)]
    assert list(view.events(stream=STREAM, after=1)) == [(2, second)]
    assert list(view.histories([OTHER, STREAM._replace(subject="none")])) == [elsewhere]
    both = list(view.histories([OTHER, STREAM]))
    assert [one for one in both if one.stream == STREAM] == [first, second]
    assert len(both) == 3


def test_snapshot_holds_releases_open_batches_and_recent_operations(ledger: LedgerStore) -> None:
    deliver(ledger)
    write(ledger, Kind.INTENDED, intention("b", "update"), time=NOON - timedelta(hours=25))
    write(ledger, Kind.INTENDED, shipment(), stream=BATCH)
    write(ledger, Kind.INTENDED, shipment(), stream=BATCH._replace(subject="batch:2"))
    write(ledger, Kind.COMPLETED, stream=BATCH._replace(subject="batch:2"))
    deliver(ledger, stream=STREAM._replace(environment="staging"))
    snapshot = ledger.snapshot("production", since=SINCE)
    assert dict(snapshot.releases) == {STREAM: ledger.state(STREAM)}
    assert dict(snapshot.batches) == {BATCH: ledger.batch(BATCH)}
    assert [(one.operation, one.release) for one in snapshot.recent] == [
        ("insert", "04006381333931")
    ]
    assert snapshot.position == max(position for position, _ in ledger.events())


def test_a_circuit_is_read_from_its_last_event_and_is_no_release(ledger: LedgerStore) -> None:
    stream = circuit_stream("production", "spotify")

    def read() -> Circuit:
        return read_circuit(
            stream,
            lambda stream: ledger.state(stream).version,
            lambda stream: (event for _, event in ledger.events(stream=stream)),
        )

    assert read() == Circuit()
    deliver(ledger)
    found = Circuit()
    for number in range(3):
        found = found.failed("SG6001", f"lost {number}", item=STREAM.subject if number else None)
        for each in (found, found.open_from(NOON)):
            write(ledger, *each.event(), stream=stream)
            assert read() == each
    assert found.failures == 2
    snapshot = ledger.snapshot("production", since=SINCE)
    assert set(snapshot.releases) == {STREAM}
    ledger.rebuild()
    assert read() == found.open_from(NOON)
    assert ledger.verify() == []


def test_append_is_all_or_nothing(ledger: LedgerStore) -> None:
    good = event(Kind.INTENDED, intention())
    with pytest.raises(ConflictError):
        ledger.append([good, event(Kind.COMPLETING, stream=OTHER, version=2)])
    assert list(ledger.events()) == []
    assert ledger.append([]) == 0


@pytest.mark.parametrize(("version", "previous"), [(1, "0" * 64), (3, None), (2, "0" * 64)])
def test_an_event_that_is_not_the_next_conflicts(
    ledger: LedgerStore, version: int, previous: str | None
) -> None:
    write(ledger, Kind.INTENDED, intention())
    head = ledger.state(STREAM).head
    with pytest.raises(ConflictError) as caught:
        ledger.append([event(Kind.COMPLETING, version=version, previous=previous or head)])
    assert caught.value.exit_code == 4


def test_malformed_events_are_refused(ledger: LedgerStore) -> None:
    with pytest.raises(LedgerError, match="malformed"):
        ledger.append([event(Kind.INTENDED, {})])
    with pytest.raises(LedgerError, match="JSON"):
        ledger.append([event(Kind.ACKNOWLEDGED, {"message_id": "x", "text": "\ud800"})])
    with pytest.raises(LedgerError, match="format 0"):
        ledger.append([replace(event(Kind.FORGOTTEN), format=0)])
    assert list(ledger.events()) == []


def test_events_of_an_older_format_are_read_in_the_present_one(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        cast(dict[int, Upcaster], UPCASTERS), 0, lambda raw: {**raw, "format": 1, "kind": "failed"}
    )
    now = event(Kind.FAILED, {"text": "no route"})
    old = now.body().replace(b'"format":1', b'"format":0').replace(b'"failed"', b'"broken"')
    ledger = opened()
    ledger.append([read_event(old)])
    write(ledger, Kind.FORGOTTEN)
    ((_, first), (_, second)) = opened().events()
    assert (first, first.body()) == (now, old)
    assert second.previous == hashlib.sha256(old).hexdigest()
    ledger.rebuild()
    assert ledger.verify() == []


def test_events_of_a_newer_format_are_refused(opened: Opener) -> None:
    now = event(Kind.FAILED, {"text": "no route"})
    newer = now.body().replace(b'"format":1', b'"format":99')
    fields = {field.name: getattr(now, field.name) for field in dataclass_fields(now) if field.init}
    ledger = opened()
    ledger.append([Event.of(newer, **fields)])
    with pytest.raises(WrongLedgerError, match="99"):
        list(opened().events())
    with pytest.raises(WrongLedgerError, match="99"):
        ledger.rebuild()
    assert any("format 99" in problem for problem in ledger.verify())


def test_bytes_are_kept_under_their_digest(opened: Opener) -> None:
    ledger = opened()
    digest = ledger.store(b"<message/>" * 1000)
    assert ledger.store(b"<message/>" * 1000) == digest
    assert opened().fetch(digest) == b"<message/>" * 1000
    assert opened().fetch(ledger.store(b"")) == b""
    with pytest.raises(LedgerError, match="missing"):
        ledger.fetch("0" * 64)


def test_missing_bytes_show_in_verify(ledger: LedgerStore) -> None:
    write(ledger, Kind.INTENDED, intention())
    assert [problem for problem in ledger.verify() if "are missing" in problem]


def test_rebuild_and_checkpoints_leave_all_as_it_was(ledger: LedgerStore) -> None:
    deliver(ledger)
    ledger.checkpoint()
    ledger.checkpoint()
    deliver(ledger, "b", operation="update")
    deliver(ledger, stream=OTHER)
    ledger.checkpoint()
    before = ledger.snapshot("production", since=SINCE)
    ledger.rebuild()
    assert ledger.snapshot("production", since=SINCE) == before
    assert ledger.verify() == []


def test_threads_share_one_ledger(ledger: LedgerStore, place: Place) -> None:
    count = place.rounds(40)

    def work(number: int) -> None:
        stream = STREAM._replace(subject=f"{number:014}")
        deliver(ledger, f"{number}", stream=stream)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(count)))
    assert len(ledger.snapshot("production", since=SINCE).releases) == count
    assert ledger.verify() == []


def test_of_two_processes_exactly_one_writes_each_version(opened: Opener, place: Place) -> None:
    rounds = place.rounds(60)

    def attempt(ledger: LedgerStore, number: int) -> bool:
        state = ledger.state(STREAM)
        following = event(Kind.FILE_UPLOADED, version=number + 1, previous=state.head)
        try:
            ledger.append([following])
        except ConflictError:
            return False
        return True

    one, two = contest(place, attempt, rounds)
    assert [a != b for a, b in zip(one, two, strict=True)] == [True] * rounds
    ledger = opened()
    assert [one.version for _, one in ledger.events()] == list(range(1, rounds + 1))
    assert ledger.verify() == []


def test_answers_and_the_files_that_they_stand_in_are_kept(opened: Opener) -> None:
    ledger = opened()
    deliver(ledger)
    raw = ledger.store(b"<ack/>")
    told = {"message_id": "M-a", "status": "live", "time": "2026-11-22T13:00:00.000000Z"}
    write(ledger, Kind.ACKNOWLEDGED, {**told, "raw": raw, "file": "ack/1.xml"})
    read = STREAM._replace(subject=RECEIPTS_SUBJECT)
    write(ledger, Kind.RECEIPT_READ, {"path": "ack/1.xml", "size": 6, "raw": raw}, stream=read)
    for view in (ledger, opened()):
        assert view.fetch(raw) == b"<ack/>"
        answer = view.state(STREAM).answer
        assert answer is not None
        assert (answer.status, answer.time) == ("live", told["time"])
        releases = view.snapshot("production", since=SINCE).releases
        assert list(releases) == [STREAM], "what was read is nothing to plan"
        assert view.verify() == []
        kinds = [(one.kind, one.format) for _, one in view.events(stream=read)]
        assert kinds == [(Kind.RECEIPT_READ, 3)]
