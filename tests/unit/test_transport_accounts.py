"""Accounts at FTP and SSH servers, from the target's file to the settings of the transport."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from stardust_gitops.catalog.models.transports.transport import Transport
from stardust_gitops.delivery.transports.settings import FtpSettings, SftpSettings, SshSettings
from stardust_gitops.diagnostics import Severity
from stardust_gitops.reconciler.reaching import connections_of, transport_settings
from tests.release_lab import Case, judge

ENVIRON = {"USER": "label", "PASSWORD": "tide-table", "KEY": "a key", "PHRASE": "sesame"}
FTP: dict[str, Any] = {
    "host": "ftp.example.com",
    "username": "env:USER",
    "password": "env:PASSWORD",
}
SSH: dict[str, Any] = {"host": "sftp.example.com", "username": "label", "private_key": "env:KEY"}
PINNED = "ssh-ed25519 AAAA"


def reached(root: Path, **entry: Any) -> tuple[object, list[str], int]:
    """The settings, the secrets in them, and how many connections there may be."""
    model: Any = TypeAdapter(Transport).validate_python(entry)
    settings, secrets = transport_settings(model, root, ENVIRON)
    return settings, [secret.reveal() for secret in secrets], connections_of(model)


def test_ftp(tmp_path: Path) -> None:
    settings, secrets, connections = reached(tmp_path, protocol="ftp", **FTP)
    assert settings == FtpSettings(
        host="ftp.example.com",
        username="label",
        password="tide-table",
        tls=False,
        timeout=60.0,
        connections=2,
    )
    assert (secrets, connections) == (["label", "tide-table"], 2)
    assert "tide-table" not in repr(settings)


def test_ftps(tmp_path: Path) -> None:
    more = {"ca": "keys/ca.pem", "port": "2121", "path": "in/box", "connections": "4"}
    settings, _, connections = reached(tmp_path, protocol="ftps", **FTP, **more)
    assert isinstance(settings, FtpSettings)
    assert (settings.tls, settings.ca) == (True, tmp_path / "keys/ca.pem")
    assert (settings.port, settings.path, connections) == (2121, "in/box", 4)


def test_the_ways_of_sftp(tmp_path: Path) -> None:
    jump = {"host": "jump.example.com", "username": "env:USER", "host_key": PINNED}
    settings, secrets, _ = reached(
        tmp_path,
        protocol="sftp",
        **SSH,
        passphrase="env:PHRASE",
        agent="true",
        known_hosts="keys/known_hosts",
        timeout="7",
        jump=jump | {"private_key": "env:KEY", "port": "2222"},
    )
    assert settings == SftpSettings(
        host="sftp.example.com",
        username="label",
        private_key="a key",
        passphrase="sesame",
        agent=True,
        known_hosts=tmp_path / "keys/known_hosts",
        timeout=7.0,
        connections=2,
        jump=SshSettings(
            host="jump.example.com",
            username="label",
            port=2222,
            private_key="a key",
            host_key=PINNED,
            timeout=7.0,
        ),
    )
    assert sorted(secrets) == ["a key", "a key", "label", "sesame"]


@pytest.mark.parametrize("jump", [None, SSH])
def test_a_server_without_a_pinned_key(jump: dict[str, Any] | None) -> None:
    entry = {"protocol": "sftp", **SSH} | ({"jump": jump, "host_key": PINNED} if jump else {})
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Transport).validate_python(entry)
    assert [error["type"] for error in caught.value.errors()] == ["SG1144"]


def test_a_file_that_is_outside_of_the_catalogue() -> None:
    for key in ({"known_hosts": "../known_hosts"}, {"host_key": PINNED, "known_hosts": "../../x"}):
        with pytest.raises(ValidationError, match="leads outside"):
            TypeAdapter(Transport).validate_python({"protocol": "sftp", **SSH, **key})


@pytest.mark.parametrize(("protocol", "codes"), [("ftp", ["SG2131"]), ("ftps", [])])
def test_a_password_in_clear(protocol: str, codes: list[str], tmp_path: Path) -> None:
    way = f"{{protocol: {protocol}, host: h.example.com, username: u, password: env:P}}"
    found = judge(tmp_path, Case(target=[("{protocol: directory, path: delivered/store}", way)]))
    assert [finding.code for finding in found] == codes
    for finding in found:
        assert finding.severity is Severity.WARNING
        assert "in clear" in finding.message
        assert "ftps or sftp" in finding.remedy
