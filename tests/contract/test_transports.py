"""One suite that every transport passes."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.probe import Probe, State
from stardust_gitops.delivery.shipments.upload import partial_name
from stardust_gitops.delivery.transports.base import (
    RemoteFile,
    Source,
    Transport,
    TransportError,
    VerificationError,
)
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.delivery.transports.settings import DirectorySettings, FtpSettings
from tests.ftp_servers import FtpServer
from tests.http_servers import FILES, upload_api
from tests.http_targets import settings_of
from tests.inboxes import BucketInbox, ContainerInbox, FolderInbox, Inbox
from tests.servers import SshServer

BIG = os.urandom(5_000_000)


ACCOUNTS = {
    "sftp": "sshd",
    "sftp without extensions": "plain_sshd",
    "ftp by vsftpd": "ftp_vsftpd",
    "ftps by vsftpd": "ftps_vsftpd",
    "ftp by pyftpdlib": "ftp_pyftpd",
    "ftps by pyftpdlib": "ftps_pyftpd",
}
"""Servers with accounts → their fixtures."""


@pytest.fixture(params=["directory", *ACCOUNTS, "s3", "s3 by rclone", "azure", "http"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> Inbox:
    """The inbox as the recipient sees it, with the way in."""
    match request.param:
        case "s3":
            return BucketInbox(request.getfixturevalue("moto"), sums=True)
        case "s3 by rclone":
            return BucketInbox(request.getfixturevalue("rclone"), sums=False)
        case "azure":
            return ContainerInbox(request.getfixturevalue("azurite"))
    folder = tmp_path / "incoming"
    folder.mkdir()
    if request.param == "http":
        api = upload_api(folder, tmp_path / "partial")
        server = api.__enter__()
        request.addfinalizer(lambda: api.__exit__(None, None, None))
        return FolderInbox(folder, settings_of(server.url, FILES, tmp_path))
    if request.param == "directory":
        return FolderInbox(folder, DirectorySettings(path=folder))
    account: SshServer | FtpServer = request.getfixturevalue(ACCOUNTS[request.param])
    return FolderInbox(folder, account.settings(folder))


@pytest.fixture
def folder(inbox: Inbox) -> Path:
    """The same where it is a folder; the test is skipped where it is none."""
    return inbox.folder


@pytest.fixture
def transport(inbox: Inbox) -> Iterator[Transport]:
    transport = open_transport(inbox.settings)
    yield transport
    transport.close()


def put(transport: Transport, path: str, data: bytes) -> None:
    transport.put(Source.of_bytes("x", data), path, temporary=".x.7.part", progress=lambda _: None)


class Failing(io.BytesIO):
    """A source of which reading fails after the bytes that it has."""

    def __init__(self, error: Exception) -> None:
        super().__init__(bytes(3_000_000))
        self._error = error

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data:
            raise self._error
        return data


def failing(error: Exception) -> Source:
    return Source(name="take.wav", size=5_000_000, sha256="0" * 64, open=lambda: Failing(error))


@pytest.mark.parametrize(
    "path",
    [
        "manifest.xml",
        "20261122/4006381333931/resources/01_001.flac",
        "Größe/日本 語/naïve file (1).wav",
        " -rf * $HOME 'quoted'\n.txt",
    ],
)
def test_what_is_put_is_there_and_can_be_read(
    transport: Transport, inbox: Inbox, path: str
) -> None:
    if "\n" in path and isinstance(inbox, BucketInbox) and inbox.one_line:
        pytest.skip("moto knows no key with a line break")
    if "\n" in path and isinstance(inbox.settings, FtpSettings):
        with pytest.raises(TransportError, match="FTP cannot carry"):
            put(transport, path, b"")
        assert inbox.names() == []
        return
    put(transport, path, b"<NewReleaseMessage/>")
    assert inbox.read(path) == b"<NewReleaseMessage/>"
    assert inbox.names() == [path]
    assert transport.stat(path) == RemoteFile(path=path, size=20)
    assert b"".join(transport.read(path)) == b"<NewReleaseMessage/>"
    assert transport.list("") == [RemoteFile(path=path, size=20)]


def test_names_of_255_bytes(transport: Transport, inbox: Inbox) -> None:
    """The most that file systems take; the unfinished file's name fits as well."""
    path = f"{'ä' * 126}.xy/{'日' * 83}x.flac"
    assert {len(part.encode()) for part in path.split("/")} == {255}
    source = Source.of_bytes("x", b"data")
    temporary = partial_name(path, source.sha256)
    transport.put(source, path, temporary=temporary, progress=lambda _: None, resume=True)
    assert inbox.names() == [path]
    assert transport.list("") == [RemoteFile(path=path, size=4)]
    transport.remove_folder(path.partition("/")[0])
    assert inbox.names() == []


