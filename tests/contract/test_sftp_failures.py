"""What an SFTP server can do to us, with real servers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    Source,
    Transport,
    TransportError,
)
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.delivery.transports.settings import SftpSettings
from tests.servers import (
    SshServer,
    free_port,
    make_key,
    require_binary,
    small_disk,
    ssh_server,
)

PASSWORD = "correct horse battery staple"


@pytest.fixture
def folder(sshd: SshServer, tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """Whatever happened, all that was started has ended: neither a thread nor its timer may keep
    the process from ending."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@contextmanager
def opened(settings: SftpSettings) -> Iterator[Transport]:
    transport = open_transport(settings)
    try:
        yield transport
    finally:
        transport.close()


def put(transport: Transport, path: str, data: bytes = b"x") -> None:
    transport.put(Source.of_bytes("x", data), path, temporary=".x.7", progress=lambda _: None)


def refused(settings: SftpSettings, error: type[TransportError]) -> TransportError:
    """The error that connecting with `settings` ends with: of that very type, with a remedy, and
    without any secret wherever it might be shown."""
    with pytest.raises(TransportError) as caught:
        open_transport(settings)
    assert type(caught.value) is error
    assert caught.value.hint
    shown = "".join(traceback.format_exception(caught.value)) + repr(settings)
    secrets = [settings.password, settings.passphrase, *(settings.private_key or "").splitlines()]
    for secret in secrets:
        assert not secret or secret.startswith("-----") or secret not in shown
    return caught.value


def fingerprint(public: Path) -> str:
    output = subprocess.check_output(["ssh-keygen", "-l", "-f", str(public)], text=True)
    return output.split()[1]


# -- who is who


@pytest.mark.parametrize(
    ("key_type", "options"),
    [("rsa", "-b 2048"), ("rsa", "-b 2048 -m PEM"), ("ecdsa", ""), ("ecdsa", "-m PKCS8")],
)
def test_keys_of_all_kinds_log_in(
    sshd: SshServer, tmp_path: Path, key_type: str, options: str
) -> None:
    for passphrase in ("", "open sesame"):
        path = tmp_path / f"key{len(passphrase)}"
        text = make_key(path, key_type, passphrase=passphrase, options=options)
        _authorise(sshd, path)
        with opened(replace(sshd.settings(), private_key=text, passphrase=passphrase)) as transport:
            assert transport.stat("nothing") is None


def test_an_ed25519_key_with_a_pass_phrase(sshd: SshServer, tmp_path: Path) -> None:
    text = make_key(tmp_path / "key", "ed25519", passphrase="open sesame")
    _authorise(sshd, tmp_path / "key")
    # Without its last newline, as it comes from an environment variable.
    settings = replace(sshd.settings(), private_key=text.strip(), passphrase="open sesame")
    with opened(settings) as transport:
        assert transport.stat("nothing") is None
    for wrong in (None, "sesame"):
        error = refused(replace(settings, passphrase=wrong), AuthenticationError)
        assert "pass-phrase" in error.message


def test_a_key_that_the_server_does_not_know(sshd: SshServer, tmp_path: Path) -> None:
    text = make_key(tmp_path / "stranger", "ed25519")
    error = refused(replace(sshd.settings(), private_key=text), AuthenticationError)
    assert "refuses the login" in error.message
    assert not error.passing


def test_a_password_where_only_keys_are_taken(sshd: SshServer) -> None:
    settings = replace(sshd.settings(), private_key=None, password=PASSWORD)
    assert "takes only: publickey" in refused(settings, AuthenticationError).message


@pytest.mark.parametrize("text", ["", "not a key", "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret"])
def test_a_private_key_that_is_none(sshd: SshServer, text: str) -> None:
    refused(replace(sshd.settings(), private_key=text), AuthenticationError)


def test_no_secret_at_all(sshd: SshServer) -> None:
    refused(replace(sshd.settings(), private_key=None), AuthenticationError)


