"""A target that fails again and again: what plan, apply and history say. A real server that is not
there."""

from __future__ import annotations

from tests.acceptance.diagnosis import assert_told
from tests.acceptance.store import Store
from tests.catalogues import FixedClock
from tests.wire_proxy import Proxy, Rule

GONE = 5
"""Runs in a row that fail."""


def test_a_target_that_is_gone_is_left_alone_then_probed(store: Store) -> None:
    catalogue = store.catalogue
    assert isinstance(catalogue.clock, FixedClock)
    catalogue.add_target("local")
    with Proxy(("127.0.0.1", store.server.port), [Rule(refuse=True)] * 12) as proxy:
        store.reach(port=proxy.port)
        for number in range(GONE):
            told = ("2 skipped", "open until") if number == GONE - 1 else ("2 failed",)
            assert_told(catalogue.apply(), 6, *told)
        assert len(catalogue.messages("local")) == 2, "the other target goes on"
        tried = len(proxy.passed)
        left_out = catalogue.apply()
        assert_told(left_out, 6, "SG6021", "open until", "5 failures in a row", "--retry-now")
        assert len(proxy.passed) == tried
        assert_told(catalogue.run("plan"), 0, "circuit open until", "last error: SG6001")
        document = catalogue.run("plan", "--format", "json").json()
        (circuit,) = document["circuits"]
        assert (circuit["target"], circuit["failures"], circuit["due"]) == ("store", GONE, False)
        assert_told(catalogue.run("plan", "--format", "markdown"), 0, "circuit open until")
        catalogue.clock.move(minutes=16)
        assert_told(catalogue.run("plan"), 0, "the next apply tries one item first")
        proxy.rules[:] = []
        assert_told(catalogue.apply(), 0, "2 sent")
    store.reach()
    store.assert_delivered_once()
    assert catalogue.run("plan", "--format", "json").json()["circuits"] == []
    assert_told(catalogue.run("history"), 0, "circuit_opened", "circuit_closed", "circuit@store")


def test_who_does_not_want_to_wait(store: Store) -> None:
    catalogue = store.catalogue
    with Proxy(("127.0.0.1", store.server.port), [Rule(refuse=True)] * 2) as proxy:
        store.reach(port=proxy.port)
        text = catalogue.path("targets/store.yaml").read_text()
        catalogue.write("targets/store.yaml", text + "limits: {failures: 1}\n")
        assert_told(catalogue.apply(), 6, "open until")
        assert_told(catalogue.apply(), 6, "open until")
        assert_told(catalogue.apply("--retry-now"), 0, "2 sent")
    store.reach()
    store.assert_delivered_once()


def test_limits_of_a_target(store: Store) -> None:
    catalogue = store.catalogue
    text = catalogue.path("targets/store.yaml").read_text()
    limits = "limits: {bandwidth: 2 MB/s, per_minute: 1}\nitem_timeout: 10m\n"
    catalogue.write("targets/store.yaml", text + limits)
    outcome = catalogue.apply("--events", store.events)
    assert_told(outcome, 0, "2 sent", "it takes no more than 1 message a minute")
    assert '"event":"waiting"' in store.events.read_text()
    wrong = "limits: {bandwidth: 20, per_minute: 0}\nitem_timeout: 5\n"
    catalogue.write("targets/store.yaml", text + wrong)
    told = catalogue.run("validate")
    assert_told(told, 3, "SG1147", "20 MB/s", "90s, 30m or 1h30m", "SG1109")


def test_a_connection_that_hangs_is_broken_off(store: Store) -> None:
    """A server that stalls for longer than we wait for an item, but answers in time for nothing."""
    catalogue = store.catalogue
    with Proxy(("127.0.0.1", store.server.port), [Rule(after=60_000, stall=True)]) as proxy:
        store.reach(port=proxy.port)
        text = catalogue.path("targets/store.yaml").read_text().replace("timeout: 5", "timeout: 60")
        text = text.replace("attempts: 2", "attempts: 1")
        catalogue.write("targets/store.yaml", text + "item_timeout: 2s\n")
        outcome = catalogue.run_process("apply", "--auto-approve")
        assert_told(outcome, 6, "SG6010", "item_timeout", "1 sent", "1 failed")
    store.reach()
    store.recovers()
