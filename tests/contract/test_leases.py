"""Leases of every ledger: one holder, a fence that rises, takeovers on record."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.ledger.events import LEASE_SUBJECT, Kind, StreamId
from stardust_gitops.ledger.open import open_ledger
from stardust_gitops.ledger.store import LeaseHeldError, LeaseLostError, LedgerStore
from tests.contract.ledger_kit import FORKED, SINCE, Opener, contest
from tests.ledger_places import Place
from tests.ledger_samples import (
    CATALOGUE,
    OTHER,
    STREAM,
    HandClock,
    event,
    intention,
)


def test_leases_exclude_each_other_and_fences_rise(opened: Opener) -> None:
    one, two = opened(), opened()
    first = one.take_lease("production", "spotify", holder="ada")
    with pytest.raises(LeaseHeldError, match="ada") as caught:
        two.take_lease("production", "spotify", holder="bob")
    assert caught.value.exit_code == 5
    assert two.take_lease("staging", "spotify", holder="bob").fence == 1
    one.renew_lease(first)
    one.release_lease(first)
    second = two.take_lease("production", "spotify", holder="bob")
    assert second.fence > first.fence
    one.release_lease(first)
    two.renew_lease(second)


def test_nothing_is_written_under_a_lease_that_was_given_back_or_lost(opened: Opener) -> None:
    ledger = opened()
    first = ledger.take_lease("production", "spotify", holder="ada")
    ledger.append([event(Kind.INTENDED, intention())], lease=first)
    ledger.release_lease(first)
    following = event(Kind.COMPLETING, version=2, previous=ledger.state(STREAM).head)
    with pytest.raises(LeaseLostError):
        ledger.append([following], lease=first)
    ledger.take_lease("production", "spotify", holder="bob")
    with pytest.raises(LeaseLostError):
        ledger.append([following], lease=first)
    with pytest.raises(LeaseLostError):
        ledger.renew_lease(first)
    assert ledger.state(STREAM).version == 1


def test_a_lease_covers_its_own_target_only(ledger: LedgerStore) -> None:
    lease = ledger.take_lease("production", "spotify", holder="ada")
    with pytest.raises(ValueError, match="does not cover"):
        ledger.append([event(Kind.INTENDED, intention(), stream=OTHER)], lease=lease)


def test_a_lease_without_a_beat_ends_on_the_observers_clock(opened: Opener) -> None:
    clock = HandClock()
    holder, observer = opened(), opened(clock)
    lost = holder.take_lease("production", "spotify", holder="ada")
    with pytest.raises(LeaseHeldError):
        observer.take_lease("production", "spotify", holder="bob", wait=59)
    holder.renew_lease(lost)
    with pytest.raises(LeaseHeldError):
        observer.take_lease("production", "spotify", holder="bob", wait=59)
    taken = observer.take_lease("production", "spotify", holder="bob", wait=2)
    assert taken.fence == lost.fence + 1
    with pytest.raises(LeaseLostError):
        holder.renew_lease(lost)
    ((_, event_of_takeover),) = holder.events(stream=StreamId(*STREAM[:2], LEASE_SUBJECT))
    assert event_of_takeover.kind is Kind.LEASE_TAKEN_OVER
    assert event_of_takeover.data["reason"] == "expired"
    assert event_of_takeover.data["lost"]["holder"] == "ada"
    assert holder.snapshot("production", since=SINCE).releases == {}
    assert holder.verify() == []


def test_a_person_takes_a_lease_away_and_that_is_recorded(opened: Opener) -> None:
    holder, person = opened(), opened()
    assert holder.held_leases() == []
    lost = holder.take_lease("production", "spotify", holder="ada")
    holder.take_lease("production", "deezer", holder="ada")
    assert [each.lease.target for each in person.held_leases()] == ["deezer", "spotify"]
    taken = person.take_lease("production", "spotify", holder="bob", force=True)
    assert taken.fence == lost.fence + 1
    with pytest.raises(LeaseLostError):
        holder.append([event(Kind.INTENDED, intention())], lease=lost)
    person.release_lease(taken)
    assert [each.lease.target for each in holder.held_leases()] == ["deezer"]
    ((_, recorded),) = holder.events(stream=StreamId(*STREAM[:2], LEASE_SUBJECT))
    assert (recorded.data["reason"], recorded.data["holder"]) == ("by hand", "bob")
    assert recorded.data["lost"]["holder"] == "ada"
    assert holder.verify() == []


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_jumps_does_not_end_a_lease(opened: Opener, jump: timedelta) -> None:
    clock = HandClock()
    holder, observer = opened(clock), opened(clock)
    lease = holder.take_lease("production", "spotify", holder="ada")
    for _ in range(2):
        with pytest.raises(LeaseHeldError):
            observer.take_lease("production", "spotify", holder="bob")
        clock.wall += jump
    holder.renew_lease(lease)
    with pytest.raises(LeaseHeldError):
        observer.take_lease("production", "spotify", holder="bob")


def test_of_two_processes_exactly_one_gets_each_lease(opened: Opener, place: Place) -> None:
    rounds = place.rounds(40)

    def attempt(ledger: LedgerStore, number: int) -> bool:
        try:
            ledger.take_lease("production", f"target-{number}", holder=f"{os.getpid()}")
        except LeaseHeldError:
            return False
        return True

    one, two = contest(place, attempt, rounds)
    assert [a != b for a, b in zip(one, two, strict=True)] == [True] * rounds


def _killed_holder(place: Place) -> None:
    """A process takes a lease, writes under it, and is killed with it."""
    ready = FORKED.Event()

    def hold() -> None:
        ledger = open_ledger(place.url, place.root, CATALOGUE, SystemClock())
        lease = ledger.take_lease("production", "spotify", holder="killed")
        ledger.append([event(Kind.INTENDED, intention())], lease=lease)
        ready.set()
        time.sleep(60)

    process = FORKED.Process(target=hold)
    process.start()
    assert ready.wait(30)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_killed_process_of_this_host_loses_its_lease_at_once(
    opened: Opener, place: Place
) -> None:
    _killed_holder(place)
    ledger = opened(HandClock())
    assert ledger.take_lease("production", "spotify", holder="ada").fence == 2
    ((_, takeover),) = ledger.events(stream=StreamId(*STREAM[:2], LEASE_SUBJECT))
    assert takeover.data["reason"] == "dead"
    assert ledger.state(STREAM).open is not None
    assert all("bytes" in problem for problem in ledger.verify())
