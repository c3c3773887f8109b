"""Stores of objects that fail: what was sent is not sent again, and errors say what to do."""

from __future__ import annotations

import hashlib
import os
import random
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    ChangedError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    Source,
    Transport,
    TransportError,
)
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.delivery.transports.settings import AzureSettings, S3Settings
from stardust_gitops.delivery.transports.stores import azure_blocks, pieces, s3_parts
from stardust_gitops.objects.s3 import open_client, open_session
from tests.object_servers import AZURE_KEY, AzureServer, S3Server
from tests.store_checker import Checker, Mood, checker

PIECE = {"s3": 5 << 20, "azure": 1 << 20}
SIZE = 17_000_000
FILE = "a/take 1.wav"


@dataclass
class Store:
    """A store behind the checker, with pieces that are small enough for a test."""

    kind: str
    settings: S3Settings | AzureSettings
    checker: Checker

    @property
    def sending(self) -> tuple[str, str]:
        """Method and path of the requests that send a piece."""
        return "PUT", r"partNumber=" if self.kind == "s3" else r"comp=block(&|$)"

    @property
    def committing(self) -> tuple[str, str]:
        """Method and path of the request that makes one file of the pieces."""
        return ("POST", "uploadId=") if self.kind == "s3" else ("PUT", "comp=blocklist")

    def open(self) -> Transport:
        """A connection."""
        return open_transport(self.settings)


