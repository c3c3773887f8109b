"""What an FTP server, and the way to it, can do to us, with real servers."""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    RemoteFile,
    Source,
    Transport,
    TransportError,
    VerificationError,
)
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.delivery.transports.settings import FtpSettings
from tests.ftp_servers import (
    HANDLER,
    PASSWORD,
    FtpServer,
    behind,
    make_certificate,
    pyftpd,
    without,
)
from tests.servers import free_port, small_disk
from tests.wire_proxy import Rule, proxied


@contextmanager
def opened(settings: FtpSettings) -> Iterator[Transport]:
    transport = open_transport(settings)
    try:
        yield transport
    finally:
        transport.close()


def put(transport: Transport, path: str, data: bytes = b"x") -> None:
    transport.put(Source.of_bytes("x", data), path, temporary=".x.7", progress=lambda _: None)


def refused(settings: FtpSettings, error: type[TransportError]) -> TransportError:
    """The error that connecting ends with: of that very type, with a remedy, without secrets."""
    with pytest.raises(TransportError) as caught:
        open_transport(settings)
    assert type(caught.value) is error, caught.value
    assert caught.value.hint
    shown = "".join(traceback.format_exception(caught.value)) + repr(settings)
    assert settings.password not in shown
    return caught.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


# -- who is who


@pytest.mark.parametrize("fixture", ["ftp_pyftpd", "ftps_pyftpd"])
def test_a_wrong_password(request: pytest.FixtureRequest, fixture: str, folder: Path) -> None:
    server: FtpServer = request.getfixturevalue(fixture)
    error = refused(replace(server.settings(folder), password="not that one"), AuthenticationError)
    assert "refuses the login of label" in error.message


def test_a_password_with_a_line_break_gives_no_second_command(
    ftp_pyftpd: FtpServer, folder: Path
) -> None:
    settings = replace(ftp_pyftpd.settings(folder), password=f"{PASSWORD}\r\nMKD {folder}/made")
    refused(settings, AuthenticationError)
    assert not (folder / "made").exists()


def test_a_server_without_tls_is_not_told_the_password(ftp_pyftpd: FtpServer, folder: Path) -> None:
    settings = replace(ftp_pyftpd.settings(folder), tls=True)
    assert "offers no explicit TLS" in refused(settings, TransportError).message


def test_a_server_that_wants_tls(ftps_pyftpd: FtpServer, folder: Path) -> None:
    settings = replace(ftps_pyftpd.settings(folder), tls=False)
    assert "SSL" in refused(settings, AuthenticationError).message


def test_a_certificate_of_another_authority(ftps_pyftpd: FtpServer, folder: Path) -> None:
    settings = replace(ftps_pyftpd.settings(folder), ca=None)
    assert "certificate is not trusted" in refused(settings, HostKeyError).message


def test_a_certificate_of_another_host(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "other").mkdir()
    ca = make_certificate(tmp_path / "other", "ftp.example.com")
    shown = {"certfile": str(tmp_path / "other/certificate.pem")}
    with pyftpd(tmp_path / "home", tls=True, **shown) as server:
        settings = replace(server.settings(folder), ca=ca)
        assert "not trusted" in refused(settings, HostKeyError).message


def test_an_authority_that_is_none(ftps_pyftpd: FtpServer, folder: Path) -> None:
    (folder / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "missing.pem"):
        error = refused(replace(ftps_pyftpd.settings(folder), ca=folder / name), HostKeyError)
        assert "cannot be used" in error.message


# -- the way there


def test_nobody_listens(ftp_pyftpd: FtpServer, folder: Path) -> None:
    settings = ftp_pyftpd.settings(folder)
    assert "cannot be reached" in refused(replace(settings, port=free_port()), PassingError).message
    refused(replace(settings, host="no-such-host.invalid"), TransportError)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(refuse=True),
        Rule(garbage=5000),
        Rule(cut=True, after=30),
        Rule(cut=True, after=60, of_answer=True),
        Rule(stall=True),
    ],
    ids=["refused", "garbage", "cut in the handshake", "cut in an answer", "silence"],
)
def test_a_connection_that_comes_to_nothing(
    ftps_pyftpd: FtpServer, folder: Path, rule: Rule
) -> None:
    with proxied(ftps_pyftpd.port, rule) as proxy:
        settings = replace(ftps_pyftpd.settings(folder), port=proxy.port, timeout=0.5)
        started = time.monotonic()
        refused(settings, PassingError)
        assert time.monotonic() - started < 3


