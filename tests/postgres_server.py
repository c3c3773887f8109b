"""A real PostgreSQL server for the tests, stopped with the context that started it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from tests.servers import free_port

_NOBODY = 65534
GUARDED = "guarded"
"""A user that needs a password, once a test has made it."""

_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""A server of the tests survives being killed, but not a power cut; and it says that something is
written before it is, unless it is told otherwise."""


def _binary(name: str) -> str:
    """The path of a program of PostgreSQL's. Without it the test is skipped, but in CI it fails."""
    debian = ":".join(str(folder) for folder in Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{debian}")
    if found is None:
        reason = f"{name} is not installed: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


@dataclass(kw_only=True)
class PostgresServer:
    """One server of 127.0.0.1, whose superuser ``postgres`` needs no password."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str, *, user: str = "postgres", options: str = "") -> str:
        """The `ledger:` of a database."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{options}"

    def connect(self, database: str) -> psycopg.Connection:
        """A connection of the superuser."""
        return psycopg.connect(self.url(database), autocommit=True)

    def make_database(self, name: str, options: LiteralString = "") -> str:
        """A new database; its name."""
        with self.connect("postgres") as connection:
            made = sql.SQL("CREATE DATABASE {} ").format(sql.Identifier(name))
            connection.execute(made + sql.SQL(options))
        return name

    def execute(self, database: str, statement: LiteralString) -> list[tuple[object, ...]]:
        """Run a statement as the superuser; its rows, if it has some."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [_binary("postgres"), "-D", str(self.home / "data"), "-p", str(self.port)]
        command += ["-h", "127.0.0.1", "-k", str(self.home)]
        for setting in _FAST:
            command += ["-c", setting]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                _as_nobody(command), stdout=log, stderr=log, cwd=self.home
            )
        until = time.monotonic() + 30
        while True:
            try:
                self.connect("postgres").close()
                return
            except psycopg.OperationalError:
                ended = self.process.poll() is not None or time.monotonic() > until
                assert not ended, (self.home / "log").read_text()
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT breaks off transactions, SIGQUIT is a crash."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def break_connections(self, database: str) -> int:
        """End every session of a database, as a failover does; how many there were."""
        with self.connect("postgres") as connection:
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            return len(connection.execute(query, (database,)).fetchall())


def _as_nobody(command: list[str]) -> list[str]:
    """The command as it is, but of an account without rights where we are root: so PostgreSQL wants
    it."""
    if os.getuid() != 0:
        return command
    account = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    return ["setpriv", *account, *command]


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Make a cluster and start its server on a free port of this host."""
    initdb = _binary("initdb")
    # Not below pytest's folder: only its owner may look in there.
    home = Path(tempfile.mkdtemp(prefix="stardust-postgres-"))
    try:
        if os.getuid() == 0:
            os.chown(home, _NOBODY, _NOBODY)
        options = ["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        command = _as_nobody([initdb, "-D", str(home / "data"), *options])
        done = subprocess.run(command, capture_output=True, text=True, cwd=home, check=False)
        assert done.returncode == 0, done.stderr
        # Of all users only this one has to say who it is.
        access = home / "data" / "pg_hba.conf"
        access.write_text(f"host all {GUARDED} all scram-sha-256\n{access.read_text()}")
        server = PostgresServer(home=home, port=free_port())
        try:
            server.start()
            yield server
        finally:
            server.stop(signal.SIGQUIT)  # nothing has to reach the disk any more
    finally:
        shutil.rmtree(home, ignore_errors=True)
