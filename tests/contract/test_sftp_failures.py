"""What an SFTP server can do to us, with real servers."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.delivery.transports.base import (
    HostKeyError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    Source,
    TransportError,
)
from stardust_gitops.delivery.transports.registry import open_transport
from tests.contract.sftp_kit import PASSWORD, opened, put, refused
from tests.servers import SshServer, free_port, make_key, small_disk, ssh_server

pytestmark = pytest.mark.usefixtures("no_thread_stays")


@pytest.fixture
def folder(sshd: SshServer, tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


# -- lines that break


def test_nobody_listens(sshd: SshServer) -> None:
    assert refused(replace(sshd.settings(), port=free_port()), PassingError).passing


def test_an_unknown_host(sshd: SshServer) -> None:
    with pytest.raises(TransportError, match=r"no-such-host\.invalid is not a known host"):
        open_transport(replace(sshd.settings(), host="no-such-host.invalid"))


@pytest.mark.parametrize("greeting", [b"", b"220 ftp.example.com ready\r\n", b"SSH-2.0-mute\r\n"])
def test_something_listens_that_is_no_ssh_server(sshd: SshServer, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted: list[socket.socket] = []

        def greet() -> None:
            connection, _ = listener.accept()
            accepted.append(connection)
            connection.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        settings = replace(sshd.settings(), port=listener.getsockname()[1], timeout=0.5)
        started = time.monotonic()
        try:
            refused(settings, PassingError)
            assert time.monotonic() - started < 5
        finally:
            thread.join()
            accepted[0].close()


def test_a_server_that_dies_in_the_middle_of_a_file(tmp_path: Path) -> None:
    with ssh_server(tmp_path / "home") as server:
        (server.root / "take.wav").write_bytes(b"old")
        sent = 0

        def kill(count: int) -> None:
            nonlocal sent
            sent += count
            if sent > 2_000_000:
                server.kill_sessions()

        with opened(server.settings()) as transport:
            source = Source.of_bytes("take.wav", bytes(20_000_000))
            with pytest.raises(PassingError, match=r"take\.wav.*connection lost"):
                transport.put(source, "take.wav", temporary=".take.7", progress=kill)
            assert (server.root / "take.wav").read_bytes() == b"old"
            assert sent < 20_000_000
            # This object is dead, but a new connection brings the file to its end.
            with pytest.raises(PassingError, match="closed"):
                transport.stat("take.wav")
        with opened(server.settings()) as transport:
            transport.put(source, "take.wav", temporary=".take.7", progress=lambda _: None)
        assert [path.name for path in server.root.iterdir()] == ["take.wav"]
        assert (server.root / "take.wav").stat().st_size == 20_000_000


def test_a_server_that_dies_between_two_files(tmp_path: Path) -> None:
    with ssh_server(tmp_path / "home") as server, opened(server.settings()) as transport:
        put(transport, "a")
        server.kill_sessions()
        with pytest.raises(PassingError):
            put(transport, "b")
        assert not (server.root / "b").exists()


def test_a_server_that_stops_answering(tmp_path: Path) -> None:
    with (
        ssh_server(tmp_path / "home") as server,
        opened(replace(server.settings(), timeout=1)) as transport,
    ):
        put(transport, "a")
        frozen = server.sessions()
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(PassingError, match="in time"):
            transport.stat("a")
        with pytest.raises(PassingError, match="closed"):
            put(transport, "b", bytes(10_000_000))
        assert time.monotonic() - started < 5


def test_a_server_that_stops_reading_in_the_middle_of_a_file(tmp_path: Path) -> None:
    """The socket fills up, and nothing but the kernel's own limit ends the wait."""
    with (
        ssh_server(tmp_path / "home") as server,
        opened(replace(server.settings(), timeout=1)) as transport,
    ):
        frozen = server.sessions()

        def freeze(_count: int) -> None:
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)

        source = Source.of_bytes("a", bytes(50_000_000))
        started = time.monotonic()
        with pytest.raises(PassingError):
            transport.put(source, "a", temporary=".a", progress=freeze)
        assert time.monotonic() - started < 15
        assert not (server.root / "a").exists()


# -- servers that refuse


def test_a_full_disk(sshd: SshServer, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk), opened(sshd.settings(disk)) as transport:
        put(transport, "manifest.xml", b"old")
        for path in ("manifest.xml", "new/take.wav"):
            with pytest.raises(NoSpaceError, match="no space left"):
                put(transport, path, bytes(5_000_000))
        assert (disk / "manifest.xml").read_bytes() == b"old"
        assert [path.name for path in disk.rglob("*") if path.is_file()] == ["manifest.xml"]
        put(transport, "small", b"still fits")
        assert (disk / "small").read_bytes() == b"still fits"


def test_a_folder_that_we_may_not_write(folder: Path, sshd: SshServer) -> None:
    if os.getuid() == 0:
        with small_disk(folder, "ro"):
            _assert_read_only(sshd, folder)
    else:
        folder.chmod(0o555)
        _assert_read_only(sshd, folder)


def test_requests_that_the_server_forbids(tmp_path: Path) -> None:
    with ssh_server(tmp_path / "home", flags="-R") as server:  # read-only for everybody
        (server.root / "a").write_bytes(b"old")
        with opened(server.settings()) as transport:
            operations: list[Callable[[], None]] = [
                lambda: put(transport, "a"),
                lambda: put(transport, "b/c"),
                lambda: transport.delete("a"),
            ]
            for operation in operations:
                with pytest.raises(PermissionDeniedError) as caught:
                    operation()
                assert caught.value.hint
            assert b"".join(transport.read("a")) == b"old"


def test_the_folder_of_the_target_is_not_made(folder: Path, sshd: SshServer) -> None:
    with opened(sshd.settings(folder / "typo")) as transport:
        for path in ("a", "batch/a"):
            with pytest.raises(TransportError, match="No such file") as caught:
                put(transport, path)
            assert caught.value.hint is not None and "transport.path" in caught.value.hint
    assert list(folder.iterdir()) == []


def test_a_server_without_sftp(tmp_path: Path) -> None:
    with ssh_server(tmp_path / "home", subsystem="nothing") as server:
        assert "offers no SFTP" in refused(server.settings(), TransportError).message


def test_nothing_is_written_to_standard_error(
    sshd: SshServer, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make_key(tmp_path / "other", "ecdsa")
    pinned = (tmp_path / "other.pub").read_text()
    refused(replace(sshd.settings(), host_key=pinned), HostKeyError)
    with opened(sshd.settings(tmp_path)) as transport:
        put(transport, "a")
        sshd.kill_sessions()
        with pytest.raises(PassingError):
            transport.stat("a")
    assert capfd.readouterr() == ("", "")


def test_secrets_are_not_in_the_settings_as_printed(sshd: SshServer) -> None:
    settings = replace(sshd.settings(), password=PASSWORD, passphrase="open sesame")
    shown = repr(settings)
    assert PASSWORD not in shown
    assert "sesame" not in shown
    assert "PRIVATE KEY" not in shown


def _assert_read_only(sshd: SshServer, folder: Path) -> None:
    with opened(sshd.settings(folder)) as transport:
        with pytest.raises(TransportError) as caught:
            put(transport, "a/b")
        # A server tells of a read-only file system by the status that means any failure.
        assert os.getuid() == 0 or type(caught.value) is PermissionDeniedError
        assert not (folder / "a").exists()
