"""`ledger export`, `import`, `migrate` and `repair`, `lock list` and `release`."""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from stardust_gitops.ledger.events import LEASE_SUBJECT, StreamId
from stardust_gitops.ledger.open import open_ledger
from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder
from tests.postgres_server import PostgresServer

LEDGER = "sqlite:.stardust/ledger.db"
CATALOGUE = "alpha-tide"


@pytest.fixture
def delivered(catalogue: CatalogueFolder) -> CatalogueFolder:
    """Two singles, delivered."""
    catalogue.must("apply", "--auto-approve", "--allow-dirty")
    return catalogue


def ledger_file(catalogue: CatalogueFolder) -> Path:
    return catalogue.root / ".stardust" / "ledger.db"


def tamper(catalogue: CatalogueFolder, *statements: str) -> None:
    with closing(sqlite3.connect(ledger_file(catalogue))) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


@pytest.mark.parametrize("name", ["ledger.ndjson", "ledger.ndjson.gz"])
def test_a_ledger_comes_back_from_its_export(
    delivered: CatalogueFolder, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    assert_told(delivered.must("ledger", "export", file), 0, "events", "written to")
    text = gzip.decompress(file.read_bytes()) if name.endswith("gz") else file.read_bytes()
    assert text.startswith(b'{"format":1,"catalogue":"alpha-tide"')
    before = delivered.must("history", "--format", "json").stdout
    ledger_file(delivered).rename(tmp_path / "lost.db")
    assert delivered.run("plan").code == 4
    assert_told(delivered.must("ledger", "import", file), 0, "imported into")
    assert_told(delivered.must("plan"), 0, "2 unchanged")
    assert delivered.must("history", "--format", "json").stdout == before
    again = delivered.must("ledger", "import", file)
    assert_told(again, 0, "were there already")


def test_an_export_never_replaces_a_file(delivered: CatalogueFolder, tmp_path: Path) -> None:
    file = tmp_path / "ledger.ndjson"
    file.write_text("mine")
    assert_told(delivered.run("ledger", "export", file), 64, "is there already")
    assert file.read_text() == "mine"
    assert_told(delivered.run("ledger", "export", tmp_path / "no" / "x"), 1, "cannot be written")
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("cut", [10, 2000])
def test_half_a_file_makes_no_ledger(delivered: CatalogueFolder, tmp_path: Path, cut: int) -> None:
    file = tmp_path / "ledger.ndjson.gz"
    delivered.must("ledger", "export", file)
    ledger_file(delivered).rename(tmp_path / "lost.db")
    file.write_bytes(file.read_bytes()[:-cut])
    assert_told(delivered.run("ledger", "import", file), 1, "cannot be read")
    assert not ledger_file(delivered).exists()
    assert_told(delivered.run("ledger", "import", tmp_path / "none"), 1, "cannot be read")


def test_a_ledger_moves_to_a_server(delivered: CatalogueFolder, postgres: PostgresServer) -> None:
    url = postgres.url(postgres.make_database(f"moved_{uuid4().hex}"))
    told = delivered.must("ledger", "migrate", "--to", url)
    assert_told(told, 0, "carried over", "checked", f"ledger: {url}", f"was {LEDGER}")
    before = delivered.must("history", "--format", "json").stdout
    delivered.edit("stardust.yaml", f"ledger: {LEDGER}", f"ledger: {url}")
    assert_told(delivered.must("plan"), 0, "2 unchanged")
    assert delivered.must("history", "--format", "json").stdout == before
    assert_told(delivered.must("ledger", "verify"), 0, "sound")
    delivered.must("ledger", "rebuild")
    assert_told(delivered.must("plan"), 0, "2 unchanged")


def test_a_migration_while_somebody_applies_is_refused(
    delivered: CatalogueFolder, tmp_path: Path
) -> None:
    other = f"sqlite:{tmp_path / 'other.db'}"
    with closing(open_ledger(LEDGER, delivered.root, CATALOGUE, delivered.clock)) as ledger:
        lease = ledger.take_lease("production", "store", holder="ada")
        told = delivered.run("ledger", "migrate", "--to", other)
        assert_told(told, 5, "ada is applying to store", "lock list")
        assert not (tmp_path / "other.db").exists()
        ledger.release_lease(lease)
    delivered.must("ledger", "migrate", "--to", other)
    assert_told(delivered.run("ledger", "migrate", "--to", LEDGER), 64, "already")


def test_repair_makes_the_derived_tables_anew(delivered: CatalogueFolder) -> None:
    assert_told(delivered.must("ledger", "repair"), 0, "The ledger is sound.")
    tamper(delivered, "DELETE FROM streams")
    shown = delivered.must("ledger", "repair", "--dry-run")
    assert_told(shown, 0, "would be repaired: stream production/store/", "0 left")
    assert_told(delivered.run("ledger", "verify"), 1, "no state")
    assert_told(delivered.must("ledger", "repair"), 0, "repaired: stream", "0 left")
    assert_told(delivered.must("ledger", "verify"), 0, "sound")
    assert_told(delivered.must("plan"), 0, "2 unchanged")


@pytest.mark.parametrize("hidden", [False, True])
def test_repair_touches_nothing_where_events_are_gone(
    delivered: CatalogueFolder, hidden: bool
) -> None:
    """The tables may be all that still tells what was lost."""
    tamper(
        delivered,
        "DROP TRIGGER events_are_not_deleted",
        "DROP TRIGGER checkpoints_are_not_deleted",
        "DELETE FROM checkpoints",
        "DELETE FROM events WHERE position >= (SELECT max(position) FROM events)",
        *(["UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'events'"] if hidden else []),
        "CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events"
        " BEGIN SELECT RAISE (ABORT, 'events are never deleted'); END",
        "CREATE TRIGGER checkpoints_are_not_deleted BEFORE DELETE ON checkpoints"
        " BEGIN SELECT RAISE (ABORT, 'checkpoints are never deleted'); END",
    )
    before = delivered.run("ledger", "verify").text
    assert "the last ones were deleted" in before
    assert_told(delivered.run("ledger", "repair"), 1, "left: ", "0 repaired")
    assert delivered.run("ledger", "verify").text == before
    assert_told(delivered.must("plan"), 0, "2 unchanged")


def test_the_lock_of_a_process_that_was_killed_hinders_nobody(
    delivered: CatalogueFolder, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    child = os.fork()
    if child == 0:
        ledger = open_ledger(LEDGER, delivered.root, CATALOGUE, delivered.clock)
        ledger.take_lease("production", "store", holder="ada")
        ready.touch()
        time.sleep(60)
    while not ready.exists():
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert_told(delivered.must("lock", "list"), 0, "ada, process", "which has ended")
    delivered.must("ledger", "migrate", "--to", f"sqlite:{tmp_path / 'other.db'}")


def test_locks_are_listed_and_taken_away(delivered: CatalogueFolder) -> None:
    assert_told(delivered.must("lock", "list"), 0, "Nobody is applying.")
    with closing(open_ledger(LEDGER, delivered.root, CATALOGUE, delivered.clock)) as ledger:
        ledger.take_lease("production", "store", holder="ada on her laptop")
        assert_told(delivered.must("lock", "list"), 0, "production store ada on her laptop")
        (found,) = delivered.must("lock", "list", "--format", "json").json()["locks"]
        assert (found["target"], found["fence"]) == ("store", 2)
        assert_told(delivered.run("lock", "release", "other"), 64, "nobody holds")
        assert_told(delivered.run("lock", "release", "store"), 64, "--auto-approve")
        told = delivered.must("lock", "release", "store", "--auto-approve")
        assert_told(told, 0, "ada on her laptop", "is free")
        assert ledger.held_leases() == []
        ((_, taken),) = ledger.events(stream=StreamId("production", "store", LEASE_SUBJECT))
    assert taken.data["reason"] == "by hand"
    assert taken.data["lost"]["holder"] == "ada on her laptop"
    assert_told(delivered.must("ledger", "verify"), 0, "sound")
