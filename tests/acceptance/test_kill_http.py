"""Invariant 4 over an HTTP API: stopped anywhere and run again, every delivery has one effect.

A child process is stopped at the n-th step of its input and output, before, amid and after each
request; the server, which is the test's own, goes on. A plain run takes a seeded part of the steps.
"""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.ledger.state import Phase
from tests.acceptance.kill_kit import FINISHED, SEED, WORK_LEFT
from tests.delivery_kit import ENVIRONMENT, Studio
from tests.faults import KILLED, SteppingLedger, SteppingTransport, Steps
from tests.http_servers import DELIVERIES, FILES, Server, upload_api
from tests.http_targets import reach
from tests.processes import in_child
from tests.recipient_reader import RecipientReader
from tests.scale import LONG

SINGLE = {"layout": "release", "completion": "message"}
STATUS = {"path": "/deliveries/{delivery}", "state": "/data/status", "open": ["open"]}
KEY = {"idempotency_header": "Idempotency-Key"}
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "batches with a status": ({**DELIVERIES, "status": STATUS}, {}),
    "releases with a key": ({**DELIVERIES, "commit": {**DELIVERIES["commit"], **KEY}}, SINGLE),
    "zips": (
        {**FILES, "upload": {**FILES["upload"], "repeatable": "true"}},
        {**SINGLE, "package": "zip"},
    ),
}


def studio(folder: Path, api: Server, way: str, *, new: bool) -> Studio:
    """The label, as every process sees it: one release to insert, one to take down."""
    description, how = WAYS[way]
    label = Studio(folder, clock=SystemClock(), run=f"run-{os.getpid()}", new=new)
    label.add_recipient(connect=lambda: reach(api.url, description, label.root), **how)
    if new:
        label.put_release(1)
        assert label.apply().succeeded
    label.put_release(1, status="takedown")
    label.put_release(2, tracks=2)
    return label


def work(folder: Path, api: Server, way: str, steps: Steps) -> int:
    """What the child does."""
    label = studio(folder, api, way, new=False)
    recipient = label.recipients["batchy"]
    stepping = replace(recipient, connect=_stepping(recipient.connect, steps))
    label.recipients["batchy"] = stepping
    label.ledger = SteppingLedger(label.ledger, steps)
    code = FINISHED if label.apply(parallelism=1).succeeded else WORK_LEFT
    (folder / "steps").write_text(str(steps.count))
    return code


def _stepping(connect: Callable[[], Transport], steps: Steps) -> Callable[[], Transport]:
    return lambda: SteppingTransport(connect(), steps)


@pytest.mark.parametrize("way", list(WAYS))
def test_stopped_at_any_step_and_run_again(tmp_path: Path, way: str) -> None:
    steps: list[int | None] = [None]
    total = 0
    while steps:
        step = steps.pop()
        folder = tmp_path / str(step)
        with upload_api(folder / "inboxes" / "batchy", folder / "partial") as api:
            studio(folder, api, way, new=True).ledger.close()
            code = in_child(lambda f=folder, a=api, s=step: work(f, a, way, Steps(s)))  # type: ignore[misc]
            assert code == (FINISHED if step is None else KILLED)
            if step is not None:
                code = in_child(lambda f=folder, a=api: work(f, a, way, Steps()))  # type: ignore[misc]
                assert code == FINISHED, step
            _is_right(folder, api, way)
        if step is None:
            total = int((folder / "steps").read_text())
            every = range(1, total + 1)
            steps = list(every if LONG else random.Random(SEED).sample(every, 3))
    assert total > 20


def _is_right(folder: Path, api: Server, way: str) -> None:
    label = studio(folder, api, way, new=False)
    assert label.nothing_to_send()
    assert label.ledger.verify() == []
    states = label.ledger.snapshot(ENVIRONMENT, since="").releases.values()
    assert sorted(state.phase for state in states) == [Phase.LIVE, Phase.TAKEN_DOWN]
    label.ledger.close()
    if way == "zips":
        zips = sorted((folder / "inboxes").rglob("*.zip"))
        assert [len(zipfile.ZipFile(each).namelist()) for each in zips] in ([3, 1, 4], [3, 4, 1])
        return
    assert len(api.commits) == len(set(api.commits)) == 3
    reader = RecipientReader(folder / "inboxes" / "batchy")
    reader.look()
    assert reader.errors == []
    assert [len(each.files) for each in reader.taken if each.deals] == [2, 3]
    assert len(reader.taken) == 3