def test_too_many_connections_are_a_matter_of_time(tmp_path: Path, folder: Path) -> None:
    def busy(self: Any, _line: str) -> None:
        self.respond("530 Sorry, the maximum number of clients (1) are already connected.")

    with pyftpd(tmp_path / "home", tls=False, ftp_USER=busy) as server:
        assert "maximum number" in refused(server.settings(folder), PassingError).message


def test_another_host_that_pasv_names_is_not_followed(tmp_path: Path, folder: Path) -> None:
    changes = without("EPSV") | {"masquerade_address": "192.0.2.1"}
    with (
        pyftpd(tmp_path / "home", tls=False, **changes) as server,
        opened(server.settings(folder)) as transport,
    ):
        put(transport, "a")
        put(transport, "b")
    assert (folder / "b").read_bytes() == b"x"


def test_a_firewall_before_the_data(tmp_path: Path, folder: Path) -> None:
    closed = free_port()

    def respond(self: Any, text: str, **more: Any) -> None:
        if text.startswith("229"):
            text = f"229 Entering extended passive mode (|||{closed}|)."
        HANDLER.respond(self, text, **more)

    with (
        pyftpd(tmp_path / "home", tls=False, respond=respond) as server,
        opened(server.settings(folder)) as transport,
        pytest.raises(PassingError, match="opened for the data") as caught,
    ):
        put(transport, "a")
    assert caught.value.hint is not None and "firewall" in caught.value.hint


# -- servers that know less


@pytest.mark.parametrize(
    "commands",
    [
        ("LIST",),
        ("LIST", "MLSD", "MLST"),
        ("SIZE",),
        ("SIZE", "LIST", "MLST"),
        ("FEAT", "OPTS", "EPSV"),
    ],
    ids=["MLSD", "NLST", "sizes from LIST", "sizes from MLSD", "RFC 959"],
)
def test_a_server_that_knows_less(tmp_path: Path, folder: Path, commands: tuple[str, ...]) -> None:
    with (
        pyftpd(tmp_path / "home", tls=False, **without(*commands)) as server,
        opened(server.settings(folder)) as transport,
    ):
        for path in ("a.xml", "Größe/ b -> c/01.wav", "Größe/.hidden"):
            put(transport, path, path.encode())
        assert [file.path for file in transport.list("")] == [
            "Größe/ b -> c/01.wav",
            "Größe/.hidden",
            "a.xml",
        ]
        assert transport.stat("a.xml") == RemoteFile(path="a.xml", size=5)
        assert transport.stat("Größe") is None
        assert transport.stat("nothing/at all") is None
        transport.remove_folder("Größe")
        assert [path.name for path in folder.iterdir()] == ["a.xml"]


def test_a_server_that_does_not_rename_over_a_file(tmp_path: Path, folder: Path) -> None:
    def rename(self: Any, path: str) -> None:
        if Path(path).exists():
            self.respond("550 File exists.")
        else:
            HANDLER.ftp_RNTO(self, path)

    with (
        pyftpd(tmp_path / "home", tls=False, ftp_RNTO=rename) as server,
        opened(server.settings(folder)) as transport,
    ):
        put(transport, "a/manifest.xml", b"old")
        put(transport, "a/manifest.xml", b"new")
        assert (folder / "a/manifest.xml").read_bytes() == b"new"
        (folder / "b").mkdir()
        with pytest.raises(TransportError, match="File exists"):
            put(transport, "b")
        assert sorted(path.name for path in folder.iterdir()) == ["a", "b"]


@pytest.mark.parametrize(("told", "error"), [(17, VerificationError), (4, PassingError)])
def test_a_server_that_lies_about_sizes(
    tmp_path: Path, folder: Path, told: int, error: type[TransportError]
) -> None:
    """Less than was sent may as well be a cut that the server did not notice."""

    def size(self: Any, _path: str) -> None:
        self.respond(f"213 {told}")

    with (
        pyftpd(tmp_path / "home", tls=False, ftp_SIZE=size) as server,
        opened(server.settings(folder)) as transport,
        pytest.raises(error, match=f"holds {told} bytes of x, not the 5 sent"),
    ):
        put(transport, "a", b"12345")
    assert list(folder.iterdir()) == []


