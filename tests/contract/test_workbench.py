"""DDEX Workbench as a client sees it: limits, refusals, and answers that are not what they should
be. The live service was never asked."""

from __future__ import annotations

import gzip
import json
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stardust_gitops.diagnostics import Severity
from stardust_gitops.messages import workbench as client
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.workbench import Workbench, WorkbenchError
from stardust_gitops.messages.workbench_answer import Opinion
from stardust_gitops.secrets.secret import Secret
from tests.catalogues import START, FixedClock
from tests.message_examples import HEADER, delivery, files_of
from tests.workbench import Answer, Server, invalid, workbench

KEY = "wb-0123456789abcdef"


@pytest.fixture
def server() -> Iterator[Server]:
    with workbench() as running:
        yield running


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="module")
def message() -> bytes:
    return write_message(delivery(), HEADER, MessageOptions(files=files_of(delivery())))


def asked(
    server: Server,
    message: bytes,
    clock: FixedClock,
    *,
    key: str | None = None,
    version: str = "4.3",
) -> list[Opinion]:
    secret = None if key is None else Secret(key)
    with Workbench(clock=clock, base=server.url, key=secret) as service:
        return service.validate(message, version)


def test_a_valid_message(server: Server, message: bytes, clock: FixedClock) -> None:
    assert asked(server, message, clock) == []
    (request,) = server.requests
    assert request.path == "/v1/validate"
    assert request.body == {
        "content": message.decode(),
        "type": "ERN",
        "version": "4.3",
        "profile": "AudioAlbum",
    }
    assert "authorization" not in request.headers
    assert request.headers["content-type"] == "application/json"


def test_a_key_goes_with_it(server: Server, message: bytes, clock: FixedClock) -> None:
    asked(server, message, clock, key=KEY)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_what_it_finds(server: Server, message: bytes, clock: FixedClock) -> None:
    server.answers = [
        invalid(
            {"line": 12, "column": 3, "message": "no UPC", "severity": "error", "rule": "ERN-1"},
            {"line": 40, "message": "unusual", "severity": "warning"},
            {"message": "for your information", "severity": "info", "context": {"a": []}},
        )
    ]
    assert asked(server, message, clock) == [
        Opinion(severity=Severity.ERROR, text="line 12 of the message: no UPC (ERN-1)"),
        Opinion(severity=Severity.WARNING, text="line 40 of the message: unusual"),
        Opinion(severity=Severity.NOTE, text="for your information"),
    ]


def test_invalid_without_a_reason(server: Server, message: bytes, clock: FixedClock) -> None:
    server.answers = [invalid()]
    (opinion,) = asked(server, message, clock)
    assert opinion.severity is Severity.ERROR


def test_a_thousand_long_findings_are_cut(
    server: Server, message: bytes, clock: FixedClock
) -> None:
    server.answers = [invalid(*({"message": "x" * 1000, "severity": "error"} for _ in range(1000)))]
    found = asked(server, message, clock)
    assert len(found) == 101
    assert max(len(each.text) for each in found) == 300
    assert found[-1].text == "and 900 more of DDEX Workbench"


def test_a_version_that_it_does_not_take_is_not_sent(
    server: Server, message: bytes, clock: FixedClock
) -> None:
    (opinion,) = asked(server, message, clock, version="4.3.2")
    assert opinion.severity is Severity.NOTE
    assert server.requests == []


def test_a_message_that_is_too_large_is_not_sent(server: Server, clock: FixedClock) -> None:
    large = b"<a>" + b"x" * 5_000_001 + b"</a>"
    (opinion,) = asked(server, large, clock)
    assert "5,000,000" in opinion.text
    assert server.requests == []


def test_no_more_than_ten_in_a_minute(server: Server, message: bytes, clock: FixedClock) -> None:
    with Workbench(clock=clock, base=server.url) as service:
        for _ in range(10):
            service.validate(message, "4.3")
        assert clock.moment == START
        service.validate(message, "4.3")
    waited = (clock.moment - START).total_seconds()
    assert 50 < waited <= 60
    assert len(server.requests) == 11


def test_too_many_requests_are_tried_again_when_it_says(
    server: Server, message: bytes, clock: FixedClock
) -> None:
    later = str(int((START + timedelta(seconds=30)).timestamp()))
    server.answers = [
        Answer(status=429, headers=(("Retry-After", "17"),)),
        Answer(status=429, headers=(("X-RateLimit-Reset", later),)),
        Answer(),
    ]
    assert asked(server, message, clock) == []
    assert clock.moment == START + timedelta(seconds=30), "17 s, then the 13 that are left"


