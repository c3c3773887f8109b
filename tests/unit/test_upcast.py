"""Old events are brought up to the present format, newer ones refused."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import orjson
import pytest

from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.sqlite import SqliteLedger, create
from stardust_gitops.ledger.store import LedgerError, WrongLedgerError
from stardust_gitops.ledger.upcast import read_event
from tests.ledger_samples import CATALOGUE, STREAM, event, intention, write


def old_body() -> bytes:
    """An event as an artificial format 0 wrote it: `stream` in one text, `who` for `actor`."""
    raw: dict[str, Any] = orjson.loads(event(Kind.INTENDED, intention()).body())
    raw["format"] = 0
    raw["stream"] = "/".join(raw["stream"])
    raw["who"] = raw.pop("actor")
    return orjson.dumps(raw)


def from_format_0(raw: dict[str, Any]) -> dict[str, Any]:
    raw["stream"] = raw["stream"].split("/")
    raw["actor"] = raw.pop("who")
    return raw


def test_present_format_is_read_as_written() -> None:
    written = event(Kind.INTENDED, intention())
    assert read_event(written.body()) == written


def test_an_older_format_goes_through_its_upcaster() -> None:
    assert read_event(old_body(), {0: from_format_0}) == event(Kind.INTENDED, intention())


def test_an_older_format_without_an_upcaster_is_an_error() -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        read_event(old_body())


def test_a_newer_format_is_refused() -> None:
    raw = orjson.loads(event(Kind.INTENDED, intention()).body())
    with pytest.raises(WrongLedgerError, match="format 4"):
        read_event(orjson.dumps({**raw, "format": 4}))


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"{}", b'{"format": "1"}', b'{"format": 1}', b'{"format": -9}'],
)
def test_bytes_that_are_no_event_are_an_error_in_words(body: bytes) -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        read_event(body)


def test_an_upcast_event_keeps_its_place_in_the_chain(tmp_path: Path) -> None:
    """What follows an old event refers to the bytes that were stored, not to their new form."""
    path = tmp_path / "ledger.db"
    create(path, CATALOGUE).close()
    body = old_body()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(
        "INSERT INTO events VALUES (NULL, ?, ?, ?, 1, ?, 'insert', ?, ?)",
        (*STREAM, "2026-11-22T12:00:00.000000Z", hashlib.sha256(body).hexdigest(), body),
    )
    connection.close()
    ledger = SqliteLedger(path, CATALOGUE, upcasters={0: from_format_0})
    ledger.store(b"content a")
    ledger.store(b"message a")
    ledger.rebuild()
    assert ledger.state(STREAM).head == hashlib.sha256(body).hexdigest()
    write(ledger, Kind.COMPLETING)
    assert ledger.verify() == []
    assert [one.format for _, one in ledger.events()] == [1, 1]
    ledger.close()
