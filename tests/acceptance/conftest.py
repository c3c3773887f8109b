"""A catalogue to begin with, made once and copied for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from stardust_gitops.cli.main import run
from tests.acceptance.github_kit import PULL, Runner
from tests.acceptance.store import Store
from tests.catalogues import CatalogueFolder, copy_of, make_catalogue
from tests.first_release import finished_release, make_media
from tests.github_server import github_server
from tests.label import EP_FILE, SHARED_FILE, copy_label, make_label
from tests.servers import SshServer


@pytest.fixture(scope="session")
def _model_catalogue(tmp_path_factory: pytest.TempPathFactory) -> CatalogueFolder:
    return make_catalogue(tmp_path_factory.mktemp("model") / "catalogue", releases=2)


@pytest.fixture
def catalogue(_model_catalogue: CatalogueFolder, tmp_path: Path) -> CatalogueFolder:
    """Two singles, measured, one target ``store``, an empty ledger; not in git."""
    return copy_of(_model_catalogue, tmp_path / "catalogue")


@pytest.fixture(scope="session")
def _model_label(tmp_path_factory: pytest.TempPathFactory) -> CatalogueFolder:
    return make_label(tmp_path_factory.mktemp("label") / "label")


@pytest.fixture
def label(_model_label: CatalogueFolder, tmp_path: Path) -> CatalogueFolder:
    """An EP and a single at a store and a service, in git and delivered (see `tests.label`)."""
    return copy_label(_model_label, tmp_path / "label")


@pytest.fixture
def store(catalogue: CatalogueFolder, sshd: SshServer, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The same catalogue, its target behind SFTP."""
    monkeypatch.setenv("STORE_KEY", sshd.private_key)
    made = Store(catalogue, sshd, sshd.root / "stores" / uuid.uuid4().hex)
    made.reach()
    return made


@pytest.fixture
def runner(label: CatalogueFolder, tmp_path: Path) -> Iterator[Runner]:
    """A job for a pull request that changes a shared track and the title of an EP."""
    temp = tmp_path / "runner"
    temp.mkdir()
    label.edit(EP_FILE, "title: Breakwater\nartists", "title: Break Water\nartists")
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb Tide")
    head = label.commit("the change")
    event = {"number": PULL, "pull_request": {"number": PULL, "head": {"sha": head}}}
    with github_server() as server:
        yield Runner(label=label, server=server, temp=temp, event=event)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Masters and covers."""
    return make_media(tmp_path_factory.mktemp("media"))


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new catalogue outside git, and we are in it."""
    folder = tmp_path / "my-catalog"
    assert run(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def full(media: Path) -> list[str]:
    """All that a finished release needs."""
    return finished_release(media)
