"""Ledgers that are missing, another's, damaged or newer: nothing is sent, nothing is made up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.acceptance.diagnosis import assert_told, assert_untouched, run_without_root
from tests.catalogues import ICPNS, CatalogueFolder

LEDGER = ".stardust/ledger.db"
COMMANDS = (("plan",), ("apply", "--auto-approve"), ("status",), ("ledger", "verify"))


def delete(catalogue: CatalogueFolder) -> None:
    catalogue.path(LEDGER).unlink()


def make_folder(catalogue: CatalogueFolder) -> None:
    catalogue.path(LEDGER).unlink()
    catalogue.path(LEDGER).mkdir()


def empty(catalogue: CatalogueFolder) -> None:
    catalogue.write(LEDGER, b"")


def overwrite(catalogue: CatalogueFolder) -> None:
    catalogue.write(LEDGER, "no database\n" * 1000)


def cut_off(catalogue: CatalogueFolder) -> None:
    catalogue.write(LEDGER, catalogue.path(LEDGER).read_bytes()[:3000])


def of_another(catalogue: CatalogueFolder) -> None:
    catalogue.edit("stardust.yaml", "id: alpha-tide", "id: beta-tide")


def change(catalogue: CatalogueFolder, statement: str) -> None:
    with closing(sqlite3.connect(catalogue.path(LEDGER))) as database:
        database.execute(statement)
        database.commit()


def newer(catalogue: CatalogueFolder) -> None:
    change(catalogue, "INSERT INTO migrations VALUES ('9999_future')")


def other_database(catalogue: CatalogueFolder) -> None:
    catalogue.path(LEDGER).unlink()
    change(catalogue, "CREATE TABLE songs (title TEXT)")


CASES: dict[str, tuple[Callable[[CatalogueFolder], None], int, tuple[str, ...]]] = {
    "missing": (delete, 4, ("SG5001 there is no ledger at", "ledger init", "restore its ledger")),
    "a folder": (make_folder, 4, ("SG5001", "is not a file", "restore the ledger")),
    "zero bytes": (empty, 4, ("SG5001", "is empty", "restore the ledger")),
    "no database": (overwrite, 4, ("SG5002", "is not a ledger", "restore it from a backup")),
    "cut off": (cut_off, 1, ("SG5000", "is damaged", "restore it from a backup")),
    "another's": (
        of_another,
        4,
        ("SG5002", "of catalogue 'alpha-tide', not of 'beta-tide'", "`id:` and `ledger:`"),
    ),
    "newer": (newer, 4, ("SG5002 the ledger was written by a newer version", "install")),
    "another database": (other_database, 4, ("SG5002", "but not a ledger", "`ledger:`")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_ledger_that_cannot_be_used(catalogue: CatalogueFolder, name: str) -> None:
    breaks, code, fragments = CASES[name]
    breaks(catalogue)
    path = catalogue.path(LEDGER)
    before = path.read_bytes() if path.is_file() else None
    for command in COMMANDS:
        assert_told(catalogue.run(*command), code, *fragments)
    assert catalogue.delivered() == []
    after = path.read_bytes() if path.is_file() else None
    assert after == before, "nothing makes or repairs a ledger in passing"


def test_a_ledger_is_never_overwritten(catalogue: CatalogueFolder) -> None:
    assert catalogue.apply().code == 0
    before = catalogue.position()
    outcome = catalogue.run("ledger", "init")
    assert_told(outcome, 4, "SG5007", "there is a ledger", "a ledger is never overwritten")
    assert catalogue.position() == before


def test_a_lost_ledger_is_not_taken_for_an_empty_one(catalogue: CatalogueFolder) -> None:
    assert catalogue.apply().code == 0
    delivered = catalogue.delivered()
    delete(catalogue)
    for suffix in ("-wal", "-shm"):
        catalogue.path(LEDGER + suffix).unlink(missing_ok=True)
    assert_told(catalogue.apply(), 4, "SG5001", "if this catalogue was delivered before, restore")
    assert catalogue.delivered() == delivered
    assert not catalogue.path(LEDGER).exists()


def test_a_ledger_that_cannot_be_written_is_read_and_nothing_is_sent(
    catalogue: CatalogueFolder,
) -> None:
    """Without its record a delivery would be made twice."""
    catalogue.path(LEDGER).chmod(0o444)
    catalogue.path(".stardust").chmod(0o555)
    try:
        assert_told(run_without_root(catalogue, "plan"), 0, "2 inserts")
        outcome = run_without_root(catalogue, "apply", "--auto-approve")
    finally:
        catalogue.path(".stardust").chmod(0o755)
        catalogue.path(LEDGER).chmod(0o644)
    assert_told(outcome, outcome.code, "cannot be written", "make the file and its folder writable")
    assert outcome.code in (1, 6)
    assert_untouched(catalogue)
    assert_told(catalogue.apply(), 0, "2 sent")


def test_an_event_that_was_taken_out_is_missed(catalogue: CatalogueFolder) -> None:
    assert catalogue.apply().code == 0
    assert_told(catalogue.run("ledger", "verify"), 0, "The ledger is sound.")
    with closing(sqlite3.connect(catalogue.path(LEDGER))) as database:
        database.execute("DROP TRIGGER events_are_not_deleted")
        database.execute("DELETE FROM events WHERE position = 3")
        database.commit()
    outcome = catalogue.run("ledger", "verify")
    assert_told(outcome, 1, "problems.")
    assert "sound" not in outcome.text


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://u@db/x", "ledger mysql: is not available in this version"),
        ("sqlite:", "says no place"),
        ("ledger.db", "is not available in this version"),
    ],
)
def test_a_ledger_url_that_is_not_known(catalogue: CatalogueFolder, url: str, message: str) -> None:
    catalogue.edit("stardust.yaml", "ledger: sqlite:.stardust/ledger.db", f"ledger: '{url}'")
    outcome = catalogue.run("plan")
    assert_told(outcome, 64, message, "ledger: sqlite:.stardust/ledger.db")


@pytest.mark.parametrize("url", ["//u:hunter2@db/x", "//u@db/x?password=hunter2"])
def test_a_password_in_the_url_is_refused_and_not_repeated(
    catalogue: CatalogueFolder, url: str
) -> None:
    catalogue.edit("stardust.yaml", "sqlite:.stardust/ledger.db", f"postgresql:{url}")
    for command in ("validate", "plan"):
        outcome = catalogue.run(command)
        assert_told(outcome, 3, "SG1118", "stardust.yaml:", "password=env:NAME")
        assert "hunter2" not in outcome.text


@pytest.mark.parametrize("stream", [f"{ICPNS[0]}@store", f"{ICPNS[2]}@store"])
def test_settling_what_is_not_open_is_refused(catalogue: CatalogueFolder, stream: str) -> None:
    outcome = catalogue.run(
        "ledger", "resolve", stream, "resend", "--reason", "lost", "--auto-approve"
    )
    assert_told(outcome, 64, "has no delivery with an unknown outcome", "stardust-gitops show")
    assert_untouched(catalogue)
