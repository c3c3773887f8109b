"""What a store of objects must be able to do to hold a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class Stored(NamedTuple):
    """An object: its bytes, and a tag that another content of it would not have (its ETag)."""

    data: bytes
    tag: str


class Bucket(Protocol):
    """A prefix in a store of objects. What was written is read from then on by everybody.

    Methods raise `UnreachableError` where the store does not answer, `LedgerMissingError` where the
    bucket is not there, `LedgerError` where it refuses.
    """

    @property
    def name(self) -> str:
        """The place, for people; no other one has it."""
        ...

    def get(self, key: str) -> Stored | None:
        """An object; ``None`` where there is none."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Write an object, over the one that is there."""
        ...

    def swap(self, key: str, data: bytes, tag: str | None) -> str:
        """Write an object, only where the one that is there has this tag (``None``: only where
        there is none); its new tag. `OutrunError` where that is not so. It is tried once, so that
        an `UnreachableError` is the only doubt."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object, if it is there."""
        ...

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, in order, those behind `after`."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...