@pytest.mark.parametrize("data", [b"", b"x", BIG], ids=["empty", "one byte", "5 MB"])
def test_size_does_not_matter(transport: Transport, inbox: Inbox, data: bytes) -> None:
    sent: list[int] = []
    source = Source.of_bytes("x", data)
    transport.put(source, "a/b", temporary=".b.part", progress=sent.append)
    assert inbox.read("a/b") == data
    assert sum(sent) == len(data)
    assert hashlib.sha256(b"".join(transport.read("a/b"))).hexdigest() == source.sha256


def test_a_file_of_the_catalogue_is_streamed(
    transport: Transport, inbox: Inbox, tmp_path: Path
) -> None:
    local = tmp_path / "track.wav"
    local.write_bytes(BIG)
    digest = hashlib.sha256(BIG).hexdigest()
    source = Source.of_file(local, size=len(BIG), sha256=digest)
    transport.put(source, "track.wav", temporary=".t", progress=lambda _: None)
    assert inbox.read("track.wav") == BIG


def test_several_files_go_over_one_connection(transport: Transport, inbox: Inbox) -> None:
    for number in range(20):
        put(transport, f"batch/{number:02}.xml", b"%d" % number)
    assert [file.path for file in transport.list("batch")] == [
        f"batch/{number:02}.xml" for number in range(20)
    ]
    put(transport, "batch/00.xml", BIG)
    put(transport, "batch/01.xml", b"last")
    assert transport.stat("batch/00.xml") == RemoteFile(path="batch/00.xml", size=len(BIG))
    assert inbox.read("batch/01.xml") == b"last"


def test_reading_can_stop_early_and_overlap(transport: Transport) -> None:
    put(transport, "big", BIG)
    put(transport, "small", b"small")
    pieces = transport.read("big")
    start = next(pieces)
    assert BIG.startswith(start)
    assert b"".join(transport.read("small")) == b"small"
    assert BIG[len(start) :].startswith(next(pieces))
    del pieces
    assert transport.stat("small") == RemoteFile(path="small", size=5)


def test_the_old_file_stays_until_the_new_one_is_whole(transport: Transport, inbox: Inbox) -> None:
    put(transport, "a/manifest.xml", b"old")
    seen: list[bytes] = []

    def look(_count: int) -> None:
        seen.append(inbox.read("a/manifest.xml"))

    new = Source.of_bytes("manifest.xml", BIG)
    transport.put(new, "a/manifest.xml", temporary=".m.part", progress=look)
    assert set(seen) == {b"old"}
    assert inbox.read("a/manifest.xml") == BIG
    assert inbox.names() == ["a/manifest.xml"]


def test_a_leftover_of_the_same_name_does_not_disturb(transport: Transport, inbox: Inbox) -> None:
    inbox.write(".x.7.part", b"from an attempt that was killed, and longer than the new")
    put(transport, "a", b"new")
    assert inbox.names() == ["a"]
    assert inbox.read("a") == b"new"


@pytest.mark.parametrize(
    "change",
    [{"sha256": "0" * 64}, {"size": 4_999_999}, {"size": 5_000_001}, {"size": 0}],
    ids=["digest", "longer", "shorter", "not empty"],
)
@pytest.mark.parametrize("before", [None, b"old"])
def test_wrong_bytes_never_get_the_final_name(
    transport: Transport, inbox: Inbox, change: dict[str, object], before: bytes | None
) -> None:
    if before is not None:
        put(transport, "a/b.flac", before)
    facts: dict[str, object] = {"size": 5_000_000, "sha256": hashlib.sha256(BIG).hexdigest()}
    source = Source(name="b.flac", open=lambda: io.BytesIO(BIG), **(facts | change))  # type: ignore[arg-type]
    with pytest.raises(VerificationError, match=r"b\.flac has") as caught:
        transport.put(source, "a/b.flac", temporary=".b.part", progress=lambda _: None)
    assert caught.value.hint is not None and "assets lock" in caught.value.hint
    assert inbox.names() == ([] if before is None else ["a/b.flac"])
    put(transport, "c", b"the connection still works")
    assert transport.stat("c") is not None


def test_a_source_that_fails_in_the_middle_leaves_nothing(
    transport: Transport, inbox: Inbox, folder: Path
) -> None:
    def send(source: Source) -> None:
        transport.put(source, "a/take.wav", temporary=".take.part", progress=lambda _: None)

    with pytest.raises(VerificationError, match=r"take\.wav cannot be read: .*[Ii]nput/output"):
        send(failing(OSError(5, "Input/output error")))
    with pytest.raises(ZeroDivisionError):
        send(failing(ZeroDivisionError()))
    with pytest.raises(VerificationError, match="cannot be read"):
        send(Source.of_file(folder / "no such file", size=1, sha256=""))
    assert inbox.names() == []
    put(transport, "a/take.wav", b"better")
    assert inbox.read("a/take.wav") == b"better"


