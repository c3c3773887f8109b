"""Pieces of files: cut right, few in memory, and all of them accounted for."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from stardust_gitops.delivery.transports.stores import pieces
from stardust_gitops.delivery.transports.stores.pieces import AT_ONCE, Piece, Way, filled, send_all

MIB = 1 << 20


def zeros(count: int, size: int = MIB) -> Iterator[bytes]:
    """Blocks that are made one at a time."""
    for _ in range(count):
        yield bytes(size)


@pytest.mark.parametrize("block", [1, 3, 7, 8, 9, 100])
@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 16, 17, 50])
def test_pieces_are_the_same_bytes(block: int, length: int) -> None:
    data = bytes(range(length))
    blocks = [data[at : at + block] for at in range(0, length, block)]
    cut = list(filled(blocks, 8))
    assert b"".join(cut) == data
    assert all(len(piece) == 8 for piece in cut[:-1])
    assert 0 < len(cut[-1]) <= 8 or data == b""
    assert len(cut) == max(1, -(-length // 8))


def test_files_that_are_sent_at_once_share_the_room() -> None:
    """Three files of 12 pieces of 4 MiB: 144 MiB go through, a few pieces are held."""
    held = most = 0
    lock = threading.Lock()

    def send(piece: Piece, way: Way) -> int:
        nonlocal held, most
        with lock:
            held += 1
            most = max(most, held)
        for chunk in way.chunks(piece.data):
            assert not any(chunk[:16])
        time.sleep(0.002)
        with lock:
            held -= 1
        return piece.number

    results: list[list[int]] = []
    told: list[int] = []

    def run() -> None:
        results.append(send_all(filled(zeros(48), 4 * MIB), send, told.append))

    tracemalloc.start()
    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert results == [list(range(1, 13))] * 3
    assert sum(told) == 144 * MIB
    assert 1 < most <= AT_ONCE
    # One more of each file may be about to be cut from the blocks that were read.
    assert peak < (AT_ONCE + 4) * 4 * MIB + 4 * MIB


def test_an_error_stops_the_others_and_gives_the_room_back() -> None:
    def send(piece: Piece, way: Way) -> None:
        if piece.number == 2:
            raise ConnectionError("gone")
        for _ in way.chunks(piece.data):
            time.sleep(0.01)

    def broken() -> Iterator[bytes]:
        yield from zeros(2)
        raise ValueError("the source")

    with pytest.raises(ConnectionError):
        send_all(filled(zeros(50), MIB), send, lambda _: None)
    with pytest.raises(ValueError, match="the source"):
        send_all(filled(broken(), MIB), lambda piece, way: None, lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        send_all(filled(zeros(9), MIB), lambda piece, way: None, _interrupt)
    assert pieces.ROOM._value == AT_ONCE


def _interrupt(_count: int) -> None:
    raise KeyboardInterrupt
