"""A file whose transfer was cut goes on where it stopped, by every protocol that can."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.delivery.transports.base import (
    PassingError,
    Source,
    Transport,
    VerificationError,
)
from stardust_gitops.delivery.transports.registry import TransportSettings, open_transport
from tests.ftp_servers import FtpServer, behind, pyftpd, without
from tests.servers import SshServer
from tests.wire_proxy import Rule, proxied

TAKE = os.urandom(6_000_000)
SOURCE = Source.of_bytes("take.wav", TAKE)
PART = "take.wav.part"
AT = 3_000_000
REST = len(TAKE) - AT


@contextmanager
def opened(settings: TransportSettings) -> Iterator[Transport]:
    transport = open_transport(settings)
    try:
        yield transport
    finally:
        transport.close()


def carry_on(settings: TransportSettings, source: Source = SOURCE) -> int:
    """Put the file with a connection of its own; how many bytes were sent."""
    sent: list[int] = []
    with opened(settings) as transport:
        transport.put(source, "a/take.wav", temporary=PART, progress=sent.append, resume=True)
    return sum(sent)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


def whole(folder: Path) -> bool:
    """Whether the file is there, byte for byte, and nothing beside it."""
    assert [path.name for path in (folder / "a").iterdir()] == ["take.wav"]
    return (folder / "a/take.wav").read_bytes() == TAKE


def settled(file: Path) -> int:
    """The size of a file once the server has written what it had received before the cut."""
    size = -1
    while size != (size := file.stat().st_size):
        time.sleep(0.1)
    return size


@pytest.mark.parametrize("fixture", ["sshd", "plain_sshd"])
def test_sftp_after_a_cut(request: pytest.FixtureRequest, fixture: str, folder: Path) -> None:
    server: SshServer = request.getfixturevalue(fixture)
    with proxied(server.port, Rule(cut=True, after=AT)) as proxy:
        settings = replace(server.settings(folder), port=proxy.port)
        with pytest.raises(PassingError):
            carry_on(settings)
        there = settled(folder / "a" / PART)
        assert 0 < there <= AT
        sent = carry_on(settings)
        # What is sent again is one request at most.
        assert len(TAKE) - there <= sent <= len(TAKE) - there + 261120
        assert proxy.passed[1] < sent + 100_000
    assert whole(folder)


@pytest.mark.parametrize("tls", [False, True], ids=["ftp", "ftps"])
def test_ftp_after_a_cut(tmp_path: Path, folder: Path, tls: bool) -> None:
    (folder / "a").mkdir()
    with (
        proxied(0, Rule(cut=True, after=AT)) as proxy,
        pyftpd(tmp_path / "home", tls=tls, respond=behind(proxy, tls=tls)) as server,
    ):
        settings = server.settings(folder)
        with pytest.raises(PassingError):
            carry_on(settings)
        there = settled(folder / "a" / PART)
        assert 0 < there <= AT
        sent = carry_on(settings)
        assert len(TAKE) - there <= sent <= len(TAKE) - there + (1 << 18)
        assert proxy.passed[1] < sent + 100_000
    assert whole(folder)


FTP = ["ftp_pyftpd", "ftps_pyftpd", "ftp_vsftpd", "ftps_vsftpd"]


@pytest.mark.parametrize("fixture", ["sshd", "plain_sshd", *FTP])
class TestWhatIsThere:
    """What may lie under the temporary name."""

    @pytest.fixture
    def settings(
        self, request: pytest.FixtureRequest, fixture: str, folder: Path
    ) -> TransportSettings:
        (folder / "a").mkdir()
        server: FtpServer | SshServer = request.getfixturevalue(fixture)
        return server.settings(folder)

    def test_a_torn_tail_is_written_anew(self, settings: TransportSettings, folder: Path) -> None:
        (folder / "a" / PART).write_bytes(TAKE[: AT - 1000] + bytes(1000))
        assert REST < carry_on(settings) <= REST + 261120 + 1024
        assert whole(folder)

    @pytest.mark.parametrize("size", [0, 1, len(TAKE) - 1, len(TAKE)])
    def test_a_beginning(self, settings: TransportSettings, folder: Path, size: int) -> None:
        (folder / "a" / PART).write_bytes(TAKE[:size])
        assert carry_on(settings) <= max(len(TAKE) - size, 0) + 262144
        assert whole(folder)

    def test_what_is_longer_is_none_of_ours(
        self, settings: TransportSettings, folder: Path
    ) -> None:
        (folder / "a" / PART).write_bytes(bytes(len(TAKE) + 1))
        assert carry_on(settings) == len(TAKE)
        assert whole(folder)

    def test_an_interruption_leaves_a_beginning_and_a_wrong_source_nothing(
        self, settings: TransportSettings, folder: Path
    ) -> None:
        sent = 0

        def interrupt(count: int) -> None:
            nonlocal sent
            sent += count
            if sent > AT:
                raise KeyboardInterrupt

        with opened(settings) as transport:
            with pytest.raises(KeyboardInterrupt):
                transport.put(SOURCE, "a/take.wav", temporary=PART, progress=interrupt, resume=True)
            assert transport.stat("a/take.wav") is None  # the connection is still of use
        there = (folder / "a" / PART).stat().st_size
        assert TAKE.startswith((folder / "a" / PART).read_bytes())
        assert there > AT - 1_000_000
        with pytest.raises(VerificationError, match="SHA-256"):
            carry_on(settings, replace(SOURCE, sha256="0" * 64))
        assert list((folder / "a").iterdir()) == []


@pytest.mark.parametrize("missing", [("REST",), ("REST", "APPE")], ids=["APPE", "from the start"])
def test_an_ftp_server_that_cannot_begin_within_a_file(
    tmp_path: Path, folder: Path, missing: tuple[str, ...]
) -> None:
    (folder / "a").mkdir()
    (folder / "a" / PART).write_bytes(TAKE[:AT])
    with pyftpd(tmp_path / "home", tls=False, **without(*missing)) as server:
        sent = carry_on(server.settings(folder))
    assert sent == (len(TAKE) if "APPE" in missing else REST)
    assert whole(folder)
