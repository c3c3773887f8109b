"""The ledger on a git branch: processes that are killed, and what they leave."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.state import Phase
from tests.contract.git_kit import FORKED, Team, shim
from tests.ledger_samples import STREAM, deliver, intention, write


def _die_at(team: Team, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A process stores, intends, and is killed where the script says."""
    armed = team.folder / "armed"

    def child() -> None:
        ledger = team.open()
        ledger.store(b"content a")
        ledger.store(b"message a")
        armed.touch()
        write(ledger, Kind.INTENDED, intention())
        os._exit(7)

    with monkeypatch.context() as patched:
        shim(team.folder, patched, f"ARMED={armed}\n{script}")
        process = FORKED.Process(target=child)
        process.start()
        process.join(30)
    assert process.exitcode == -signal.SIGKILL


KILLED_BEFORE = '[ -e "$ARMED" ] && case " $* " in *" {verb} "*) kill -9 $PPID; exit 1;; esac'
KILLED_AFTER = (
    '[ -e "$ARMED" ] && case " $* " in *" {verb} "*) "$GIT" "$@"; kill -9 $PPID; exit 1;; esac'
)


@pytest.mark.parametrize(
    ("script", "verb", "versions"),
    [
        (KILLED_BEFORE, "fast-import", 0),
        (KILLED_AFTER, "fast-import", 0),
        (KILLED_BEFORE, "push", 0),
        (KILLED_AFTER, "push", 1),
        (KILLED_AFTER, "update-ref", 1),
    ],
)
def test_a_process_that_is_killed_leaves_all_or_nothing(
    team: Team, monkeypatch: pytest.MonkeyPatch, script: str, verb: str, versions: int
) -> None:
    _die_at(team, monkeypatch, script.format(verb=verb))
    for name in ("ada", "bob"):
        ledger = team.open(name)
        assert ledger.state(STREAM).version == versions
        assert ledger.verify() == []
    ledger = team.open("ada")
    if not versions:
        write(ledger, Kind.INTENDED, intention())  # its bytes were kept on this machine
    write(ledger, Kind.COMPLETING)
    write(ledger, Kind.COMPLETED)
    assert team.open("bob").verify() == []


def test_an_interrupt_from_the_keyboard_does_not_cut_off_a_push(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def child() -> None:
        os.setpgrp()  # a terminal sends its ^C to the whole group
        heard: list[int] = []
        signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
        ledger = team.open()
        write(ledger, Kind.INTENDED, intention())
        os._exit(0 if heard else 7)

    script = 'case " $* " in *" push "*) kill -INT -$PPID; sleep 0.1;; esac'
    with monkeypatch.context() as patched:
        shim(team.folder, patched, script)
        process = FORKED.Process(target=child)
        process.start()
        process.join(30)
    assert process.exitcode == 0
    assert team.open("bob").state(STREAM).version == 1


def test_locks_that_a_killed_process_left_are_no_obstacle(team: Team) -> None:
    deliver(team.open("bob"))
    mirror = team.mirror() / "mirror.git"
    for name in ("refs/stardust/fetched.lock", "shallow.lock"):
        (mirror / name).touch()
    assert team.open().state(STREAM).phase is Phase.LIVE


@pytest.mark.parametrize("damage", ["gone", "noise", "another"])
def test_the_tables_of_this_machine_are_a_copy(team: Team, damage: str) -> None:
    team.open().close()
    (tables,) = team.mirror().glob("*.db")
    deliver(team.open("bob"))
    if damage == "gone":
        tables.unlink()
    elif damage == "noise":
        tables.write_bytes(b"noise" * 1000)
    else:
        shutil.rmtree(team.mirror() / "mirror.git")
    ledger = team.open()
    assert ledger.state(STREAM).phase is Phase.LIVE
    assert ledger.verify() == []
