"""Removing what recipients have: purges, and how takedowns are said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from stardust_gitops.delivery.transports.base import PassingError
from stardust_gitops.ledger.state import Phase
from stardust_gitops.messages.header import MessagingParty
from tests.delivery_kit import Studio, outcomes
from tests.flaky import Fault
from tests.ledger_samples import HandClock
from tests.unit.runner.wires import flaky, reader, state

BATCH: dict[str, Any] = {}
LONE: dict[str, Any] = {"layout": "release", "completion": "message"}
SEMAPHORE: dict[str, Any] = {"completion": "semaphore", "semaphore": "{folder}.complete"}


def newest(label: Studio, release: str) -> str:
    """The last message of a release at the recipient."""
    found = [label.inbox("batchy") / f for f in label.files() if f.endswith(f"{release[1:]}.xml")]
    return max(found, key=lambda path: path.stat().st_mtime_ns).read_text("utf-8")


@pytest.mark.parametrize("choreography", [BATCH, LONE, SEMAPHORE], ids=["batch", "lone", "empty"])
def test_a_purge_travels_outside_a_batch(label: Studio, choreography: dict[str, Any]) -> None:
    label.add_recipient(**choreography)
    release, other = label.put_release(1), label.put_release(2)
    assert label.apply().succeeded
    label.purge(release)
    label.put_release(2, title="Changed")
    assert outcomes(label.apply()) == {
        ("batchy", release): "sent",
        ("batchy", other): "sent",
    }
    assert state(label, release).phase is Phase.PURGED
    message = newest(label, release)
    assert "PurgeReleaseMessage" in message
    assert f"<ICPN>{release[1:]}</ICPN>" in message
    if choreography is not SEMAPHORE:
        taken = reader(label).taken
        assert [each.icpn for each in taken if each.is_purge] == [release[1:]]
    assert label.nothing_to_send()


def test_what_was_taken_down_is_purged_and_comes_back_only_on_demand(label: Studio) -> None:
    label.add_recipient()
    release = label.put_release(1)
    label.apply()
    label.set_status(release, "takedown")
    label.apply()
    assert state(label, release).phase is Phase.TAKEN_DOWN
    label.purge(release)
    label.apply()
    assert state(label, release).phase is Phase.PURGED
    label.set_status(release, "takedown")
    assert label.nothing_to_send()
    label.set_status(release, "active")
    assert outcomes(label.apply()) == {("batchy", release): "sent"}
    assert state(label, release).phase is Phase.LIVE
    assert "PurgeReleaseMessage" not in newest(label, release)


def test_an_interrupted_purge_is_carried_on_with_the_same_message(label: Studio) -> None:
    wire = flaky(label)
    release = label.put_release(1)
    label.apply()
    label.purge(release)
    wire.faults.append(Fault("put", r"\.xml", PassingError("connection lost"), times=9))
    assert not label.apply().succeeded
    opened = state(label, release).open
    assert opened is not None
    wire.faults.clear()
    assert label.apply().succeeded
    assert state(label, release).phase is Phase.PURGED
    assert str(opened.message_id) in newest(label, release)


def test_a_purge_of_what_cannot_be_said_any_more(label: Studio) -> None:
    label.add_recipient()
    release = label.put_release(1)
    label.apply()
    delivery, _ = label.releases[release]
    label.releases[release] = (replace(delivery, assets=()), "takedown")
    label.purge(release)
    assert label.apply().succeeded
    assert state(label, release).phase is Phase.PURGED


@pytest.mark.parametrize(("days", "day"), [(2, "2026-12-20"), (5, "2026-12-17")])
def test_a_takedown_by_end_date_ends_so_many_days_ago(label: Studio, days: int, day: str) -> None:
    label.add_recipient()
    label.recipients["batchy"] = replace(
        label.recipients["batchy"], takedown="end_date", end_date_days=days
    )
    release = label.put_release(1)
    label.apply()
    clock = label.clock
    assert isinstance(clock, HandClock)
    clock.wall += timedelta(days=30)
    label.set_status(release, "takedown")
    assert label.apply().succeeded
    assert f"<EndDateTime>{day}T23:59:59</EndDateTime>" in newest(label, release)


def test_a_message_for_several_recipients(label: Studio) -> None:
    label.add_recipient()
    also = (MessagingParty(dpid="PADPIDA2015120100H", name="Content ID"),)
    label.recipients["batchy"] = replace(label.recipients["batchy"], also=also)
    release = label.put_release(1)
    assert label.apply().succeeded
    message = newest(label, release)
    assert message.count("<MessageRecipient>") == 2
    assert message.index("PADPIDA2011072101T") < message.index("PADPIDA2015120100H")


def test_the_form_of_the_icpn_never_changes_after_the_first_delivery(label: Studio) -> None:
    label.add_recipient()
    label.add_recipient("single", **LONE)
    release = label.put_release(1)
    delivery, status = label.releases[release]
    label.apply()
    told = replace(delivery, icpn=release, content=replace(delivery.content, title="Changed"))
    label.releases[release] = (told, status)
    assert label.apply().succeeded
    label.set_status(release, "takedown")
    assert label.apply().succeeded
    assert all(f"{release}.xml" not in f for t in ("batchy", "single") for f in label.files(t))
    assert f"<ICPN>{release[1:]}</ICPN>" in newest(label, release)
    assert {taken.icpn for taken in reader(label).taken} == {release[1:]}
    folders = {f.partition("_")[0] for f in label.files("single")}
    assert folders == {release[1:]}
