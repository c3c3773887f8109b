"""What several of the contract suites take as given."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from stardust_gitops.clock import Clock, SystemClock
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.store import LedgerStore
from tests.contract.git_kit import URL, Team
from tests.contract.ledger_kit import Opener
from tests.git_servers import bare_remote
from tests.ledger_places import PLACES, Place
from tests.ledger_samples import CATALOGUE
from tests.object_servers import AZURE_KEY, KEYS
from tests.postgres_server import PostgresServer


@pytest.fixture
def no_thread_stays() -> Iterator[None]:
    """Whatever happened, all that was started has ended: neither a thread nor its timer may keep
    the process from ending."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment has what the stores of objects let in."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AZURE_STORAGE_KEY", AZURE_KEY)


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    """A new database of PostgreSQL; its name."""
    return postgres.make_database(f"own_{uuid4().hex}")


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Each backend, and each way to it."""
    return PLACES[str(request.param)](request, tmp_path)


@pytest.fixture
def opened(place: Place) -> Iterator[Opener]:
    """Opens views of one new ledger, and closes them."""
    create_ledger(place.url, place.root, CATALOGUE, SystemClock()).close()
    views: list[LedgerStore] = []

    def opener(clock: Clock | None = None) -> LedgerStore:
        views.append(open_ledger(place.url, place.root, CATALOGUE, clock or SystemClock()))
        return views[-1]

    yield opener
    for view in views:
        view.close()


@pytest.fixture
def ledger(opened: Opener) -> LedgerStore:
    """A new ledger, open."""
    return opened()


@pytest.fixture
def nobody_elses_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def team(tmp_path: Path, nobody_elses_configuration: None) -> Iterator[Team]:
    remote = bare_remote(tmp_path / "remote.git")
    found = Team(folder=tmp_path, remote=remote, url=remote.as_uri())
    create_ledger(URL, found.machine("ada"), CATALOGUE, SystemClock()).close()
    yield found
    for view in found.views:
        view.close()
