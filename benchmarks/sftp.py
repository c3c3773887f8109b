"""Throughput of our SFTP upload, beside OpenSSH's own client on the same server in the same run.

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
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.rows import Row, in_turns
from stardust_gitops.delivery.transports.base import Source
from stardust_gitops.delivery.transports.registry import open_transport
from tests.servers import SshServer, require_binary, ssh_server

ROUNDS = 5
LARGE_MB = 256
LARGE_TARGET = 0.7
SMALL_FILES = 2000
SMALL_SIZE = 50_000


def run() -> list[Row]:
    """Measure one large file and many small ones."""
    require_binary("sftp", "openssh-client")
    memory = Path("/dev/shm")  # the disk is not what is measured
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        work = Path(name)
        large = _files(work / "large", 1, LARGE_MB * 1_000_000)
        small = _files(work / "small", SMALL_FILES, SMALL_SIZE)
        with ssh_server(work / "server") as server:
            megabytes, files = _speeds(server, large, LARGE_MB), _speeds(server, small, SMALL_FILES)
    return [
        Row(
            name=f"SFTP, one file of {LARGE_MB} MB",
            unit="MB/s",
            ours=megabytes[0],
            floor=megabytes[1],
            target=LARGE_TARGET,
            more_is_better=True,
        ),
        Row(
            name=f"SFTP, {SMALL_FILES:,} files of {SMALL_SIZE // 1000} kB",
            unit="files/s",
            ours=files[0],
            floor=files[1],
            more_is_better=True,
        ),
    ]


def _speeds(
    server: SshServer, sources: list[tuple[Path, Source]], amount: int
) -> tuple[float, float]:
    """`amount` per second by our transport and by OpenSSH's client."""
    _prepare_openssh(server)
    ours, floor = in_turns(
        ROUNDS,
        partial(_timed, server, sources, partial(_put, server, sources)),
        partial(_timed, server, sources, partial(_openssh_put, server, sources)),
    )
    return amount / statistics.median(ours), amount / statistics.median(floor)


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
