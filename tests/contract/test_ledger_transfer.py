"""Export, import and migration between all backends lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.errors import GitOpsError, SafetyError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.store import LedgerError, LedgerStore, WrongLedgerError
from stardust_gitops.ledger.transfer import Tally, check_lines, read_lines, write_lines
from stardust_gitops.ledger.upcast import read_event
from tests.ledger_places import PLACES, Place
from tests.ledger_samples import (
    BATCH,
    CATALOGUE,
    OTHER,
    STREAM,
    deliver,
    digest,
    event,
    intention,
    shipment,
    write,
)

BACKENDS = ("sqlite", "postgres", "s3", "git-file")
"""One of each: how they are reached makes no difference here."""

Made = Callable[[str], Place]


@pytest.fixture
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    """A new, empty ledger at a backend."""

    def make(backend: str) -> Place:
        folder = tmp_path / f"{backend}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        place = PLACES[backend](request, folder)
        create_ledger(place.url, place.root, CATALOGUE, SystemClock()).close()
        return place

    return make


def opened(place: Place) -> LedgerStore:
    return open_ledger(place.url, place.root, CATALOGUE, SystemClock())


def fill(ledger: LedgerStore) -> None:
    """Deliveries, a shipment, checkpoints, texts of all kinds, bytes that are gone."""
    deliver(ledger)
    ledger.checkpoint()
    deliver(ledger, "é\U0001f3b5\u2028", stream=OTHER)
    write(ledger, Kind.INTENDED, shipment(), stream=BATCH)
    write(ledger, Kind.FAILED, {"text": 'a "quote", a \\ and \x00', "code": "x", "at": 1.5e-7})
    ledger.checkpoint()
    write(ledger, Kind.INTENDED, intention("gone", "update"))


def everything(ledger: LedgerStore) -> object:
    """All that a ledger says."""
    events = [(position, one, one.body()) for position, one in ledger.events()]
    kept: dict[str, bytes | None] = {}
    for _, one, _ in events:
        for name in ("content", "message"):
            if text := one.data.get(name):
                try:
                    kept[text] = ledger.fetch(text)
                except LedgerError:
                    kept[text] = None
    snapshot = ledger.snapshot("production", since="")
    return events, kept, snapshot, list(ledger.checkpoints()), sorted(ledger.verify())


@pytest.mark.parametrize(
    ("source", "target"), [*pairwise((*BACKENDS, BACKENDS[0])), ("postgres", "sqlite")]
)
def test_nothing_is_lost_on_the_way(made: Made, source: str, target: str) -> None:
    wrote, read = Tally(), Tally()
    with closing(opened(made(source))) as one, closing(opened(made(target))) as two:
        fill(one)
        lines = list(write_lines(one, CATALOGUE, wrote))
        assert check_lines(lines, CATALOGUE) == 9
        read_lines(lines, two, read)
        assert everything(one) == everything(two)
        assert wrote == read
        assert sorted(wrote.missing) == sorted(digest(f"{kind} gone") for kind in CONTENTS)
        assert list(write_lines(two, CATALOGUE, Tally())) == lines


CONTENTS = ("content", "message")


@pytest.fixture
def lines(made: Made) -> list[bytes]:
    with closing(opened(made("sqlite"))) as ledger:
        fill(ledger)
        return list(write_lines(ledger, CATALOGUE, Tally()))


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_was_broken_off_is_carried_on(made: Made, lines: list[bytes], backend: str) -> None:
    with closing(opened(made(backend))) as ledger:
        for part in (6, 12, len(lines), len(lines)):
            tally = Tally()
            read_lines(lines[:part], ledger, tally)
        assert tally.known == tally.events == 9
        assert list(write_lines(ledger, CATALOGUE, Tally())) == lines


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_histories_never_become_one(made: Made, lines: list[bytes], backend: str) -> None:
    with closing(opened(made(backend))) as ledger:
        write(ledger, Kind.INTENDED, intention("other"))
        before = everything(ledger)
        with pytest.raises(SafetyError, match="another event at position 1"):
            read_lines(lines, ledger, Tally())
        assert everything(ledger) == before
    with closing(opened(made(backend))) as ledger:
        read_lines(lines, ledger, Tally())
        write(ledger, Kind.FORGOTTEN)
        with pytest.raises(SafetyError, match="another event at position 10"):
            read_lines(lines, ledger, Tally())


def damages(lines: list[bytes]) -> Iterator[tuple[list[bytes], str]]:
    """What may become of a file, and what is said of it."""
    yield lines[:-1], "ends too early"
    yield [], "ends too early"
    yield [*lines[:-1], lines[-1][:-20]], "damaged"
    yield [*lines[:5], *lines[6:]], "not those that were written"
    yield [lines[0], lines[2], lines[1], *lines[3:]], "not those that were written"
    yield [*lines, lines[3]], "nothing may follow"
    yield [lines[0], b"\xff\n", *lines[1:]], "line 2"
    yield [lines[0], b"[]\n", *lines[1:]], "no object"
    yield [b"{}\n", *lines[1:]], "no exported ledger"
    yield [lines[0].replace(b'"format":1', b'"format":2'), *lines[1:]], "newer than 1"
    yield [lines[0].replace(CATALOGUE.encode(), b"other"), *lines[1:]], "catalogue 'other'"
    for number, line in enumerate(lines[:-1]):
        flipped = line[:20] + bytes([line[20] ^ 1]) + line[21:]
        yield [*lines[:number], flipped, *lines[number + 1 :]], "."


def test_damage_is_found_before_anything_is_written(lines: list[bytes]) -> None:
    for damaged, said in damages(lines):
        with pytest.raises(GitOpsError, match=said):
            check_lines(damaged, CATALOGUE)


def test_forged_events_do_not_come_in(made: Made, lines: list[bytes]) -> None:
    """Whoever seals the file anew still has the chains against him."""
    at = next(number for number, line in enumerate(lines) if b'\\"version\\":2' in line)
    forged = [*lines[:at], lines[at].replace(b"completing", b"superseded"), *lines[at + 1 :]]
    with closing(opened(made("sqlite"))) as ledger, pytest.raises(SafetyError):
        read_lines(forged, ledger, Tally())


def test_events_of_an_older_format_are_carried_as_they_are(made: Made) -> None:
    """An event that was read through an upcaster keeps its bytes, and so its place in the chain."""
    write_now = event(Kind.INTENDED, intention())
    old = write_now.body().replace(b'"format":1', b'"format":0')
    read = read_event(old, {0: lambda raw: {**raw, "format": 1}})
    assert read == write_now
    assert (read.body(), read.digest()) == (old, read_event(old, {0: lambda raw: raw}).digest())
    following = event(Kind.COMPLETING, version=2, previous=read.digest())
    for backend in BACKENDS:
        place = made(backend)
        with closing(opened(place)) as ledger:
            ledger.append([read, following])
            assert ledger.state(STREAM).head == following.digest()


def test_events_of_a_newer_format_are_refused(made: Made, lines: list[bytes]) -> None:
    newer = [line.replace(b'\\"format\\":1', b'\\"format\\":99') for line in lines]
    with closing(opened(made("sqlite"))) as ledger:
        with pytest.raises(WrongLedgerError, match="99"):
            read_lines(newer, ledger, Tally())
        assert list(ledger.events()) == []


def test_lines_are_json_that_people_can_read(lines: list[bytes]) -> None:
    values = [orjson.loads(line) for line in lines]
    assert values[0]["catalogue"] == CATALOGUE
    bodies = [orjson.loads(value["event"]) for value in values if "event" in value]
    assert [body["kind"] for body in bodies][:3] == ["intended", "completing", "completed"]
    assert values[-1]["events"] == len(bodies)
