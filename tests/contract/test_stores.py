"""What only stores of objects can: settings of objects, roles, signatures for others."""

from __future__ import annotations

import urllib.request
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from azure.storage.blob import ContainerSasPermissions, generate_container_sas

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.transports.base import (
    NotOfferedError,
    PassingError,
    PermissionDeniedError,
    Signing,
    Source,
    Transport,
)
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.delivery.transports.stores import s3_parts
from stardust_gitops.delivery.transports.stores.s3_wire import S3Wire
from stardust_gitops.objects.s3 import S3Access, open_client, open_session
from tests.object_servers import AZURE_KEY, KEYS, AzureServer, S3Server
from tests.store_checker import Mood, checker


def put(transport: Transport, path: str, data: bytes) -> None:
    source = Source.of_bytes("x", data)
    transport.put(source, path, temporary="x.part", progress=lambda _: None, resume=True)


def test_objects_are_encrypted_and_filed_as_the_target_says(
    moto: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_parts, "LARGEST", 6 << 20)
    monkeypatch.setattr("stardust_gitops.delivery.transports.stores.s3.LARGEST", 5 << 20)
    bucket = moto.make_bucket(f"b-{uuid4().hex}")
    settings = moto.settings(
        bucket,
        encryption="aws:kms",
        kms_key="alias/example",
        acl="bucket-owner-full-control",
        storage_class="STANDARD_IA",
    )
    with closing(open_transport(settings)) as transport:
        for path, size in (("small", 10), ("large", 11_000_000)):
            put(transport, path, bytes(size))
            head = moto.client().head_object(Bucket=bucket, Key=path)
            assert head["ServerSideEncryption"] == "aws:kms"
            assert head["SSEKMSKeyId"].endswith("alias/example")
            assert head["StorageClass"] == "STANDARD_IA"
            found = transport.stat(path)
            assert found is not None
            assert (found.size, found.md5) == (size, None)  # its ETag is no MD5 then
            assert found.sha256 == Source.of_bytes("x", bytes(size)).sha256
            assert found.modified is not None


def test_a_role_is_taken_on(moto: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{moto.port}")
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    settings = moto.settings(moto.make_bucket(f"b-{uuid4().hex}"))
    role = "arn:aws:iam::123456789012:role/example"
    access = replace(
        settings.access, access_key=None, secret_key=None, role=role, external_id="7-7-7"
    )
    with closing(open_transport(replace(settings, access=access))) as transport:
        put(transport, "a", b"by another")
        assert isinstance(transport, Signing)
        assert "X-Amz-Security-Token" in transport.signed_url("a", 60)  # not our own keys
    with checker(moto.port) as between:
        between.moods = [Mood("PUT", "/b", "refuse", status=400, code="ExpiredToken")]
        later = replace(settings, access=replace(access, endpoint=between.url))
        with closing(open_transport(later)) as transport, pytest.raises(PassingError):
            put(transport, "b", b"an hour later")  # a new connection takes the role on again


def test_anybody_may_read_what_was_signed(moto: S3Server, azurite: AzureServer) -> None:
    container = azurite.make_container(f"c-{uuid4().hex}")
    for settings in (
        moto.settings(moto.make_bucket(f"b-{uuid4().hex}"), "in"),
        azurite.settings(container, "in"),
    ):
        with closing(open_transport(settings)) as transport:
            put(transport, "a/Größe 1+.wav", b"for anybody")
            assert isinstance(transport, Signing)
            url = transport.signed_url("a/Größe 1+.wav", 60)
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert answer.read() == b"for anybody"


def test_an_inbox_that_may_only_be_written_to(azurite: AzureServer) -> None:
    container = azurite.make_container(f"c-{uuid4().hex}")
    allowed = ContainerSasPermissions(write=True, create=True)
    until = SystemClock().now() + timedelta(hours=1)
    sas = generate_container_sas(
        "example", container, account_key=AZURE_KEY, permission=allowed, expiry=until
    )
    with closing(open_transport(azurite.settings(container, key=None, sas=sas))) as transport:
        put(transport, "a", b"in the dark")
        put(transport, "b", bytes(5_000_000))
        with pytest.raises(PermissionDeniedError):
            transport.list("")
        assert isinstance(transport, Signing)
        with pytest.raises(NotOfferedError):
            transport.signed_url("a", 60)
    with closing(open_transport(azurite.settings(container))) as transport:
        assert [file.size for file in transport.list("")] == [11, 5_000_000]


def test_a_connection_string(azurite: AzureServer) -> None:
    container = azurite.make_container(f"c-{uuid4().hex}")
    text = (
        f"DefaultEndpointsProtocol=http;AccountName=example;AccountKey={AZURE_KEY};"
        f"BlobEndpoint=http://127.0.0.1:{azurite.port}/example;"
    )
    settings = azurite.settings(container, key=None, endpoint="", connection_string=text)
    with closing(open_transport(settings)) as transport:
        put(transport, "a", b"1")
        found = transport.stat("a")
        assert found is not None
        assert found.md5 == "c4ca4238a0b923820dcc509a6f75849b"


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ({}, "https://example-inbox.s3.eu-west-1.amazonaws.com/"),
        ({"path_style": True}, "https://s3.eu-west-1.amazonaws.com/example-inbox/"),
        (
            {"endpoint": "https://store.example.com"},
            "https://store.example.com/example-inbox/",
        ),
        (
            {"endpoint": "https://store.example.com", "path_style": False},
            "https://example-inbox.store.example.com/",
        ),
    ],
)
def test_where_a_bucket_is_found(more: dict[str, Any], base: str) -> None:
    access = S3Access(region="eu-west-1", access_key="AKIDEXAMPLE", secret_key="x", **more)
    session = open_session(access)
    wire = S3Wire(session, open_client(session, access, attempts=1), access, "example-inbox")
    assert (wire.base, wire.region) == (base, "eu-west-1")
