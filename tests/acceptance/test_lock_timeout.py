"""`apply --lock-timeout`: waiting for another process that applies to the same target."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import pytest

from tests.acceptance.diagnosis import assert_told
from tests.acceptance.store import Store, line_to
from tests.catalogues import ICPNS, CatalogueFolder, ended

SLOW = 0.05
"""Seconds for 16 KiB: a release of 0.2 MB takes most of a second."""


@contextmanager
def held_up(store: Store, *arguments: str) -> Iterator[Popen[str]]:
    """A process that holds the lease of the store and stands still in the middle of sending; it
    ends well, at the latest when all is over."""
    with line_to(store.server.port, pause=SLOW) as port:
        store.reach(port=port)
        # One thing at a time: while a file is on its way, nothing is being written to the ledger.
        store.catalogue.edit("targets/store.yaml", "timeout: 5", "timeout: 5\n  connections: 1")
        process = store.catalogue.start("apply", "--auto-approve", *arguments)
        deadline = time.monotonic() + 20
        while not store.files() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert store.files(), process.communicate()
        process.send_signal(signal.SIGSTOP)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
        assert_told(ended(process), 0, "sent")
    store.reach()


def waiting(store: Store, *arguments: str) -> Popen[str]:
    """Another process, which waits for the first."""
    process = store.catalogue.start("apply", "--auto-approve", *arguments)
    assert process.stderr is not None
    told = []
    for line in process.stderr:
        if "store: waiting up to" in line:
            return process
        told.append(line)
    raise AssertionError(f"it did not wait: {told}, {ended(process)}")


def test_what_the_other_leaves_is_sent_when_it_has_ended(store: Store) -> None:
    with held_up(store, "--release", ICPNS[0]) as first:
        second = waiting(store, "--release", ICPNS[1], "--lock-timeout", "50s")
        first.send_signal(signal.SIGCONT)
        assert_told(ended(second), 0, "1 sent")
    store.assert_delivered_once()


def test_what_the_other_has_sent_meanwhile_is_not_sent_again(store: Store) -> None:
    with held_up(store) as first:
        second = waiting(store, "--lock-timeout", "1m")
        first.send_signal(signal.SIGCONT)
        assert_told(ended(second), 0, "2 unchanged", "another run has sent it")
    store.assert_delivered_once()


def test_the_time_passes(store: Store) -> None:
    with held_up(store):
        begun = time.monotonic()
        second = store.catalogue.run_process("apply", "--auto-approve", "--lock-timeout", "1s")
        assert time.monotonic() - begun >= 1
        assert_told(second, 5, "waiting up to 1 s", "SG5005", "is applying to store", "2 locked")
    store.assert_delivered_once()


def test_waiting_can_be_interrupted(store: Store) -> None:
    with held_up(store):
        second = waiting(store, "--lock-timeout", "2h")
        begun = time.monotonic()
        second.send_signal(signal.SIGINT)
        assert ended(second).code == 130
        assert time.monotonic() - begun < 10
    store.assert_delivered_once()


@pytest.mark.parametrize("text", ["", "30", "-1s", "1.5m", "soon", "1m1h", "10 s", "٣s"])
def test_what_is_no_duration(catalogue: CatalogueFolder, text: str) -> None:
    assert_told(
        catalogue.run("apply", f"--lock-timeout={text}"), 64, "is no duration: write 90s, 10m"
    )


@pytest.mark.parametrize("text", ["0", "0s", "90s", "10m", "1h30m", "1h2m3s"])
def test_durations(catalogue: CatalogueFolder, text: str) -> None:
    assert_told(catalogue.apply("--lock-timeout", text), 0, "2 sent")
