"""Servers that refuse, lie, break off or are full: the items fail with a remedy and no secret is
told; when the server is well again, the next apply delivers once."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from tests.acceptance.diagnosis import assert_finding, assert_told, assert_untouched
from tests.acceptance.store import LOCAL, Store, line_to
from tests.catalogues import ICPNS, TARGET, CatalogueFolder, audio_bytes
from tests.servers import free_port, make_key, small_disk


def test_a_server_that_refuses_the_key(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = make_key(tmp_path / "stranger", "ed25519")
    monkeypatch.setenv("STORE_KEY", stranger)
    store.fails("SG6002", "check the target's username and the secrets")
    for line in stranger.splitlines()[1:-1]:
        assert line not in store.events.read_text()
    monkeypatch.setenv("STORE_KEY", store.server.private_key)
    store.recovers()


def test_a_key_that_is_no_key(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_KEY", "hunter2 is no key")
    outcome = store.catalogue.apply("--events", store.events)
    assert_told(outcome, 6, "SG6002", "check transport.private_key")
    assert "hunter2" not in outcome.text + store.events.read_text()
    monkeypatch.setenv("STORE_KEY", store.server.private_key)
    store.recovers()


def test_a_server_with_another_host_key(store: Store, tmp_path: Path) -> None:
    make_key(tmp_path / "other", "ed25519")
    other = " ".join((tmp_path / "other.pub").read_text().split()[:2])
    store.reach(host_key=other)
    store.fails("SG6003", "host key", "transport.host_key")
    store.reach()
    store.recovers()


def test_a_server_that_is_not_there(store: Store) -> None:
    store.reach(port=free_port())
    store.fails("SG6001", "127.0.0.1", "check host, port and firewall")
    store.reach()
    store.recovers()


def test_something_else_answers_at_that_port(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as connection:
                        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        store.reach(port=server.getsockname()[1])
        store.fails("SG6001", "check that an SSH server is at this port")
        server.shutdown(socket.SHUT_RDWR)
    store.reach()
    store.recovers()


def test_a_folder_that_is_not_at_the_server(store: Store) -> None:
    store.reach(path=store.inbox / "missing")
    store.fails("SG6000", "No such file", "check transport.path of the target")
    store.reach()
    store.recovers()


def test_a_server_that_breaks_off_in_the_middle_of_a_file(store: Store) -> None:
    for icpn in ICPNS[:2]:
        store.catalogue.write(f"assets/{icpn}_01_001.flac", audio_bytes(seconds=4))
    store.catalogue.lock()
    with line_to(store.server.port, breaks_after=300_000) as port:
        store.reach(port=port)
        store.fails("SG6001", "connection lost", "run apply again")
    store.reach()
    store.recovers()


def test_a_server_that_is_full(store: Store) -> None:
    for icpn in ICPNS[:2]:
        store.catalogue.write(f"assets/{icpn}_01_001.flac", audio_bytes(seconds=8))
    store.catalogue.lock()
    with small_disk(store.inbox):
        store.fails("SG6004", "no space left at the server", "ask the recipient to make room")
    store.recovers()


# -- secrets


@pytest.mark.parametrize(
    "secret", ["password: hunter2hunter2", "private_key: '-----BEGIN hunter2hunter2 KEY-----'"]
)
@pytest.mark.parametrize("also_wrong", ["", ", colour: blue", ", host_key: x: y", ", \tport: 1"])
def test_a_literal_secret_is_refused_and_not_repeated(
    catalogue: CatalogueFolder, secret: str, also_wrong: str
) -> None:
    """Not even in the line that another mistake is shown in."""
    transport = "{protocol: sftp, host: h, username: u, host_key: ssh-ed25519 AAAA, "
    text = TARGET.replace(LOCAL, f"transport: {transport}{secret}{also_wrong}}}")
    catalogue.add_target(text=text)
    outcome = catalogue.run("validate")
    assert_told(outcome, 3, "targets/store.yaml:3:")
    if not also_wrong or "colour" in also_wrong:
        place = "targets/store.yaml:3:" + str(
            len(f"transport: {transport}{secret.split()[0]} ") + 1
        )
        remedy = "keep the secret outside the catalogue: env:NAME or file:PATH"
        assert_finding(outcome, place, "SG1118", "this is not a reference to a secret", remedy)
    outcomes = [outcome, catalogue.run("validate", "--format", "json"), catalogue.run("plan")]
    outcomes += [catalogue.run("plan", "--format", name) for name in ("json", "markdown")]
    outcomes += [catalogue.apply(), catalogue.apply("--debug"), catalogue.apply("--format", "json")]
    for outcome in outcomes:
        assert "hunter2" not in outcome.text
    assert_untouched(catalogue)


def test_a_variable_that_is_not_set_is_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORE_KEY")
    assert_told(store.catalogue.run("validate"), 0)
    assert_told(store.catalogue.run("plan"), 0, "2 inserts")
    store.fails("SG6090 the environment variable STORE_KEY is not set", "set STORE_KEY, in CI")
    assert store.catalogue.position() == 0
    monkeypatch.setenv("STORE_KEY", store.server.private_key)
    store.recovers()


def test_a_secret_file_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    key = tmp_path / "key"
    store.catalogue.edit("targets/store.yaml", "env:STORE_KEY", f"file:{key}")
    store.fails(f"SG6091 the secret file {key} cannot be read", "put the secret there")
    key.write_text(store.server.private_key)
    key.chmod(0o600)
    store.recovers()
