"""HTTP APIs as targets describe them: logins, bodies, deliveries, refusals, hostile answers."""

from __future__ import annotations

import hashlib
import io
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import trustme

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    NotOfferedError,
    PassingError,
    PermissionDeniedError,
    RejectedError,
    Source,
    Transport,
    TransportError,
    VerificationError,
    telling,
)
from tests.http_servers import (
    CLIENT_SECRET,
    DELIVERIES,
    FILES,
    STATIC_TOKEN,
    Fault,
    Server,
    bomb,
    endless,
    reset,
    silent,
    slow,
    upload_api,
)
from tests.http_targets import LOGINS, oauth2, reach

Opener = Callable[..., Transport]
MESSAGE = Source.of_bytes("m", b"<NewReleaseMessage/>")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Server]:
    with upload_api(tmp_path / "inbox", tmp_path / "partial") as server:
        yield server


@pytest.fixture
def opened(api: Server, tmp_path: Path) -> Iterator[Opener]:
    """Opens transports to the server, and closes them."""
    found: list[Transport] = []

    def connect(description: dict[str, Any] = FILES, **more: Any) -> Transport:
        found.append(reach(api.url, description, tmp_path, **more))
        return found[-1]

    yield connect
    for transport in found:
        transport.close()


def put(transport: Transport, path: str = "f/a.xml", source: Source = MESSAGE, **how: Any) -> None:
    transport.put(source, path, temporary=".x.part", progress=lambda _: None, **how)


@pytest.mark.parametrize("login", list(LOGINS))
def test_every_login(api: Server, opened: Opener, login: str) -> None:
    api.login = login
    put(opened(auth=LOGINS[login]))
    assert api.files() == ["f/a.xml"]
    if login == "none":
        return
    other = "basic" if login == "key" else "key"
    with pytest.raises(AuthenticationError, match="answered 401: who are you") as caught:
        put(opened(auth=LOGINS[other]))
    assert "auth:" in (caught.value.hint or "")
    assert caught.value.undone
    for secret in (STATIC_TOKEN, CLIENT_SECRET):
        assert secret not in str(caught.value)


def test_what_the_server_repeats_of_a_secret_is_not_shown(api: Server, opened: Opener) -> None:
    said = b'{"error": {"message": "bad token %b\\n at https://x.example/a?sig=abc"}}'
    api.faults.append(Fault(match="PUT", status=403, body=said % STATIC_TOKEN.encode()))
    with pytest.raises(PermissionDeniedError) as caught:
        put(opened(auth=LOGINS["bearer"]))
    assert "bad token *** at https://x.example/a?…" in str(caught.value)


@pytest.mark.parametrize("expires_in", [3600, None, 0])
def test_a_token_is_fetched_once_and_renewed_when_it_is_refused(
    api: Server, opened: Opener, expires_in: int | None
) -> None:
    api.login, api.uses, api.expires_in = "oauth2", 4, expires_in
    transport = opened(auth=oauth2(api.url, scope="deliver"), delete=None)
    for number in range(6):
        put(transport, f"f/{number}.xml")
    assert len(api.files()) == 6
    fetched = len(api.requests("POST /token"))
    if expires_in == 0:  # it is never good for another request
        assert fetched == 7
    else:
        assert fetched == 2
        refused = [asked for asked in api.requests("PUT") if "token-0-" in str(asked.headers)]
        assert len(refused) == 5


def test_a_token_that_stays_refused_is_an_error(api: Server, opened: Opener) -> None:
    api.login, api.uses = "oauth2", 0
    with pytest.raises(AuthenticationError):
        put(opened(auth=oauth2(api.url, in_body="true")))
    assert len(api.requests("POST /token")) == 2
    wrong = {"oauth2": {**oauth2(api.url)["oauth2"], "client_secret": "env:TOKEN"}}
    with pytest.raises(
        AuthenticationError, match=r"no token: 127\.0\.0\.1 .* invalid_client"
    ) as caught:
        opened(auth=wrong)
    assert STATIC_TOKEN not in str(caught.value)


def test_a_form_with_the_file_and_what_is_said_of_it(api: Server, opened: Opener) -> None:
    fields = {"where": "{path}", "sum": "{md5}", "upload": "{file}"}
    upload = {"path": "/form", "body": {"multipart": fields}, "size": "/size"}
    data = b"\r\n--boundary" + os.urandom(700_000)
    path = 'f/na"me\r\nX-Evil: 1.flac'
    put(opened({"upload": upload}), path, Source.of_bytes("x", data))
    assert (api.root / path).read_bytes() == data
    assert "x-evil" not in api.asked[-1].headers


