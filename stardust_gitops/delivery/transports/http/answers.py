"""What a recipient answers, taken for hostile: limited, checked for its shape, never followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from stardust_gitops.delivery.transports.base import TransportError

_MOST_WORDS = 300
_SAYING = ("message", "error", "error_description", "detail", "details", "title", "reason")
_ADDRESS = re.compile(r"(https?://[^\s?\"'<>]*)\?[^\s\"'<>]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer. `headers` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    def json(self) -> Any:
        """The body as JSON. `TransportError` where it is none."""
        try:
            return orjson.loads(self.data)
        except orjson.JSONDecodeError:
            kind = self.headers.get("content-type", "").partition(";")[0].strip() or "something"
            raise TransportError(
                f"the recipient's answer is not JSON but {kind[:60]!r}",
                hint="check url: and path: of the target's transport, or ask the recipient",
            ) from None

    @property
    def retry_after(self) -> float | None:
        """Seconds that it asks to wait: Retry-After (RFC 9110, 10.2.3), a date by its own clock."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return float(said[:9])
        try:
            until = parsedate_to_datetime(said)
            seconds = (until - parsedate_to_datetime(self.headers["date"])).total_seconds()
        except (KeyError, TypeError, ValueError):
            return None
        return max(seconds, 0.0)

    def words(self) -> str:
        """Why it refuses, as it says, on one line; the query of an address, which may be a
        signature, left out."""
        try:
            said = " ".join(_said(orjson.loads(self.data)))
        except orjson.JSONDecodeError:
            said = "" if self.data.lstrip()[:1] == b"<" else self.data.decode("utf-8", "replace")
        shown = "".join(char if char.isprintable() else " " for char in said)
        shown = _ADDRESS.sub(r"\1?…", " ".join(shown.split()))
        return shown or "it does not say why"


def shortened(words: str) -> str:
    """No more than a line of them."""
    return words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]}…"


def at_pointer(document: Any, pointer: str) -> Any:
    """What stands at a JSON pointer (RFC 6901); ``None`` where nothing does."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def text_at(document: Any, pointer: str, what: str) -> str:
    """A plain text or number there. `TransportError` for anything else."""
    value = at_pointer(document, pointer)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value or len(value) > 1000 or not value.isprintable():
        raise TransportError(
            f"the recipient's answer has no {what} at {pointer}",
            hint="correct the JSON pointer in the target's transport, or ask the recipient",
        )
    return value


def number_at(document: Any, pointer: str, what: str) -> int:
    """A size there. `TransportError` for anything else."""
    value = at_pointer(document, pointer)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TransportError(
            f"the recipient's answer has no {what} at {pointer}",
            hint="correct the JSON pointer in the target's transport, or ask the recipient",
        )
    return value


def _said(found: Any, depth: int = 0) -> list[str]:
    """The texts of an answer that say why, in order."""
    if isinstance(found, str):
        return [found[:_MOST_WORDS]]
    if depth > 4:
        return []
    if isinstance(found, list):
        return [text for entry in found[:5] for text in _said(entry, depth + 1)]
    if not isinstance(found, dict):
        return []
    keys = [*_SAYING, "errors"]
    return [text for key in keys if key in found for text in _said(found[key], depth + 1)]
