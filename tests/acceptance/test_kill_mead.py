"""Stopped anywhere and run again, each recipient has one MEAD message beside each message.

A child process applies a plan (an insert and an update of descriptors alone, at a recipient of
batches and at one that takes release by release) and is stopped at the n-th step of its input and
output; then it is run again. A plain run takes a seeded part of the steps, ``STARDUST_LONG=1`` all.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.content.model import Descriptors
from stardust_gitops.ledger.events import Kind
from tests.acceptance.kill_kit import FINISHED, chosen, count_steps, work
from tests.delivery_kit import ENVIRONMENT, Studio, gtin13
from tests.faults import KILLED, Steps
from tests.processes import in_child
from tests.recipient_reader import RecipientReader

TARGETS = ("batchy", "single")
NEW, CHANGED = (gtin13(number) for number in (1, 2))


def studio(folder: Path, *, new: bool = False) -> Studio:
    """The label, as every process sees it; both recipients take MEAD messages."""
    found = Studio(folder, clock=SystemClock(), run=f"run-{os.getpid()}", new=new)
    found.add_recipient("batchy")
    found.add_recipient("single", layout="release", completion="message")
    for target, recipient in found.recipients.items():
        message = replace(recipient.message, mead=True)
        found.recipients[target] = replace(recipient, message=message)
    return found


def put(label: Studio, number: int, mood: str) -> None:
    """A release in this mood."""
    release = label.put_release(number)
    delivery, status = label.releases[release]
    content = replace(delivery.content, descriptors=Descriptors(moods=(mood,)))
    label.releases[release] = (replace(delivery, content=content), status)


def wanted(folder: Path) -> Studio:
    """The label, with one new release and one in another mood."""
    label = studio(folder)
    put(label, 1, "Happy")
    put(label, 2, "Sad")
    return label


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every case begins with a copy of."""
    folder = tmp_path_factory.mktemp("start")
    label = studio(folder, new=True)
    put(label, 2, "Chill")
    assert label.apply().succeeded
    label.ledger.close()
    return folder


def readers_of(folder: Path) -> dict[str, RecipientReader]:
    """The recipients, who have taken what was there."""
    readers = {target: RecipientReader(folder / "inboxes" / target) for target in TARGETS}
    for reader in readers.values():
        reader.look()
        assert [each.moods for each in reader.taken] == [("Chill",)]
    return readers


def assert_one_delivery_each(folder: Path, readers: dict[str, RecipientReader]) -> None:
    """Each has both releases with their MEAD messages, once, as the ledger keeps them."""
    label = wanted(folder)
    for target, reader in readers.items():
        reader.look()
        assert reader.errors == []
        assert reader.leftovers() == []
        assert {each.icpn: each.moods for each in reader.taken[1:]} == {
            NEW: ("Happy",),
            CHANGED: ("Sad",),
        }
        assert len(reader.taken) == 3
        kept = {
            label.ledger.fetch(event.data["mead"])
            for _, event in label.ledger.events()
            if event.kind is Kind.INTENDED
            and event.stream.target == target
            and "mead" in event.data
        }
        assert {path.read_bytes() for path in reader.inbox.rglob("*_MEAD.xml")} <= kept
    assert label.ledger.verify() == []
    assert not label.ledger.snapshot(ENVIRONMENT, since="").batches
    assert label.nothing_to_send()
    label.ledger.close()


def test_stopped_at_any_step_and_run_again(start: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(start, tmp_path / "count")
    readers = readers_of(folder)
    total = count_steps(folder, wanted)
    assert_one_delivery_each(folder, readers)
    assert total > 80
    between = 0
    for step in chosen(total, 4):
        folder = shutil.copytree(start, tmp_path / f"at-{step}")
        readers = readers_of(folder)
        assert in_child(lambda s=step, f=folder: work(f, Steps(s), wanted)) == KILLED  # type: ignore[misc]
        between += _stopped_between(folder)
        for reader in readers.values():
            reader.look()
        assert in_child(lambda f=folder: work(f, Steps(), wanted)) == FINISHED, step  # type: ignore[misc]
        assert_one_delivery_each(folder, readers)
        shutil.rmtree(folder)
    assert between


def _stopped_between(folder: Path) -> bool:
    """Whether a MEAD message lies somewhere without its message."""
    return any(
        not path.with_name(path.name.replace("_MEAD", "")).exists()
        for path in (folder / "inboxes").rglob("*_MEAD.xml")
    )
