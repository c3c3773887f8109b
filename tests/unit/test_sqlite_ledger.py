"""The file of a SQLite ledger: damage, tampering, permissions, migrations."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stardust_gitops.errors import GitOpsError, SafetyError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.sqlite import SqliteLedger, connection, create, schema
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import LedgerError, LedgerMissingError, WrongLedgerError
from tests.ledger_samples import CATALOGUE, OTHER, STREAM, deliver, event, write

FORKED = multiprocessing.get_context("fork")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[SqliteLedger]:
    with closing(create(path, CATALOGUE)) as opened:
        deliver(opened)
        deliver(opened, stream=OTHER)
        deliver(opened, "b", operation="update")
        opened.checkpoint()
        yield opened


def tamper(path: Path, *statements: str) -> None:
    """What somebody with a SQLite shell does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as shell:
        for statement in statements:
            shell.execute(statement)


UNGUARDED = tuple(f"DROP TRIGGER {name}" for name in schema.TRIGGERS)


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (("UPDATE events SET body = replace(body, 'ada', 'bob') WHERE position = 2",), "changed"),
        (("UPDATE events SET subject = x'41', digest = 7 WHERE position = 1",), "another place"),
        (("UPDATE events SET subject = x'ff' WHERE position = 1",), "Could not decode"),
        (("UPDATE events SET version = 9 WHERE position = 9",), "another place"),
        (("UPDATE events SET operation = 'purge' WHERE position = 1",), "another place"),
        (("UPDATE events SET body = x'00' WHERE position = 4",), "cannot be read"),
        (("UPDATE events SET digest = 'x' WHERE position = 9",), "changed"),
        (("DELETE FROM events WHERE position = 2",), "positions 2 to 2"),
        (("DELETE FROM checkpoints", "DELETE FROM events WHERE position = 9"), "9 to 9"),
        (("DELETE FROM events WHERE target = 'deezer'",), "checkpoint at position 9"),
        (("UPDATE checkpoints SET digest = 'x'",), "checkpoint at position 9"),
        (("UPDATE checkpoints SET position = 12",), "behind all events"),
        (("UPDATE streams SET state = '{}' WHERE target = 'deezer'",), "not what its events say"),
        (("UPDATE streams SET planned = 0",), "not what its events say"),
        (("DELETE FROM streams WHERE target = 'deezer'",), "has events but no state"),
        (
            (
                "INSERT INTO streams SELECT 'production', 'tidal', 'x', 1, state FROM streams"
                " WHERE target = 'deezer'",
            ),
            "no events: they were deleted",
        ),
        (("UPDATE blobs SET data = x'789c'",), "are damaged (event 1 of production/"),
        (("UPDATE blobs SET data = zeroblob(9)",), "are damaged"),
        (("DELETE FROM blobs",), "are missing"),
    ],
)
def test_tampering_is_found(
    ledger: SqliteLedger, path: Path, statements: tuple[str, ...], found: str
) -> None:
    assert ledger.verify() == []
    tamper(path, *UNGUARDED, "PRAGMA foreign_keys = OFF", *statements)
    problems = ledger.verify()
    assert [text for text in problems if found in text], problems
    assert [text for text in problems if "guard events_are_not_changed was removed" in text]


def test_a_stream_deleted_with_every_trace_shows_by_its_checkpoint(
    ledger: SqliteLedger, path: Path
) -> None:
    """Even where positions are closed up again and the derived table is made to agree."""
    tamper(
        path,
        *UNGUARDED,
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM events WHERE target = 'deezer'",
        "UPDATE events SET position = position - 3 WHERE position > 3",
        "UPDATE checkpoints SET position = 6",
        "UPDATE sqlite_sequence SET seq = 6",
        "DELETE FROM streams WHERE target = 'deezer'",
    )
    problems = [text for text in ledger.verify() if "guard" not in text]
    assert problems == ["checkpoint at position 6 does not match the events before it"]


@pytest.mark.parametrize("table", ["events", "checkpoints"])
@pytest.mark.parametrize("change", ["UPDATE {} SET digest = 'x'", "DELETE FROM {}"])
def test_the_file_itself_refuses_changes(
    ledger: SqliteLedger, path: Path, table: str, change: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} are never"):
        tamper(path, change.format(table))


