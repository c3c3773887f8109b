"""A catalogue to begin with, made once and copied for each test."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.acceptance.store import Store
from tests.catalogues import CatalogueFolder, copy_of, make_catalogue
from tests.label import copy_label, make_label
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