@pytest.fixture(params=["s3", "azure"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    kind = request.param
    monkeypatch.setattr(s3_parts, "LARGEST", PIECE["s3"] + (1 << 20))
    monkeypatch.setattr("stardust_gitops.delivery.transports.stores.s3.LARGEST", PIECE["s3"])
    monkeypatch.setattr(azure_blocks, "SIZE", PIECE["azure"])
    if kind == "s3":
        moto: S3Server = request.getfixturevalue("moto")
        bucket = moto.make_bucket(f"b-{uuid4().hex}")
        with checker(moto.port) as between:
            settings = moto.settings(bucket, "in", sums=True)
            access = replace(settings.access, endpoint=between.url)
            yield Store(kind, replace(settings, access=access), between)
        return
    azurite: AzureServer = request.getfixturevalue("azurite")
    container = azurite.make_container(f"c-{uuid4().hex}")
    with checker(azurite.port) as between:
        endpoint = f"{between.url}/example"
        yield Store(kind, azurite.settings(container, "in", endpoint=endpoint), between)


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "take.wav"
    path.write_bytes(random.Random(7).randbytes(SIZE))
    return path


def source_of(path: Path) -> Source:
    data = path.read_bytes()
    return Source.of_file(path, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def send(transport: Transport, source: Source, sent: list[int] | None = None) -> None:
    transport.put(
        source,
        FILE,
        temporary="take.0123456789abcdef.part",
        progress=(sent if sent is not None else []).append,
        resume=True,
    )


def test_what_arrived_is_not_sent_again(store: Store, big: Path) -> None:
    method, path = store.sending
    store.checker.moods = [Mood(method, path, "reset", skip=2)]
    with closing(store.open()) as transport, pytest.raises(PassingError):
        send(transport, source_of(big))
    before = len(store.checker.sent(method, path))
    sent: list[int] = []
    with closing(store.open()) as transport:
        assert transport.list("") == []
        send(transport, source_of(big), sent)
        assert b"".join(transport.read(FILE)) == big.read_bytes()
        found = transport.stat(FILE)
        assert found is not None
        assert found.sha256 == source_of(big).sha256
    again = store.checker.sent(method, path)[before:]
    assert sum(each.length for each in again) == sum(sent) < SIZE
    assert len({each.path for each in store.checker.sent(method, path)}) > len(again)


def test_pieces_of_another_content_are_not_mixed_in(store: Store, big: Path) -> None:
    """The new content begins as the old one: only its digest tells that it is another."""
    store.checker.moods = [Mood(*store.committing, "refuse", times=9)]
    with closing(store.open()) as transport, pytest.raises(PassingError):
        send(transport, source_of(big))
    store.checker.moods = []
    with big.open("ab") as file:
        file.write(b"one more byte")
    sent: list[int] = []
    with closing(store.open()) as transport:
        send(transport, source_of(big), sent)
        assert b"".join(transport.read(FILE)) == big.read_bytes()
        found = transport.stat(FILE)
        assert found is not None
        assert (found.size, found.sha256) == (SIZE + 13, source_of(big).sha256)
    assert sum(sent) == SIZE + 13


def test_a_file_that_changes_on_the_way_never_appears(store: Store, big: Path) -> None:
    source = source_of(big)
    data = bytearray(big.read_bytes())
    data[-1] ^= 1
    big.write_bytes(data)
    with closing(store.open()) as transport:
        with pytest.raises(ChangedError):
            send(transport, source)
        assert transport.list("") == []
        transport.remove_folder("a")
        data[-1] ^= 1
        big.write_bytes(data)
        send(transport, source)
        assert b"".join(transport.read(FILE)) == data


def test_a_piece_that_is_damaged_on_the_way_is_refused(store: Store, big: Path) -> None:
    method, path = store.sending
    store.checker.moods = [Mood(method, path, "corrupt", skip=1)]
    with closing(store.open()) as transport:
        with pytest.raises(PassingError):
            send(transport, source_of(big))
        send(transport, source_of(big))
        assert b"".join(transport.read(FILE)) == big.read_bytes()


def test_a_small_file_that_is_damaged_on_the_way_is_refused(store: Store) -> None:
    source = Source.of_bytes("x", b"<NewReleaseMessage/>")
    store.checker.moods = [Mood("PUT", r"/m\.xml", "corrupt")]
    with closing(store.open()) as transport:
        with pytest.raises(PassingError) as caught:
            transport.put(source, "m.xml", temporary="m.part", progress=lambda _: None)
        assert caught.value.undone
        assert transport.list("") == []


def test_an_interruption_leaves_what_can_be_carried_on(
    store: Store, big: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "ROOM", threading.BoundedSemaphore(1))
    done = 0

    def interrupt(count: int) -> None:
        nonlocal done
        done += count
        if done > SIZE // 2:
            raise KeyboardInterrupt

    with closing(store.open()) as transport:
        with pytest.raises(KeyboardInterrupt):
            transport.put(source_of(big), FILE, temporary="t.part", progress=interrupt, resume=True)
        sent: list[int] = []
        send(transport, source_of(big), sent)
        assert sum(sent) < SIZE
        assert b"".join(transport.read(FILE)) == big.read_bytes()


def test_a_refusal_says_that_nothing_came_of_it_and_when_to_ask_again(store: Store) -> None:
    busy = Mood("PUT", r"/m\.xml", "refuse", code="SlowDown", headers={"Retry-After": "7"})
    store.checker.moods = [busy]
    source = Source.of_bytes("m.xml", b"<NewReleaseMessage/>")
    with closing(store.open()) as transport, pytest.raises(PassingError) as caught:
        transport.put(source, "m.xml", temporary="m.part", progress=lambda _: None)
    assert caught.value.retry_after == 7
    assert caught.value.undone


def test_silence_after_the_last_byte_leaves_it_open(store: Store) -> None:
    store.checker.moods = [Mood("PUT", r"/m\.xml", "swallow")]
    source = Source.of_bytes("m.xml", b"<NewReleaseMessage/>")
    with closing(store.open()) as transport:
        with pytest.raises(PassingError) as caught:
            transport.put(source, "m.xml", temporary="m.part", progress=lambda _: None)
        assert not caught.value.undone
        assert transport.stat("m.xml") is not None


def test_an_answer_that_breaks_off_is_an_error(store: Store, big: Path) -> None:
    with closing(store.open()) as transport:
        send(transport, source_of(big))
        store.checker.moods = [Mood("GET", r"take%201\.wav", "truncate", times=3)]
        with pytest.raises(PassingError):
            list(transport.read(FILE))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "InvalidAccessKeyId", AuthenticationError),
        (400, "ExpiredToken", AuthenticationError),
        (403, "RequestTimeTooSkewed", AuthenticationError),
        (403, "AccessDenied", PermissionDeniedError),
        (404, "NoSuchBucket", TransportError),
        (400, "EntityTooLarge", NoSpaceError),
        (507, "XMinioStorageFull", NoSpaceError),
        (503, "SlowDown", PassingError),
        (500, "InternalError", PassingError),
        (418, "Teapot", TransportError),
    ],
)
@pytest.mark.parametrize("store", ["s3"], indirect=True)
def test_refusals_of_s3(store: Store, status: int, code: str, kind: type[Exception]) -> None:
    _refusal(store, status, code, kind)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "AuthenticationFailed", AuthenticationError),
        (403, "AuthorizationPermissionMismatch", PermissionDeniedError),
        (404, "ContainerNotFound", TransportError),
        (413, "RequestBodyTooLarge", NoSpaceError),
        (503, "ServerBusy", PassingError),
        (500, "OperationTimedOut", PassingError),
        (418, "Teapot", TransportError),
    ],
)
@pytest.mark.parametrize("store", ["azure"], indirect=True)
def test_refusals_of_azure(store: Store, status: int, code: str, kind: type[Exception]) -> None:
    _refusal(store, status, code, kind)


