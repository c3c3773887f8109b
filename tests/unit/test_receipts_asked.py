"""An interface that is asked what became of each message, and which messages answers are about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from stardust_gitops.catalog.models.acknowledgements import Acknowledgements
from stardust_gitops.delivery.transports.base import (
    NotOfferedError,
    PassingError,
    Question,
    Transport,
)
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from stardust_gitops.ledger.events import Kind, StreamId
from stardust_gitops.ledger.open import create_ledger
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.messages.receipts.receipt import Receipt
from stardust_gitops.reconciler.receipts.matching import Messages
from stardust_gitops.reconciler.receipts.pulling import Pulled
from tests import receipts_kit
from tests.ledger_samples import CATALOGUE, STREAM, HandClock, deliver, intention, write
from tests.receipts_kit import new

SECOND = STREAM._replace(subject="04006381333948")
ENTRY = Acknowledgements.model_validate(
    {
        "request": {"path": "/status?id={message_id}"},
        "format": "json",
        "fields": {"status": "/status", "text": "/error", "time": "/completedAt"},
        "statuses": {"completed": "accepted", "validation_failed": "rejected"},
    }
)


@dataclass
class Service:
    """What the interface says, by message id; what it was asked."""

    says: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    busy: int = 0

    def answer(self, question: Question, values: Mapping[str, str]) -> bytes | None:
        if self.busy:
            self.busy -= 1
            raise PassingError("busy")
        self.asked.append(question.path.replace("{message_id}", values["message_id"]))
        said = self.says.get(values["message_id"])
        return None if said is None else json.dumps(said).encode()

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: HandClock) -> Iterator[LedgerStore]:
    made = create_ledger("sqlite:ledger.db", tmp_path, CATALOGUE, clock)
    yield made
    assert made.verify() == []
    made.close()


def pull(ledger: LedgerStore, clock: HandClock, service: object) -> Pulled:
    """One pull at the target of the samples."""
    connect = cast(Callable[[], Transport], lambda: service)
    return receipts_kit.pull(ledger, clock, connect, ENTRY, target=STREAM.target)


def test_it_is_asked_until_it_has_said_its_last_word(ledger: LedgerStore, clock: HandClock) -> None:
    deliver(ledger, "a")
    deliver(ledger, "b", stream=SECOND)
    service = Service({"M-a": {"status": "received"}})
    assert new(pull(ledger, clock, service)) == [("M-a", "received")]
    assert service.asked == ["/status?id=M-a", "/status?id=M-b"]
    position = ledger.snapshot(STREAM.environment, since="").position
    assert new(pull(ledger, clock, service)) == []
    assert ledger.snapshot(STREAM.environment, since="").position == position
    service.says = {
        "M-a": {"status": "completed", "completedAt": "2026-11-22T11:00:00Z"},
        "M-b": {"status": "validation_failed", "error": "no genre"},
    }
    service.busy = 1
    assert new(pull(ledger, clock, service)) == [("M-a", "accepted"), ("M-b", "rejected")]
    rejected = ledger.state(SECOND).rejected
    assert rejected is not None
    assert rejected.text == "no genre"
    service.asked.clear()
    pull(ledger, clock, service)
    assert service.asked == ["/status?id=M-a"], "what is rejected is settled"


def test_words_that_come_back_are_news(ledger: LedgerStore, clock: HandClock) -> None:
    deliver(ledger, "a")
    service = Service()
    for status in ("pending", "received", "pending"):
        service.says["M-a"] = {"status": status}
        assert len(new(pull(ledger, clock, service))) == 1
    service.says["M-a"] = {"status": "pending", "at": "another moment"}
    assert new(pull(ledger, clock, service)) == [], "it says nothing else than before"


def test_what_is_not_known_to_have_arrived_is_asked_about(
    ledger: LedgerStore, clock: HandClock
) -> None:
    keep(ledger, "a")
    write(ledger, Kind.INTENDED, intention())
    assert new(pull(ledger, clock, Service({"M-a": {"status": "received"}}))) == []
    write(ledger, Kind.FAILED, {"text": "cut off", "outcome": "unknown"})
    assert new(pull(ledger, clock, Service({"M-a": {"status": "received"}}))) == [
        ("M-a", "received")
    ]
    assert ledger.state(STREAM).phase is Phase.LIVE


def test_nobody_is_asked_for_ever(ledger: LedgerStore, clock: HandClock) -> None:
    deliver(ledger, "a")
    clock.sleep(31 * 86400)
    service = Service({"M-a": {"status": "completed"}})
    assert (new(pull(ledger, clock, service)), service.asked) == ([], [])


def test_who_cannot_be_asked_is_told_so(
    ledger: LedgerStore, clock: HandClock, tmp_path: Path
) -> None:
    deliver(ledger, "a")
    with pytest.raises(NotOfferedError, match="can be asked"):
        pull(ledger, clock, DirectoryTransport(tmp_path))


def keep(ledger: LedgerStore, name: str) -> None:
    """The bytes to which an intention refers."""
    ledger.store(f"content {name}".encode())
    ledger.store(f"message {name}".encode())


def about(ledger: LedgerStore, **said: Any) -> list[tuple[str, str]]:
    """The messages that an answer is about: id and release."""
    messages = Messages(ledger, STREAM.environment, STREAM.target, since="")
    found = messages.about(Receipt(status="accepted", **said))
    return [(message.message_id, message.stream.subject) for message in found]


FIRST = StreamId(*STREAM).subject


def test_an_answer_finds_its_message(ledger: LedgerStore) -> None:
    deliver(ledger, "a", thread_id="T-1", message_id="T-1-1-20", mead_id="T-1-1-20-MEAD")
    deliver(ledger, "b", operation="update", message_id="T-1-4-21", batch="20261123120000000")
    deliver(ledger, "b", operation="update", message_id="T-1-7-22", batch="20261124120000000")
    deliver(ledger, "c", stream=SECOND, thread_id="T-2", batch="20261124120000000")
    last = [("T-1-7-22", FIRST)]
    assert about(ledger, message_id="T-1-7-22") == last
    assert about(ledger, message_id="T-1-1-20") == [("T-1-1-20", FIRST)], "an earlier one"
    assert about(ledger, message_id="T-1-1-20-MEAD") == [("T-1-1-20-MEAD", FIRST)]
    assert about(ledger, message_id="T-1-9-99") == []
    assert about(ledger, release="4006381333931") == last
    assert about(ledger, release="T-1-7-22") == last, "the id in the wrong place"
    assert about(ledger, release="4006381333931", batch="20261123120000000") == [
        ("T-1-4-21", FIRST)
    ]
    assert about(ledger, release="4006381333931", batch="20261122120000000") == [
        ("T-1-1-20", FIRST)
    ]
    assert about(ledger, release="4006381333931", batch="20991122120000000") == []
    assert about(ledger, batch="20261124120000000") == [*last, ("M-c", SECOND.subject)]
    assert about(ledger, batch="20261124120000000", release="A12425GABC1234002M") == []
    assert about(ledger, release="4006381333962") == []
    assert about(ledger) == []


def test_the_same_id_at_another_target_is_another_matter(ledger: LedgerStore) -> None:
    deliver(ledger, "a", stream=STREAM._replace(target="deezer"))
    deliver(ledger, "b", stream=STREAM._replace(environment="test"))
    assert about(ledger, message_id="M-a") == []
    assert about(ledger, message_id="M-b") == []


def test_where_two_messages_wait_a_release_alone_names_neither(ledger: LedgerStore) -> None:
    deliver(ledger, "a")
    keep(ledger, "b")
    write(ledger, Kind.INTENDED, intention("b", "update"))
    assert about(ledger, release="4006381333931") == [("M-a", FIRST)], "the other has not begun"
    write(ledger, Kind.COMPLETING)
    assert about(ledger, release="4006381333931") == []
    write(ledger, Kind.ACKNOWLEDGED, {"message_id": "M-a", "status": "accepted"})
    assert about(ledger, release="4006381333931") == [("M-b", FIRST)]
