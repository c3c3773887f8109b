"""Bytes in the table `blobs` of a ledger's own file."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager

from stardust_gitops.ledger.contents import name_of
from stardust_gitops.ledger.sqlite import rows

Transaction = Callable[[], AbstractContextManager[sqlite3.Connection]]


class TableContents:
    """See `Contents`. `reading` and `writing` begin a transaction each."""

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading = reading
        self._writing = writing

    def store(self, data: bytes) -> str:
        """See `Contents.store`."""
        digest = name_of(data)
        with self._reading() as connection:
            known = rows.has_blob(connection, digest)
        if not known:
            packed = zlib.compress(data)
            with self._writing() as connection:
                rows.put_blob(connection, digest, len(data), packed)
        return digest

    def fetch(self, digest: str) -> bytes | None:
        """See `Contents.fetch`."""
        with self._reading() as connection:
            return rows.get_blob(connection, digest)

    def digests(self) -> list[str]:
        """See `Contents.digests`."""
        with self._reading() as connection:
            return rows.blob_digests(connection)

    def kept(self) -> Iterator[tuple[str, bytes | None]]:
        """See `Contents.kept`."""
        return ((digest, self.fetch(digest)) for digest in self.digests())

    def erase(self, digests: Collection[str]) -> None:
        """See `Contents.erase`. The file keeps its size; what comes next fills the room."""
        with self._writing() as connection:
            rows.erase_blobs(connection, digests)

    def close(self) -> None:
        """The file is the ledger's, which closes it."""