def test_a_wait_without_end_is_not_waited_for(
    server: Server, message: bytes, clock: FixedClock
) -> None:
    never = (("Retry-After", "999999999"), ("X-RateLimit-Reset", "9" * 400))
    server.answers = [Answer(status=429, headers=never)]
    with pytest.raises(WorkbenchError, match="gave no answer: it answered 429"):
        asked(server, message, clock)
    assert len(server.requests) == 4
    assert clock.moment - START == timedelta(seconds=270)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            Answer(status=401, body=b'{"error": {"code": "AUTH", "message": "bad key"}}'),
            "answered 401: AUTH bad key",
        ),
        (Answer(status=400, body=b"{}"), "answered 400: it does not say why"),
        (Answer(status=301, headers=(("Location", "http://127.0.0.1:9/"),)), "answered 301"),
        (Answer(body=b"<html>"), "it is not JSON"),
        (Answer(body=b"[" * 5000), "it is not JSON"),
        (Answer(body=b'{"valid": "yes"}'), "valid: Input should be"),
        (Answer(body=b'{"valid": true, "errors": [3]}'), "errors.0: "),
        (Answer(body=b"[]"), "the answer: "),
        (Answer(body=b" " * 2_000_001), "answered too much"),
        (
            Answer(body=gzip.compress(b" " * 10_000_000), headers=(("Content-Encoding", "gzip"),)),
            "answered compressed",
        ),
    ],
)
def test_answers_that_are_of_no_use(
    server: Server, message: bytes, clock: FixedClock, answer: Answer, words: str
) -> None:
    server.answers = [answer]
    with pytest.raises(WorkbenchError) as raised:
        asked(server, message, clock)
    assert words in raised.value.message
    assert len(server.requests) == 1, "that does not pass by itself"


def test_a_key_that_it_repeats_is_not_shown(
    server: Server, message: bytes, clock: FixedClock
) -> None:
    body = json.dumps({"error": {"code": "AUTH", "message": f"unknown key {KEY}"}}).encode()
    server.answers = [Answer(status=403, body=body)]
    with pytest.raises(WorkbenchError, match=r"unknown key \*\*\*"):
        asked(server, message, clock, key=KEY)
    server.answers = [invalid({"message": f"hello {KEY}", "severity": "info"})]
    (opinion,) = asked(server, message, clock, key=KEY)
    assert opinion.text == "hello ***"


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel"])
def test_a_key_that_is_none(server: Server, message: bytes, clock: FixedClock, key: str) -> None:
    with pytest.raises(WorkbenchError, match="not plain ASCII") as raised:
        asked(server, message, clock, key=key)
    assert key not in str(raised.value)


def test_an_answer_that_breaks_off_is_asked_for_again(
    server: Server, message: bytes, clock: FixedClock
) -> None:
    broken = Answer(headers=(("Content-Length", "100"),), write=lambda out: out.write(b"{"))
    server.answers = [broken, Answer()]
    assert asked(server, message, clock) == []
    assert len(server.requests) == 2


def test_an_answer_that_drips(
    server: Server, message: bytes, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(out: Any) -> None:
        for _ in range(100):
            out.write(b" ")
            out.flush()
            time.sleep(0.02)

    monkeypatch.setattr(client, "_SECONDS", 0.2)
    server.answers = [Answer(write=drip)]
    with pytest.raises(WorkbenchError, match="too slowly"):
        asked(server, message, clock)


def test_no_answer_at_all(
    server: Server, message: bytes, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "_TIMEOUT", 0.1)
    server.answers = [Answer(write=lambda out: time.sleep(0.5))]
    with pytest.raises(WorkbenchError, match="ReadTimeout"):
        asked(server, message, clock)
    assert len(server.requests) == 4


def test_nobody_listens(message: bytes, clock: FixedClock) -> None:
    with workbench() as server:
        url = server.url
    with (
        Workbench(clock=clock, base=url) as service,
        pytest.raises(WorkbenchError, match="ConnectError"),
    ):
        service.validate(message, "4.3")


@pytest.mark.parametrize(
    "base", ["http://example.com/v1", "ftp://127.0.0.1/", "", "https://", "https://[::", "v1"]
)
def test_an_address_that_is_not_safe(base: str, clock: FixedClock) -> None:
    with pytest.raises(WorkbenchError), Workbench(clock=clock, base=base):
        pass


def test_a_certificate_that_nobody_vouches_for(
    tmp_path: Path, message: bytes, clock: FixedClock
) -> None:
    with (
        workbench(_own_certificate(tmp_path)) as server,
        pytest.raises(WorkbenchError, match="cannot be trusted"),
    ):
        asked(server, message, clock)
    assert server.requests == []


def _own_certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / "server.pem"
    path.write_bytes(key.private_bytes(pem, form, plain) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
