"""Bytes in the table `blobs` of a ledger's own schema."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator

from stardust_gitops.ledger.contents import name_of
from stardust_gitops.ledger.postgres import rows
from stardust_gitops.ledger.postgres.database import Database

_TOGETHER = 100


class TableContents:
    """See `Contents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def store(self, data: bytes) -> str:
        """See `Contents.store`."""
        digest = name_of(data)
        if not self._database.read(lambda cursor: rows.has_blob(cursor, digest)):
            packed = zlib.compress(data)
            self._database.write(
                lambda cursor: rows.put_blob(cursor, digest, len(data), packed), alone=False
            )
        return digest

    def fetch(self, digest: str) -> bytes | None:
        """See `Contents.fetch`."""
        return self._database.read(lambda cursor: rows.get_blob(cursor, digest))

    def digests(self) -> list[str]:
        """See `Contents.digests`."""
        return self._database.read(rows.blob_digests)

    def kept(self) -> Iterator[tuple[str, bytes | None]]:
        """See `Contents.kept`."""
        everything = self.digests()
        for begin in range(0, len(everything), _TOGETHER):
            yield from self._some(everything[begin : begin + _TOGETHER])

    def _some(self, digests: list[str]) -> list[tuple[str, bytes | None]]:
        return self._database.read(
            lambda cursor: [(digest, rows.get_blob(cursor, digest)) for digest in digests]
        )

    def erase(self, digests: Collection[str]) -> None:
        """See `Contents.erase`. Vacuuming makes the room free."""
        self._database.write(lambda cursor: rows.erase_blobs(cursor, list(digests)), alone=False)

    def close(self) -> None:
        """The database is the ledger's, which closes it."""
