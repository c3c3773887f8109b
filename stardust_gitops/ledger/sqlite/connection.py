"""Opening the file of a SQLite ledger, and saying in words what went wrong with it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.sqlite import schema
from stardust_gitops.ledger.store import LedgerError, LedgerMissingError, WrongLedgerError

BUSY_SECONDS = 30.0
"""How long to wait for another process that is writing right now."""

_RESTORE = "restore it from a backup; `stardust-gitops ledger verify` says what is wrong"
_REMEDIES = (
    ("SQLITE_BUSY", "is in use by another process", "try again when that one has ended"),
    ("SQLITE_LOCKED", "is in use by another process", "try again when that one has ended"),
    ("SQLITE_READONLY", "cannot be written", "make the file and its folder writable"),
    ("SQLITE_PERM", "may not be opened", "make the file and its folder readable and writable"),
    ("SQLITE_AUTH", "may not be opened", "make the file and its folder readable and writable"),
    ("SQLITE_FULL", "cannot be written: the disk is full", "make room and run the command again"),
    ("SQLITE_CANTOPEN", "cannot be opened", "check the permissions of the file and its folder"),
    ("SQLITE_IOERR", "cannot be read or written", "check the disk and the file's permissions"),
    ("SQLITE_CORRUPT", "is damaged", _RESTORE),
    ("SQLITE_NOTADB", "is not a SQLite database", _RESTORE),
)


def ledger_error(path: Path, error: sqlite3.Error) -> LedgerError:
    """What a database error means for the user."""
    name = getattr(error, "sqlite_errorname", "")
    for prefix, what, hint in _REMEDIES:
        if name.startswith(prefix):
            return LedgerError(f"ledger {path} {what} ({error})", hint=hint)
    return LedgerError(f"ledger {path} failed: {error}", hint=_RESTORE)


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Database errors leave as `LedgerError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise ledger_error(path, error) from error


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("SELECT count(*) FROM sqlite_master")
    except BaseException:
        connection.close()
        raise
    return connection


def _side_file(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def create_file(path: Path, catalogue_id: str) -> None:
    """A new, empty ledger at `path`, with its folder. `SafetyError` where there is something.

    It is made aside and appears under its name only when it is whole.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        if path.exists() or _side_file(path, "-wal").exists():
            raise _there_already(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        _make(aside, catalogue_id)
        _appear(aside, path)
    except (OSError, ValueError) as error:
        raise LedgerError(
            f"no ledger can be made at {path}: {error}", hint="check the path and permissions"
        ) from error


def _there_already(path: Path) -> SafetyError:
    return SafetyError(
        f"there is a ledger, or a part of one, at {path} already",
        hint="a ledger is never overwritten: use it, or move it and its -wal file away",
        code="SG5007",
    )


def _make(path: Path, catalogue_id: str) -> None:
    with in_words(path), closing(_connect(path, "mode=rwc")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY)")
        schema.migrate(connection)
        connection.execute("INSERT INTO ledger (catalogue) VALUES (?)", (catalogue_id,))


def _appear(aside: Path, path: Path) -> None:
    """Give the file its name, if that is free, in one step where the file system has links."""
    try:
        os.link(aside, path)
        aside.unlink()
    except FileExistsError as error:
        aside.unlink()
        raise _there_already(path) from error
    except OSError:
        aside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def open_file(path: Path, catalogue_id: str) -> sqlite3.Connection:
    """A connection to the ledger of this catalogue; reading only, where writing is not possible.

    `LedgerMissingError` where there is none, `WrongLedgerError` where it is another's.
    """
    _must_be_there(path)
    with in_words(path):
        try:
            connection = _connect(path, "mode=rw")
        except sqlite3.DatabaseError as error:
            name = error.sqlite_errorname
            if name == "SQLITE_NOTADB":
                raise WrongLedgerError(
                    f"{path} is not a ledger ({error})", hint=_RESTORE
                ) from error
            if not name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
                raise
            connection = _open_read_only(path)
        try:
            _must_be_ours(connection, path, catalogue_id)
        except BaseException:
            connection.close()
            raise
    return connection


def _must_be_there(path: Path) -> None:
    try:
        empty = path.stat().st_size == 0
    except FileNotFoundError:
        raise LedgerMissingError(
            f"there is no ledger at {path}",
            hint="if this catalogue was delivered before, restore its ledger; for a new one run "
            "`stardust-gitops ledger init` (and `ledger adopt` for what recipients already have)",
        ) from None
    except (OSError, ValueError) as error:
        raise LedgerError(
            f"ledger {path} cannot be opened: {error}", hint="check the path and permissions"
        ) from error
    if empty or not path.is_file():
        raise LedgerMissingError(
            f"{path} is {'empty: no ledger was ever like that' if empty else 'not a file'}",
            hint="restore the ledger; only if there never was one, delete this and run "
            "`stardust-gitops ledger init`",
        )


def _open_read_only(path: Path) -> sqlite3.Connection:
    """In WAL mode even a reader writes beside the file. Where that is not possible, and no other
    process has anything there that is not yet in the file, it is read as it stands."""
    with suppress(sqlite3.OperationalError):
        return _connect(path, "mode=ro")
    wal = _side_file(path, "-wal")
    if wal.exists() and wal.stat().st_size:
        raise LedgerError(
            f"ledger {path} cannot be read: changes beside it wait to be written into it",
            hint="make the file and its folder writable",
        )
    return _connect(path, "mode=ro&immutable=1")


def _must_be_ours(connection: sqlite3.Connection, path: Path, catalogue_id: str) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != schema.APPLICATION_ID:
        raise WrongLedgerError(
            f"{path} is a SQLite database, but not a ledger",
            hint="check `ledger:` in stardust.yaml",
        )
    schema.migrate(connection)
    catalogue = next(iter(connection.execute("SELECT catalogue FROM ledger")), (None,))[0]
    if catalogue != catalogue_id:
        raise WrongLedgerError(
            f"{path} is the ledger of catalogue {catalogue!r}, not of {catalogue_id!r}",
            hint="check `id:` and `ledger:` in stardust.yaml",
        )
