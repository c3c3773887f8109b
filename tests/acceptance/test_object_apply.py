"""Applying with a ledger in a store of objects: killed at some steps, and several at once."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.kill_kit import (
    SEED,
    apply_at_once,
    assert_one_delivery_each,
    readers_of,
    stop_at,
    studio,
    want_first,
    wanted,
)
from tests.object_servers import KEYS, S3Server
from tests.scale import LONG


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
        stop_at(step, begin(server, tmp_path / f"at-{step}"))


def test_appliers_at_once_send_each_item_once(server: S3Server, tmp_path: Path) -> None:
    folder = begin(server, tmp_path / "label")
    readers = readers_of(folder)
    sent = apply_at_once(3, tmp_path / "gate", partial(wanted, folder), lease_wait=300.0)
    assert sent == 8
    assert_one_delivery_each(folder, readers)
