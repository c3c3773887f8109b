"""What shows that a long step goes on: a bar on a terminal, lines in a log."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import IO

import pytest

from tests.catalogues import FixedClock
from tests.source_tree import ROOT

COUNT = """\
from stardust_gitops.cli.progress import counting
with counting("reading releases", {total}) as advance:
    for number in range({total}):
        advance(str(number))
"""
DELIVER = """\
from stardust_gitops.cli.progress import terminal_reporter
with terminal_reporter({"04006381333931": "Ada Quill \u2013 Nightjar (Live)"}) as shown:
    shown.event("target_started", target="store", items=1)
    shown.event("item_started", target="store", release="04006381333931", bytes=1000)
    shown.event("file_progress", target="store", path="a.flac", sent=400, size=1000)
    shown.event("file_done", target="store", path="a.flac", size=1000)
    shown.event("item_done", target="store", release="04006381333931", outcome="sent")
"""


def started(code: str, stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """A process of its own, for only that has a terminal of its own."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    return subprocess.Popen([sys.executable, "-c", code], env=environ, stderr=stderr)


def on_a_terminal(code: str) -> str:
    """What somebody sees who watches."""
    ours, theirs = pty.openpty()
    process = started(code, theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not data:
            break
        seen += data
    os.close(ours)
    assert process.wait() == 0
    return seen.decode()


def in_a_log(code: str) -> str:
    """What is written where nobody watches."""
    process = started(code, subprocess.PIPE)
    _, error = process.communicate()
    assert process.returncode == 0
    return error.decode()


def test_a_count_is_a_bar_on_a_terminal() -> None:
    seen = on_a_terminal(COUNT.format(total=200))
    assert "reading releases" in seen
    assert "200/200" in seen


def test_what_is_quick_shows_nothing() -> None:
    assert on_a_terminal(COUNT.format(total=5)) == ""
    assert in_a_log(COUNT.format(total=200)) == ""


def test_a_count_that_takes_long_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from stardust_gitops.cli.progress import CountLines

    clock = FixedClock()
    advance = CountLines("reading releases", 200, clock)
    for _ in range(25):
        clock.sleep(1)
        advance("a release")
    assert capsys.readouterr().err.splitlines() == [
        "reading releases: 10 of 200",
        "reading releases: 20 of 200",
    ]


def test_a_delivery_is_a_bar_for_each_target() -> None:
    seen = on_a_terminal(DELIVER)
    assert "store" in seen
    assert "1.0/1.0 kB" in seen


def test_a_delivery_is_a_line_for_each_item_in_a_log() -> None:
    assert in_a_log(DELIVER).splitlines() == [
        "store: 1 to send",
        "store: 4006381333931 Ada Quill – Nightjar (Live): sent",
    ]
