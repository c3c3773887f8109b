"""What the events of a stream tell: deliveries with their numbers, and what was accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.ledger.events import Event, Kind, Provenance, StreamId
from stardust_gitops.planning.model import Action, Item
from stardust_gitops.reconciler.deliveries import deliveries
from stardust_gitops.reconciler.promotion import Promotion, answers

STREAM = StreamId("production", "spotify", "04006381333931")
Step = tuple[Kind, dict[str, Any]]


def history(*steps: Step) -> list[Event]:
    """The events of a stream; each is of a commit of its own: ``c1``, ``c2`` …"""
    return [
        Event(
            stream=STREAM,
            version=number,
            kind=kind,
            time="2026-11-22T09:00:00.000000Z",
            provenance=Provenance(actor="a", run="r", program="1", commit=f"c{number}"),
            data=data,
        )
        for number, (kind, data) in enumerate(steps, 1)
    ]


def intended(message_id: str, content: str = "one", operation: str = "update") -> Step:
    return Kind.INTENDED, {
        "operation": operation,
        "message_id": message_id,
        "message_fingerprint": content,
        "assets_fingerprint": "files",
    }


def answered(kind: Kind, message_id: str) -> Step:
    return kind, {"message_id": message_id, "status": "accepted"}


COMPLETED: Step = (Kind.COMPLETED, {})


def numbers(*steps: Step) -> list[tuple[int, int, str | None]]:
    return [(entry.begun, entry.version, entry.commit) for entry in deliveries(history(*steps))]


def test_a_delivery_is_of_the_commit_that_intended_it() -> None:
    assert numbers(intended("a"), (Kind.COMPLETING, {}), COMPLETED) == [(1, 3, "c1")]


@pytest.mark.parametrize(
    "end", [(Kind.SUPERSEDED, {}), (Kind.RESOLVED, {"outcome": "resend"}), (Kind.FAILED, {})]
)
def test_what_did_not_arrive_is_no_delivery(end: Step) -> None:
    assert numbers(intended("a"), end, intended("b"), COMPLETED) == [(3, 4, "c3")]


def test_what_was_settled_later_is_one() -> None:
    unknown: Step = (Kind.FAILED, {"outcome": "unknown"})
    resolved: Step = (Kind.RESOLVED, {"outcome": "delivered"})
    assert numbers(intended("a"), unknown, resolved) == [(1, 3, "c1")]
    yes = answered(Kind.ACKNOWLEDGED, "b")
    assert numbers(intended("a"), COMPLETED, intended("b"), unknown, yes)[1] == (3, 5, "c3")


def test_an_answer_about_another_message_settles_nothing() -> None:
    about_a = answered(Kind.ACKNOWLEDGED, "a")
    assert numbers(intended("a"), COMPLETED, intended("b"), about_a) == [(1, 2, "c1")]


def test_what_was_adopted_is_a_delivery() -> None:
    assert numbers((Kind.IMPORTED, {"operation": "insert"})) == [(1, 1, "c1")]


def test_the_last_answer_about_a_message_counts() -> None:
    sent = (intended("a"), COMPLETED)
    yes, no = (answered(kind, "a") for kind in (Kind.ACKNOWLEDGED, Kind.REJECTED))
    wanted = ("one", "files")
    assert answers(history(*sent, yes)).accepted == {wanted}
    assert answers(history(*sent, yes, no)).accepted == set()
    assert answers(history(*sent, no, yes)).accepted == {wanted}


@pytest.mark.parametrize("status", ["received", "processing", "unknown"])
def test_only_what_accepts_is_an_acceptance(status: str) -> None:
    sent = (intended("a"), COMPLETED)
    heard: Step = (Kind.ACKNOWLEDGED, {"message_id": "a", "status": status})
    assert answers(history(*sent, heard)).accepted == set()
    yes = answered(Kind.ACKNOWLEDGED, "a")
    assert answers(history(*sent, yes, heard)).accepted == {("one", "files")}, "nor takes one back"


def test_of_two_answers_the_recipients_own_time_decides() -> None:
    def at(kind: Kind, hour: int) -> Step:
        data = {"message_id": "a", "status": "live", "time": f"2026-11-22T{hour}:00:00Z"}
        return kind, data

    sent = (intended("a"), COMPLETED)
    yes, no = at(Kind.ACKNOWLEDGED, 14), at(Kind.REJECTED, 13)
    assert answers(history(*sent, yes, no)).accepted == {("one", "files")}
    assert answers(history(*sent, no, yes)).accepted == {("one", "files")}
    assert answers(history(*sent, yes, at(Kind.REJECTED, 15))).accepted == set()


def test_what_was_accepted_once_stays_so_when_other_content_follows() -> None:
    found = answers(
        history(
            *(intended("a"), COMPLETED, answered(Kind.ACKNOWLEDGED, "a")),
            *(intended("b", "two"), COMPLETED, answered(Kind.REJECTED, "b")),
        )
    )
    assert found.accepted == {("one", "files")}
    assert found.about(("two", "files")) == "it was rejected there"
    assert found.about(("three", "files")) == "what was accepted there was other content"


def test_an_accepted_takedown_proves_nothing() -> None:
    taken = intended("a", operation="takedown")
    found = answers(history(taken, COMPLETED, answered(Kind.ACKNOWLEDGED, "a")))
    assert found.accepted == set()


def test_an_answer_about_nothing_known_is_none() -> None:
    assert answers(history(answered(Kind.ACKNOWLEDGED, "z"))).accepted == set()


def test_what_was_accepted_under_other_names_counts() -> None:
    here, there = STREAM, STREAM._replace(target="spotify-test")
    moved: Step = (Kind.MOVED, {"from": list(there)})
    back: Step = (Kind.MOVED, {"from": list(here)})
    streams = {
        here: history(moved),
        there: history(intended("a"), COMPLETED, answered(Kind.ACKNOWLEDGED, "a"), back),
    }
    asked: list[Collection[StreamId]] = []

    def events(wanted: Collection[StreamId]) -> Iterator[Event]:
        asked.append(wanted)
        return (replace(event, stream=stream) for stream in wanted for event in streams[stream])

    gate = Promotion(before={"store": (("production", "spotify"),)}, events=events)
    item = Item(
        release=STREAM.subject,
        icpn="4006381333931",
        target="store",
        title="",
        artist="",
        action=Action.UPDATE,
        reasons=(),
        stream_version=1,
        message_fingerprint="one",
        assets_fingerprint="files",
    )
    items = [item, item._replace(message_fingerprint="two")]
    assert [found.action for found in gate(items)] == [Action.UPDATE, Action.HELD]
    assert list(map(list, asked)) == [[here], [there]]  # the ledger is asked for all at once
    assert gate([item._replace(action=Action.UNCHANGED)])[0].action is Action.UNCHANGED
    assert len(asked) == 2  # nor at all where nothing waits
