"""All ways to an SFTP server, and to know that it is the right one."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    PassingError,
    Source,
    TransportError,
    VerificationError,
)
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.delivery.transports.settings import SftpSettings, SshSettings
from stardust_gitops.delivery.transports.ssh_keys import pinned_keys
from tests.servers import SshServer, free_port, make_key, require_binary

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """Whatever happened, all that was started has ended."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def delivers(settings: SftpSettings, folder: Path) -> bool:
    """Whether a file arrives."""
    transport = open_transport(settings)
    try:
        source = Source.of_bytes("a", b"x" * 1_000_000)
        transport.put(source, "a", temporary=".a", progress=lambda _: None)
    finally:
        transport.close()
    return (folder / "a").stat().st_size == 1_000_000


def refused(settings: SftpSettings, error: type[TransportError]) -> str:
    """What connecting ends with: an error of that very type, with a remedy."""
    with pytest.raises(TransportError) as caught:
        open_transport(settings)
    assert type(caught.value) is error, caught.value
    assert caught.value.hint
    return caught.value.message


# -- known_hosts


KEYS = {
    name: f"ssh-ed25519 {blob}"
    for name, blob in {
        "one": "AAAAC3NzaC1lZDI1NTE5AAAAIE2Y3Y7pRtXXkv0eXlvZ3C6cDKFkJ3hZ0m7Dq8k0G1aB",
        "two": "AAAAC3NzaC1lZDI1NTE5AAAAIBzV0K2pJ3yq7y8Yc5o3M0u0Wm2v9y0pJ6oYk3oQ0f4C",
    }.items()
}


