"""Whether the process that holds a lease has died."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.ledger import process
from stardust_gitops.ledger.process import Process

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


@needs_proc
def test_a_process_is_known_by_its_start_and_place() -> None:
    this = Process.this()
    assert not this.is_dead()
    later = replace(this, started="1")
    assert later.is_dead()
    assert not replace(later, place="another boot").is_dead()
    assert not replace(later, place="").is_dead()
    assert not replace(this, pid=2**70).is_dead()


@needs_proc
def test_a_zombie_is_dead() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    this = Process.this()
    assert Process(host=this.host, place=this.place, pid=child, started="1").is_dead()
    os.waitpid(child, 0)
    assert Process(host=this.host, place=this.place, pid=child, started=None).is_dead()
    assert process._started(child) is None
