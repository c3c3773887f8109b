"""A secret's value in memory, which shows itself nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NoReturn, final
from urllib.parse import quote

HIDDEN = "***"
_SHORTEST_LINE = 8


@final
class Secret:
    """A value that only `reveal` gives: printing and formatting hide it, pickling is refused."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value. Hand it to whatever needs it and keep it nowhere."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be written")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret cannot be written")


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """The text with every secret replaced by ``***``.

    Also found are the lines of a secret of several lines, and the forms that it takes in URLs and
    in Python's messages.
    """
    forms = {form for secret in secrets for form in _forms(secret.reveal())}
    if not forms:
        return text
    # The longest first, so that a secret which begins with another goes as a whole.
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.sub("|".join(map(re.escape, longest_first)), HIDDEN, text)


def lines_of(value: str) -> set[str]:
    """The secret by itself, and those of its lines that are long enough to give something away."""
    lines = {line.strip() for line in value.splitlines()}
    return {value, value.strip(), *(line for line in lines if len(line) >= _SHORTEST_LINE)}


def _forms(value: str) -> set[str]:
    return {
        form
        for part in lines_of(value)
        for form in (part, quote(part, safe=""), repr(part)[1:-1])
        if form
    }
