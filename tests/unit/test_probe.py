"""Trying out recipients that are odd: what counts as a failure, and that nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stardust_gitops.delivery.probe import Probe, State, Trial
from stardust_gitops.delivery.transports.base import (
    PassingError,
    PermissionDeniedError,
    RemoteFile,
    TransportError,
)
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from tests.ledger_samples import HandClock


class Odd(DirectoryTransport):
    """A folder at which some verbs fail, or whose files are read otherwise."""

    def __init__(self, root: Path, *, wrong: bool = False, **errors: TransportError) -> None:
        super().__init__(root)
        self.wrong, self.errors = wrong, errors

    def _may(self, verb: str) -> None:
        if verb in self.errors:
            raise self.errors[verb]

    def list(self, folder: str) -> list[RemoteFile]:
        self._may("list")
        return super().list(folder)

    def stat(self, path: str) -> RemoteFile | None:
        self._may("stat")
        return super().stat(path)

    def read(self, path: str) -> Iterator[bytes]:
        self._may("read")
        for block in super().read(path):
            yield block[:-1] + b"!" if self.wrong else block

    def delete(self, path: str) -> None:
        self._may("delete")
        super().delete(path)


def tried(transport: Odd) -> Trial:
    probe = Probe(
        lambda: transport,
        HandClock(),
        masked=lambda text: text.replace("hunter2", "***"),
        folder="test",
        size=1000,
    )
    return probe.run()


def states(trial: Trial) -> dict[str, State]:
    return {step.step: step.state for step in trial.steps if step.state is not State.OK}


def test_an_inbox_that_is_write_only_works(tmp_path: Path) -> None:
    refused = PermissionDeniedError("no")
    trial = tried(Odd(tmp_path, list=refused, stat=refused, read=refused))
    assert trial.passed
    assert set(states(trial).values()) == {State.NOT_OFFERED}
    assert {"list", "ask", "size", "read"} <= states(trial).keys()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_comes_back_otherwise_fails_and_is_deleted(tmp_path: Path) -> None:
    trial = tried(Odd(tmp_path, wrong=True))
    assert states(trial) == {"compare": State.FAILED}
    assert [step.step for step in trial.steps][-1] == "delete"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (TransportError("the server said hunter2"), "ask the recipient what"),
        (PassingError("gone: hunter2"), "check host and port"),
        (TransportError("no hunter2", hint="say hunter2"), "say ***"),
    ],
)
def test_a_failure_has_a_remedy_and_no_secret(
    tmp_path: Path, error: TransportError, hint: str
) -> None:
    trial = tried(Odd(tmp_path, list=error))
    failed = trial.steps[-1]
    assert (failed.step, failed.state, failed.code) == ("list", State.FAILED, error.code)
    assert "hunter2" not in failed.text
    assert (failed.hint or "").startswith(hint)
    assert not trial.passed


def test_what_cannot_be_deleted_is_told(tmp_path: Path) -> None:
    trial = tried(Odd(tmp_path, delete=TransportError("never")))
    assert states(trial) == {"delete": State.FAILED}
