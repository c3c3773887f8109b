"""What is PostgreSQL's own: a database that goes away, rights, rows for people, and its limits."""

from __future__ import annotations

import gc
import re
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from signal import SIGQUIT

import psycopg
import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.ledger import upcast
from stardust_gitops.ledger.events import RECEIPTS_SUBJECT, Kind
from stardust_gitops.ledger.open import create_ledger
from stardust_gitops.ledger.postgres import opening, schema
from stardust_gitops.ledger.postgres.address import parse_address
from stardust_gitops.ledger.postgres.ledger import PostgresLedger
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import (
    LeaseLostError,
    LedgerError,
    LedgerMissingError,
    LedgerStore,
    WrongLedgerError,
)
from tests.contract.postgres_kit import HERE, made, opened
from tests.ledger_samples import (
    BATCH,
    CATALOGUE,
    STREAM,
    deliver,
    event,
    intention,
    shipment,
    write,
)
from tests.postgres_server import PostgresServer, postgres_server


@pytest.fixture
def ledger(postgres: PostgresServer, database: str) -> Iterator[LedgerStore]:
    with closing(made(postgres.url(database))) as ledger:
        yield ledger


# A database that goes away


def test_a_session_that_was_ended_is_begun_anew(
    postgres: PostgresServer, database: str, ledger: LedgerStore
) -> None:
    deliver(ledger)
    assert postgres.break_connections(database) == 1
    assert ledger.state(STREAM).phase is Phase.LIVE
    assert postgres.break_connections(database) == 1
    deliver(ledger, "b", operation="update")
    assert ledger.state(STREAM).version == 6
    assert ledger.verify() == []


@contextmanager
def line(port: int, cut: Callable[[bytes], str | None]) -> Iterator[int]:
    """A way to the server that breaks when `cut` says so of what the client sends: ``before`` it
    gets there, or ``after`` it has been done, without the answer."""
    listener = socket.create_server(("127.0.0.1", 0))
    broken = threading.Event()

    def carry(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=answer, args=(server, client), daemon=True)
            back.start()
            with suppress(OSError):
                while data := client.recv(65536):
                    how = cut(data)
                    if how == "after":
                        broken.set()  # before it is sent: no answer may slip through
                    if how != "before":
                        server.sendall(data)
                    if how is not None:
                        time.sleep(0.3)
                        break
            broken.clear()
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join(5)

    def answer(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if not broken.is_set():
                    client.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=carry, args=(client,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)


@pytest.mark.parametrize("how", ["before", "after"])
def test_an_append_whose_answer_is_lost_is_written_once(
    postgres: PostgresServer, database: str, ledger: LedgerStore, how: str
) -> None:
    armed = threading.Event()

    def cut(data: bytes) -> str | None:
        if not armed.is_set() or b"COMMIT" not in data:
            return None
        armed.clear()
        return how

    with line(postgres.port, cut) as port:
        url = postgres.url(database).replace(str(postgres.port), str(port))
        with closing(opened(url)) as far:
            lease = far.take_lease("production", "spotify", holder="ada")
            armed.set()
            assert far.append([event(Kind.INTENDED, intention())], lease=lease) == 1
            assert not armed.is_set()
            armed.set()
            taken = far.take_lease("production", "deezer", holder="ada")
            assert taken.fence == 1
            assert not armed.is_set()
    assert [one.version for _, one in ledger.events()] == [1]


def test_a_server_that_crashes_in_the_middle_and_comes_back() -> None:
    with postgres_server() as server:
        url = server.url(server.make_database("crash"))
        create_ledger(url, HERE, CATALOGUE, SystemClock()).close()
        with closing(opened(url)) as ledger:
            lease = ledger.take_lease("production", "spotify", holder="ada")
            ledger.append([event(Kind.INTENDED, intention())], lease=lease)
            server.stop(SIGQUIT)
            later = threading.Timer(1.0, server.start)
            later.start()
            following = event(Kind.COMPLETING, version=2, previous=ledger.state(STREAM).head)
            ledger.append([following], lease=lease)
            ledger.renew_lease(lease)
            later.join()
            assert ledger.state(STREAM).version == 2
            server.stop()


def test_a_server_that_is_not_there(postgres: PostgresServer) -> None:
    with pytest.raises(LedgerError, match="cannot be reached") as caught:
        opened("postgresql://ada@127.0.0.1:1/ledger")
    assert caught.value.code == "SG5015"
    with pytest.raises(LedgerMissingError, match="does not exist") as missing:
        opened(postgres.url("nothing"))
    assert "ledger init" in (missing.value.hint or "")


# Order


def test_no_event_ever_appears_behind_a_position_already_read(
    postgres: PostgresServer, database: str, ledger: LedgerStore
) -> None:
    writers, count = 4, 25
    done = threading.Event()

    def work(writer: int) -> None:
        with closing(opened(postgres.url(database))) as own:
            for number in range(count):
                stream = STREAM._replace(subject=f"{writer:04}{number:010}")
                own.append([event(Kind.INTENDED, intention(), stream=stream)])

    def watch() -> list[int]:
        seen: list[int] = []
        ended = False
        while not ended:
            ended = done.is_set()
            seen += [position for position, _ in ledger.events(after=len(seen))]
        return seen

    with ThreadPoolExecutor(writers + 1) as pool:
        watching = pool.submit(watch)
        list(pool.map(work, range(writers)))
        done.set()
        assert watching.result() == list(range(1, writers * count + 1))


def test_a_beat_does_not_wait_for_who_writes(
    postgres: PostgresServer, database: str, ledger: LedgerStore
) -> None:
    lease = ledger.take_lease("production", "spotify", holder="ada")
    with postgres.connect(database) as other, other.transaction():
        other.execute("SELECT 1 FROM stardust.ledger FOR UPDATE")
        ledger.renew_lease(lease)


# Formats


def test_a_newer_program_wrote_its_tables(
    postgres: PostgresServer, database: str, ledger: LedgerStore
) -> None:
    postgres.execute(database, "INSERT INTO stardust.migrations (name) VALUES ('of_tomorrow')")
    with pytest.raises(WrongLedgerError, match="of_tomorrow"):
        opened(postgres.url(database))
    postgres.execute(database, "DELETE FROM stardust.migrations")
    postgres.execute(database, "DELETE FROM stardust.ledger")


def test_a_step_that_is_missing_is_run_once(
    postgres: PostgresServer, database: str, monkeypatch: pytest.MonkeyPatch, ledger: LedgerStore
) -> None:
    deliver(ledger)
    steps = {**schema.MIGRATIONS, "of_today": "ALTER TABLE streams ADD COLUMN more text"}
    looked = schema.missing
    monkeypatch.setattr(schema, "missing", lambda cursor: looked(cursor, steps))

    def open_one(_: int) -> None:
        opened(postgres.url(database)).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_one, range(4)))
    names = postgres.execute(database, "SELECT name FROM stardust.migrations ORDER BY at")
    assert names == [(name,) for name in steps]