@pytest.mark.parametrize(
    ("lines", "port", "found"),
    [
        (["sftp.example.com {one}"], 22, ["one"]),
        (["SFTP.example.com,192.0.2.7 {one} a comment", "# {two}", ""], 22, ["one"]),
        (["[sftp.example.com]:2222 {one}", "sftp.example.com {two}"], 2222, ["one"]),
        (["*.example.com {one}", "*.example.com,!sftp.example.com {two}"], 22, ["one"]),
        (["sftp.example.?om {one}", "sftp?example {two}"], 22, ["one"]),
        (["sftp.example.com {one}", "sftp.example.com {two}"], 22, ["one", "two"]),
        (["sftp.example.com {one}", "@revoked * {one}", "sftp.example.com {two}"], 22, ["two"]),
        (["@cert-authority *.example.com {one}", "sftp.example.com {two}"], 22, ["two"]),
        (["sftp.example.com ssh-dss AAAA", "sftp.example.com {one}"], 22, ["one"]),
        (["|1|bad|base64", "|1|{{}} {one}", "sftp.example.com {two}"], 22, ["two"]),
    ],
)
def test_known_hosts(lines: list[str], port: int, found: list[str], tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("".join(f"{line.format(**KEYS)}\n" for line in lines))
    settings = SshSettings(host="sftp.example.com", port=port, username="u", known_hosts=file)
    assert pinned_keys(settings) == pinned_keys(
        replace(settings, known_hosts=None, host_key="\n".join(KEYS[name] for name in found))
    )


@pytest.mark.parametrize("port", [22, 2222])
def test_hashed_names(port: int, tmp_path: Path) -> None:
    keygen = require_binary("ssh-keygen", "openssh-client")
    file = tmp_path / "known_hosts"
    name = "sftp.example.com" if port == 22 else "[sftp.example.com]:2222"
    file.write_text(f"{name} {KEYS['one']}\nother.example.com {KEYS['two']}\n")
    subprocess.run([keygen, "-q", "-H", "-f", str(file)], check=True, capture_output=True)
    assert "example" not in file.read_text()
    settings = SshSettings(host="sftp.example.com", port=port, username="u", known_hosts=file)
    assert len(pinned_keys(settings)) == 1
    with pytest.raises(HostKeyError, match=re.escape("known_hosts has none of third.example.com")):
        pinned_keys(replace(settings, host="third.example.com", port=22))


def test_a_login_by_known_hosts(sshd: SshServer, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    settings = replace(sshd.settings(tmp_path), host_key="", known_hosts=file)
    assert "cannot be read" in refused(settings, HostKeyError)
    file.write_text(f"[127.0.0.1]:{sshd.port} {sshd.host_key}\n")
    assert delivers(settings, tmp_path)
    file.write_text(f"[127.0.0.1]:{sshd.port} {KEYS['one']}\n")
    assert "shows host key" in refused(settings, HostKeyError)


# -- the agent


@contextmanager
def agent(monkeypatch: pytest.MonkeyPatch, *keys: Path) -> Iterator[None]:
    """A running ssh-agent with some keys."""
    binary = require_binary("ssh-agent", "openssh-client")
    with tempfile.TemporaryDirectory() as folder, monkeypatch.context() as patch:
        place = Path(folder) / "agent"  # short: a socket's path may have 107 characters
        process = subprocess.Popen([binary, "-D", "-a", str(place)], stdout=subprocess.DEVNULL)
        patch.setenv("SSH_AUTH_SOCK", str(place))
        try:
            while subprocess.run(["ssh-add", "-l"], capture_output=True).returncode == 2:
                assert process.poll() is None
                time.sleep(0.01)
            for key in keys:
                subprocess.run(["ssh-add", "-q", str(key)], check=True, capture_output=True)
            yield
        finally:
            process.terminate()
            process.wait(5)


def test_the_keys_of_an_agent(
    sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key(tmp_path / "stranger", "ecdsa")
    settings = replace(sshd.settings(tmp_path), private_key=None, agent=True)
    with agent(monkeypatch, tmp_path / "stranger", sshd.home / "client"):
        assert delivers(settings, tmp_path)
        # Only where the target says so.
        refused(replace(settings, agent=False), AuthenticationError)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert "no SSH agent" in refused(settings, AuthenticationError)


def test_an_agent_without_the_right_key(
    sshd: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key(tmp_path / "stranger", "ed25519")
    settings = replace(sshd.settings(tmp_path), private_key=None, agent=True)
    with agent(monkeypatch, tmp_path / "stranger"):
        assert "refuses the login" in refused(settings, AuthenticationError)
        # The target's own key goes first.
        assert delivers(replace(settings, private_key=sshd.private_key), tmp_path)
    with agent(monkeypatch):
        assert "holds no key" in refused(settings, AuthenticationError)


# -- through another server


def test_a_jump_host(sshd: SshServer, git_sshd: SshServer, tmp_path: Path) -> None:
    jump = SshSettings(
        host="127.0.0.1",
        port=git_sshd.port,
        username=git_sshd.username,
        private_key=git_sshd.private_key,
        host_key=git_sshd.host_key,
    )
    settings = replace(sshd.settings(tmp_path), jump=jump)
    assert delivers(settings, tmp_path)
    # Each has a key of its own to prove.
    wrong = replace(jump, host_key=sshd.host_key)
    assert "shows host key" in refused(replace(settings, jump=wrong), HostKeyError)
    assert "shows host key" in refused(replace(settings, host_key=jump.host_key), HostKeyError)
    stranger = replace(jump, private_key=sshd.private_key)
    refused(replace(settings, jump=stranger), AuthenticationError)
    message = refused(replace(settings, port=free_port()), PassingError)
    assert "127.0.0.1 does not lead on to 127.0.0.1:" in message


# -- questions


class Asking(paramiko.ServerInterface):
    """A server that asks for the password by keyboard-interactive only."""

    def get_allowed_auths(self, username: str) -> str:
        """See paramiko."""
        return "keyboard-interactive"

    def check_auth_interactive(
        self, username: str, submethods: str
    ) -> paramiko.server.InteractiveQuery:
        """See paramiko."""
        return paramiko.server.InteractiveQuery("Login", "", ("Password: ", False))

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        """See paramiko."""
        right = responses == [PASSWORD]
        return paramiko.common.AUTH_SUCCESSFUL if right else paramiko.common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """See paramiko."""
        return paramiko.common.OPEN_SUCCEEDED


class Lying(paramiko.SFTPServerInterface):
    """Files of the folder `root`, of which it says that they are larger by one."""

    root: Path

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle:
        """See paramiko."""
        handle = paramiko.SFTPHandle(flags)
        handle.writefile = os.fdopen(os.open(self._place(path), flags, 0o644), "wb")  # type: ignore[attr-defined]
        handle.stat = lambda: self.stat(path)  # type: ignore[method-assign]
        return handle

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        """See paramiko."""
        if not self._place(path).exists():
            return paramiko.sftp.SFTP_NO_SUCH_FILE
        found = paramiko.SFTPAttributes.from_stat(self._place(path).stat())
        assert found.st_size is not None
        found.st_size += 1
        return found

    def remove(self, path: str) -> int:
        """See paramiko."""
        self._place(path).unlink()
        return paramiko.sftp.SFTP_OK

    def _place(self, path: str) -> Path:
        return self.root / path.strip("/")


def test_a_server_that_lies_about_sizes(tmp_path: Path) -> None:
    make_key(tmp_path / "host", "ed25519")
    host_key = " ".join((tmp_path / "host.pub").read_text().split()[:2])
    (tmp_path / "root").mkdir()
    lying = type("Files", (Lying,), {"root": tmp_path / "root"})
    with asking_server(tmp_path / "host", lying) as port:
        settings = SftpSettings(
            host="127.0.0.1", port=port, username="dsp", password=PASSWORD, host_key=host_key
        )
        transport = open_transport(settings)
        with pytest.raises(VerificationError, match="holds 6 bytes of x, not the 5 sent"):
            transport.put(
                Source.of_bytes("x", b"12345"), "a", temporary=".a", progress=lambda _: None
            )
        transport.close()
    assert list((tmp_path / "root").iterdir()) == []


@contextmanager
def asking_server(
    key: Path, files: type[paramiko.SFTPServerInterface] = paramiko.SFTPServerInterface
) -> Iterator[int]:
    """One connection to a server that asks, with such files; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        transports: list[paramiko.Transport] = []

        def serve() -> None:
            connection, _address = listener.accept()
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(paramiko.Ed25519Key.from_private_key_file(str(key)))
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, sftp_si=files)
            transport.start_server(threading.Event(), Asking())

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()
            for transport in transports:
                transport.close()
                transport.join(5)


def test_a_password_that_is_asked_for(tmp_path: Path) -> None:
    make_key(tmp_path / "host", "ed25519")
    host_key = " ".join((tmp_path / "host.pub").read_text().split()[:2])
    for password in (PASSWORD, "wrong"):
        with asking_server(tmp_path / "host") as port:
            settings = SftpSettings(
                host="127.0.0.1",
                port=port,
                username="dsp",
                password=password,
                host_key=host_key,
                timeout=5,
            )
            if password == PASSWORD:
                open_transport(settings).close()
            else:
                assert "refuses the login" in refused(settings, AuthenticationError)
