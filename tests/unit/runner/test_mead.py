"""MEAD messages beside releases: when one travels, and that it goes before the message.

Real planner, ledger, directory.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from stardust_gitops.content.model import Descriptors
from stardust_gitops.delivery.package import Package
from stardust_gitops.delivery.shipments.shipment import member_of, read_intention
from stardust_gitops.ledger.events import Kind, StreamId
from stardust_gitops.messages.check import check_message
from stardust_gitops.messages.problems import Problem
from tests.delivery_kit import ENVIRONMENT, Studio, outcomes, result_of
from tests.flaky import Fault
from tests.ledger_samples import STREAM, digest, intention
from tests.unit.runner.wires import LOST, flaky, reader, state

HAPPY = Descriptors(moods=("Happy",))
SAD = Descriptors(moods=("Sad",), tempo="Lento")


def describe(
    label: Studio,
    release: str,
    *tracks: Descriptors | None,
    whole: Descriptors | None = None,
) -> None:
    """Describe a release and its tracks, and say nothing else otherwise."""
    delivery, status = label.releases[release]
    described = tuple(
        replace(track, descriptors=each)
        for track, each in zip(delivery.content.tracks, tracks, strict=True)
    )
    content = replace(delivery.content, tracks=described, descriptors=whole)
    label.releases[release] = (replace(delivery, content=content), status)


def take_mead(label: Studio, target: str = "batchy", *, mead: bool = True) -> None:
    """The recipient takes MEAD messages, or takes them no more."""
    recipient = label.recipients[target]
    message = replace(recipient.message, mead=mead)
    label.recipients[target] = replace(recipient, message=message)


@pytest.fixture
def described(label: Studio) -> Studio:
    """A recipient that takes MEAD messages and has one described release of two tracks."""
    label.add_recipient()
    take_mead(label)
    describe(label, label.put_release(1, tracks=2), HAPPY, None, whole=SAD)
    assert label.apply().succeeded
    return label


RELEASE = "04006380000018"


def sent_moods(label: Studio) -> list[tuple[str, ...] | None]:
    """The moods of each message that was taken; ``None`` where no MEAD message came with it."""
    return [each.moods if each.mead else None for each in reader(label).taken]


def test_it_travels_beside_the_release_and_is_not_in_the_manifest(described: Studio) -> None:
    (taken,) = reader(described).taken
    assert taken.mead == f"{taken.message_id}-MEAD"
    assert taken.moods == ("Happy", "Sad")
    (mead,) = (name for name in described.files() if name.endswith("_MEAD.xml"))
    assert mead.endswith("/4006380000018/4006380000018_MEAD.xml")
    (manifest,) = described.inbox("batchy").glob("*/BatchComplete_*.xml")
    text = manifest.read_text()
    assert "MEAD" not in text
    assert "<NumberOfMessages>1<" in text
    assert described.nothing_to_send()


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"layout": "release", "completion": "message"},
        {"layout": "release", "completion": "semaphore"},
    ],
)
def test_the_message_or_the_marker_goes_last(label: Studio, how: dict[str, str]) -> None:
    wire = flaky(label, **how)
    take_mead(label)
    release = label.put_release(1)
    describe(label, release, HAPPY)
    result = label.apply()
    assert result.succeeded
    names = [Path(path).name for path in wire.puts()]
    assert names.index("4006380000018_MEAD.xml") < names.index("4006380000018.xml")
    assert names[-1] == ("4006380000018.xml" if how.get("completion") == "message" else names[-1])
    assert "_MEAD" not in names[-1]
    sizes = [(label.inbox("batchy") / name).stat().st_size for name in label.files()]
    assert result.bytes_sent == sum(sizes)
    assert label.log.named("item_started")[0]["bytes"] <= sum(sizes)


def test_the_ledger_keeps_it_as_it_was_sent(described: Studio) -> None:
    sent = state(described, RELEASE).baseline
    assert sent is not None
    assert sent.mead is not None
    (path,) = described.inbox("batchy").rglob("*_MEAD.xml")
    assert described.ledger.fetch(sent.mead) == path.read_bytes()
    stream = StreamId(ENVIRONMENT, "batchy", RELEASE)
    event = read_intention(described.ledger, stream, batch=None)
    assert event.data["mead_id"] == f"{event.data['message_id']}-MEAD"
    assert event.data["mead_size"] == path.stat().st_size


def test_a_recipient_that_takes_none_gets_none(label: Studio) -> None:
    label.add_recipient()
    release = label.put_release(1)
    describe(label, release, HAPPY)
    assert label.apply().succeeded
    assert not [name for name in label.files() if "MEAD" in name]
    stream = StreamId(ENVIRONMENT, "batchy", release)
    event = read_intention(label.ledger, stream, batch=None)
    assert not [key for key in event.data if key.startswith("mead")]


def test_a_release_without_descriptors_has_none(label: Studio) -> None:
    label.add_recipient()
    take_mead(label)
    label.put_release(1)
    assert label.apply().succeeded
    assert sent_moods(label) == [None]


def test_descriptors_alone_are_an_update_with_both_messages(described: Studio) -> None:
    describe(described, RELEASE, SAD, None, whole=SAD)
    assert [str(item.action) for item in described.plan().items] == ["update"]
    assert outcomes(described.apply()) == {("batchy", RELEASE): "sent"}
    assert sent_moods(described) == [("Happy", "Sad"), ("Sad", "Sad")]
    assert reader(described).taken[-1].files == frozenset()
    assert described.nothing_to_send()


def test_what_is_described_no_more_is_taken_back_once(described: Studio) -> None:
    describe(described, RELEASE, None, None)
    assert outcomes(described.apply()) == {("batchy", RELEASE): "sent"}
    assert sent_moods(described)[-1] == ()
    sent = state(described, RELEASE).baseline
    assert sent is not None
    assert sent.mead is not None
    text = described.ledger.fetch(sent.mead).decode()
    assert text.count("<ResourceInformation>") == 1
    assert "<ICPN>4006380000018</ICPN>" in text
    described.put_release(1, tracks=2, title="Another title")
    assert described.apply().succeeded
    assert sent_moods(described)[-1] is None


def update(label: Studio) -> None:
    """Send a message without files, as those of all later updates are."""
    describe(label, label.put_release(1, title="Second", tracks=2), HAPPY, None, whole=SAD)
    assert label.apply().succeeded


def test_an_update_that_repeats_both_messages_is_not_sent(described: Studio) -> None:
    update(described)
    delivery, status = described.releases[RELEASE]
    unsaid = replace(delivery.content, track_deals=delivery.content.deals)
    described.releases[RELEASE] = (replace(delivery, content=unsaid), status)
    before = state(described, RELEASE).baseline
    assert outcomes(described.apply()) == {("batchy", RELEASE): "unchanged"}
    after = state(described, RELEASE).baseline
    assert before is not None
    assert after is not None
    assert (after.mead, after.mead_body) == (before.mead, before.mead_body)
    assert after.content != before.content
    assert described.nothing_to_send()


def test_a_recipient_that_takes_them_no_more_is_told_nothing(described: Studio) -> None:
    """The content has no descriptors for it any more, and the message says what it said."""
    update(described)
    take_mead(described, mead=False)
    describe(described, RELEASE, None, None)
    assert outcomes(described.apply()) == {("batchy", RELEASE): "unchanged"}
    take_mead(described)
    describe(described, RELEASE, HAPPY, None, whole=SAD)
    assert outcomes(described.apply()) == {("batchy", RELEASE): "unchanged"}
    assert len(reader(described).taken) == 2


@pytest.mark.parametrize("removal", ["takedown", "purge"])
def test_a_removal_sends_none(described: Studio, removal: str) -> None:
    if removal == "purge":
        described.purge(RELEASE)
    else:
        described.set_status(RELEASE, "takedown")
    assert described.apply().succeeded
    assert sent_moods(described) == [("Happy", "Sad"), None]
    assert described.nothing_to_send()


def test_a_re_release_tells_it_again(described: Studio) -> None:
    described.set_status(RELEASE, "takedown")
    described.apply()
    described.set_status(RELEASE, "active")
    assert described.apply().succeeded
    assert sent_moods(described) == [("Happy", "Sad"), None, ("Happy", "Sad")]


@pytest.mark.parametrize("how", [{}, {"layout": "release", "completion": "message"}])
def test_stopped_between_the_two_and_carried_on_with_the_same_bytes(
    label: Studio, how: dict[str, str]
) -> None:
    fault = Fault("put", r"[0-9]\.xml$", LOST, times=99)
    wire = flaky(label, fault, Fault("remove_folder", "", LOST, times=99), attempts=1, **how)
    take_mead(label)
    release = label.put_release(1)
    describe(label, release, HAPPY)
    label.apply()
    assert any(name.endswith("_MEAD.xml") for name in label.files())
    intended = state(label, release).open
    assert intended is not None
    assert intended.mead is not None
    wire.faults.clear()
    wire.calls.clear()
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    assert not [path for path in wire.puts() if path.endswith("_MEAD.xml")]
    (path,) = label.inbox("batchy").rglob("*_MEAD.xml")
    assert path.read_bytes() == label.ledger.fetch(intended.mead)
    assert sent_moods(label) == [("Happy",)]
    assert label.nothing_to_send()


def test_a_member_that_left_takes_it_into_another_shipment(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"_MEAD\.xml$", LOST, times=1), attempts=1)
    take_mead(label)
    release = label.put_release(1)
    describe(label, release, HAPPY)
    label.apply()
    intended = state(label, release).open
    assert intended is not None
    wire.faults.clear()
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    assert state(label, release).baseline is not None
    (path,) = label.inbox("batchy").rglob("*_MEAD.xml")
    assert path.read_bytes() == label.ledger.fetch(intended.mead or "")
    assert label.kinds(release)[-1] is Kind.COMPLETED


def test_one_that_has_gone_before_the_marker_is_missed(label: Studio) -> None:
    wire = flaky(label)
    take_mead(label)
    release = label.put_release(1)
    describe(label, release, HAPPY)

    def lose() -> None:
        for path in label.inbox("batchy").rglob("*_MEAD.xml"):
            path.unlink()

    wire.hooks.append(("put", r"18\.xml$", lose))
    result = result_of(label.apply(), release)
    assert "_MEAD.xml was put and is not there any more" in (result.text or "")
    assert not list(label.inbox("batchy").glob("*/BatchComplete_*.xml"))


def test_an_invalid_one_keeps_everything_back(label: Studio) -> None:
    wire = flaky(label)
    take_mead(label)
    release = label.put_release(1)
    describe(label, release, HAPPY)

    def check(data: bytes, version: str) -> list[Problem]:
        if version == "MEAD 1.1":
            return [Problem(path="/x", message="is not as it should be")]
        return check_message(data, version)

    result = result_of(label.apply(check=check), release)
    assert (result.code, "/x: is not as it should be" in (result.text or "")) == ("SG4006", True)
    assert wire.puts() == []
    assert label.kinds(release) == []


def test_intentions_without_one_are_read_as_ever() -> None:
    """As all events of ledgers that know no MEAD message."""
    package = Package(folder="F", message_path="F/4006381333931.xml").as_data()
    data = intention(icpn="4006381333931", message_size=7, package=package)
    old = orjson.loads(orjson.dumps(data))
    member = member_of(STREAM, old)
    assert (member.mead, member.mead_size) == (None, 0)
    assert not [key for key in package if "mead" in key]
    new = member_of(STREAM, {**old, "mead": digest("mead"), "mead_size": 5})
    assert (new.mead, new.mead_size) == (digest("mead"), 5)
    assert new.package.mead_path == "F/4006381333931_MEAD.xml"
    assert new.package.moved_to("G/4006381333931").mead_path == (
        "G/4006381333931/4006381333931_MEAD.xml"
    )