def test_events_of_an_older_format_are_read_and_of_a_newer_refused(
    postgres: PostgresServer, database: str, ledger: LedgerStore
) -> None:
    write(ledger, Kind.INTENDED, intention())
    body = next(ledger.events())[1].body()
    older = body.replace(b'"format":1', b'"format":0').replace(b'"intended"', b'"meant"')
    newer = body.replace(b'"format":1', b'"format":99')
    postgres.execute(database, "ALTER TABLE stardust.events DISABLE TRIGGER events_stay")

    def stored(data: bytes) -> PostgresLedger:
        with postgres.connect(database) as connection:
            connection.execute("UPDATE stardust.events SET body = %s", (data.decode(),))
        address = parse_address(
            postgres.url(database).removeprefix("postgresql:"), root=HERE, environ={}
        )
        found = opening.open_database(address, CATALOGUE, SystemClock())
        upcasters: dict[int, upcast.Upcaster] = {
            0: lambda raw: {**raw, "format": 1, "kind": "intended"}
        }
        return PostgresLedger(found, clock=SystemClock(), upcasters=upcasters)

    with closing(stored(older)) as reading:
        assert [one.kind for _, one in reading.events()] == [Kind.INTENDED]
    with closing(stored(newer)) as reading, pytest.raises(WrongLedgerError, match="99"):
        list(reading.events())


