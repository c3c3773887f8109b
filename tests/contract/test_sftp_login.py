"""Who is who: keys, passwords and host keys, with real SSH servers."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.delivery.transports.base import AuthenticationError, HostKeyError
from tests.contract.sftp_kit import PASSWORD, authorise, fingerprint, opened, put, refused
from tests.servers import SshServer, make_key, require_binary, ssh_server

pytestmark = pytest.mark.usefixtures("no_thread_stays")


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
        authorise(sshd, path)
        with opened(replace(sshd.settings(), private_key=text, passphrase=passphrase)) as transport:
            assert transport.stat("nothing") is None


def test_an_ed25519_key_with_a_pass_phrase(sshd: SshServer, tmp_path: Path) -> None:
    text = make_key(tmp_path / "key", "ed25519", passphrase="open sesame")
    authorise(sshd, tmp_path / "key")
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