def test_names_cannot_break_out_of_addresses_and_headers(api: Server, opened: Opener) -> None:
    upload = {
        "path": "/files/{path}?name={name}&sum={sha256_base64}",
        "headers": {"X-Name": 'attachment; filename="{name}"', "Content-MD5": "{md5_base64}"},
    }
    path = 'a b/ü?#%2F\r\nX-Evil: "1'
    put(opened({"upload": upload}), path)
    asked = api.asked[-1]
    assert (api.root / path).is_file()
    assert "x-evil" not in asked.headers
    assert asked.query["name"] == path.partition("/")[2]
    assert asked.headers["x-name"].count('"') == 2
    assert len(asked.headers["content-md5"]) == 24


def test_a_delivery_is_created_once_and_committed_last(api: Server, opened: Opener) -> None:
    transport = opened(DELIVERIES)
    put(transport, "b1/a.flac")
    put(transport, "b1/resources/b.jpg")
    assert api.commits == []
    put(transport, "b1/done.xml", completes=True)
    assert api.commits == ["b1"]
    assert [str(asked) for asked in api.asked] == [
        "POST /deliveries",
        "PUT /deliveries/d-0/files/a.flac",
        "PUT /deliveries/d-0/files/resources/b.jpg",
        "PUT /deliveries/d-0/files/done.xml",
        "POST /deliveries/d-0/commit",
    ]


def test_a_run_that_carries_on_finds_its_delivery_again(api: Server, opened: Opener) -> None:
    put(opened(DELIVERIES), "b1/a.flac")
    put(opened(DELIVERIES), "b1/done", Source.of_bytes("done", b""), completes=True)
    assert api.deliveries == {"d-0": "b1"}
    assert api.commits == ["b1"]
    assert api.files() == ["b1/a.flac"], "an empty semaphore is not uploaded"


def test_what_is_not_described_is_not_offered(opened: Opener) -> None:
    transport = opened(DELIVERIES)
    for ask in (
        lambda: transport.stat("b/a"),
        lambda: transport.list("b"),
        lambda: list(transport.read("b/a")),
        lambda: transport.delete("b/a"),
        lambda: transport.remove_folder("b"),
    ):
        with pytest.raises(NotOfferedError, match="has no") as caught:
            ask()
        assert caught.value.code == "SG6008"
        assert "describe" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("status", "kind", "undone"),
    [
        (301, TransportError, True),
        (400, RejectedError, True),
        (403, PermissionDeniedError, True),
        (404, TransportError, True),
        (409, TransportError, False),
        (413, NoSpaceError, True),
        (422, RejectedError, True),
        (429, PassingError, True),
        (500, PassingError, False),
        (503, PassingError, False),
        (507, NoSpaceError, False),
    ],
)
def test_statuses(
    api: Server, opened: Opener, status: int, kind: type[TransportError], undone: bool
) -> None:
    said = b'{"errors": [{"message": "first"}, {"detail": "second"}]}'
    there = {"Location": f"{api.url}/files/elsewhere"}
    api.faults.append(Fault(match="PUT", status=status, body=said, headers=there))
    transport = opened()
    with pytest.raises(kind, match=f"put f/a.xml: it answered {status}: first second") as caught:
        put(transport)
    assert type(caught.value) is kind
    assert caught.value.undone is undone
    assert caught.value.hint
    assert api.files() == []
    assert len(api.requests("PUT")) == 1, "no redirect is followed"
    put(transport)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17.0),
        (
            {
                "Retry-After": "Fri, 04 Dec 2026 09:02:00 GMT",
                "Date": "Fri, 04 Dec 2026 09:00:00 GMT",
            },
            120.0,
        ),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_when_to_ask_again(
    api: Server, opened: Opener, headers: dict[str, str], seconds: float | None
) -> None:
    api.faults.append(Fault(match="PUT", status=503, headers=headers))
    with pytest.raises(PassingError) as caught:
        put(opened())
    assert caught.value.retry_after == seconds
    assert caught.value.undone is (seconds is not None)


def test_a_server_that_has_others_bytes_than_were_sent(api: Server, opened: Opener) -> None:
    api.lies = 1
    with pytest.raises(VerificationError, match="21 bytes"):
        put(opened())


def test_the_last_bytes_leave_only_when_all_are_right(api: Server, opened: Opener) -> None:
    data = os.urandom(900_000)
    wrong = Source(name="a", size=len(data), sha256="0" * 64, open=lambda: io.BytesIO(data))
    with pytest.raises(VerificationError, match="has SHA-256") as caught:
        put(opened(), "f/a.flac", wrong)
    assert caught.value.undone
    assert api.files() == []


