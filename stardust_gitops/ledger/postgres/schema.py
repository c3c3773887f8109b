"""The tables and views of a ledger in PostgreSQL, and how they came to be: named steps, each run
once, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import Cursor, sql
from psycopg.rows import TupleRow

from stardust_gitops.ledger.store import WrongLedgerError

_LOCK = 0x53644C67
"""The advisory lock under which tables are made and changed (``SdLg``)."""

TRIGGERS = ("events_stay", "checkpoints_stay")
"""They refuse to change or delete what must stay."""

FIRST_TABLES = """
CREATE TABLE ledger (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    catalogue text NOT NULL,
    position bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN ledger.position IS
    'of the last event; who writes locks this row first, so positions follow the order of commits';

CREATE TABLE events (
    position bigint PRIMARY KEY,
    environment text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    time text COLLATE "C" NOT NULL,
    operation text COLLATE "C",
    digest text NOT NULL,
    body json NOT NULL,
    UNIQUE (environment, target, subject, version)
);
COMMENT ON COLUMN events.body IS 'the bytes that were hashed: json keeps them as they are';
CREATE INDEX operations ON events (environment, time, target, operation, subject)
    WHERE operation IS NOT NULL;

CREATE TABLE checkpoints (
    position bigint PRIMARY KEY REFERENCES events,
    digest text NOT NULL
);

CREATE TABLE streams (
    environment text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    planned boolean NOT NULL,
    state json NOT NULL,
    PRIMARY KEY (environment, target, subject)
);
COMMENT ON COLUMN streams.planned IS 'whether a plan reads it: releases and open batches';

CREATE TABLE blobs (
    digest text PRIMARY KEY,
    size bigint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE blobs ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE leases (
    environment text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    fence bigint NOT NULL,
    held boolean NOT NULL,
    beat bigint NOT NULL,
    holder text NOT NULL,
    host text NOT NULL,
    place text NOT NULL,
    pid bigint NOT NULL,
    started text,
    PRIMARY KEY (environment, target)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '% are never changed or deleted', TG_TABLE_NAME; END $$;
CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW history AS
    SELECT position, environment, target, subject, version, body ->> 'kind' AS kind,
        time::timestamptz AS time, body ->> 'actor' AS actor, body ->> 'commit' AS commit,
        body ->> 'run' AS run, body ->> 'program' AS program, body -> 'data' AS data
    FROM events;

CREATE VIEW deliveries AS
    SELECT environment, target, subject AS gtin14,
        coalesce(state ->> 'phase', 'never') AS phase,
        state -> 'baseline' ->> 'operation' AS last_operation,
        (state -> 'baseline' ->> 'time')::timestamptz AS last_intended,
        state -> 'baseline' ->> 'message_id' AS message_id,
        state -> 'open' ->> 'operation' AS under_way,
        (state -> 'open' ->> 'time')::timestamptz AS under_way_since,
        coalesce((state ->> 'unknown')::boolean, false) AS outcome_unknown,
        state ->> 'failure' AS failure,
        state -> 'rejected' IS NOT NULL AS rejected,
        state -> 'rejected' ->> 'text' AS rejected_because
    FROM streams WHERE subject <> 'lease' AND subject NOT LIKE 'batch:%';

CREATE VIEW shipments AS
    SELECT environment, target, substr(subject, 7) AS batch, state ->> 'folder' AS folder,
        state -> 'members' AS members, (state ->> 'created')::timestamptz AS created,
        coalesce((state ->> 'completing')::boolean, false) AS marker_begun,
        coalesce((state ->> 'ended')::boolean, false) AS ended,
        coalesce((state ->> 'unknown')::boolean, false) AS outcome_unknown
    FROM streams WHERE subject LIKE 'batch:%';

CREATE VIEW locks AS
    SELECT environment, target, fence, holder, host, pid FROM leases WHERE held;
"""

ANSWERS = """
DROP VIEW deliveries;
CREATE VIEW deliveries AS
    SELECT environment, target, subject AS gtin14,
        coalesce(state ->> 'phase', 'never') AS phase,
        state -> 'baseline' ->> 'operation' AS last_operation,
        (state -> 'baseline' ->> 'time')::timestamptz AS last_intended,
        state -> 'baseline' ->> 'message_id' AS message_id,
        state -> 'open' ->> 'operation' AS under_way,
        (state -> 'open' ->> 'time')::timestamptz AS under_way_since,
        coalesce((state ->> 'unknown')::boolean, false) AS outcome_unknown,
        state ->> 'failure' AS failure,
        state -> 'rejected' IS NOT NULL AS rejected,
        state -> 'rejected' ->> 'text' AS rejected_because,
        state -> 'answer' ->> 'status' AS answer,
        (state -> 'answer' ->> 'time')::timestamptz AS answered,
        state -> 'answer' ->> 'text' AS answer_text
    FROM streams
    WHERE subject NOT IN ('lease', 'receipts', 'circuit') AND subject NOT LIKE 'batch:%';
"""

MIGRATIONS: Mapping[str, str] = {"first_tables": FIRST_TABLES, "answers": ANSWERS}
"""Name → statements, in order. A step that was released is never changed."""


def exists(cursor: Cursor[TupleRow], schema: str) -> bool:
    """Whether there is a ledger in the schema."""
    cursor.execute(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = %s AND table_name = 'ledger'"
        " UNION SELECT 1 FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid"
        " WHERE nspname = %s AND relname = 'ledger'",
        (schema, schema),
    )
    return cursor.fetchone() is not None


def missing(
    cursor: Cursor[TupleRow], migrations: Mapping[str, str] = MIGRATIONS
) -> Mapping[str, str]:
    """The steps that the ledger has not been through. `WrongLedgerError` where it has been through
    one that this program does not know."""
    cursor.execute("SELECT name FROM migrations")
    applied = {name for (name,) in cursor}
    if newer := applied - migrations.keys():
        raise WrongLedgerError(
            f"the ledger was written by a newer version of this program ({min(newer)})",
            hint="install the version of stardust-gitops that last wrote to this ledger",
        )
    return {name: text for name, text in migrations.items() if name not in applied}


def lock(cursor: Cursor[TupleRow]) -> None:
    """Until the end of this transaction nobody else makes or changes tables."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def make(cursor: Cursor[TupleRow], catalogue_id: str) -> None:
    """The tables of an empty ledger, in the schema that is searched first."""
    cursor.execute("CREATE TABLE migrations (name text PRIMARY KEY, at timestamptz DEFAULT now())")
    migrate(cursor, MIGRATIONS)
    cursor.execute("INSERT INTO ledger (catalogue) VALUES (%s)", (catalogue_id,))


def migrate(cursor: Cursor[TupleRow], steps: Mapping[str, str]) -> None:
    """Run steps."""
    for name, statements in steps.items():
        cursor.execute(statements.encode())
        cursor.execute("INSERT INTO migrations (name) VALUES (%s)", (name,))


def make_schema(cursor: Cursor[TupleRow], name: str) -> None:
    """The schema, unless it is there. (`IF NOT EXISTS` wants the right to make it all the same.)"""
    cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (name,))
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
