"""Lending connections: in turn, and never all of them to large files while small ones wait."""

from __future__ import annotations

import threading
import time

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.lines import LARGE, Crew, Lines
from stardust_gitops.delivery.retry import Line


def lines_of(count: int, *, narrow: bool = False) -> Lines:
    def make() -> Line:
        return Line(
            lambda: None,  # type: ignore[arg-type, return-value]
            attempts=1,
            clock=SystemClock(),
            halted=lambda: False,
            on_retry=lambda attempt, seconds, error: None,
        )

    return Lines(make, count, narrow=narrow)


def busy(lines: Lines, size: int, seconds: float, log: list[tuple[int, bool]]) -> None:
    """Use a line for a file; note how many large ones are under way, and whether one more is."""
    with lines.borrow(size):
        log.append((lines._large, size >= LARGE))
        time.sleep(seconds)


def test_large_files_leave_a_connection_to_small_ones() -> None:
    lines, crew = lines_of(3), Crew(3)
    log: list[tuple[int, bool]] = []
    tasks = [(LARGE, lambda: busy(lines, LARGE, 0.05, log))] * 12
    tasks += [(1, lambda: busy(lines, 1, 0.002, log))] * 60
    crew.run(tasks)
    crew.close()
    last_small = max(at for at, (_, large) in enumerate(log) if not large)
    assert max(count for count, _ in log[:last_small]) <= 2
    # Small ones do not keep large ones waiting either.
    assert [large for _, large in log[:20]].count(True) >= 2


def test_large_files_alone_use_all_connections() -> None:
    lines, crew = lines_of(3), Crew(3)
    log: list[tuple[int, bool]] = []
    crew.run([(LARGE, lambda: busy(lines, LARGE, 0.02, log))] * 9)
    crew.close()
    assert max(count for count, _ in log) == 3


def test_one_connection_serves_in_the_order_of_asking() -> None:
    lines = lines_of(1)
    order: list[int] = []

    def ask(number: int, size: int) -> None:
        with lines.borrow(size):
            order.append(number)

    threads = []
    with lines.borrow():
        for number, size in enumerate((LARGE, 1, LARGE, 1)):
            threads.append(threading.Thread(target=ask, args=(number, size)))
            threads[-1].start()
            while len(lines._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3]


def test_a_narrow_lender_lends_one_until_it_is_widened() -> None:
    lines, crew = lines_of(3, narrow=True), Crew(3)
    together: list[int] = []
    used = 0

    def use() -> None:
        nonlocal used
        with lines.borrow():
            used += 1
            together.append(used)
            time.sleep(0.01)
            used -= 1

    crew.run([(1, use)] * 6)
    assert max(together) == 1
    lines.widen()
    crew.run([(1, use)] * 9)
    assert max(together) == 3
    crew.close()


def test_an_error_gives_the_line_back() -> None:
    lines = lines_of(1)
    for _ in range(2):
        try:
            with lines.borrow(LARGE):
                raise ValueError
        except ValueError:
            pass
    with lines.borrow():
        pass
