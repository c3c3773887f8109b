"""Applying with a ledger in PostgreSQL: stopped at any step, several at once, a server that
crashes."""

from __future__ import annotations

import random
import shutil
import threading
import time
from functools import partial
from pathlib import Path
from signal import SIGQUIT
from uuid import uuid4

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.state import Phase
from tests.acceptance.kill_kit import (
    FINISHED,
    SEED,
    apply_at_once,
    assert_one_delivery_each,
    chosen,
    count_steps,
    readers_of,
    stop_at,
    studio,
    want_first,
    wanted,
    work,
)
from tests.catalogues import CatalogueFolder, ended
from tests.delivery_kit import ENVIRONMENT, Studio
from tests.faults import Steps
from tests.postgres_server import PostgresServer, postgres_server
from tests.processes import CRASHED, fork, in_child, join
from tests.scale import LONG


def begin(server: PostgresServer, folder: Path) -> Path:
    """A label whose ledger is on the server, with its first deliveries made."""
    database = server.make_database(f"start_{uuid4().hex}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ledger.url").write_text(server.url(database))
    label = studio(folder, new=True)
    want_first(label)
    assert label.apply().succeeded
    label.ledger.close()
    return folder


@pytest.fixture(scope="module")
def start(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(postgres, tmp_path_factory.mktemp("start") / "label")


def copy(server: PostgresServer, start: Path, folder: Path) -> Path:
    """The label with a database of its own, as it was at the start."""
    shutil.copytree(start, folder)
    template = (start / "ledger.url").read_text().rpartition("/")[2]
    name = f"copy_{uuid4().hex}"
    with server.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    (folder / "ledger.url").write_text(server.url(name))
    return folder


def test_stopped_at_any_step_and_run_again(
    postgres: PostgresServer, start: Path, tmp_path: Path
) -> None:
    total = count_steps(copy(postgres, start, tmp_path / "count"))
    assert total > 100
    for step in chosen(total, 10):
        stop_at(step, copy(postgres, start, tmp_path / f"at-{step}"))


@pytest.mark.parametrize("appliers", [2, 8])
def test_appliers_at_once_send_each_item_once(
    postgres: PostgresServer, start: Path, tmp_path: Path, appliers: int
) -> None:
    """With one plan; whoever comes later waits for the lease and finds the work done."""
    folder = copy(postgres, start, tmp_path / "copy")
    readers = readers_of(folder)
    opened = partial(wanted, folder)
    assert apply_at_once(appliers, tmp_path / "gate", opened, lease_wait=300.0) == 8
    assert_one_delivery_each(folder, readers)


def test_appliers_share_the_targets_among_them(postgres: PostgresServer, tmp_path: Path) -> None:
    """Each of eight takes the targets that nobody else is at, and leaves the others alone."""
    folder = tmp_path / "label"
    folder.mkdir()
    name = postgres.make_database(f"share_{uuid4().hex}")
    (folder / "ledger.url").write_text(postgres.url(name))

    def sharing(*, new: bool = False) -> Studio:
        label = studio(folder, new=new)
        for number in range(6):
            label.add_recipient(f"target-{number}")
        label.put_release(1)
        return label

    sharing(new=True).ledger.close()

    assert apply_at_once(8, tmp_path / "gate", sharing, Outcome.LOCKED, parallelism=2) == 8
    label = sharing()
    releases = label.ledger.snapshot(ENVIRONMENT, since="").releases
    assert [state.phase for state in releases.values()] == [Phase.LIVE] * 8
    ends = [event for _, event in label.ledger.events() if event.kind is Kind.COMPLETED]
    assert len({event.stream for event in ends}) == len(ends)
    assert label.ledger.verify() == []


def test_a_server_that_crashes_in_mid_apply_and_comes_back(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    with postgres_server() as server:
        start = begin(server, tmp_path / "start")
        for case in range(10 if LONG else 3):
            folder = copy(server, start, tmp_path / f"case-{case}")
            readers = readers_of(folder)
            child = fork(lambda f=folder: work(f, Steps()))  # type: ignore[misc]
            time.sleep(dice.uniform(0.1, 0.5))
            server.stop(SIGQUIT)
            later = threading.Timer(0.5, server.start)
            later.start()
            code = join(child)
            later.join()
            # Where it struck before anything was begun there was nothing to come back to.
            assert code in (FINISHED, CRASHED)
            assert in_child(lambda f=folder: work(f, Steps())) == FINISHED  # type: ignore[misc]
            assert_one_delivery_each(folder, readers)


def test_commands_at_once_deliver_once(
    catalogue: CatalogueFolder, postgres: PostgresServer
) -> None:
    """The command itself, eight times at once: the later ones wait and skip what was sent."""
    url = postgres.url(postgres.make_database(f"commands_{uuid4().hex}"))
    catalogue.edit("stardust.yaml", "ledger: sqlite:.stardust/ledger.db", f"ledger: {url}")
    catalogue.must("ledger", "init")
    arguments = ("apply", "--auto-approve", "--allow-dirty", "--lock-timeout", "2m")
    processes = [catalogue.start(*arguments) for _ in range(8)]
    outcomes = [ended(process, 120) for process in processes]
    assert {outcome.code for outcome in outcomes} <= {0, 6}, outcomes
    assert len(catalogue.messages()) == 2
    assert "2 unchanged" in catalogue.must("plan").text
    assert "sound" in catalogue.must("ledger", "verify").text
    history = catalogue.must("history", "--format", "json").stdout
    assert history.count('"completed"') == 2
