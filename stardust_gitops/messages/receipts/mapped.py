"""Answers in JSON or plain text, as a target says where they have what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from stardust_gitops.messages.receipts.receipt import (
    MOST_RECEIPTS,
    Receipt,
    ReceiptError,
    Statuses,
    batch_in,
    identifier,
    instant,
    plain,
)

Told = Mapping[str, str | None]
"""What an answer tells, by the name of the field."""


def read_json(
    data: bytes, fields: Mapping[str, str], items: str | None, named: Told, statuses: Statuses
) -> list[Receipt]:
    """The answers in a JSON document; `fields` and `items` are pointers (RFC 6901), `named` is what
    the file's name tells. `ReceiptError` where there are none."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ReceiptError(f"it is not JSON: {plain(str(error), 200)}") from error
    entries = [document] if items is None else at_pointer(document, items)
    if not isinstance(entries, list):
        raise ReceiptError(
            f"there is no list at {items}", hint="check items: of the target's acknowledgements"
        )
    if len(entries) > MOST_RECEIPTS:
        raise ReceiptError(f"it has more than {MOST_RECEIPTS} answers")
    told = ({name: _scalar(at_pointer(e, at)) for name, at in fields.items()} for e in entries)
    return [_receipt({**named, **_known(each)}, statuses) for each in told]


def read_text(
    data: bytes, fields: Mapping[str, str], named: Told, statuses: Statuses
) -> list[Receipt]:
    """The answers in lines of ``name: value`` or ``name = value``; a blank line begins the next
    one. `named` is what the file's name tells. `ReceiptError` where there are none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReceiptError(f"it is not UTF-8 (byte {error.start})") from error
    names = {key.lower(): name for name, key in fields.items()}
    found = []
    for told in _paragraphs(text, names):
        if not told and fields:
            continue
        found.append(_receipt({**named, **told}, statuses))
        if len(found) > MOST_RECEIPTS:
            raise ReceiptError(f"it has more than {MOST_RECEIPTS} answers")
    if not found and fields:
        raise ReceiptError(
            f"no line begins with {' or '.join(fields.values())}",
            hint="check fields: of the target's acknowledgements",
        )
    return found or [_receipt(named, statuses)]


def at_pointer(document: Any, pointer: str) -> Any:
    """What stands at a JSON pointer; ``None`` where nothing does."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isascii() and step.isdigit() and len(step) < 9:
            document = document[int(step)] if int(step) < len(document) else None
        else:
            return None
    return document


_LINE = re.compile(r"[ \t]*([^:=\s][^:=]{0,80}?)[ \t]*[:=](.*)")


def _paragraphs(text: str, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    told: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            yield told
            told = {}
        elif (match := _LINE.match(line[:5000])) and (name := names.get(match[1].lower())):
            told.setdefault(name, match[2].strip())
    yield told


def _scalar(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def _known(told: Told) -> Told:
    return {name: value for name, value in told.items() if value is not None}


def _receipt(told: Told, statuses: Statuses) -> Receipt:
    word = identifier(told.get("status"))
    batch = told.get("batch")
    return Receipt(
        status=statuses.of(word or ""),
        message_id=identifier(told.get("message_id")),
        batch=batch_in(batch) or identifier(batch),
        release=identifier(told.get("release")),
        code=identifier(told.get("code")) or word,
        text=plain(told.get("text")),
        time=instant(told.get("time")),
        action=identifier(told.get("action")),
    )
