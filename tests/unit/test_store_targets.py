"""Targets that are stores of objects: what their settings must say, and what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from stardust_gitops.catalog.models.transports.transport import Transport
from stardust_gitops.delivery.transports.settings import AzureSettings, S3Settings
from stardust_gitops.reconciler.reaching import connections_of, transport_settings

S3 = {"protocol": "s3", "bucket": "example-inbox"}
AZURE = {"protocol": "azure", "container": "inbox"}
ADAPTER: TypeAdapter[Any] = TypeAdapter(Transport)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (S3 | {"access_key": "env:KEY"}, "SG1101"),
        (S3 | {"session_token": "env:TOKEN"}, "SG1101"),
        (S3 | {"external_id": "7"}, "SG1101"),
        (S3 | {"kms_key": "alias/x", "encryption": "AES256"}, "SG1104"),
        (S3 | {"access_key": "env:A", "secret_key": "env:B", "profile": "label"}, "SG1104"),
        (S3 | {"access_key": "AKIDEXAMPLE", "secret_key": "env:B"}, "SG1118"),
        (S3 | {"endpoint": "http://store.example.com"}, "SG1140"),
        (S3 | {"path": "../x"}, "SG1119"),
        (AZURE, "SG1101"),
        (AZURE | {"account": "example", "endpoint": "https://store.example.com"}, "SG1104"),
        (AZURE | {"account": "example", "sas": "env:A", "account_key": "env:B"}, "SG1104"),
        (AZURE | {"account": "example", "sas": "sv=2026&sig=x"}, "SG1118"),
        (AZURE | {"account": "evil.example.com/"}, "SG1104"),
    ],
)
def test_settings_that_make_no_sense(entry: dict[str, str], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ADAPTER.validate_python(entry)
    assert [error["type"] for error in caught.value.errors()] == [code]


def test_a_bucket(tmp_path: Path) -> None:
    model = ADAPTER.validate_python(
        S3
        | {
            "path": "incoming/label",
            "region": "eu-west-1",
            "access_key": "env:KEY",
            "secret_key": "env:SECRET",
            "role": "arn:aws:iam::123456789012:role/example",
            "external_id": "env:EXTERNAL",
            "acl": "bucket-owner-full-control",
        }
    )
    environ = {"KEY": "AKIDEXAMPLE", "SECRET": "very secret", "EXTERNAL": "outside"}
    settings, secrets = transport_settings(model, tmp_path, environ)
    assert isinstance(settings, S3Settings)
    assert settings.access.secret_key == "very secret"
    assert settings.access.external_id == "outside"
    assert settings.path == "incoming/label"
    assert settings.sums  # Amazon's store checks SHA-256
    assert connections_of(model) == 4
    assert {secret.reveal() for secret in secrets} == set(environ.values())
    assert not any(value in repr(settings) for value in environ.values())


def test_another_store_checks_md5_unless_it_is_said_to_do_better(tmp_path: Path) -> None:
    entry = S3 | {"endpoint": "https://store.example.com/", "path_style": "true"}
    for more, sums in (({}, False), ({"checksum": "sha256"}, True)):
        settings, _ = transport_settings(ADAPTER.validate_python(entry | more), tmp_path, {})
        assert isinstance(settings, S3Settings)
        assert settings.sums is sums
        assert settings.access.endpoint == "https://store.example.com"
        assert settings.access.path_style


def test_a_container(tmp_path: Path) -> None:
    model = ADAPTER.validate_python(AZURE | {"account": "example", "sas": "env:SAS"})
    settings, _ = transport_settings(model, tmp_path, {"SAS": "sv=2026&sig=abc"})
    assert isinstance(settings, AzureSettings)
    assert settings.access.endpoint == "https://example.blob.core.windows.net"
    assert settings.access.sas == "sv=2026&sig=abc"
    assert "abc" not in repr(settings)
