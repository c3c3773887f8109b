"""Two applies at once, ^C, and a clock that jumps: each recipient gets each release once."""

from __future__ import annotations

import signal
import time
from datetime import datetime, timedelta
from subprocess import Popen

import pytest

from tests.acceptance.diagnosis import BROKEN, assert_told
from tests.acceptance.store import Store, line_to
from tests.catalogues import ICPNS, CatalogueFolder, FixedClock, ended

SLOW = 0.1
"""Seconds for 16 KiB: the two releases of 0.4 MB, side by side, take more than a second."""


def wait_for_upload(store: Store, process: Popen[str]) -> None:
    """Until the first file has begun to arrive."""
    deadline = time.monotonic() + 90
    while not store.files() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert store.files(), process.communicate()


def test_two_applies_at_once(store: Store) -> None:
    with line_to(store.server.port, pause=SLOW) as port:
        store.reach(port=port)
        processes = [store.catalogue.start("apply", "--auto-approve") for _ in range(2)]
        outcomes = sorted((ended(process) for process in processes), key=lambda o: o.code)
    assert_told(outcomes[0], 0, "2 sent")
    assert_told(outcomes[1], 5, "SG5005", "is applying to store", "wait until it has ended")
    store.reach()
    store.assert_delivered_once()


def test_an_apply_beside_one_for_another_target(store: Store) -> None:
    store.catalogue.add_target("local")
    with line_to(store.server.port, pause=SLOW) as port:
        store.reach(port=port)
        slow = store.catalogue.start("apply", "--auto-approve", "--target", "store")
        wait_for_upload(store, slow)
        assert_told(store.catalogue.apply("--target", "local"), 0, "2 sent")
        assert_told(store.catalogue.apply("--target", "store"), 5, "SG5005", "2 locked")
        assert_told(ended(slow), 0, "2 sent")
    store.reach()
    store.assert_delivered_once()
    assert len(store.catalogue.messages("local")) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_interrupt_ends_in_good_order(store: Store, number: signal.Signals) -> None:
    with line_to(store.server.port, pause=2 * SLOW) as port:
        store.reach(port=port)
        process = store.catalogue.start("apply", "--auto-approve", "--events", store.events)
        wait_for_upload(store, process)
        process.send_signal(number)
        outcome = ended(process)
    assert_told(outcome, 130, "once more stops at once", "apply` carries it on")
    store.assert_no_secret(outcome.text)
    store.reach()
    store.recovers()


def test_two_interrupts_end_at_once(store: Store) -> None:
    with line_to(store.server.port, pause=30 * SLOW) as port:
        store.reach(port=port)
        process = store.catalogue.start("apply", "--auto-approve")
        wait_for_upload(store, process)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        outcome = ended(process)
        assert time.monotonic() - begun < 30  # the rest would take over a minute
    assert_told(outcome, 130, "run the same command again to go on")
    store.reach()
    store.recovers()


def test_an_interrupt_before_anything_is_sent(catalogue: CatalogueFolder) -> None:
    process = catalogue.start("apply", "--auto-approve")
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    outcome = ended(process)
    assert "SG9070" not in outcome.text
    assert_told(catalogue.apply(), 0)
    assert len(catalogue.messages()) == 2


def created(catalogue: CatalogueFolder) -> str:
    """The creation time of the message that was sent last."""
    shown = catalogue.must("show", f"{ICPNS[0]}@store", "--format", "json").json()
    text: str = shown["delivered"]["created"]
    return text


def test_creation_times_increase_whatever_the_clock_does(catalogue: CatalogueFolder) -> None:
    """Recipients take the message with the latest creation time for the valid one."""
    assert isinstance(catalogue.clock, FixedClock)
    times: list[str] = []
    for number, days in enumerate((0, -3, 400, -800, 0, 0)):
        catalogue.clock.move(days=days)
        title = f"title: Take {number}\nart"
        before = "title: Breakwater\nart" if not number else f"title: Take {number - 1}\nart"
        catalogue.edit(BROKEN, before, title)
        assert_told(catalogue.apply("--release", ICPNS[0]), 0, "1 sent")
        assert_told(catalogue.run("plan", "--release", ICPNS[0]), 0, "No changes.")
        times.append(created(catalogue))
    assert times == sorted(set(times))
    assert_told(catalogue.run("ledger", "verify"), 0, "The ledger is sound.")


class JumpingClock(FixedClock):
    """Wall time that jumps by years whenever it is asked; monotonic time is as it should be."""

    def now(self) -> datetime:
        """Now, or years ago, or in years."""
        self.moment += timedelta(days=-1500 if self.moment.year > 2026 else 1600)
        return self.moment


def test_a_clock_that_jumps_in_the_middle_loses_no_lease(catalogue: CatalogueFolder) -> None:
    catalogue.clock = JumpingClock()
    for title in ("Take 1", "Take 2", "Take 3"):
        text = catalogue.path(BROKEN).read_text().splitlines(keepends=True)
        text[2] = f"title: {title}\n"
        catalogue.write(BROKEN, "".join(text))
        assert_told(catalogue.apply("--release", ICPNS[0]), 0, "1 sent")
    history = catalogue.must("history", "--format", "json").stdout
    assert "lease" not in history
    assert_told(catalogue.run("plan", "--release", ICPNS[0]), 0, "No changes.")
