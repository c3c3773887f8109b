"""Bytes in a log of segments. What is stored is on this machine only until an event that refers to
it is appended, and goes into the log with that."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterator
from typing import Protocol

from stardust_gitops.ledger.contents import name_of, sound
from stardust_gitops.ledger.segments import replica
from stardust_gitops.ledger.segments.log import SegmentLog
from stardust_gitops.ledger.sqlite import rows
from stardust_gitops.ledger.sqlite.contents import Transaction

_TOGETHER = 500


class Insist(Protocol):
    """Writes into the log, again where somebody was faster (`SegmentLedger`)."""

    def __call__(self, write: Callable[[sqlite3.Connection], bool], /) -> bool: ...


class LogContents:
    """See `Contents`."""

    def __init__(
        self, log: SegmentLog, *, reading: Transaction, writing: Transaction, insist: Insist
    ) -> None:
        self._log = log
        self._reading = reading
        self._writing = writing
        self._insist = insist

    def store(self, data: bytes) -> str:
        """See `Contents.store`."""
        digest = name_of(data)
        with self._writing() as connection:
            rows.put_blob(connection, digest, len(data), zlib.compress(data))
        return digest

    def fetch(self, digest: str) -> bytes | None:
        """See `Contents.fetch`."""
        with self._reading() as connection:
            data = rows.get_blob(connection, digest)
        if data is not None:
            return data
        with self._writing() as connection:
            place = replica.place_of(connection, digest)
            if place is None:
                self._list(connection)
                place = replica.place_of(connection, digest)
            if place is None:
                return None
            (data,) = self._log.contents([place], replica.places_near(connection, digest))
        return sound(digest, data)

    def digests(self) -> list[str]:
        """See `Contents.digests`."""
        return [digest for digest, _ in self._everything()]

    def kept(self) -> Iterator[tuple[str, bytes | None]]:
        """See `Contents.kept`."""
        everything = self._everything()
        for begin in range(0, len(everything), _TOGETHER):
            some = everything[begin : begin + _TOGETHER]
            with self._writing():
                contents = list(self._log.contents([place for _, place in some]))
            for (digest, _), data in zip(some, contents, strict=True):
                yield digest, sound(digest, data)

    def _everything(self) -> list[tuple[str, str]]:
        with self._writing() as connection:
            self._list(connection, anew=True)
            return replica.all_places(connection)

    def _list(self, connection: sqlite3.Connection, *, anew: bool = False) -> None:
        """Look where bytes are; `anew` not only what is new, as not every log tells what others
        have erased."""
        mark = replica.mark(connection)
        head = replica.head_of(mark)
        if anew:
            replica.forget_places(connection)
        if anew or mark.listed != head:
            listed = None if anew else mark.listed
            replica.list_places(connection, self._log.places(listed, head))
            replica.set_mark(connection, mark._replace(listed=head))

    def erase(self, digests: Collection[str]) -> None:
        """See `Contents.erase`."""

        def write(connection: sqlite3.Connection) -> bool:
            mark = replica.mark(connection)
            head = self._log.erase(replica.head_of(mark), digests)
            rows.erase_blobs(connection, digests)
            replica.list_places(connection, ((digest, None) for digest in digests))
            replica.set_mark(connection, mark._replace(head=head))
            return True

        self._insist(write)

    def close(self) -> None:
        """The log and the tables are the ledger's, which closes them."""
