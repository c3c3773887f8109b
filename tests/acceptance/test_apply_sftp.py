"""Applying to a real `sshd`, and when it goes away in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.registry import open_transport
from tests.delivery_kit import Studio
from tests.flaky import Wire
from tests.recipient_reader import RecipientReader
from tests.servers import SshServer

TARGETS: dict[str, dict[str, Any]] = {
    "batchy": {},
    "single": {"layout": "release", "completion": "message"},
}


@pytest.fixture(params=["sshd", "plain_sshd"])
def server(request: pytest.FixtureRequest) -> SshServer:
    """OpenSSH with its extensions and without."""
    found: SshServer = request.getfixturevalue(request.param)
    return found


class Impatient(SystemClock):
    """Real time, without the waiting between attempts."""

    def sleep(self, seconds: float) -> None:
        """A hundredth of it."""
        super().sleep(seconds / 100)


@pytest.fixture
def label(tmp_path: Path) -> Iterator[Studio]:
    """A label with two releases, its time real."""
    label = Studio(tmp_path, clock=Impatient())
    label.put_release(1, tracks=3, audio=b"audio" * 100_000)
    label.put_release(2)
    yield label
    assert label.ledger.verify() == []
    label.ledger.close()


def connecting(label: Studio, server: SshServer, target: str) -> Callable[[], Transport]:
    """How the inbox of a target is reached over SFTP."""
    inbox = label.inbox(target)
    inbox.mkdir(parents=True)
    settings = server.settings(inbox)
    return lambda: open_transport(settings)


def assert_delivered(label: Studio, *numbers: int) -> None:
    """Each recipient has taken so many messages, and nothing else lies about."""
    for target, number in zip(TARGETS, numbers, strict=True):
        reader = RecipientReader(label.inbox(target))
        reader.look()
        assert reader.errors == []
        assert reader.leftovers() == []
        assert len(reader.taken) == number
    assert label.nothing_to_send()


def test_insert_update_and_takedown_over_sftp(label: Studio, server: SshServer) -> None:
    for target, how in TARGETS.items():
        connect = connecting(label, server, target)
        label.add_recipient(target, connect=connect, connections=3, verify="read", **how)
    assert label.apply().count(Outcome.SENT) == 4
    label.put_release(2, title="Another title")
    label.set_status(next(iter(label.releases)), "takedown")
    assert label.apply().count(Outcome.SENT) == 4
    assert_delivered(label, 4, 4)


def test_a_server_that_goes_away_in_the_middle(label: Studio, server: SshServer) -> None:
    for target, how in TARGETS.items():
        wire = Wire()
        killed: list[int] = []

        def kill(killed: list[int] = killed) -> None:
            if len(killed) < 2:
                killed.append(1)
                server.kill_sessions()

        for pattern in (r"_002\.wav$", r"\.xml$"):
            wire.hooks.append(("put", pattern, kill))
        label.add_recipient(target, connect=wire.connect(connecting(label, server, target)), **how)
        recipient = label.recipients[target]
        label.recipients[target] = replace(recipient, attempts=4)
    result = label.apply(parallelism=1)
    assert result.count(Outcome.SENT) == 4
    assert label.log.named("retry")
    assert_delivered(label, 2, 2)