def test_an_agent_and_the_users_own_keys_are_not_asked(
    sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / ".ssh"
    ssh.mkdir()
    (ssh / "id_ed25519").write_text(sshd.private_key)
    (ssh / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {sshd.host_key}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    stranger = make_key(tmp_path / "stranger", "ed25519")
    refused(replace(sshd.settings(), private_key=stranger), AuthenticationError)
    refused(replace(sshd.settings(), host_key=""), HostKeyError)


def test_passwords(tmp_path: Path) -> None:
    """As root only: the server gets an /etc/passwd of its own, in its own mount namespace."""
    if os.getuid() != 0:
        pytest.skip("making an account with a password needs root")
    require_binary("unshare", "util-linux")
    openssl = require_binary("openssl", "openssl")
    digest = subprocess.check_output([openssl, "passwd", "-6", PASSWORD], text=True).strip()
    passwd = tmp_path / "passwd"
    original = Path("/etc/passwd").read_text()
    passwd.write_text(f"{original}dsp:x:{os.getuid()}:{os.getgid()}::/tmp:/bin/sh\n")
    (tmp_path / "shadow").write_text(f"dsp:{digest}:20000:0:99999:7:::\n")
    (tmp_path / "shadow").chmod(0o600)
    with ssh_server(tmp_path / "home", passwd=passwd) as server:
        settings = replace(server.settings(), username="dsp", private_key=None, password=PASSWORD)
        with opened(settings) as transport:
            put(transport, "a")
            assert (server.root / "a").read_bytes() == b"x"
        refused(replace(settings, password="wrong horse"), AuthenticationError)
    assert Path("/etc/passwd").read_text() == original


def test_another_host_key_than_the_pinned_one(sshd: SshServer, tmp_path: Path) -> None:
    make_key(tmp_path / "other", "ed25519")
    pinned = (tmp_path / "other.pub").read_text()
    error = refused(replace(sshd.settings(), host_key=pinned), HostKeyError)
    assert fingerprint(tmp_path / "other.pub") in error.message
    assert fingerprint(sshd.home / "host.pub") in error.message
    assert not error.passing


def test_a_pinned_key_of_a_type_that_the_server_has_not(sshd: SshServer, tmp_path: Path) -> None:
    make_key(tmp_path / "other", "ecdsa")
    pinned = (tmp_path / "other.pub").read_text()
    error = refused(replace(sshd.settings(), host_key=pinned), HostKeyError)
    assert "no host key of type ecdsa-sha2-nistp256" in error.message
    assert fingerprint(tmp_path / "other.pub") in error.message


def test_one_of_several_pinned_keys_is_enough(sshd: SshServer, tmp_path: Path) -> None:
    make_key(tmp_path / "next", "ed25519")
    make_key(tmp_path / "rsa", "rsa", options="-b 2048")
    lines = [
        (tmp_path / "rsa.pub").read_text(),
        "# the next key",
        (tmp_path / "next.pub").read_text(),
    ]
    settings = replace(sshd.settings(), host_key="\n".join([*lines, sshd.host_key]))
    with opened(settings) as transport:
        assert transport.list("nothing") == []


@pytest.mark.parametrize("key_type", ["rsa", "ecdsa"])
def test_host_keys_of_other_types(tmp_path: Path, key_type: str) -> None:
    with (
        ssh_server(tmp_path / "home", key_type=key_type) as server,
        opened(server.settings()) as transport,
    ):
        put(transport, "a")
        assert (server.root / "a").read_bytes() == b"x"


@pytest.mark.parametrize(
    "host_key", ["", "  \n# none\n", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-ed25519 %%%", "é x"]
)
def test_a_host_key_that_is_none(sshd: SshServer, host_key: str) -> None:
    refused(replace(sshd.settings(), host_key=host_key), HostKeyError)


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


def _authorise(server: SshServer, key: Path) -> None:
    with (server.home / "authorized_keys").open("a") as file:
        file.write(key.with_name(key.name + ".pub").read_text())
