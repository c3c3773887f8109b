"""Bandwidth, messages a minute, and how long an item may take."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.limits import Bandwidth, Pace, Watch
from stardust_gitops.delivery.recipient import Limits
from stardust_gitops.delivery.results import Outcome
from tests.delivery_kit import ENVIRONMENT, Studio, result_of
from tests.ledger_samples import HandClock
from tests.unit.runner.wires import flaky, reader

RELEASED: dict[str, Any] = {"layout": "release", "completion": "message"}


def limit(label: Studio, **limits: object) -> None:
    known = label.recipients["batchy"]
    label.recipients["batchy"] = replace(known, limits=Limits(**limits))  # type: ignore[arg-type]


def test_bandwidth_is_of_all_connections_together() -> None:
    bucket, rate = Bandwidth(1_000_000, SystemClock()), 1_000_000
    begun, sent = time.monotonic(), 0

    def send() -> None:
        for _ in range(20):
            bucket.spend(25_000, lambda: False)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = 4 * 20 * 25_000
    took = time.monotonic() - begun
    # One second's worth goes at once.
    assert (sent - rate) / rate - 0.05 <= took < (sent - rate) / rate + 1


def test_a_halt_ends_the_waiting_for_bandwidth() -> None:
    begun = time.monotonic()
    Bandwidth(10, SystemClock()).spend(1_000_000, lambda: True)
    assert time.monotonic() - begun < 1


def test_a_delivery_takes_as_long_as_its_bandwidth_says(label: Studio) -> None:
    label.add_recipient()
    limit(label, bandwidth=10_000)
    label.put_release(1, audio=b"x" * 100_000)
    clock = label.clock
    before = clock.monotonic()
    result = label.apply()
    assert result.count(Outcome.SENT) == 1
    assert clock.monotonic() - before == pytest.approx(result.bytes_sent / 10_000 - 1, abs=0.1)


def test_messages_a_minute_count_those_of_the_run_before(label: Studio) -> None:
    label.add_recipient(**RELEASED)
    limit(label, per_minute=2)
    clock = label.clock
    assert isinstance(clock, HandClock)
    label.put_release(1)
    label.apply()
    clock.wall += timedelta(seconds=20)
    clock.ticks += 20
    for number in range(2, 7):
        label.put_release(number)
    begun = clock.monotonic()
    assert label.apply().count(Outcome.SENT) == 5
    # One is free, the next 40 s later, when the first one is a minute ago.
    assert clock.monotonic() - begun == pytest.approx(40 + 20 + 40 + 20, abs=1)
    times = sorted(each.time for each in label.ledger.snapshot(ENVIRONMENT, since="").recent)
    assert len(times) == 6
    for first, third in zip(times, times[2:], strict=False):
        assert first[:16] < third[:16]
    assert {event["messages"] for event in label.log.named("waiting")} == {2}


def test_a_batch_is_no_larger_than_a_minute_allows(label: Studio) -> None:
    label.add_recipient()
    limit(label, per_minute=3)
    for number in range(1, 9):
        label.put_release(number)
    assert label.apply().count(Outcome.SENT) == 8
    sizes = [event["members"] for event in label.log.named("shipment_completed")]
    assert sizes == [3, 3, 2]


def test_what_is_not_sent_does_not_count(label: Studio) -> None:
    label.add_recipient(**RELEASED)
    limit(label, per_minute=2)
    for number in range(1, 9):
        release = label.put_release(number)
        if number not in (4, 8):
            (label.root / f"assets/{release[1:]}_1.wav").unlink()
    assert label.apply().count(Outcome.SENT) == 2
    assert label.log.named("waiting") == []


def test_pace_forgets_what_is_over_and_survives_clocks_that_jump() -> None:
    clock = HandClock()
    wall = clock.now()
    pace = Pace(3, clock, [wall - timedelta(seconds=s) for s in (300, 59, 30, -500)])
    assert pace.wait_for(1) == pytest.approx(1)
    clock.sleep(1)
    assert pace.wait_for(1) == 0
    assert pace.wait_for(9) == pytest.approx(59)


def test_a_watch_runs_while_any_file_is_under_way() -> None:
    clock = HandClock()
    watch = Watch(100, clock)
    clock.sleep(50)
    with watch.running():
        clock.sleep(10)
        with watch.running():
            clock.sleep(10)
        assert watch.left() == 80
    clock.sleep(50)
    assert watch.left() == 80


def test_an_item_that_hangs_fails_and_the_others_go_on(label: Studio) -> None:
    """The recipient stops answering in the middle of one file, which no time-out of ours ends."""
    wire = flaky(label, attempts=3, **RELEASED)
    first, second = label.put_release(1), label.put_release(2)
    limit(label, item_timeout=0.2)
    label.clock = SystemClock()
    hung = threading.Event()

    def hang() -> None:
        wire.hooks.clear()
        assert hung.wait(30), "nobody closed the connection"
        raise OSError("closed under me")

    connect = label.recipients["batchy"].connect

    def opened() -> object:
        transport = connect()
        transport.close = hung.set  # type: ignore[method-assign]
        return transport

    known = label.recipients["batchy"]
    label.recipients["batchy"] = replace(known, connect=opened)  # type: ignore[arg-type]
    wire.hooks.append(("put", rf"{first[1:]}_01_001\.wav$", hang))
    result = label.apply()
    assert result_of(result, second).outcome is Outcome.SENT
    failed = result_of(result, first)
    assert (failed.outcome, failed.code) == (Outcome.FAILED, "SG6010")
    assert label.log.named("retry") == []
    limit(label)
    assert label.apply().count(Outcome.RESUMED) == 1
    assert len(reader(label).taken) == 2


def test_a_file_that_trickles_is_broken_off(label: Studio) -> None:
    flaky(label, attempts=3)
    release = label.put_release(1, audio=b"x" * (3 << 20))
    limit(label, item_timeout=200, bandwidth=10_000)
    failed = result_of(label.apply(), release)
    assert (failed.outcome, failed.code) == (Outcome.FAILED, "SG6010")
