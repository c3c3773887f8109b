"""Forked processes: begun, waited for, and several that work at the same moment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.gate import Gate

CRASHED = 70


def fork(task: Callable[[], int]) -> int:
    """Begin a task in a forked process, which ends with its result; the process id."""
    child = os.fork()
    if child == 0:
        code = CRASHED
        try:
            code = task()
        except BaseException as error:
            sys.__stderr__.write(f"{type(error).__name__}: {error}\n")  # type: ignore[union-attr]
        finally:
            os._exit(code)
    return child


def join(child: int) -> int:
    """The exit code of a process."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def in_child(task: Callable[[], int]) -> int:
    """Run a task in a forked process; its exit code."""
    return join(fork(task))


def at_once(count: int, folder: Path, task: Callable[[Gate], int]) -> list[int]:
    """The exit codes of `count` processes with one task, which waits at the gate when it is ready.
    `folder` is made for the gate."""
    gate = Gate(folder)
    gate.folder.mkdir()
    children = [fork(lambda: task(gate)) for _ in range(count)]
    gate.open(count)
    return [join(child) for child in children]
