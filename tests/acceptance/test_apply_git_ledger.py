"""Delivering with the ledger on a git branch: what is written when, and carrying on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from stardust_gitops.ledger.events import Kind
from stardust_gitops.planning.model import Plan
from tests import delivery_kit
from tests.delivery_kit import Studio, outcomes
from tests.flaky import Wire
from tests.git_servers import bare_remote, clone, git

Machine = Callable[[str], Studio]


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return bare_remote(tmp_path / "remote.git")


@pytest.fixture
def machine(remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Makes studios in clones of their own; all of them have the same inboxes."""
    monkeypatch.setattr(delivery_kit, "LEDGER", "git:stardust-ledger")
    made: list[str] = []

    def make(name: str) -> Studio:
        folder = clone(remote.as_uri(), tmp_path / name)
        (tmp_path / "inboxes").mkdir(exist_ok=True)
        (folder / "inboxes").symlink_to(tmp_path / "inboxes")
        studio = Studio(folder, run=name, new=not made)
        made.append(name)
        return studio

    return make


def commits(remote: Path) -> list[str]:
    """What the branch's commits say, oldest first."""
    return git(remote, "log", "--reverse", "--format=%s", "stardust-ledger").splitlines()


def test_a_batch_of_many_items_is_few_pushes(machine: Machine, remote: Path) -> None:
    label = machine("ada")
    label.add_recipient()
    for number in (1, 2, 3):
        label.put_release(number, tracks=2)
    assert label.apply().succeeded
    assert label.nothing_to_send()
    assert label.ledger.verify() == []
    kinds = [event.kind for _, event in label.ledger.events()]
    assert Kind.FILE_UPLOADED not in kinds
    assert commits(remote)[1:] == [
        "production/batchy: 3 releases intended",
        "production/batchy: 3 releases completing",
        "production/batchy: 3 releases completed",
        "checkpoint",
    ]


def test_another_machine_has_nothing_left_to_send(machine: Machine) -> None:
    ada, bob = machine("ada"), machine("bob")
    for label in (ada, bob):
        label.add_recipient()
        label.put_release(1)
    stale = bob.plan()
    assert ada.apply().succeeded
    assert set(outcomes(bob.apply(stale)).values()) == {"unchanged"}
    assert bob.nothing_to_send()


def test_what_was_interrupted_is_found_at_the_recipient(machine: Machine) -> None:
    ada, bob = machine("ada"), machine("bob")
    wire = Wire(hooks=[("put", r"_002\.wav$", ada.stop.set)])
    for label in (ada, bob):
        label.put_release(1, tracks=2)
    ada.add_recipient(connect=wire.connect(lambda: DirectoryTransport(ada.inbox("batchy"))))
    assert ada.apply().interrupted
    before = wire.puts()
    assert len(before) == 2
    again = Wire()
    bob.add_recipient(connect=again.connect(lambda: DirectoryTransport(bob.inbox("batchy"))))
    assert bob.apply().succeeded
    assert bob.nothing_to_send()
    assert not set(before[:1]) & set(again.puts())
    assert ada.nothing_to_send()


def test_machines_that_apply_at_once_send_nothing_twice(machine: Machine) -> None:
    names = ("ada", "bob", "cid")
    labels = [machine(name) for name in names]
    for label in labels:
        label.clock = SystemClock()
        label.add_recipient("batchy")
        label.add_recipient("single", layout="release", completion="message")
        for number in (1, 2, 3):
            label.put_release(number)
    plans = [label.plan() for label in labels]

    def work(label: Studio, plan: Plan) -> dict[tuple[str, str], str]:
        return outcomes(label.apply(plan, lease_wait=60.0))

    with ThreadPoolExecutor(len(labels)) as pool:
        results = list(pool.map(work, labels, plans))
    for item in results[0]:
        assert sorted(result[item] for result in results) == ["sent", "unchanged", "unchanged"]
    for label in labels:
        assert label.nothing_to_send()
        assert label.ledger.verify() == []
    markers = [path for path in labels[0].files("batchy") if "BatchComplete" in path]
    assert markers
    delivered = [kinds.count(Kind.COMPLETED) for kinds in map(labels[0].kinds, labels[0].releases)]
    assert delivered == [1, 1, 1]
