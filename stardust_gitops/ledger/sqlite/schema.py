"""The tables of the SQLite ledger and how they came to be: named steps, each run once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from stardust_gitops.ledger.store import WrongLedgerError

APPLICATION_ID = 0x53644C67
"""SQLite's mark of whose file this is (``SdLg``)."""

TRIGGERS = (
    "events_are_not_changed",
    "events_are_not_deleted",
    "checkpoints_are_not_changed",
    "checkpoints_are_not_deleted",
)

_FIRST = """
CREATE TABLE ledger (catalogue TEXT NOT NULL);

CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    environment TEXT NOT NULL,
    target TEXT NOT NULL,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    time TEXT NOT NULL,
    operation TEXT,
    digest TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (environment, target, subject, version)
);
CREATE INDEX operations ON events (environment, time, target, operation, subject)
    WHERE operation IS NOT NULL;

CREATE TABLE checkpoints (
    position INTEGER PRIMARY KEY REFERENCES events (position),
    digest TEXT NOT NULL
);

CREATE TABLE streams (
    environment TEXT NOT NULL,
    target TEXT NOT NULL,
    subject TEXT NOT NULL,
    planned INTEGER NOT NULL,  -- whether a plan reads it: releases and open batches
    state BLOB NOT NULL,
    PRIMARY KEY (environment, target, subject)
) WITHOUT ROWID;

CREATE TABLE blobs (
    digest TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    data BLOB NOT NULL
);

CREATE TABLE leases (
    environment TEXT NOT NULL,
    target TEXT NOT NULL,
    fence INTEGER NOT NULL,
    held INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    holder TEXT NOT NULL,
    host TEXT NOT NULL,
    place TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT,
    PRIMARY KEY (environment, target)
);

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE (ABORT, 'events are never changed'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE (ABORT, 'events are never deleted'); END;
CREATE TRIGGER checkpoints_are_not_changed BEFORE UPDATE ON checkpoints
    BEGIN SELECT RAISE (ABORT, 'checkpoints are never changed'); END;
CREATE TRIGGER checkpoints_are_not_deleted BEFORE DELETE ON checkpoints
    BEGIN SELECT RAISE (ABORT, 'checkpoints are never deleted'); END;
"""


def _statements(script: str) -> list[str]:
    """The statements of a script, one by one: `executescript` would commit in between."""
    statements, begun = [], ""
    for line in script.splitlines():
        begun += line + "\n"
        if sqlite3.complete_statement(begun):
            statements.append(begun.strip())
            begun = ""
    return statements


def first_tables(connection: sqlite3.Connection) -> None:
    """The tables of the first version."""
    for statement in _statements(_FIRST):
        connection.execute(statement)


Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: Sequence[Migration] = (first_tables,)
"""In order. A step that was released is never changed; its function's name is its name."""


def applied(connection: sqlite3.Connection) -> set[str]:
    """Names of the steps that this file has been through."""
    return {name for (name,) in connection.execute("SELECT name FROM migrations")}


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS
) -> list[str]:
    """Run the steps that are missing, each in a transaction of its own; returns their names.

    `WrongLedgerError` where the file has been through a step that this program does not know.
    """
    known = {step.__name__ for step in migrations}
    if newer := applied(connection) - known:
        raise WrongLedgerError(
            f"the ledger was written by a newer version of this program ({min(newer)})",
            hint="install the version of stardust-gitops that last wrote to this ledger",
        )
    done = []
    for step in migrations:
        if step.__name__ in applied(connection):
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been faster: only now nobody else writes.
            if step.__name__ not in applied(connection):
                step(connection)
                connection.execute("INSERT INTO migrations (name) VALUES (?)", (step.__name__,))
                done.append(step.__name__)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return done
