"""A whole ledger as lines of JSON, for carrying it elsewhere without loss.

The first line says whose it is. Then, in the order of positions: ``bytes`` (compressed, base64)
before the first event that refers to them, ``event`` with its body as it is stored, ``checkpoint``.
The last line counts the events and seals all lines before it. Bytes to which no event refers, and
leases, which belong to processes, are not carried.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from stardust_gitops import __version__
from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.events import Event, erased, references
from stardust_gitops.ledger.store import (
    MISSING_BYTES,
    LedgerError,
    LedgerStore,
    WrongLedgerError,
)
from stardust_gitops.ledger.upcast import read_event

FORMAT = 1
_TOGETHER = 500

Counted = Callable[[str], None]
"""Hears of the stream of every event that was carried."""


@dataclass(slots=True)
class Tally:
    """What was carried. `missing` are digests of bytes that were not there any more, in order;
    `erased` is how many were not there because they had been erased."""

    events: int = 0
    known: int = 0
    """Of them, those that were there already."""
    stored: int = 0
    checkpoints: int = 0
    erased: int = 0
    missing: dict[str, None] = field(default_factory=dict)

    def read(self, event: Event) -> None:
        """One more event: what it says was erased is not missed."""
        self.events += 1
        for digest in erased(event):
            if digest in self.missing:
                del self.missing[digest]
                self.erased += 1


def write_lines(
    ledger: LedgerStore, catalogue: str, tally: Tally, counted: Counted = lambda _: None
) -> Iterator[bytes]:
    """The lines of a ledger. `LedgerError` where it cannot be read."""
    seal = hashlib.sha256()
    for value in _values(ledger, catalogue, tally, counted):
        line = orjson.dumps(value) + b"\n"
        seal.update(line)
        yield line
    yield orjson.dumps({"events": tally.events, "sha256": seal.hexdigest()}) + b"\n"


def _values(
    ledger: LedgerStore, catalogue: str, tally: Tally, counted: Counted
) -> Iterator[dict[str, Any]]:
    yield {"format": FORMAT, "catalogue": catalogue, "program": __version__}
    marks = iter(ledger.checkpoints())
    mark = next(marks, None)
    carried: set[bytes] = set()
    for position, event in ledger.events():
        for _, digest in references(event):
            if (short := digest.encode()) not in carried:
                carried.add(short)
                yield _bytes(ledger, digest, tally)
        yield {"event": event.body().decode(), "position": position}
        tally.read(event)
        carried.difference_update(digest.encode() for digest in erased(event))
        counted(event.stream.subject)
        while mark is not None and mark[0] == position:
            yield {"checkpoint": mark[1], "position": position}
            tally.checkpoints += 1
            mark = next(marks, None)


def _bytes(ledger: LedgerStore, digest: str, tally: Tally) -> dict[str, Any]:
    try:
        data = ledger.fetch(digest)
    except LedgerError as error:
        if error.code != MISSING_BYTES:
            raise
        tally.missing[digest] = None
        return {"missing": digest}
    tally.stored += 1
    return {"bytes": base64.b64encode(zlib.compress(data)).decode(), "sha256": digest}


def check_lines(lines: Iterable[bytes], catalogue: str) -> int:
    """Read all lines and write nothing; how many events there are.

    `WrongLedgerError` where they are of another catalogue or a newer format, `LedgerError` where
    they are damaged or cut off.
    """
    seal, count, ended = hashlib.sha256(), 0, False
    for number, line in enumerate(lines, 1):
        value = _parse(line, number)
        if ended:
            raise _damaged(number, "nothing may follow the last line")
        if number == 1:
            _must_fit(value, catalogue)
        if "events" in value:
            ended = True
            if value.get("sha256") != seal.hexdigest() or value["events"] != count:
                raise _damaged(number, "the lines before it are not those that were written")
        seal.update(line)
        count += "event" in value
    if not ended:
        raise LedgerError(
            "the file ends too early: a part of the ledger is missing",
            hint="export it again, or fetch the whole file",
            code="SG5018",
        )
    return count


def _must_fit(value: dict[str, Any], catalogue: str) -> None:
    written = value.get("format")
    if not isinstance(written, int) or "catalogue" not in value:
        raise WrongLedgerError(
            "this is no exported ledger", hint="give a file of `stardust-gitops ledger export`"
        )
    if written > FORMAT:
        raise WrongLedgerError(
            f"the file has format {written}, newer than {FORMAT}",
            hint="install the version of stardust-gitops that wrote it",
        )
    if value["catalogue"] != catalogue:
        raise WrongLedgerError(
            f"the file is the ledger of catalogue {value['catalogue']!r}, not of {catalogue!r}",
            hint="check `id:` in stardust.yaml, and the file",
        )


def read_lines(
    lines: Iterable[bytes], ledger: LedgerStore, tally: Tally, counted: Counted = lambda _: None
) -> None:
    """Bring what the lines hold into a ledger that is empty, or holds the beginning of it: so what
    was broken off is carried on.

    `SafetyError` where the ledger holds anything else, `LedgerError` where what it makes of the
    lines is not what they say.
    """
    reader = _Reader(ledger, tally, counted)
    for number, line in enumerate(lines, 1):
        reader.take(_parse(line, number), number)
    reader.end()


class _Reader:
    """Takes line after line into a ledger."""

    def __init__(self, ledger: LedgerStore, tally: Tally, counted: Counted) -> None:
        self._ledger = ledger
        self._tally = tally
        self._counted = counted
        self._there = ledger.events()
        self._known = next(self._there, None)
        self._marked = len(ledger.checkpoints())
        self._marks: list[tuple[int, str]] = []
        self._events: list[Event] = []

    def take(self, value: dict[str, Any], number: int) -> None:
        """One line."""
        if "event" in value:
            self._take_event(value, number)
        elif "bytes" in value:
            self._tally.stored += 1
            if self._ledger.store(_unpacked(value, number)) != value.get("sha256"):
                raise _damaged(number, "these bytes are not those that were stored")
        elif "missing" in value:
            self._tally.missing[value["missing"]] = None
        elif "checkpoint" in value:
            self._take_checkpoint(value["position"], value["checkpoint"])

    def _take_event(self, value: dict[str, Any], number: int) -> None:
        event = read_event(value["event"].encode())
        self._tally.read(event)
        self._counted(event.stream.subject)
        if value.get("position") != self._tally.events:
            raise _damaged(number, f"position {self._tally.events} should come next")
        if self._known is not None:
            if self._known[0] != self._tally.events or self._known[1].body() != event.body():
                raise _foreign(self._tally.events)
            self._tally.known += 1
            self._known = next(self._there, None)
            return
        self._events.append(event)
        if len(self._events) >= _TOGETHER:
            self._flush()

    def _take_checkpoint(self, position: int, digest: str) -> None:
        self._marks.append((position, digest))
        self._tally.checkpoints += 1
        if len(self._marks) > self._marked:
            self._flush()
            self._ledger.checkpoint()

    def _flush(self) -> None:
        if self._events and self._ledger.append(self._events) != self._tally.events:
            raise _foreign(self._tally.events)
        self._events.clear()

    def end(self) -> None:
        """All lines were taken."""
        if self._known is not None:
            raise _foreign(self._known[0])
        self._flush()
        if list(self._ledger.checkpoints())[: len(self._marks)] != self._marks:
            raise LedgerError(
                "the checkpoints of the copy are not those of the ledger that was exported",
                hint="its events were changed after they were written; run `ledger verify` there",
                code="SG5018",
            )


def _parse(line: bytes, number: int) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except ValueError as error:
        raise _damaged(number, str(error)) from error
    if not isinstance(value, dict):
        raise _damaged(number, "it is no object")
    return value


def _unpacked(value: dict[str, Any], number: int) -> bytes:
    try:
        return zlib.decompress(base64.b64decode(value["bytes"], validate=True))
    except (binascii.Error, TypeError, ValueError, zlib.error) as error:
        raise _damaged(number, f"its bytes cannot be read: {error}") from error


def _damaged(number: int, why: str) -> LedgerError:
    return LedgerError(
        f"line {number} of the exported ledger is damaged: {why}",
        hint="export it again, or fetch the file again",
        code="SG5018",
    )


def _foreign(position: int) -> SafetyError:
    return SafetyError(
        f"the ledger holds another event at position {position} than the one to be brought in",
        hint="two histories cannot become one: bring it into a new ledger, or into one that holds"
        " the beginning of the same history",
        code="SG5007",
    )
