"""Invariant 4 over SFTP, FTP and FTPS: stopped at some steps and run again, one delivery each.

The server notices that its client has gone while the next run is under way already, as real ones
do. A plain run takes a few seeded steps for each protocol, ``STARDUST_LONG=1`` all of them.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.registry import TransportSettings, open_transport
from tests.acceptance.kill_kit import (
    FINISHED,
    SEED,
    TARGETS,
    assert_one_delivery_each,
    count_steps,
    readers_of,
    studio,
    want_first,
    wanted,
    work,
)
from tests.delivery_kit import Studio
from tests.faults import KILLED, Steps
from tests.ftp_servers import FtpServer
from tests.processes import in_child
from tests.scale import LONG
from tests.servers import SshServer

FEW = 2
HOW: tuple[dict[str, Any], ...] = ({}, {"layout": "release", "completion": "message"})
SERVERS = ["sshd", "ftp_vsftpd", "ftps_vsftpd", *(["plain_sshd"] if LONG else [])]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every case begins with a copy of."""
    folder = tmp_path_factory.mktemp("start")
    label = studio(folder, new=True)
    want_first(label)
    assert label.apply().succeeded
    label.ledger.close()
    return folder


def reached(server: SshServer | FtpServer) -> Callable[[Path], Studio]:
    """The label of a folder, with its recipients at the server."""

    def connecting(settings: TransportSettings) -> Callable[[], Transport]:
        return lambda: open_transport(settings)

    def opened(folder: Path) -> Studio:
        label = wanted(folder)
        for target, how in zip(TARGETS, HOW, strict=True):
            settings = server.settings(label.inbox(target))
            label.add_recipient(target, connect=connecting(settings), **how)
        return label

    return opened


@pytest.mark.parametrize("fixture", SERVERS)
def test_stopped_at_some_steps_and_run_again(
    request: pytest.FixtureRequest, fixture: str, start: Path, tmp_path: Path
) -> None:
    opened = reached(request.getfixturevalue(fixture))
    total = count_steps(shutil.copytree(start, tmp_path / "count"), opened)
    assert total > 100
    every = range(1, total + 1)
    for step in every if LONG else sorted(random.Random(f"{SEED} {fixture}").sample(every, FEW)):
        folder = shutil.copytree(start, tmp_path / f"at-{step}")
        readers = readers_of(folder)
        assert in_child(lambda s=step, f=folder: work(f, Steps(s), opened)) == KILLED  # type: ignore[misc]
        for reader in readers.values():
            reader.look()
        assert in_child(lambda f=folder: work(f, Steps(), opened)) == FINISHED, step  # type: ignore[misc]
        assert_one_delivery_each(folder, readers)
        shutil.rmtree(folder)
