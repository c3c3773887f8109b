"""Throughput of our SFTP upload, beside OpenSSH's own client on the same server in the same run.

    python -m benchmarks.sftp [MEGABYTES]

Ours hashes every byte, writes under a temporary name, checks the size and renames; OpenSSH's
client does none of this. Both log in anew for every round and use aes128-gcm. Compare the ratio,
not the numbers: client and server share the machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stardust_gitops.delivery.transports.base import Source
from stardust_gitops.delivery.transports.registry import open_transport
from tests.servers import SshServer, require_binary, ssh_server

ROUNDS = 5
SMALL_FILES = 2000
SMALL_SIZE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `ratio` is ours ÷ floor: more is better, 1 is as fast as the floor."""

    name: str
    ours: float
    floor: float
    ratio: float


def run(size_mb: int = 256) -> list[Row]:
    """Measure one file of `size_mb` MB (in MB/s) and 2,000 of 50 kB (in files/s), and print it."""
    require_binary("sftp", "openssh-client")
    memory = Path("/dev/shm")  # the disk is not what is measured
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        work = Path(name)
        big = _files(work / "big", 1, size_mb * 1_000_000)
        small = _files(work / "small", SMALL_FILES, SMALL_SIZE)
        with ssh_server(work / "server") as server:
            rows = [
                _row(server, f"SFTP, one file of {size_mb} MB (MB/s)", big, size_mb),
                _row(server, f"SFTP, {SMALL_FILES} files of 50 kB (files/s)", small, SMALL_FILES),
            ]
    for row in rows:
        print(f"{row.name:<40} {row.ours:>8.0f} {row.floor:>8.0f}   x{row.ratio:.2f}")
    return rows


def _row(server: SshServer, name: str, sources: list[tuple[Path, Source]], amount: int) -> Row:
    _prepare_openssh(server)
    ours, floor = [], []
    for _ in range(ROUNDS):  # by turns, so that a busy moment of the machine hits both
        ours.append(_timed(server, sources, lambda: _put(server, sources)))
        floor.append(_timed(server, sources, lambda: _openssh_put(server, sources)))
    speed, floor_speed = amount / statistics.median(ours), amount / statistics.median(floor)
    return Row(name=name, ours=speed, floor=floor_speed, ratio=speed / floor_speed)


def _timed(
    server: SshServer, sources: list[tuple[Path, Source]], upload: Callable[[], None]
) -> float:
    """Seconds that `upload` takes; it has to have brought every byte."""
    inbox = server.root / "inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir()
    started = time.perf_counter()
    upload()
    seconds = time.perf_counter() - started
    for _, source in sources:
        arrived = (inbox / source.name).stat().st_size
        if arrived != source.size:
            raise RuntimeError(f"{source.name}: {arrived} bytes arrived, not {source.size}")
    return seconds


def _put(server: SshServer, sources: list[tuple[Path, Source]]) -> None:
    transport = open_transport(server.settings(server.root / "inbox"))
    try:
        for _, source in sources:
            transport.put(
                source, source.name, temporary=f".{source.name}.1", progress=lambda _: None
            )
    finally:
        transport.close()


def _prepare_openssh(server: SshServer) -> None:
    known = f"[127.0.0.1]:{server.port} {server.host_key}\n"
    (server.home / "known_hosts").write_text(known)


def _openssh_put(server: SshServer, sources: list[tuple[Path, Source]]) -> None:
    folder = sources[0][0].parent
    options = [
        "Ciphers=aes128-gcm@openssh.com",
        "IdentitiesOnly=yes",
        f"UserKnownHostsFile={server.home / 'known_hosts'}",
        "StrictHostKeyChecking=yes",
    ]
    subprocess.run(
        [
            *("sftp", "-q", "-b", "-", "-F", "/dev/null", "-P", str(server.port)),
            *("-i", str(server.home / "client")),
            *(f"-o{option}" for option in options),
            f"{server.username}@127.0.0.1",
        ],
        input=f"put {folder}/* inbox/\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _files(folder: Path, count: int, size: int) -> list[tuple[Path, Source]]:
    folder.mkdir()
    made = []
    for number in range(count):
        path = folder / f"{number:04}.bin"
        data = os.urandom(size)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        made.append((path, Source.of_file(path, size=size, sha256=digest)))
    return made


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 256)
