"""Whose a PostgreSQL ledger is, who may what, and what addresses say."""

from __future__ import annotations

from contextlib import closing, suppress
from uuid import uuid4

import psycopg
import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import LedgerError, LedgerMissingError
from tests.contract.postgres_kit import HERE, made, opened
from tests.ledger_samples import CATALOGUE, STREAM, deliver, write
from tests.postgres_server import GUARDED, PostgresServer


def test_several_catalogues_share_a_database(postgres: PostgresServer, database: str) -> None:
    url = postgres.url(database)
    create_ledger(url, HERE, CATALOGUE, SystemClock()).close()
    create_ledger(f"{url}?schema=other", HERE, "other", SystemClock()).close()
    with closing(opened(url)) as one:
        deliver(one)
    with closing(open_ledger(f"{url}?schema=other", HERE, "other", SystemClock())) as two:
        assert two.snapshot("production", since="").position == 0
    with pytest.raises(LedgerMissingError):
        opened(f"{url}?schema=third")


def test_a_user_that_may_only_read(postgres: PostgresServer, database: str) -> None:
    with closing(made(postgres.url(database))) as ledger:
        deliver(ledger)
    with postgres.connect("postgres") as server, suppress(psycopg.errors.DuplicateObject):
        server.execute("CREATE ROLE reader LOGIN")
    url = postgres.url(database, user="reader")
    with pytest.raises(LedgerError) as caught:
        opened(url)
    assert caught.value.code == "SG5017"
    postgres.execute(database, "GRANT USAGE ON SCHEMA stardust TO reader")
    postgres.execute(database, "GRANT SELECT ON ALL TABLES IN SCHEMA stardust TO reader")
    with closing(opened(url)) as reading:
        assert reading.state(STREAM).phase is Phase.LIVE
        assert reading.verify() == []
        with pytest.raises(LedgerError, match="refuses us") as refused:
            write(reading, Kind.FORGOTTEN)
        assert refused.value.code == "SG5017"
    with closing(opened(postgres.url(database))) as ledger:
        assert ledger.state(STREAM).version == 3


def test_a_password_comes_from_a_secret(
    postgres: PostgresServer, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.connect("postgres") as server, suppress(psycopg.errors.DuplicateObject):
        server.execute(f"CREATE ROLE {GUARDED} SUPERUSER LOGIN PASSWORD 's3cr&t /?'")
    url = postgres.url(database, user=GUARDED)
    with pytest.raises(LedgerError, match="cannot be reached"):
        create_ledger(url, HERE, CATALOGUE, SystemClock())
    monkeypatch.setenv("LEDGER_PASSWORD", "s3cr&t /?")
    with_secret = f"{url}?password=env:LEDGER_PASSWORD&sslmode=prefer"
    create_ledger(with_secret, HERE, CATALOGUE, SystemClock()).close()
    monkeypatch.setenv("PGPASSWORD", "s3cr&t /?")
    opened(url).close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:opensesame@db.example.com/ledger",
        "postgresql://ada@db.example.com/ledger?password=opensesame",
        "postgresql://ada@db.example.com/ledger?sslpassword=opensesame",
    ],
)
def test_a_password_in_the_file_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        opened(url)
    assert caught.value.code == "SG1118"
    assert "opensesame" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ada@db.example.com/x?schema=No-Name", "no name for a schema"),
        ("postgresql://ada@db.example.com/x?schema=pg_catalog", "no name for a schema"),
        ("postgresql://ada@db.example.com/x?sslmood=on", "sslmood"),
        ("postgresql://[ada:opensesame/x", "what makes a URL"),
    ],
)
def test_urls_that_make_no_sense(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        opened(url)
    assert "opensesame" not in caught.value.message


def test_a_database_that_is_not_in_utf8(postgres: PostgresServer) -> None:
    options = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    name = postgres.make_database(f"latin_{uuid4().hex}", options)
    with pytest.raises(LedgerError, match="UTF8"):
        create_ledger(postgres.url(name), HERE, CATALOGUE, SystemClock())
    with pytest.raises(LedgerMissingError):
        opened(postgres.url(name))