@pytest.mark.parametrize("act", [reset, endless, slow, silent, bomb])
def test_hostile_answers_end(
    api: Server, opened: Opener, act: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    api.faults.append(Fault(match="GET /list", act=act))
    transport = opened(timeout="1")
    with pytest.raises(TransportError) as caught:
        transport.list("f")
    assert isinstance(caught.value, PassingError) is (act in (reset, slow, silent))
    assert len(str(caught.value)) < 500
    assert transport.list("f") == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        b'{"files": {"path": "f/a"}}',
        b'{"files": [{"path": "../../etc/passwd", "size": 1}]}',
        b'{"files": [{"path": "f/a", "size": "many"}]}',
        b'{"files": [{"size": 1}]}',
        b'{"files": [], "paging": {"next": "7"}}',
        b"\xff\xfe",
    ],
)
def test_listings_that_make_no_sense(api: Server, opened: Opener, body: bytes) -> None:
    api.faults.append(Fault(match="GET /list", status=200, body=body, times=5))
    with pytest.raises(TransportError):
        opened().list("f")


def test_a_compressed_answer_is_not_unpacked(api: Server, opened: Opener) -> None:
    headers = {"Content-Encoding": "gzip"}
    api.faults.append(Fault(match="GET /list", status=200, body=b"\x1f\x8b", headers=headers))
    with pytest.raises(TransportError, match="compressed"):
        opened().list("f")


def test_how_a_commit_is_known_to_have_happened(api: Server, opened: Opener) -> None:
    status = {"path": "/deliveries/{delivery}", "state": "/data/status", "open": ["open"]}
    keyed = {**DELIVERIES["commit"], "idempotency_header": "Idempotency-Key"}
    for description, before, after in (
        ({**DELIVERIES, "status": status}, False, True),
        ({**DELIVERIES, "commit": keyed}, False, False),
        (FILES, None, None),
    ):
        teller = telling(opened(description))
        assert teller is not None
        assert teller.told(MESSAGE, "b9/done.xml") is before
        put(opened(description), "b9/done.xml", completes=True)
        assert teller.told(MESSAGE, "b9/done.xml") is after
    with pytest.raises(NotOfferedError, match="nobody can ask"):
        (telling(opened(DELIVERIES)) or pytest.fail()).told(MESSAGE, "b9/done.xml")


def test_a_commit_with_a_key_has_one_effect(api: Server, opened: Opener) -> None:
    description = {
        **DELIVERIES,
        "commit": {**DELIVERIES["commit"], "idempotency_header": "Idempotency-Key"},
    }
    api.faults.append(Fault(match="POST .*/commit", act=reset, after=True))
    with pytest.raises(PassingError) as caught:
        put(opened(description), "b1/done.xml", completes=True)
    assert not caught.value.undone
    put(opened(description), "b1/done.xml", completes=True)
    assert api.commits == ["b1"]


def certificates(tmp_path: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(context)
    return context, tmp_path / "ca.pem"


@pytest.mark.parametrize("host", ["localhost", "other.example"])
def test_certificates_are_verified(tmp_path: Path, host: str) -> None:
    context, _ = certificates(tmp_path, host)
    running: AbstractContextManager[Server] = upload_api(
        tmp_path / "inbox", tmp_path / "partial", context=context
    )
    with running as api:
        for trusted in ({}, {"ca": "ca.pem"}):
            transport = reach(api.url, FILES, tmp_path, **trusted)
            if trusted and host == "localhost":
                put(transport)
                assert api.files() == ["f/a.xml"]
            else:
                with pytest.raises(HostKeyError, match="certificate") as caught:
                    put(transport)
                assert caught.value.undone
            transport.close()
    with pytest.raises(TransportError, match="certificates"):
        reach("https://localhost:1", FILES, tmp_path, ca="missing.pem")


def test_nobody_there(opened: Opener, tmp_path: Path) -> None:
    transport = reach("http://127.0.0.1:9", FILES, tmp_path)
    with pytest.raises(PassingError, match="cannot be reached") as caught:
        put(transport)
    transport.close()
    assert caught.value.undone


def test_a_large_file_is_never_in_memory(api: Server, opened: Opener, tmp_path: Path) -> None:
    import tracemalloc

    data = bytes(40_000_000)
    file = tmp_path / "large.wav"
    file.write_bytes(data)
    source = Source.of_file(file, size=len(data), sha256=hashlib.sha256(data).hexdigest())
    del data
    transport = opened()
    tracemalloc.start()
    put(transport, "f/large.wav", source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000