def test_rebuild_repairs_the_derived_table(ledger: SqliteLedger, path: Path) -> None:
    tamper(path, "UPDATE streams SET state = 'x' WHERE target = 'spotify'")
    with pytest.raises(LedgerError, match="damaged"):
        ledger.snapshot("production", since="")
    ledger.rebuild()
    assert ledger.state(STREAM).phase is Phase.LIVE
    assert ledger.verify() == []


def test_damaged_bytes_are_not_handed_out(ledger: SqliteLedger, path: Path) -> None:
    digest = ledger.store(b"message a")
    tamper(path, "UPDATE blobs SET data = zeroblob(20)")
    with pytest.raises(LedgerError, match="damaged"):
        ledger.fetch(digest)


def _opens(path: Path) -> None:
    SqliteLedger(path, CATALOGUE).close()


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"", LedgerMissingError, "is empty"),
        (b"not a database at all " * 100, WrongLedgerError, "not a ledger"),
        (b"\x00" * 4096, WrongLedgerError, "not a ledger"),
    ],
)
def test_files_that_are_no_ledger(
    path: Path, content: bytes, error: type[GitOpsError], words: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        _opens(path)
    assert caught.value.exit_code == 4
    assert caught.value.hint
    assert path.read_bytes() == content
    with pytest.raises(SafetyError, match="already"):
        create(path, CATALOGUE)


def test_a_folder_and_a_foreign_database_are_no_ledger(path: Path) -> None:
    with pytest.raises(LedgerMissingError, match="not a file"):
        _opens(path.parent)
    tamper(path, "CREATE TABLE x (y)")
    with pytest.raises(WrongLedgerError, match="not a ledger"):
        _opens(path)


def test_what_is_left_of_a_lost_ledger_is_not_built_upon(path: Path) -> None:
    path.with_name("ledger.db-wal").write_bytes(b"events of before")
    with pytest.raises(SafetyError, match="a part of one"):
        create(path, CATALOGUE)


def test_nothing_is_left_beside_a_new_ledger(path: Path) -> None:
    create(path, CATALOGUE).close()
    assert [one.name for one in path.parent.iterdir()] == ["ledger.db"]


def test_a_place_where_nothing_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in ("file/ledger.db", "a\x00b"):
        with pytest.raises(LedgerError, match="can"):
            create(tmp_path / place, CATALOGUE)
        with pytest.raises(GitOpsError):
            _opens(tmp_path / place)


@pytest.mark.parametrize("name", ["led ger?mode=ro#1%41.db", "ключ.db"])
def test_any_file_name(tmp_path: Path, name: str) -> None:
    create(tmp_path / name, CATALOGUE).close()
    assert (tmp_path / name).stat().st_size
    _opens(tmp_path / name)


def test_a_damaged_file_is_an_error_in_words(ledger: SqliteLedger, path: Path) -> None:
    ledger.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x55" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="damaged"):
        _opens(path)


def test_damage_to_the_events_shows_in_verify(ledger: SqliteLedger, path: Path) -> None:
    (root,) = ledger._connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'events'"
    ).fetchone()
    ledger.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\x55" * 4096
    path.write_bytes(content)
    with closing(SqliteLedger(path, CATALOGUE)) as damaged:
        assert [text for text in damaged.verify() if "SQLite: " in text]
        assert [text for text in damaged.verify() if "is damaged" in text]


def test_a_newer_schema_is_refused(ledger: SqliteLedger, path: Path) -> None:
    tamper(path, "INSERT INTO migrations VALUES ('from_the_future')")
    with pytest.raises(WrongLedgerError, match="newer version"):
        _opens(path)


def test_a_ledger_that_lost_its_catalogue_is_refused(ledger: SqliteLedger, path: Path) -> None:
    tamper(path, "DELETE FROM ledger")
    with pytest.raises(WrongLedgerError):
        _opens(path)
    tamper(path, "DROP TABLE migrations")
    with pytest.raises(LedgerError, match="no such table"):
        _opens(path)