def test_an_interruption_leaves_nothing(transport: Transport, inbox: Inbox) -> None:
    def interrupt(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transport.put(Source.of_bytes("x", BIG), "x", temporary=".x", progress=interrupt)
    assert inbox.names() == []


def test_what_is_not_there(transport: Transport, folder: Path) -> None:
    (folder / "folder").mkdir()
    assert transport.stat("nothing") is None
    assert transport.stat("no/thing") is None
    assert transport.stat("folder") is None
    assert transport.list("nothing") == []
    assert transport.list("folder") == []
    transport.delete("nothing")
    transport.delete("no/thing")
    transport.remove_folder("nothing")
    transport.remove_folder("no/thing")
    with pytest.raises(TransportError, match="nothing"):
        list(transport.read("nothing"))


def test_a_folder_in_the_way_is_an_error_and_stays(
    transport: Transport, inbox: Inbox, folder: Path
) -> None:
    (folder / "a/inside").mkdir(parents=True)
    (folder / "file").write_bytes(b"")
    with pytest.raises(TransportError, match="a"):
        put(transport, "a", b"x")
    with pytest.raises(TransportError, match="file/b"):
        put(transport, "file/b", b"x")
    assert inbox.names() == ["file"]
    assert (folder / "a/inside").is_dir()


def test_delete_takes_one_file(transport: Transport, inbox: Inbox) -> None:
    put(transport, "a/b", b"1")
    put(transport, "a/c", b"2")
    transport.delete("a/b")
    assert inbox.names() == ["a/c"]


def test_list_is_recursive_and_sorted_and_leaves_links_out(
    transport: Transport, folder: Path, tmp_path: Path
) -> None:
    for path in ["b/z", "b/a/deep/file", "c", "a-b", "a/b"]:
        put(transport, path, path.encode())
    (tmp_path / "outside").write_bytes(b"secret")
    (folder / "b/link").symlink_to(tmp_path)
    (folder / "b/file link").symlink_to(tmp_path / "outside")
    listed = [file.path for file in transport.list("")]
    assert listed == ["a-b", "a/b", "b/a/deep/file", "b/z", "c"]
    assert transport.list("b") == [
        RemoteFile(path="b/a/deep/file", size=13),
        RemoteFile(path="b/z", size=3),
    ]


def test_remove_folder_takes_links_but_not_what_they_point_to(
    transport: Transport, inbox: Inbox, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_bytes(b"")
    put(transport, "a/b/c", b"1")
    put(transport, "stays", b"2")
    (folder / "a/b/link").symlink_to(outside)
    (folder / "a/dangling").symlink_to(tmp_path / "nowhere")
    (folder / "top").symlink_to(outside)
    transport.remove_folder("a")
    transport.remove_folder("top")
    assert inbox.names() == ["stays"]
    assert not (folder / "a").exists()
    assert not (folder / "top").is_symlink()
    assert (outside / "keep").exists()


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/x", "a//b", "a/", "./a", "..", "a/./b", "a\0b"]
)
def test_a_hostile_path_is_refused(
    transport: Transport, inbox: Inbox, tmp_path: Path, path: str
) -> None:
    before = sorted(tmp_path.iterdir())
    operations: list[Callable[[], object]] = [
        lambda: put(transport, path, b"x"),
        lambda: transport.stat(path),
        lambda: list(transport.read(path)),
        lambda: transport.list(path),
        lambda: transport.delete(path),
        lambda: transport.remove_folder(path),
        lambda: transport.put(
            Source.of_bytes("x", b"x"), "ok", temporary=path, progress=lambda _: None
        ),
    ]
    for operation in operations:
        with pytest.raises(TransportError, match="plain path"):
            operation()
    assert sorted(tmp_path.iterdir()) == before
    assert inbox.names() == []


def test_the_folder_of_the_target_is_never_removed(transport: Transport, inbox: Inbox) -> None:
    put(transport, "a", b"x")
    with pytest.raises(TransportError, match="itself"):
        transport.remove_folder("")
    with pytest.raises(TransportError, match="not a name"):
        transport.put(Source.of_bytes("a", b""), "a", temporary="a", progress=lambda _: None)
    assert inbox.names() == ["a"]


def test_trying_it_out_leaves_nothing_behind(inbox: Inbox) -> None:
    probe = Probe(
        lambda: open_transport(inbox.settings),
        SystemClock(),
        masked=lambda text: text,
        folder="test/ours",
        size=300_000,
    )
    trial = probe.run()
    assert trial.passed, trial.steps
    states = {step.step: step.state for step in trial.steps}
    assert states == dict.fromkeys(states, State.OK)
    assert list(states)[-1] == "delete"
    assert min(trial.latency or 0, trial.upload or 0, trial.download or 0) > 0
    assert inbox.names() == []


@pytest.mark.parametrize("account", ACCOUNTS.values())
def test_without_the_target_s_own_folder_nobody_says_that_it_is_empty(
    request: pytest.FixtureRequest, account: str, tmp_path: Path
) -> None:
    server: SshServer | FtpServer = request.getfixturevalue(account)
    transport = open_transport(server.settings(tmp_path / "unmounted"))
    try:
        with pytest.raises(TransportError):
            transport.list("")
        assert transport.list("below") == []
    finally:
        transport.close()