def _refusal(store: Store, status: int, code: str, kind: type[Exception]) -> None:
    with closing(store.open()) as transport:
        mood = Mood("PUT", r"/m\.xml", "refuse", status=status, code=code)
        store.checker.moods = [mood]
        with pytest.raises(TransportError, match=code) as caught:
            transport.put(
                Source.of_bytes("m.xml", b"x"), "m.xml", temporary="m", progress=lambda _: None
            )
    assert type(caught.value) is kind


@pytest.mark.parametrize("store", ["s3"], indirect=True)
def test_a_bucket_of_another_region_names_it(store: Store) -> None:
    told = {"x-amz-bucket-region": "eu-central-1"}
    with closing(store.open()) as transport:
        redirect = Mood(
            "PUT", r"/m\.xml", "refuse", status=301, code="PermanentRedirect", headers=told
        )
        store.checker.moods = [redirect]
        with pytest.raises(TransportError, match=r"the bucket is in eu-central-1") as caught:
            transport.put(
                Source.of_bytes("m.xml", b"x"), "m.xml", temporary="m", progress=lambda _: None
            )
    assert "region" in (caught.value.hint or "")


def test_a_place_that_is_not_there(moto: S3Server, azurite: AzureServer) -> None:
    for settings in (moto.settings("no-such-bucket"), azurite.settings("no-such-container")):
        with pytest.raises(TransportError, match=r"NoSuchBucket|ContainerNotFound") as caught:
            open_transport(settings)
        assert not isinstance(caught.value, PassingError)
        assert "bucket or container" in (caught.value.hint or "")


def test_wrong_credentials(rclone: S3Server, azurite: AzureServer) -> None:
    bucket = rclone.make_bucket(f"b-{uuid4().hex}")
    settings = rclone.settings(bucket)
    wrong = replace(settings.access, secret_key="another-secret")
    container = azurite.make_container(f"c-{uuid4().hex}")
    other = AZURE_KEY[::-1].replace("=", "") + "="
    ways = (
        replace(settings, access=wrong),
        replace(settings, access=replace(wrong, profile="no such profile", access_key=None)),
        azurite.settings(container, key=other),
        azurite.settings(container, key="no base64"),
    )
    for way in ways:
        with pytest.raises(AuthenticationError) as caught:
            open_transport(way)
        assert "check" in (caught.value.hint or "")
        assert "another-secret" not in str(caught.value) + repr(way)
        assert other not in str(caught.value) + repr(way)


def test_nobody_at_home() -> None:
    settings = S3Server(port=1).settings("bucket")
    with pytest.raises(PassingError):
        open_transport(settings)
    with pytest.raises(PassingError):
        open_transport(AzureServer(port=1).settings("container"))


def test_unfinished_uploads_go_with_their_folder(store: Store, big: Path) -> None:
    if store.kind == "azure":
        pytest.skip("nobody sees its uncommitted blocks, and the service drops them")
    store.checker.moods = [Mood(*store.committing, "refuse", times=9)]
    with closing(store.open()) as transport:
        with pytest.raises(PassingError):
            send(transport, source_of(big))
        assert _uploads(store) == ["in/a/take 1.wav"]
        transport.remove_folder("a")
        assert _uploads(store) == []


def _uploads(store: Store) -> list[str]:
    assert isinstance(store.settings, S3Settings)
    client: Any = open_client(
        open_session(store.settings.access), store.settings.access, attempts=1
    )
    found = client.list_multipart_uploads(Bucket=store.settings.bucket).get("Uploads", ())
    return [upload["Key"] for upload in found]


@pytest.mark.parametrize(
    "name", ["two  words.wav", "Größe 日本語.wav", "é" * 127 + ".", "a+b%20&c=d"]
)
def test_names(store: Store, name: str) -> None:
    with closing(store.open()) as transport:
        source = Source.of_bytes(name, os.urandom(100))
        transport.put(source, f"b/{name}", temporary="t.part", progress=lambda _: None)
        assert [file.path for file in transport.list("b")] == [f"b/{name}"]
        transport.delete(f"b/{name}")
        assert transport.list("") == []