def test_an_account_that_may_only_look(tmp_path: Path, folder: Path) -> None:
    (folder / "a").write_bytes(b"")
    with (
        pyftpd(tmp_path / "home", tls=False, rights="elr") as server,
        opened(server.settings(folder)) as transport,
    ):
        with pytest.raises(PermissionDeniedError):
            put(transport, "b")
        with pytest.raises(PermissionDeniedError):
            transport.delete("a")
        assert [file.path for file in transport.list("")] == ["a"]


@pytest.mark.parametrize("fixture", ["ftp_vsftpd", "ftps_vsftpd"])
def test_a_full_disk(request: pytest.FixtureRequest, fixture: str, tmp_path: Path) -> None:
    server: FtpServer = request.getfixturevalue(fixture)
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk), opened(server.settings(disk)) as transport:
        put(transport, "manifest.xml", b"old")
        with pytest.raises(NoSpaceError, match="no space left"):
            put(transport, "manifest.xml", bytes(5_000_000))
        assert (disk / "manifest.xml").read_bytes() == b"old"
        put(transport, "small", b"still fits")
        assert (disk / "small").read_bytes() == b"still fits"


@pytest.mark.parametrize("fixture", ["ftp_pyftpd", "ftps_vsftpd"])
def test_long_names_and_names_that_are_no_text(
    request: pytest.FixtureRequest, fixture: str, folder: Path
) -> None:
    server: FtpServer = request.getfixturevalue(fixture)
    long = "ä" * 127 + "x"
    other = os.fsdecode("Gr\xf6\xdfe".encode("latin-1"))
    with opened(server.settings(folder)) as transport:
        put(transport, f"{long}/a")
        assert [file.path for file in transport.list("")] == [f"{long}/a"]
        for hostile in ("a\r\nDELE b", "a\nb", os.fsdecode(b"a\xff\xf4")):
            with pytest.raises(TransportError, match="FTP cannot carry"):
                transport.stat(hostile)
        transport.remove_folder(long)
        if fixture == "ftps_vsftpd":  # which sends names as they are, whatever they are
            put(transport, other)
            assert [file.path for file in transport.list("")] == [other]


def test_the_folder_of_the_target_is_not_made(ftp_pyftpd: FtpServer, folder: Path) -> None:
    with opened(ftp_pyftpd.settings(folder / "missing")) as transport:
        for attempt in (lambda: transport.list(""), lambda: put(transport, "a")):
            with pytest.raises(TransportError) as caught:
                attempt()
            assert caught.value.hint is not None and "transport.path" in caught.value.hint
    assert list(folder.iterdir()) == []


def test_closing_ends_the_wait_of_another_thread(tmp_path: Path, folder: Path) -> None:
    """As happens when the time of an item is over: neither side of a stalled transfer moves."""
    with (
        proxied(0, Rule(stall=True, after=1_000_000)) as proxy,
        pyftpd(tmp_path / "home", tls=False, respond=behind(proxy, tls=False)) as server,
    ):
        settings = replace(server.settings(folder), timeout=30)
        transport = open_transport(settings)
        timer = threading.Timer(0.5, transport.close)
        timer.start()
        started = time.monotonic()
        with pytest.raises(PassingError):
            put(transport, "a", bytes(50_000_000))
        assert time.monotonic() - started < 10
        with pytest.raises(PassingError, match="closed"):
            transport.stat("a")
        timer.join()


def test_a_transfer_that_stalls(tmp_path: Path, folder: Path) -> None:
    with (
        proxied(0, Rule(stall=True, after=1_000_000)) as proxy,
        pyftpd(tmp_path / "home", tls=True, respond=behind(proxy, tls=True)) as server,
        opened(replace(server.settings(folder), timeout=0.5)) as transport,
    ):
        started = time.monotonic()
        with pytest.raises(PassingError, match="in time"):
            put(transport, "a", bytes(50_000_000))
        assert time.monotonic() - started < 10
    assert not (folder / "a").exists()
