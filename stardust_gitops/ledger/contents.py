"""Where bytes of content and messages are kept: by their SHA-256, compressed, outside the chains.

A ledger keeps them itself, beside its events; with `messages:` new ones go into a bucket, and those
that the ledger kept before stay where they are.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Protocol

from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.audit import Auditor
from stardust_gitops.ledger.store import STORED, missing_bytes


class Contents(Protocol):
    """One place that keeps bytes. Methods raise `LedgerError` where it does not answer."""

    def store(self, data: bytes) -> str:
        """Keep bytes; their SHA-256. Idempotent."""
        ...

    def fetch(self, digest: str) -> bytes | None:
        """The bytes under a digest, verified; ``None`` where there are none that have it."""
        ...

    def digests(self) -> list[str]:
        """The digests of all that is kept."""
        ...

    def kept(self) -> Iterator[tuple[str, bytes | None]]:
        """All that is kept, with the bytes; ``None`` where they have not that digest any more."""
        ...

    def erase(self, digests: Collection[str]) -> None:
        """Keep these no longer. Those that are not there do not matter."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...


class Keeping:
    """What a ledger does with bytes, wherever they are kept."""

    _places: Sequence[Contents]
    """New bytes go into the first one; they are looked for in each."""

    def store(self, data: bytes) -> str:
        """See `LedgerStore.store`."""
        return self._places[0].store(data)

    def fetch(self, digest: str, what: str = STORED) -> bytes:
        """See `LedgerStore.fetch`."""
        for place in self._places:
            data = place.fetch(digest)
            if data is not None:
                return data
        raise missing_bytes(digest, what)

    def kept(self) -> set[str]:
        """See `LedgerStore.kept`."""
        return {digest for place in self._places for digest in place.digests()}

    def erase(self, digests: Collection[str]) -> None:
        """See `LedgerStore.erase`."""
        for place in self._places:
            place.erase(digests)

    def _close_places(self) -> None:
        for place in self._places:
            place.close()

    def _audit_bytes(self, auditor: Auditor) -> None:
        """Hold what is kept against what is needed; a place that does not answer is a problem."""
        try:
            auditor.compare_bytes(chain.from_iterable(place.kept() for place in self._places))
        except GitOpsError as error:
            auditor.problems.append(error.message)


def inside(own: Contents, outside: Contents | None) -> tuple[Contents, ...]:
    """The places of a ledger that keeps bytes itself, unless there is another place for them."""
    return (own,) if outside is None else (outside, own)


def name_of(data: bytes) -> str:
    """The name under which bytes are kept: their SHA-256."""
    return hashlib.sha256(data).hexdigest()


def sound(digest: str, data: bytes) -> bytes | None:
    """Bytes, if they have the digest."""
    return data if name_of(data) == digest else None


LONGEST = 1 << 28
"""No message is so long; what grows beyond it while it is unpacked was not written by us."""


def unpacked(digest: str, packed: bytes) -> bytes | None:
    """Compressed bytes, if what they hold has the digest."""
    try:
        return sound(digest, zlib.decompressobj().decompress(packed, LONGEST))
    except zlib.error:
        return None
