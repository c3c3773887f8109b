"""Progress: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from stardust_gitops.clock import Clock, SystemClock
from stardust_gitops.delivery.reporting import Reporter
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reports.wording import counted, visible

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


LINE_EVERY = 10.0
"""Seconds between two lines of progress where there is no terminal."""
WORTH_A_BAR = 100


@contextmanager
def counting(what: str, total: int, *, least: int = WORTH_A_BAR) -> Iterator[Callable[[str], None]]:
    """A bar that counts to `total`, or a line now and then where there is no terminal; nothing
    for less than `least`."""
    if total < least:
        yield lambda name: None
        return
    if not sys.stderr.isatty():
        yield CountLines(what, total, SystemClock())
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda name: bar.advance(task)


@contextmanager
def terminal_reporter(names: Mapping[str, str]) -> Iterator[Reporter]:
    """Hears a run's events and shows them: a bar for each target, or a line for each item. `names`
    says what each release (GTIN-14) is called."""
    if not sys.stderr.isatty():
        yield _Lines(names)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.fields[target]:<16}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[doing]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bars(bar, names)


class CountLines:
    """Says how far the counting is, every ten seconds."""

    def __init__(self, what: str, total: int, clock: Clock) -> None:
        self._what, self._total, self._clock = what, total, clock
        self._count, self._last = 0, clock.monotonic()

    def __call__(self, name: str) -> None:
        self._count += 1
        now = self._clock.monotonic()
        if now - self._last >= LINE_EVERY:
            self._last = now
            click.echo(f"{self._what}: {self._count} of {self._total}", err=True)


class _Lines:
    """One line for each thing that ended: for logs."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def event(self, name: str, **fields: Any) -> None:
        text = _line(name, fields, self._names)
        if text is not None:
            click.echo(text, err=True)


def _line(name: str, fields: dict[str, Any], names: Mapping[str, str]) -> str | None:
    target = fields.get("target")
    if name == "target_started":
        return f"{target}: {fields['items']} to send"
    if name == "target_waiting":
        return f"{target}: waiting up to {fields['seconds']:.0f} s: {fields['error']}"
    if name == "waiting":
        return (
            f"{target}: waiting {fields['seconds']:.0f} s: it takes no more than"
            f" {counted(fields['messages'], 'message')} a minute"
        )
    if name == "circuit_closed":
        return f"{target}: answers again"
    if name == "item_done":
        return f"{target}: {_release(fields, names)}: {fields['outcome']}"
    if name == "item_failed":
        return f"{target}: {_release(fields, names)}: {fields['outcome']}: {fields['error']}"
    if name == "retry":
        return f"{target}: trying again in {fields['seconds']:.0f} s: {fields['error']}"
    if name == "shipment_completed":
        return f"{target}: {fields['folder']} completed"
    if name == "target_failed":
        return f"{target}: {fields['error']}"
    return None


def _release(fields: dict[str, Any], names: Mapping[str, str]) -> str:
    """``4006381333931 Ada Quill – Nightjar``."""
    release = str(fields.get("release", ""))
    return visible(f"{shown_icpn(release)} {names.get(release, '')}".rstrip())


_TOLD = frozenset(
    {"circuit_closed", "item_failed", "retry", "target_failed", "target_waiting", "waiting"}
)
"""What is told above the bars."""


class _Bars:
    """A bar of bytes for each target."""

    def __init__(self, bar: Progress, names: Mapping[str, str]) -> None:
        self._bar = bar
        self._names = names
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, int] = {}
        self._sent: dict[tuple[str, str], int] = {}

    def event(self, name: str, **fields: Any) -> None:
        with self._lock:
            target = fields.get("target")
            if name == "target_started" and isinstance(target, str):
                self._tasks[target] = self._bar.add_task("", total=0, target=target, doing="")
            elif name == "item_started" and target in self._tasks:
                total = self._totals.get(target, 0) + fields["bytes"]
                self._totals[target] = total
                self._bar.update(
                    self._tasks[target], total=total, doing=_release(fields, self._names)
                )
            elif name in ("file_progress", "file_done") and target in self._tasks:
                self._advance(target, fields)
            elif name in _TOLD:
                self._bar.console.print(
                    _line(name, fields, self._names), markup=False, highlight=False
                )

    def _advance(self, target: str, fields: dict[str, Any]) -> None:
        key = (target, str(fields["path"]))
        now = int(fields.get("sent", fields["size"]))
        self._bar.advance(self._tasks[target], max(0, now - self._sent.get(key, 0)))
        self._sent[key] = now
