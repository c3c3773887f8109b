"""What a store of objects must be able to do to hold a ledger."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

_AT_ONCE = 8

Item = TypeVar("Item")
Done = TypeVar("Done")


LEDGER, MESSAGES = "ledger", "messages"
"""What a bucket may hold: the key of stardust.yaml that names it."""


def named(key: str, name: str) -> str:
    """A bucket in a sentence, by what it is for."""
    return f"the ledger {name}" if key == LEDGER else f"the bucket of messages {name}"


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


def at_once(work: Callable[[Item], Done], items: Sequence[Item]) -> Iterator[Done]:
    """Work on items, some at a time; what comes of them, in order."""
    if len(items) < 2:
        yield from map(work, items)
        return
    rest = iter(items)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = deque(pool.submit(work, item) for item in islice(rest, _AT_ONCE * 2))
        while waiting:
            done = waiting.popleft().result()
            waiting.extend(pool.submit(work, item) for item in islice(rest, 1))
            yield done