# Tampering


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM stardust.events",
        "UPDATE stardust.events SET time = ''",
        "TRUNCATE stardust.events CASCADE",
        "DELETE FROM stardust.checkpoints",
        "UPDATE stardust.checkpoints SET digest = ''",
    ],
)
def test_what_was_written_stays(
    postgres: PostgresServer, database: str, ledger: LedgerStore, statement: str
) -> None:
    deliver(ledger)
    ledger.checkpoint()
    # Not even the superuser, unless it removes the guard.
    refused = pytest.raises(psycopg.errors.RaiseException, match="never changed or deleted")
    with postgres.connect(database) as connection, refused:
        connection.execute(statement.encode())
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE stardust.events SET body = (body::jsonb || '{\"actor\": \"eve\"}')::json"
         " WHERE position = 2", "its bytes were changed"),
        ("DELETE FROM stardust.events WHERE position = 2", "positions 2 to 2"),
        ("DELETE FROM stardust.events WHERE position = 3", "positions 3 to 3"),
        ("DELETE FROM stardust.streams", "events but no state"),
        ("UPDATE stardust.blobs SET data = 'x'", "are damaged"),
        ("DELETE FROM stardust.blobs", "are missing"),
        ("UPDATE stardust.checkpoints SET digest = 'x'", "checkpoint at position 3"),
    ],
)  # fmt: skip
def test_tampering_shows(
    postgres: PostgresServer, database: str, ledger: LedgerStore, statement: str, said: str
) -> None:
    deliver(ledger)
    ledger.checkpoint()
    with postgres.connect(database) as connection:
        connection.execute("ALTER TABLE stardust.checkpoints DISABLE TRIGGER checkpoints_stay")
        connection.execute("ALTER TABLE stardust.events DISABLE TRIGGER events_stay")
        connection.execute("ALTER TABLE stardust.checkpoints DROP CONSTRAINT"
                           " checkpoints_position_fkey")  # fmt: skip
        connection.execute(statement.encode())
    problems = ledger.verify()
    assert any(said in problem for problem in problems), problems
    assert "the guard events_stay was removed" in problems


# What people see


def test_views_show_deliveries_shipments_history_and_locks(
    postgres: PostgresServer, database: str, ledger: LedgerStore
) -> None:
    deliver(ledger)
    write(ledger, Kind.INTENDED, shipment(), stream=BATCH)
    ledger.take_lease("production", "spotify", holder="ada")
    rows = postgres.execute(
        database, "SELECT target, gtin14, phase, message_id, rejected FROM stardust.deliveries"
    )
    assert rows == [("spotify", STREAM.subject, "live", "M-a", False)]
    said = {"message_id": "M-a", "status": "accepted", "time": "2026-11-22T13:00:00.000000Z"}
    write(ledger, Kind.ACKNOWLEDGED, {**said, "text": "thanks"})
    read = STREAM._replace(subject=RECEIPTS_SUBJECT)
    write(ledger, Kind.RECEIPT_READ, {"path": "a.xml", "size": 1}, stream=read)
    rows = postgres.execute(
        database,
        "SELECT answer, answered AT TIME ZONE 'UTC', answer_text FROM stardust.deliveries",
    )
    assert rows == [("accepted", datetime(2026, 11, 22, 13), "thanks")]
    rows = postgres.execute(
        database, "SELECT kind, actor, commit, data ->> 'operation' FROM stardust.history"
        " WHERE subject = '04006381333931' ORDER BY version"
    )  # fmt: skip
    assert rows[0] == ("intended", "ada", "1c9e2ab", "insert")
    assert [row[0] for row in rows[:3]] == ["intended", "completing", "completed"]
    rows = postgres.execute(database, "SELECT batch, ended FROM stardust.shipments")
    assert rows == [("20261122120000000", False)]
    assert postgres.execute(database, "SELECT target, fence, holder FROM stardust.locks") == [
        ("spotify", 1, "ada")
    ]


# Size


def test_a_large_snapshot_costs_little_more_than_what_it_holds(
    postgres: PostgresServer, database: str, ledger: LedgerStore
) -> None:
    deliver(ledger)
    postgres.execute(
        database,
        "INSERT INTO stardust.streams SELECT environment, target, lpad(n::text, 14, '0'), planned,"
        " state FROM stardust.streams, generate_series(1, 20000) AS n WHERE subject LIKE '04006%'",
    )
    gc.collect()
    tracemalloc.start()
    try:
        snapshot = ledger.snapshot("production", since="")
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(snapshot.releases) == 20001
    assert peak < kept + 8_000_000


def test_a_lease_that_was_taken_over_stops_a_writer_that_stood_still(
    postgres: PostgresServer, database: str, ledger: LedgerStore
) -> None:
    """The writer has looked up its lease and not yet committed: a takeover has to wait for that."""
    lease = ledger.take_lease("production", "spotify", holder="ada")
    with closing(opened(postgres.url(database))) as other:
        with postgres.connect(database) as connection:
            connection.execute("UPDATE stardust.leases SET pid = 1, place = ''")
            connection.execute("UPDATE stardust.leases SET held = false")
        assert other.take_lease("production", "spotify", holder="bob").fence == 2
    with pytest.raises(LeaseLostError):
        ledger.append([event(Kind.INTENDED, intention())], lease=lease)
    assert list(ledger.events()) == []


def test_names_in_messages_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P", "opensesame")
    address = parse_address("//ada@db.example.com/x?password=env:P&sslmode=require", root=HERE)
    assert not re.search("opensesame|env:P", f"{address!r} {address.name}")
    assert "opensesame" in address.conninfo
