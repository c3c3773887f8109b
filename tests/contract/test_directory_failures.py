"""What a folder can do to us."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.delivery.transports.base import (
    NoSpaceError,
    PermissionDeniedError,
    Source,
    TransportError,
)
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from tests.servers import small_disk


def put(transport: DirectoryTransport, path: str, data: bytes = b"x") -> None:
    transport.put(Source.of_bytes("x", data), path, temporary=".x.7", progress=lambda _: None)


def test_the_folder_is_made_with_the_first_file(tmp_path: Path) -> None:
    transport = DirectoryTransport(tmp_path / "out" / "spotify")
    assert transport.list("") == []
    assert transport.stat("a") is None
    assert not (tmp_path / "out").exists()
    put(transport, "a")
    assert (tmp_path / "out/spotify/a").read_bytes() == b"x"


def test_links_that_leave_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(outside)
    (root / "file").symlink_to(outside / "file")
    (root / "loop").symlink_to("loop")
    transport = DirectoryTransport(root)
    for operation in (
        lambda: put(transport, "out/new"),
        lambda: put(transport, "out/deeper/new"),
        lambda: transport.stat("file"),
        lambda: list(transport.read("file")),
        lambda: list(transport.read("out/file")),
        lambda: transport.list("out"),
        lambda: transport.delete("out/file"),
        lambda: transport.remove_folder("out/deeper"),
    ):
        with pytest.raises(PermissionDeniedError, match="symbolic link") as caught:
            operation()
        assert caught.value.hint
    with pytest.raises(TransportError) as failed:
        transport.stat("loop")
    assert failed.value.hint
    assert [path.name for path in outside.iterdir()] == ["file"]
    # A link that is itself the file is replaced or deleted, and what it points to stays.
    put(transport, "file", b"new")
    transport.delete("out")
    assert (root / "file").read_bytes() == b"new"
    assert not (root / "file").is_symlink()
    assert (outside / "file").read_bytes() == b"secret"


def test_links_that_stay_inside_are_followed(tmp_path: Path) -> None:
    (tmp_path / "2026").mkdir()
    (tmp_path / "current").symlink_to("2026")
    transport = DirectoryTransport(tmp_path)
    put(transport, "current/a")
    assert (tmp_path / "2026/a").read_bytes() == b"x"
    assert [file.path for file in transport.list("")] == ["2026/a"]


def test_a_link_in_place_of_the_temporary_file_is_not_written_through(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (root / ".x.7").symlink_to(victim)
    put(DirectoryTransport(root), "a")
    assert victim.read_bytes() == b"precious"
    assert [path.name for path in root.iterdir()] == ["a"]


def test_a_place_where_no_folder_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TransportError, match="exists") as caught:
        put(DirectoryTransport(tmp_path / "file" / "inbox"), "a")
    assert "transport.path" in str(caught.value.hint)


def test_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path):
        transport = DirectoryTransport(tmp_path)
        put(transport, "a", b"old")
        with pytest.raises(NoSpaceError, match="No space left") as caught:
            put(transport, "a", bytes(5_000_000))
        assert caught.value.hint
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
        assert (tmp_path / "a").read_bytes() == b"old"


def test_a_folder_that_we_may_not_write(tmp_path: Path) -> None:
    transport = DirectoryTransport(tmp_path)
    if os.getuid() == 0:
        with small_disk(tmp_path, "ro"), pytest.raises(PermissionDeniedError) as caught:
            put(transport, "a/b")
    else:
        tmp_path.chmod(0o555)
        with pytest.raises(PermissionDeniedError) as caught:
            put(transport, "a/b")
    assert caught.value.hint


def test_a_folder_imports_no_ssh() -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from stardust_gitops.delivery.transports.registry import open_transport\n"
        "from stardust_gitops.delivery.transports.settings import DirectorySettings\n"
        "open_transport(DirectorySettings(path=Path('x'))).close()\n"
        "assert 'paramiko' not in sys.modules and 'cryptography' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("planted", ["file", "link"])
def test_what_lies_under_the_temporary_name_stays_until_it_is_replaced_in_one_step(
    tmp_path: Path, planted: str
) -> None:
    """It proves, should we be killed, that the rename has not happened (see `_leave_witness`)."""
    transport, aside = DirectoryTransport(tmp_path / "root"), tmp_path / "root" / ".x.7"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"witness")
    aside.parent.mkdir()
    aside.symlink_to(elsewhere) if planted == "link" else aside.write_bytes(b"witness")
    seen = []

    def opened() -> io.BytesIO:
        seen.append(aside.read_bytes())
        return io.BytesIO(b"new")

    source = replace(Source.of_bytes("x", b"new"), open=opened)
    transport.put(source, "a", temporary=".x.7", progress=lambda _: seen.append(aside.read_bytes()))
    assert seen == [b"witness", b"witness"]
    assert elsewhere.read_bytes() == b"witness"
    assert [file.name for file in aside.parent.iterdir()] == ["a"]
    assert (aside.parent / "a").read_bytes() == b"new"
