"""Stores of objects that a ledger cannot be kept in, or that cannot be reached."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.store import LedgerError, LedgerMissingError
from stardust_gitops.objects import azure as azure_store
from stardust_gitops.objects import s3 as s3_store
from tests.ledger_samples import CATALOGUE
from tests.object_servers import AZURE_KEY, KEYS, AzureServer, S3Server


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/prefix?endpoint=http://127.0.0.1:1&region=eu-west-1",
        "azure://container/prefix?endpoint=http://127.0.0.1:1/example",
    ],
)
def test_a_store_that_is_not_there(
    keys: None, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It is asked once: the waiting in between is the libraries'.
    way, door = s3_store.open_client, azure_store.open_container
    monkeypatch.setattr(s3_store, "open_client", lambda *a, **_: way(*a, attempts=1))
    monkeypatch.setattr(azure_store, "open_container", lambda *a, **_: door(*a, retries=1))
    with pytest.raises(LedgerError, match="does not answer") as caught:
        open_ledger(url, tmp_path, CATALOGUE, SystemClock())
    assert caught.value.code == "SG5015"


def test_a_store_that_does_not_look_before_it_writes(
    rclone: S3Server, keys: None, tmp_path: Path
) -> None:
    bucket = rclone.make_bucket(f"b-{uuid4().hex}")
    with pytest.raises(LedgerError, match="without looking") as caught:
        create_ledger(rclone.url(bucket), tmp_path, CATALOGUE, SystemClock())
    assert caught.value.code == "SG5017"
    with pytest.raises(LedgerMissingError):
        open_ledger(rclone.url(bucket), tmp_path, CATALOGUE, SystemClock())


def test_a_bucket_that_is_not_there(
    moto: S3Server, azurite: AzureServer, keys: None, tmp_path: Path
) -> None:
    for server in (moto, azurite):
        for way_in in (open_ledger, create_ledger):
            with pytest.raises(LedgerMissingError, match=r"no such (bucket|container)"):
                way_in(server.url("none-of-this-name"), tmp_path, CATALOGUE, SystemClock())


def test_a_wrong_key(azurite: AzureServer, keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    container = azurite.make_container(f"c-{uuid4().hex}")
    monkeypatch.setenv("AZURE_STORAGE_KEY", AZURE_KEY[::-1].replace("=", "") + "=")
    with pytest.raises(LedgerError, match="refuses us") as caught:
        create_ledger(azurite.url(container), Path(), CATALOGUE, SystemClock())
    assert caught.value.code == "SG5017"


def test_without_credentials(
    moto: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(LedgerError, match="cannot be reached") as caught:
        open_ledger(moto.url("bucket"), tmp_path, CATALOGUE, SystemClock())
    assert "credentials" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "url",
    [
        "s3:bucket/prefix",
        "s3:///prefix",
        "s3://key:secret@bucket/x",
        "s3://b/p?acl=public",
        "azure://container/prefix",
        "azure:///prefix?account=name",
        "s3://[secret/prefix",
        "azure://c/p?account=name&sas=secret",
    ],
)
def test_urls_that_make_no_sense(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_ledger(url, tmp_path, CATALOGUE, SystemClock())
    assert "secret" not in caught.value.message
