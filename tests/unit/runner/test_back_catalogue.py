"""Back catalogue: what tells a recipient that it need not hurry."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from stardust_gitops.catalog.windows import Recurring, Windows
from stardust_gitops.delivery.intentions import body_digest
from stardust_gitops.delivery.recipient import MessageSettings
from stardust_gitops.delivery.transports.base import PassingError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.state import Phase
from stardust_gitops.messages.check import check_message
from stardust_gitops.planning.settings import TargetSettings
from tests.delivery_kit import Studio, outcomes
from tests.flaky import Fault
from tests.ledger_samples import HandClock
from tests.unit.runner.wires import flaky, state

OLD = "2019-05-17"


def in_version(label: Studio, version: str) -> None:
    recipient = label.recipients["batchy"]
    label.recipients["batchy"] = replace(recipient, message=MessageSettings(version=version))


def manifests(label: Studio) -> list[list[tuple[str | None, str | None]]]:
    """ICPN and DeliveryType of each entry, for each manifest in the order of BatchIds."""
    found = []
    for path in sorted(label.inbox("batchy").rglob("BatchComplete_*"), key=lambda path: path.name):
        entries = etree.parse(path).getroot().findall("MessageInBatch")
        found.append([(e.findtext(".//ICPN"), e.findtext("DeliveryType")) for e in entries])
    return found


def message(label: Studio, release: str) -> str:
    (path,) = label.inbox("batchy").rglob(f"{release[1:]}.xml")
    return path.read_text("utf-8")


def test_it_travels_last_by_itself_and_is_called_so(label: Studio) -> None:
    label.add_recipient(prefix="N")
    old, new = label.put_release(1), label.put_release(2)
    label.street_dates = {old: OLD, new: "2026-12-04"}
    assert label.apply().succeeded
    assert manifests(label) == [
        [(new[1:], "NewReleaseDelivery")],
        [(old[1:], "BackCatalogDelivery")],
    ]
    folders = sorted(path.name[:2] for path in label.inbox("batchy").iterdir())
    assert folders == ["L_", "N_"]
    assert label.nothing_to_send()


def test_a_target_may_call_it_otherwise_and_know_no_priorities(label: Studio) -> None:
    label.add_recipient(delivery_types={"back_catalogue": "NewReleaseDelivery"})
    old = label.put_release(1)
    label.street_dates = {old: OLD}
    assert label.apply().succeeded
    assert manifests(label) == [[(old[1:], "NewReleaseDelivery")]]
    assert not any(path.name.startswith("L_") for path in label.inbox("batchy").iterdir())


@pytest.mark.parametrize("version", ["3.8.2", "3.8.3", "4.3", "4.3.2"])
def test_ern_3_says_is_backfill_and_an_update_does_not(label: Studio, version: str) -> None:
    label.add_recipient(layout="release", completion="message")
    in_version(label, version)
    old, new = label.put_release(1), label.put_release(2)
    label.street_dates = {old: OLD, new: "2026-12-04"}
    assert label.apply().succeeded
    said = message(label, old)
    assert ("<IsBackfill>true</IsBackfill>" in said) is version.startswith("3.")
    assert check_message(said.encode(), version) == []
    assert "IsBackfill" not in message(label, new)
    label.put_release(1, title="Changed")
    assert outcomes(label.apply()) == {("batchy", old): "sent"}
    assert sum("IsBackfill" in p.read_text() for p in label.inbox("batchy").rglob("*.xml")) == (
        1 if version.startswith("3.") else 0
    )


def test_a_message_repeats_another_though_one_alone_says_is_backfill(label: Studio) -> None:
    label.add_recipient(layout="release", completion="message")
    in_version(label, "3.8.2")
    old = label.put_release(1)
    label.street_dates = {old: OLD}
    assert label.apply().succeeded
    body = state(label, old).last_body
    said = message(label, old)
    plain = said.replace("  <IsBackfill>true</IsBackfill>\n", "")
    assert plain != said
    assert body_digest(plain.encode()) == body == body_digest(said.encode())


def test_one_that_was_interrupted_is_still_back_catalogue_with_the_same_message(
    label: Studio,
) -> None:
    wire = flaky(label, Fault("put", r"\.wav", PassingError("connection lost"), times=9))
    in_version(label, "3.8.2")
    old = label.put_release(1)
    label.street_dates = {old: OLD}
    assert not label.apply().succeeded
    opened = state(label, old).open
    assert opened is not None
    wire.faults.clear()
    label.street_dates = {}  # by now nobody would call it so
    assert outcomes(label.apply()) == {("batchy", old): "resumed"}
    assert manifests(label) == [[(old[1:], "BackCatalogDelivery")]]
    assert label.ledger.fetch(opened.message or "").decode() == message(label, old)
    assert f"<MessageId>{opened.message_id}</MessageId>" in message(label, old)


def test_what_was_begun_when_a_window_closes_is_carried_on_when_it_opens(label: Studio) -> None:
    wire = flaky(label)
    wire.hooks.append(("put", r"\.jpg$", label.stop.set))
    release = label.put_release(1)
    assert not label.apply().succeeded
    wire.hooks.clear()
    label.stop.clear()
    clock = label.clock
    assert isinstance(clock, HandClock)
    opened, files = state(label, release).open, label.files()
    assert files
    later = clock.now() + timedelta(hours=3)
    window = Recurring(
        name="hours",
        zone="UTC",
        cron=f"{later.minute} {later.hour} * * *",
        length=timedelta(hours=1),
    )
    targets = {"batchy": TargetSettings(id="batchy", windows=Windows(allow=(window,)))}
    held = label.plan(targets=targets)
    assert [(str(item.action), item.resumes) for item in held.items] == [("held", True)]
    assert label.apply(held).items == ()
    assert (state(label, release).open, label.files()) == (opened, files)
    clock.sleep(3 * 3600)
    assert outcomes(label.apply(label.plan(targets=targets))) == {("batchy", release): "resumed"}
    assert Kind.SUPERSEDED not in label.kinds(release)
    assert state(label, release).phase is Phase.LIVE
