"""Real servers for the tests. Each stops with the context that started it, by process id."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from stardust_gitops.delivery.transports.settings import SftpSettings

SSHD_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host
PidFile none
AuthorizedKeysFile {home}/authorized_keys
PubkeyAuthentication yes
PasswordAuthentication {passwords}
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin {root_login}
Subsystem {subsystem} internal-sftp
{only}
MaxStartups 100
MaxSessions 100
"""


def require_binary(name: str, package: str) -> str:
    """The path of a program that a test needs. Without it the test is skipped, but in CI, where
    a server that is silently missing would hide failures, it fails."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin")
    if found is None:
        reason = f"{name} is not installed: apt-get install {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


@dataclass(frozen=True, kw_only=True)
class SshServer:
    """An sshd for one account: whoever runs the tests."""

    pid: int
    port: int
    home: Path
    root: Path
    username: str
    host_key: str
    private_key: str = field(repr=False)

    def settings(self, folder: Path | None = None) -> SftpSettings:
        """How to reach `folder` (default: where the login ends), with everything right."""
        return SftpSettings(
            host="127.0.0.1",
            port=self.port,
            username=self.username,
            private_key=self.private_key,
            host_key=self.host_key,
            path=str(folder or self.root),
            timeout=10,
        )

    def sessions(self) -> list[int]:
        """The processes that serve connections."""
        return _descendants(self.pid)

    def kill_sessions(self) -> None:
        """Break every connection without a word, as a crash does. New ones are still taken."""
        for pid in self.sessions():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def ssh_server(
    home: Path,
    *,
    key_type: str = "ed25519",
    flags: str = "",
    subsystem: str = "sftp",
    passwd: Path | None = None,
    commands: bool = False,
) -> Iterator[SshServer]:
    """Start OpenSSH's sshd on a free port of this host, and stop it with all its sessions.

    `flags` are those of internal-sftp. With `passwd`, a file that stands in for /etc/passwd
    (its shadow file beside it) in a mount namespace of the server's own, there are passwords.
    With `commands` it runs what it is told, as git needs it, and not only SFTP.
    """
    binary = require_binary("sshd", "openssh-server")
    require_binary("ssh-keygen", "openssh-client")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd's privilege separation
    root = home / "root"
    root.mkdir(parents=True)
    make_key(home / "host", key_type)
    make_key(home / "client", "ed25519")
    shutil.copy(home / "client.pub", home / "authorized_keys")
    for attempt in (1, 2):  # between finding a port and using it somebody else may take it
        port = free_port()
        (home / "sshd_config").write_text(
            SSHD_CONFIG.format(
                home=home,
                port=port,
                root=root,
                only="" if commands else f"ForceCommand internal-sftp -d {root} {flags}",
                subsystem=subsystem,
                passwords="yes" if passwd else "no",
                # The made-up account has root's number, so that it can read the test's folder.
                root_login="yes" if passwd else "prohibit-password",
            )
        )
        command = [binary, "-D", "-e", "-f", str(home / "sshd_config")]
        with (home / "log").open("ab") as log:
            process = subprocess.Popen(_with_passwords(command, passwd), stderr=log)
        try:
            if not _answers(process, port):
                assert attempt == 1, f"sshd does not start:\n{(home / 'log').read_text()}"
                continue
            yield SshServer(
                pid=process.pid,
                port=port,
                home=home,
                root=root,
                username=pwd.getpwuid(os.getuid()).pw_name,
                host_key=" ".join((home / "host.pub").read_text().split()[:2]),
                private_key=(home / "client").read_text(),
            )
            return
        finally:
            _stop(process)


def make_key(path: Path, key_type: str, *, passphrase: str = "", options: str = "") -> str:
    """Make a key pair with ssh-keygen; the text of the private key."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", key_type, "-N", passphrase, "-f", str(path), *options.split()],
        check=True,
    )
    return path.read_text()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def small_disk(folder: Path, option: str = "rw") -> Iterator[None]:
    """A file system of 1 MiB at `folder`, for all processes: the server has to see it."""
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a file system of 1 MiB needs root")
    options = f"size=1m,{option}"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a file system is not allowed here, not even for root")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _with_passwords(command: list[str], passwd: Path | None) -> list[str]:
    if passwd is None:
        return command
    bind = 'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/shadow'
    script = f'{bind} && shift 2 && exec "$@"'
    shadow = str(passwd.with_name("shadow"))
    namespace = ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh"]
    return [*namespace, str(passwd), shadow, *command]


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the server shows its banner within 10 seconds."""
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            if connection.recv(8) == b"SSH-2.0-":
                return True
        time.sleep(0.01)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    sessions = _descendants(process.pid)
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in sessions:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended while we looked
            fields = entry.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found
