"""Sending a file in pieces, some at once, with few of them in memory.

A piece is held in memory while it is sent, because its digest goes ahead of it. So that memory
stays bounded however many recipients there are, the pieces of all of them share `ROOM`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

from stardust_gitops.delivery.transports.base import Progress
from stardust_gitops.delivery.transports.checks import Digest
from stardust_gitops.objects.failures import StoreError

AT_ONCE = 4
"""Pieces of one file that are under way at once, and pieces in memory of the whole process."""

SMALL = 1 << 20
"""Bytes that are held without asking for room."""

BLOCK_SIZE = 1 << 20
"""Bytes that are read and hashed at a time."""

_CHUNK = 1 << 18
_PATIENCE = 0.5

ROOM = threading.BoundedSemaphore(AT_ONCE)

Done = TypeVar("Done")


class Piece(NamedTuple):
    """Consecutive bytes of a file; `number` counts from 1."""

    number: int
    data: bytes


class StoppedError(Exception):
    """The file is given up: its other pieces need not be sent."""


class Way:
    """What the pieces of one file have in common: how much has left, and whether to go on."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._left = 0
        self._told = 0
        self._stopped = threading.Event()

    def sent(self, count: int) -> None:
        """So many bytes have left. `StoppedError` where the file was given up. For any thread."""
        if self._stopped.is_set():
            raise StoppedError
        with self._lock:
            self._left += count

    def chunks(self, data: bytes) -> Iterator[memoryview]:
        """The bytes of a piece for a library that sends them."""
        view = memoryview(data)
        for start in range(0, len(view), _CHUNK):
            chunk = view[start : start + _CHUNK]
            self.sent(0)
            yield chunk
            self.sent(len(chunk))

    def tell(self) -> None:
        """Report what has left. For the thread that the transport was called from."""
        with self._lock:
            count, self._told = self._left - self._told, self._left
        self._progress(count)

    def stop(self) -> None:
        """Give the file up."""
        self._stopped.set()


class Told:
    """Bytes that are sent in one request, from the thread that the transport was called from.

    They are reported just before they leave, and the last ones leave when all have been read and
    found right: so the store cannot show a file before `progress` has heard of all of it, nor one
    that is not the recorded one.
    """

    def __init__(self, blocks: Iterator[bytes], progress: Progress) -> None:
        self._blocks = blocks
        self._progress = progress
        self._broken: BaseException | None = None

    def chunks(self) -> Iterator[memoryview]:
        """The bytes for a library that sends them."""
        held: bytes | None = None
        try:
            for block in self._blocks:
                if held is not None:
                    self._progress(len(held))
                    yield memoryview(held)
                held = block
            if held is not None:
                self._progress(len(held))
        except Exception as error:
            self._broken = error
            raise
        if held is not None:
            yield memoryview(held)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Around the request: what reading or `progress` raised comes out as it was, whatever the
        library makes of it."""
        try:
            yield
        except StoreError:
            if self._broken is not None:
                raise self._broken from None
            raise


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Hold `size` bytes in memory for as long as the context lasts; waits for the room."""
    if size <= SMALL:
        yield
        return
    with ROOM:
        yield


def noted(blocks: Iterable[bytes], digest: Digest) -> Iterator[bytes]:
    """The same blocks, hashed on their way."""
    for block in blocks:
        digest.update(block)
        yield block


def filled(blocks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of `size`; only the last is shorter. There is one where there are
    no bytes."""
    piece: list[memoryview] = []
    missing, any_yet = size, False
    for block in blocks:
        rest = memoryview(block)
        while len(rest) >= missing:
            piece.append(rest[:missing])
            rest, missing, any_yet = rest[missing:], size, True
            whole = b"".join(piece)
            piece.clear()
            yield whole
            del whole
        if rest:
            piece.append(rest)
            missing -= len(rest)
    if piece or not any_yet:
        yield b"".join(piece)


class _Work(NamedTuple, Generic[Done]):
    send: Callable[[Piece, Way], Done]
    way: Way

    def run(self, piece: Piece) -> Done:
        try:
            return self.send(piece, self.way)
        finally:
            ROOM.release()


def send_all(
    pieces: Iterator[bytes], send: Callable[[Piece, Way], Done], progress: Progress
) -> list[Done]:
    """What `send` makes of each piece, in their order; it runs in other threads, `pieces` and
    `progress` in this one. The first error is raised when nothing is under way any more."""
    way = Way(progress)
    work = _Work(send, way)
    futures: list[Future[Done]] = []
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="piece") as pool:
        try:
            while True:
                _wait_for_room(futures, way)
                data = _next(pieces)
                if data is None:
                    break
                futures.append(pool.submit(work.run, Piece(len(futures) + 1, data)))
                del data
            _wait_for(futures, way)
        except BaseException:
            way.stop()
            raise
    return [future.result() for future in futures]


def _next(pieces: Iterator[bytes]) -> bytes | None:
    """The next piece, which keeps its room; ``None``, and the room given back, at their end."""
    try:
        data = next(pieces, None)
    except BaseException:
        ROOM.release()
        raise
    if data is None:
        ROOM.release()
    return data


def _wait_for_room(futures: list[Future[Done]], way: Way) -> None:
    while not ROOM.acquire(timeout=_PATIENCE):
        way.tell()
    try:
        way.tell()
        _raise_first(futures)
    except BaseException:
        ROOM.release()
        raise


def _wait_for(futures: list[Future[Done]], way: Way) -> None:
    waiting = set(futures)
    while waiting:
        _, waiting = wait(waiting, timeout=_PATIENCE, return_when=FIRST_COMPLETED)
        way.tell()
        _raise_first(futures)


def _raise_first(futures: list[Future[Done]]) -> None:
    for future in futures:
        if future.done() and (error := future.exception()) is not None:
            raise error
