"""Applying with a ledger in a store of objects: killed at some steps, and several at once."""

from __future__ import annotations

import random
from pathlib import Path
from uuid import uuid4

import pytest

from stardust_gitops.delivery.results import Outcome
from tests.acceptance.test_kill import (
    CRASHED,
    FINISHED,
    LONG,
    SEED,
    assert_one_delivery_each,
    fork,
    in_child,
    join,
    readers_of,
    studio,
    want_first,
    want_now,
    work,
)
from tests.faults import KILLED, Steps
from tests.gate import Gate
from tests.object_servers import KEYS, S3Server


@pytest.fixture
def server(moto: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return moto


def begin(server: S3Server, folder: Path) -> Path:
    """A label whose ledger is in a bucket of its own, with its first deliveries made."""
    folder.mkdir()
    (folder / "ledger.url").write_text(server.url(server.make_bucket(f"b-{uuid4().hex}")))
    label = studio(folder, new=True)
    want_first(label)
    assert label.apply().succeeded
    label.ledger.close()
    return folder


def test_stopped_at_some_steps_and_run_again(server: S3Server, tmp_path: Path) -> None:
    dice = random.Random(SEED)
    for step in sorted(dice.sample(range(1, 100), 30 if LONG else 3)):
        folder = begin(server, tmp_path / f"at-{step}")
        readers = readers_of(folder)
        assert in_child(lambda s=step, f=folder: work(f, Steps(s))) == KILLED  # type: ignore[misc]
        for reader in readers.values():
            reader.look()
        assert in_child(lambda f=folder: work(f, Steps())) == FINISHED, step  # type: ignore[misc]
        assert_one_delivery_each(folder, readers)


def test_appliers_at_once_send_each_item_once(server: S3Server, tmp_path: Path) -> None:
    folder = begin(server, tmp_path / "label")
    readers = readers_of(folder)
    gate = Gate(tmp_path / "gate")
    gate.folder.mkdir()

    def compete() -> int:
        label = studio(folder)
        want_now(label)
        plan = label.plan()
        gate.wait()
        result = label.apply(plan, lease_wait=300.0)
        left = result.count(Outcome.SENT, Outcome.SKIPPED)
        return result.count(Outcome.SENT) if left == len(result.items) == 8 else CRASHED

    children = [fork(compete) for _ in range(3)]
    gate.open(len(children))
    assert sum(join(child) for child in children) == 8
    assert_one_delivery_each(folder, readers)