def test_migrations_run_once_in_order_and_whole(tmp_path: Path) -> None:
    def one(shell: sqlite3.Connection) -> None:
        shell.execute("CREATE TABLE x (y)")

    def two(shell: sqlite3.Connection) -> None:
        shell.execute("INSERT INTO x VALUES (1)")

    def broken(shell: sqlite3.Connection) -> None:
        shell.execute("INSERT INTO x VALUES (2)")
        shell.execute("INSERT INTO nowhere VALUES (2)")

    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as shell:
        shell.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY)")
        assert schema.migrate(shell, (one,)) == ["one"]
        assert schema.migrate(shell, (one, two)) == ["two"]
        assert schema.migrate(shell, (one, two)) == []
        with pytest.raises(sqlite3.OperationalError):
            schema.migrate(shell, (one, two, broken))
        assert shell.execute("SELECT y FROM x").fetchall() == [(1,)]
        assert schema.applied(shell) == {"one", "two"}


def test_a_full_disk_loses_nothing(ledger: SqliteLedger) -> None:
    shell = ledger._connection
    (pages,) = shell.execute("PRAGMA page_count").fetchone()
    shell.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="disk is full") as caught:
        ledger.store(os.urandom(100_000))
    assert caught.value.hint
    assert ledger.verify() == []
    shell.execute("PRAGMA max_page_count = 100000")
    deliver(ledger, "c", operation="takedown")
    assert ledger.state(STREAM).phase is Phase.TAKEN_DOWN


def test_another_writer_is_waited_for_and_then_named(
    ledger: SqliteLedger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    with (
        closing(SqliteLedger(path, CATALOGUE)) as impatient,
        closing(sqlite3.connect(path, isolation_level=None)) as shell,
    ):
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="in use by another process"):
            deliver(impatient, "c")
        assert impatient.state(STREAM).phase is Phase.LIVE


def _as_somebody_else(work: Callable[[], None]) -> None:
    """Run `work` in a process without root's rights."""

    def child() -> None:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        work()

    worker = FORKED.Process(target=child)
    worker.start()
    worker.join(30)
    assert worker.exitcode == 0


def _let_in(path: Path) -> None:
    """Let anyone reach a folder, as deep as pytest has hidden it."""
    for folder in path.parents:
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IXGRP)


def test_a_read_only_ledger_can_be_read_and_says_why_it_is_not_written(
    ledger: SqliteLedger, path: Path
) -> None:
    ledger.close()
    _let_in(path)
    path.chmod(0o444)
    path.parent.chmod(0o555)

    def work() -> None:
        with closing(SqliteLedger(path, CATALOGUE)) as read_only:
            assert len(read_only.snapshot("production", since="").releases) == 2
            assert read_only.verify() == []
            with pytest.raises(LedgerError, match="cannot be written") as caught:
                write(read_only, Kind.FORGOTTEN)
            assert "writable" in (caught.value.hint or "")
            with pytest.raises(LedgerError, match="cannot be written"):
                read_only.take_lease("production", "spotify", holder="ada")

    _as_somebody_else(work)
    path.parent.chmod(0o755)


def test_a_ledger_that_may_not_be_read(ledger: SqliteLedger, path: Path) -> None:
    ledger.close()
    _let_in(path)
    path.chmod(0)

    def work() -> None:
        with pytest.raises(LedgerError, match="opened") as caught:
            _opens(path)
        assert caught.value.hint

    _as_somebody_else(work)


def test_a_ledger_is_not_carried_through_a_fork_nor_used_after_its_end(
    ledger: SqliteLedger,
) -> None:
    def child() -> None:
        with pytest.raises(LedgerError, match="another process"):
            ledger.state(STREAM)
        os._exit(0)

    worker = FORKED.Process(target=child)
    worker.start()
    worker.join(30)
    assert worker.exitcode == 0
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerError, match="closed"):
        ledger.state(STREAM)


def test_streams_of_another_kind_are_not_mixed_up(ledger: SqliteLedger) -> None:
    with pytest.raises(ValueError, match="is a batch"):
        ledger.state(STREAM._replace(subject="batch:1"))
    with pytest.raises(ValueError, match="is not a batch"):
        ledger.batch(STREAM)


def test_a_damaged_copy_of_the_derived_head_does_not_fork_a_stream(
    ledger: SqliteLedger, path: Path
) -> None:
    tamper(path, "DELETE FROM streams WHERE target = 'deezer'")
    with pytest.raises(SafetyError, match="another writer"):
        ledger.append([event(Kind.FORGOTTEN, stream=OTHER)])
