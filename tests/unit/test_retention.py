"""What `ledger prune` takes for needed, and what it leaves to itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from stardust_gitops.ledger import retention
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.open import create_ledger
from stardust_gitops.ledger.store import LedgerError, LedgerStore
from tests.ledger_samples import (
    CATALOGUE,
    NOON,
    OTHER,
    PROVENANCE,
    STREAM,
    HandClock,
    deliver,
    digest,
    event,
    intention,
    write,
)

OLDEST = NOON + timedelta(days=1)
"""All events of these tests are older."""


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[LedgerStore]:
    with closing(create_ledger("sqlite:l.db", tmp_path, CATALOGUE, HandClock())) as ledger:
        yield ledger


@pytest.mark.parametrize("data", [{}, {"digests": 1}, {"digests": [1]}])
def test_an_erasure_of_nothing_is_refused(plain: LedgerStore, data: dict[str, object]) -> None:
    with pytest.raises(LedgerError, match="malformed"):
        write(plain, Kind.ERASED, data)
    with pytest.raises(LedgerError, match="format 1"):
        plain.append([replace(event(Kind.ERASED, {"digests": []}), format=1)])


def thrice(ledger: LedgerStore) -> None:
    """A release that was delivered and updated twice, and so needs its first message no more."""
    for name, operation in (("a", "insert"), ("b", "update"), ("c", "update")):
        deliver(ledger, name, operation=operation)


def found(ledger: LedgerStore, oldest: datetime = OLDEST) -> set[str]:
    return set(retention.find(ledger, oldest).stored)


def test_what_may_count_again_is_kept(plain: LedgerStore) -> None:
    deliver(plain, "a")
    deliver(plain, "b", operation="update")
    assert found(plain) == set()
    write(plain, Kind.REJECTED, {"message_id": "M-b", "text": "no"})
    assert plain.state(STREAM).baseline is not None
    assert found(plain) == set(), "the recipient may take its no back"
    deliver(plain, "c", operation="update")
    assert found(plain) == {digest("message b")}


def test_an_open_intention_and_an_open_shipment_keep_theirs(plain: LedgerStore) -> None:
    thrice(plain)
    for name in ("content d", "message d", "marker d"):
        plain.store(name.encode())
    write(plain, Kind.INTENDED, intention("d", "update"))
    assert found(plain) == {digest("message a")}
    write(plain, Kind.FAILED, {"text": "no route"})
    write(plain, Kind.SUPERSEDED)
    assert found(plain) == {digest("message a"), digest("message d")}


def test_the_age_counts_from_the_last_event_that_refers(plain: LedgerStore) -> None:
    thrice(plain)
    assert found(plain, NOON) == set()
    assert found(plain, NOON + timedelta(microseconds=1)) == {digest("message a")}
    write(plain, Kind.SUPERSEDED)
    write(plain, Kind.INTENDED, intention("a", "update"), time=NOON + timedelta(days=2))
    write(plain, Kind.SUPERSEDED, time=NOON + timedelta(days=3))
    assert found(plain) == set()
    assert found(plain, NOON + timedelta(days=2, seconds=1)) == {digest("message a")}


def test_bytes_that_another_target_needs_stay(plain: LedgerStore) -> None:
    thrice(plain)
    deliver(plain, "a", stream=OTHER)
    assert found(plain) == set()


def test_content_goes_with_what_was_forgotten_and_stays_while_it_lives(
    plain: LedgerStore,
) -> None:
    thrice(plain)
    deliver(plain, "d", operation="takedown")
    deliver(plain, "e", operation="takedown")
    assert found(plain) == {digest(f"message {name}") for name in "abc"}
    deliver(plain, "f", operation="purge")
    # What was taken down counts again, if the purge is rejected.
    kept = {"content e", "message e", "content f"}
    everything = {f"{kind} {name}" for kind in ("content", "message") for name in "abcdef"}
    assert found(plain) == {digest(name) for name in everything - kept}
    write(plain, Kind.FORGOTTEN, {"reason": "sold"})
    assert found(plain) == {digest(name) for name in everything}


def test_a_reference_that_comes_in_between_keeps_its_bytes(plain: LedgerStore) -> None:
    thrice(plain)
    seen = retention.find(plain, OLDEST)
    deliver(plain, "a", stream=OTHER)
    done = retention.prune(plain, seen, keep_for="1 day", clock=HandClock(), provenance=PROVENANCE)
    assert done.stored == {}
    assert plain.verify() == []
    assert all(one.kind is not Kind.ERASED for one in (one for _, one in plain.events()))
